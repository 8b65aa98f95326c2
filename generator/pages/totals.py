"""What an atlas and each of its layers add up to: published with the table, and drawn by written pages."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import Any

from generator.pages.attribution_data import attribution_totals
from generator.pages.badge_counts import Tally, tally, wilson
from generator.pages.coverage import coverage
from generator.pages.numbers import value
from generator.pages.summary import NeuronSummary, present_statistics
from generator.records import LEVEL_DEPTH, AtlasRecords, Badges, Levels


def totals(atlas: AtlasRecords, summaries: Sequence[NeuronSummary]) -> dict[str, Any]:
    """Return counts and medians of an atlas, as JSON values; what was not measured is null.

    Args:
        atlas: The atlas.
        summaries: All its neurons.
    """
    subject = atlas.subject
    names = [layer.name for layer in subject.layers]
    by_layer = {name: [own for own in summaries if own.neuron.layer == name] for name in names}
    return {
        "layers": len(names),
        "images": subject.images.count,
        "parameters": subject.network.parameters,
        **_of(atlas, summaries, names, sum(layer.size for layer in subject.layers)),
        "depth": _depth(atlas),
        "by_layer": {
            layer.name: {
                **_of(atlas, by_layer[layer.name], [layer.name], layer.size),
                "attribution": attribution_totals(atlas, layer.name),
            }
            for layer in subject.layers
        },
    }


def _of(
    atlas: AtlasRecords, summaries: Sequence[NeuronSummary], layers: Sequence[str], size: int
) -> dict[str, Any]:
    present = present_statistics(summaries)
    return {
        "neurons": len(summaries),
        "neurons_in_all": size,
        "dead": sum(summary.dead for summary in summaries) if present else None,
        "labels": _labels(summaries),
        "badges": _badges(atlas, layers),
        "medians": {statistic.key: _median(summaries, statistic.key) for statistic in present},
    }


def _labels(summaries: Sequence[NeuronSummary]) -> dict[str, Any] | None:
    found = coverage(summaries)
    if found is None:
        return None
    count = len(found.labels)
    return {
        "neurons": count,
        "share": count / found.neurons,
        "concepts": found.concepts,
        "candidates": found.candidates,
        "confirmed": count / found.candidates if found.candidates else None,
    }


def _badges(atlas: AtlasRecords, layers: Sequence[str]) -> dict[str, Any] | None:
    record = atlas.get("badges", Badges)
    if record is None:
        return None
    own = tally([record.layers[name] for name in layers])
    twin = tally([record.twin[name] for name in layers if name in record.twin])
    return {**_tallied(own), "twin": _tallied(twin) if twin.neurons else None}


def _tallied(found: Tally) -> dict[str, Any]:
    low, high = wilson(found.counts["reliable"], found.neurons)
    return {
        **found.counts,
        "neurons": found.neurons,
        "reliable_share": found.part("reliable"),
        "reliable_low": low,
        "reliable_high": high,
    }


def _median(summaries: Sequence[NeuronSummary], key: str) -> float | None:
    found = [number for summary in summaries if (number := summary.values.get(key)) is not None]
    return statistics.median(found) if found else None


def _depth(atlas: AtlasRecords) -> dict[str, Any] | None:
    """Return how levels go with depth: rank correlations with their intervals."""
    record = atlas.get("levels", Levels)
    if record is None:
        return None
    rows = zip(LEVEL_DEPTH, record.depth, strict=True)
    return {
        name: dict(zip(("correlation", "low", "high"), map(value, row), strict=True)) for name, row in rows
    }
