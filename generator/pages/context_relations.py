"""Template values of a neuron's similar neurons and of its connections with the layers around it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from generator.pages.map_data import has_map
from generator.pages.neuron_view import NeuronView
from generator.pages.numbers import plural, share, shown, signed_share, significant
from generator.pages.schema_relations import RelatedNeuron
from generator.pages.tiles import face_tile
from generator.records import REDUNDANT, Connections, NeuronId, Similar
from generator.store.layout import map_page

NEVER_VARIES = "the neuron's responses never vary"


def similar(view: NeuronView) -> Mapping[str, Any] | None:
    """Return the neurons that respond like this one or against it; None where that was not measured."""
    found, record = view.data.similar, view.layer.atlas.get("similar", Similar)
    if found is None or record is None:
        return None
    groups = [
        ("In this layer", "within", found.within),
        ("In other layers", "across", found.across),
        ("Opposed, in any layer", "opposed", found.opposed),
    ]
    return {
        "groups": [
            {"title": title, "anchor": anchor, "entries": [_entry(view, one) for one in entries]}
            for title, anchor, entries in groups
            if entries
        ],
        "images": plural(record.images, "image"),
        "shuffles": record.shuffles,
        "high": shown(found.shuffled_high, NEVER_VARIES),
        "low": shown(found.shuffled_low, NEVER_VARIES),
        "silent": found.shuffled_high is None,
        "redundant": significant(REDUNDANT),
        "map": view.link(map_page(view.neuron.atlas)) if has_map(view.layer.atlas) else "",
        "methods": view.link("methods.md#similar"),
        "limits": view.link("limits.md#relations"),
    }


def connections(view: NeuronView) -> Mapping[str, Any] | None:
    """Return the neuron's strongest connections; None where none were measured."""
    found, record = view.data.connections, view.layer.atlas.get("connections", Connections)
    if found is None or record is None or (found.before is None and found.after is None):
        return None
    return {
        "before": found.before,
        "incoming": _bars(view, found.incoming),
        "even": share(found.even),
        "low": _percent(found.shuffled_low),
        "high": _percent(found.shuffled_high),
        "after": found.after,
        "outgoing": _bars(view, found.outgoing),
        "images": record.images,
        "shuffles": record.shuffles,
        "methods": view.link("methods.md#connections"),
        "limits": view.link("limits.md#relations"),
    }


def _entry(view: NeuronView, entry: RelatedNeuron) -> dict[str, Any]:
    return {
        "tile": face_tile(view.layer.faces[NeuronId.parse(entry.neuron)], view.here),
        "value": shown(entry.value),
        "interval": f"{shown(entry.low).text} to {shown(entry.high).text}",
        "redundant": entry.low is not None and entry.low >= REDUNDANT,
    }


def _bars(view: NeuronView, entries: Sequence[RelatedNeuron]) -> list[dict[str, Any]]:
    """Return connections with bars as long as their share beside the strongest one."""
    longest = max((abs(entry.value or 0.0) for entry in entries), default=1.0)
    rows = []
    for entry in entries:
        face = view.layer.faces.get(NeuronId.parse(entry.neuron))
        part = abs(entry.value or 0.0) / longest
        rows.append(
            {
                "name": entry.neuron.partition("/")[2],
                "tile": face_tile(face, view.here) if face is not None else None,
                "share": _percent(entry.value),
                "interval": f"{_percent(entry.low)} to {_percent(entry.high)}",
                "sign": "excites" if (entry.value or 0.0) > 0 else "inhibits",
                "style": f"--part:{part:.4f}",
            }
        )
    return rows


def _percent(value: float | None) -> str:
    return signed_share(value).text
