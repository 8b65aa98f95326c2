"""Template values of the classes section: which classes' images give the higher peaks, and how surely."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from generator.pages.neuron_view import NeuronView
from generator.pages.numbers import shown, whole
from generator.pages.schema import ClassData

# Up to this many classes all are shown; else so many from either end.
SHOWN_WHOLE = 12
SHOWN_BEST = 8
SHOWN_LOWEST = 4


def classes(view: NeuronView) -> Mapping[str, Any] | None:
    """Return classes by AUC, or None for unlabelled images or without the record."""
    found = view.data.classes
    if not found:
        return None
    ranked = ranked_classes(found)
    all_shown = len(ranked) <= SHOWN_WHOLE
    return {
        "best": [_row(entry) for entry in (ranked if all_shown else ranked[:SHOWN_BEST])],
        "lowest": [] if all_shown else [_row(entry) for entry in ranked[-SHOWN_LOWEST:]],
        "hidden": whole(len(ranked) - SHOWN_BEST - SHOWN_LOWEST),
        "count": whole(len(found)),
    }


def ranked_classes(found: Sequence[ClassData]) -> list[ClassData]:
    """Return classes by falling AUC, undefined ones last, ties in their own order."""
    return sorted(found, key=lambda entry: (entry.auc is None, -(entry.auc or 0.0)))


def _row(entry: ClassData) -> dict[str, Any]:
    reason = "the class or the rest has no image" if entry.images == 0 else "it could not be measured"
    return {
        "name": entry.name,
        "images": whole(entry.images),
        "mean_peak": shown(entry.mean_peak, reason),
        "auc": shown(entry.auc, reason),
        "interval": _interval(entry),
        "style": _style(entry),
    }


def _interval(entry: ClassData) -> str:
    if entry.auc_low is None or entry.auc_high is None:
        return ""
    return f"{shown(entry.auc_low).text} to {shown(entry.auc_high).text}"


def _style(entry: ClassData) -> str:
    """Return where the point and the ends of the interval stand on the axis from 0 to 1."""
    if entry.auc is None:
        return ""
    low = entry.auc if entry.auc_low is None else entry.auc_low
    high = entry.auc if entry.auc_high is None else entry.auc_high
    return f"--at:{entry.auc:.4f};--low:{low:.4f};--high:{high:.4f}"
