"""Template values of a neuron's badge and of its reliability section: checks, path by layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from generator.pages import sparks
from generator.pages.badge_text import MEANINGS, badge_reason, check_rows
from generator.pages.neuron_view import NeuronView
from generator.pages.numbers import shown
from generator.pages.schema_reliability import PathData
from generator.records import Badges

# Lines across the chart: where a path would lie if the pictures were processed like these.
MARKS = [{"at": 0, "label": "as random images"}, {"at": 1, "label": "as top images"}]

TOO_LITTLE = "top images have too little in common in this layer"
NO_IMAGES = "no natural image excites the neuron, or there are too few images"


def badge_line(view: NeuronView) -> Mapping[str, str] | None:
    """Return the badge as the top of the page has it, None where there is none."""
    data = view.data.reliability
    return None if data is None else {"name": data.badge, "reason": badge_reason(data)}


def reliability(view: NeuronView) -> Mapping[str, Any] | None:
    """Return the reliability section, or None for a neuron without a badge."""
    data, record = view.data.reliability, view.layer.atlas.get("badges", Badges)
    if data is None or record is None:
        return None
    points = [(place, entry) for place, entry in enumerate(data.layers) if entry.path is not None]
    return {
        "badge": data.badge,
        "meaning": MEANINGS[data.badge],
        "checks": check_rows(data, view.data.visualization, record.thresholds),
        "layers": [_layer(entry) for entry in data.layers],
        "chart": _chart(points) if len(points) > 1 else None,
        "drawing": sparks.curve([place for place, _ in points], [entry.path or 0.0 for _, entry in points]),
        "methods": view.link("methods.md#reliability"),
        "limits": view.link("limits.md#badges"),
    }


def _layer(entry: PathData) -> dict[str, Any]:
    reason = NO_IMAGES if entry.common_ground is None else TOO_LITTLE
    return {
        "name": entry.layer,
        "common": shown(entry.common_ground, NO_IMAGES),
        "low": shown(entry.common_ground_low, NO_IMAGES),
        "path": shown(entry.path, reason),
    }


def _chart(points: Sequence[tuple[int, PathData]]) -> dict[str, Any]:
    rows = [_point(place, entry) for place, entry in points]
    return {"datasets": {"paths": rows, "marks": MARKS}}


def _point(place: int, entry: PathData) -> dict[str, Any]:
    return {"layer": entry.layer, "order": place, "path": float(f"{entry.path or 0.0:.4g}")}
