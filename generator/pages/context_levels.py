"""Template values of the page that orders an atlas's layers and neurons from low-level to high-level."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np

from generator.pages.charts import LEVEL_ROW
from generator.pages.layer_view import LayerView
from generator.pages.level_data import MEANINGS, level_data, measured_parts, measured_text, scaled_text
from generator.pages.links import link
from generator.pages.numbers import plural, share, shown, whole
from generator.pages.schema import LevelData, LevelPart
from generator.pages.summary import NeuronSummary
from generator.pages.tiles import tile
from generator.records import LEVEL_DEPTH, LEVEL_PARTS, AtlasRecords, Floats, Levels, NeuronId
from generator.store.layout import atlas_page, layer_page, levels_page, neuron_page, neurons_page

# Neurons shown as tiles and in the table; of more, as many are taken at even distances of the order.
SHOWN_TILES = 120
SHOWN_ROWS = 1000

NO_LEVELS = "no neuron of the layer has a level"
NO_ORDER = "all neurons are alike in it, or it is not defined for them"

Entry = TypeVar("Entry")
Ranked = list[tuple[NeuronSummary, LevelData]]


def has_levels(atlas: AtlasRecords) -> bool:
    """Whether levels were measured."""
    return atlas.get("levels", Levels) is not None


def levels_context(atlas: AtlasRecords, summaries: Sequence[NeuronSummary]) -> dict[str, Any]:
    """Return all values of the page; `summaries` are those of all neurons shown."""
    subject, record = atlas.subject, atlas.get("levels", Levels)
    assert record is not None
    page = levels_page(subject.atlas)
    ordered = _ordered(atlas, summaries)
    parts = measured_parts(LayerView(atlas, subject.layers[0]))
    wall, rows = spread(ordered, SHOWN_TILES), spread(ordered, SHOWN_ROWS)
    return {
        "title": f"From low-level to high-level: {subject.title}",
        "description": f"The layers and neurons of {subject.title}, ordered by how high-level they are.",
        "subject": subject,
        "trail": [(subject.title, link(atlas_page(subject.atlas), page))],
        "findings": findings(record.depth, len(ordered)),
        "chart": _chart(atlas, ordered, page),
        "layers": _layers(atlas, record, parts, page),
        "tiles": [_tile(*entry, page) for entry in wall],
        "rows": [_row(subject.atlas, *entry, page) for entry in rows],
        "labelled": "category" in parts,
        "count": plural(len(ordered), "neuron"),
        "without": whole(len(summaries) - len(ordered)) if len(summaries) > len(ordered) else "",
        "all_rows": len(rows) == len(ordered),
        "parts": _parts(record.depth, parts),
        "neurons": link(neurons_page(subject.atlas), page),
        "glossary": link("glossary.md", page),
        "methods": link("methods.md#levels", page),
        "limits": link("limits.md#levels", page),
    }


def _ordered(atlas: AtlasRecords, summaries: Sequence[NeuronSummary]) -> Ranked:
    """Return the neurons that have a level, the lowest first, with what their levels are made of."""
    by_neuron = {summary.neuron: summary for summary in summaries}
    found = []
    for layer in atlas.subject.layers:
        view = LayerView(atlas, layer)
        for row, channel in enumerate(layer.neurons):
            data = level_data(view, row)
            if data is not None and data.level is not None:
                found.append((by_neuron[view.neuron(channel)], data))
    return sorted(found, key=lambda entry: (entry[1].level, entry[0].neuron))


def spread(entries: Sequence[Entry], most: int) -> list[Entry]:
    """Return all entries, or `most` of them at even distances, first and last among them."""
    if len(entries) <= most:
        return list(entries)
    return [entries[place] for place in np.linspace(0, len(entries) - 1, most).round().astype(int)]


def findings(depth: Floats, count: int) -> list[str]:
    """Return in words how levels go with depth, with and without what only the layer decides."""
    whole_level, fieldless, fineness = (
        depth[LEVEL_DEPTH.index(name)] for name in ("level", "fieldless", "fineness")
    )
    return [
        f"Over {plural(count, 'neuron')}, the level {_course(whole_level)}.",
        f"The mean of colour, category and selectivity alone, into which no receptive field goes, "
        f"{_course(fieldless)}.",
        f"The frequency of the feature visualizations by itself, in cycles per pixel, {_course(fineness)}.",
    ]


def _course(row: Floats) -> str:
    rho, low, high = row.tolist()
    if np.isnan(rho):
        return "cannot be compared with depth: all neurons are alike in it, or too few have it"
    interval = f"rank correlation {shown(rho).text}, 95% interval {shown(low).text} to {shown(high).text}"
    if low > 0:
        return f"rises with depth ({interval})"
    return f"falls with depth ({interval})" if high < 0 else f"does not clearly go with depth ({interval})"


def _chart(atlas: AtlasRecords, ordered: Ranked, page: str) -> dict[str, Any] | None:
    """Return the levels of all neurons by layer, layers by their median; None without any."""
    order = {name: rank for rank, (name, _) in enumerate(_by_median(atlas))}
    rows = [
        {
            "layer": summary.neuron.layer,
            "rank": order[summary.neuron.layer],
            "channel": summary.neuron.channel,
            "neuron": f"{summary.neuron.layer}/{summary.neuron.channel}",
            "level": data.level,
            "link": link(neuron_page(summary.neuron), page),
        }
        for summary, data in ordered
    ]
    height = LEVEL_ROW * len({row["layer"] for row in rows})
    return {"datasets": {"levels": rows}, "height": height} if rows else None


def _by_median(atlas: AtlasRecords) -> list[tuple[str, Floats]]:
    """Return the layers with their defined levels, the lowest median first, those without any last."""
    found = []
    for layer in atlas.subject.layers:
        levels = LayerView(atlas, layer).levels
        values = levels.level[np.isfinite(levels.level)] if levels is not None else np.zeros(0)
        found.append((layer.name, values))
    return sorted(found, key=lambda entry: float(np.median(entry[1])) if len(entry[1]) else np.inf)


def _layers(atlas: AtlasRecords, record: Levels, parts: Sequence[str], page: str) -> list[dict[str, Any]]:
    rows = []
    for name, values in _by_median(atlas):
        view = LayerView(atlas, atlas.subject.layer(name))
        low, middle, high = np.quantile(values, (0.25, 0.5, 0.75)) if len(values) else [np.nan] * 3
        columns = record.layers[name].parts[:, [LEVEL_PARTS.index(part) for part in parts]].T
        rows.append(
            {
                "name": name,
                "link": link(layer_page(atlas.subject.atlas, name), page),
                "place": view.position,
                "count": f"{whole(len(values))} of {whole(len(view.layer.neurons))}",
                "median": shown(middle, NO_LEVELS),
                "low": shown(low, NO_LEVELS),
                "high": shown(high, NO_LEVELS),
                "style": f"--part:{middle:.4f}" if len(values) else "",
                "parts": [shown(_median(column), "it is not defined for any neuron") for column in columns],
            }
        )
    return rows


def _median(values: Floats) -> float | None:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else None


def _tile(summary: NeuronSummary, data: LevelData, page: str) -> Any:
    found = tile(summary, page)
    return replace(found, alternative=f"{found.alternative}, level {shown(data.level).text}", label="")


def _row(atlas: str, summary: NeuronSummary, data: LevelData, page: str) -> dict[str, Any]:
    neuron: NeuronId = summary.neuron
    return {
        "name": f"{neuron.layer}/{neuron.channel}",
        "link": link(neuron_page(neuron), page),
        "layer": neuron.layer,
        "layer_link": link(layer_page(atlas, neuron.layer), page),
        "level": shown(data.level),
        "sort": repr(data.level),
        "share": share(data.quantile),
        "label": (summary.label.text or "") if summary.label is not None else "",
        "cells": [_cell(part) for part in data.parts],
    }


def _cell(part: LevelPart) -> dict[str, Any]:
    """Return a part on its scale, and what was measured where that says more."""
    measured, scaled = measured_text(part), scaled_text(part)
    return {
        "measured": measured if measured != scaled else None,
        "scaled": scaled,
        "sort": "" if part.scaled is None else repr(part.scaled),
    }


def _parts(depth: Floats, names: Sequence[str]) -> list[dict[str, Any]]:
    """Return what a level is made of, and how each part goes with depth."""
    rows = []
    for name in names:
        rho, low, high = depth[LEVEL_DEPTH.index(name)].tolist()
        meaning = MEANINGS[name]
        rows.append(
            {
                "name": meaning.name,
                "term": meaning.term,
                "measured": meaning.measured,
                "rho": shown(rho, NO_ORDER),
                "interval": f"{shown(low).text} to {shown(high).text}" if np.isfinite(rho) else "",
            }
        )
    return rows
