"""Template values of the activations section: histogram, statistics table and quantiles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from generator.pages import sparks
from generator.pages.neuron_view import NeuronView
from generator.pages.numbers import Shown, share, shown, significant, whole
from generator.pages.schema import Quantile, StatisticsData

# Quantiles shown, where the record has more; the JSON holds all.
SHOWN_LEVELS = (0.01, 0.05, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.995, 0.999)

SILENT = "the neuron gave no response to any image"
NO_CLASSES = "it needs labelled images with a positive response"


@dataclass(frozen=True)
class Measure:
    """A line of the statistics table; `term` is its anchor in the glossary."""

    name: str
    term: str
    value: Shown
    note: str


def distribution(view: NeuronView) -> Mapping[str, Any] | None:
    """Return the distribution of activations, or None without the record."""
    found = view.data.statistics
    if found is None:
        return None
    positions = sum(found.histogram_counts)
    return {
        "measures": measures(found, after_relu=view.data.layer.activation == "ReLU"),
        "quantiles": [
            (share(entry.level).text, shown(entry.activation), shown(entry.peak))
            for entry in chosen_levels(found.quantiles)
        ],
        "drawing": sparks.histogram(found.histogram_edges, found.histogram_counts, found.threshold),
        "chart": _chart(found),
        "only": shown(found.minimum),
        "summary": (
            f"Histogram of {whole(positions)} activations between {shown(found.minimum).text} "
            f"and {shown(found.maximum).text}; threshold {shown(found.threshold).text}"
        ),
        "positions": whole(positions),
        "images": whole(view.data.provenance.images.count),
    }


def measures(found: StatisticsData, *, after_relu: bool) -> list[Measure]:
    """Return the lines of the statistics table."""
    zeros = "ReLU sets negative values to 0" if after_relu else "of all activations"
    return [
        Measure("Mean", "mean-response", shown(found.mean), "over all positions of all images"),
        Measure("Standard deviation", "mean-response", shown(found.std), ""),
        Measure("Minimum", "", shown(found.minimum), ""),
        Measure("Maximum", "peak", shown(found.maximum), "the strongest peak of any image"),
        Measure("Exact zeros", "", share(found.zero_fraction), zeros),
        Measure("Threshold", "threshold", shown(found.threshold), "the top 0.5% of activations lie above"),
        Measure(
            "Sparseness",
            "sparseness",
            shown(found.sparseness, SILENT),
            "0: all images alike, 1: a single image",
        ),
        Measure(
            "Class selectivity",
            "class-selectivity",
            shown(found.selectivity, NO_CLASSES),
            "0: all classes alike, 1: a single class",
        ),
    ]


def chosen_levels(quantiles: tuple[Quantile, ...]) -> list[Quantile]:
    """Return the quantiles to show: all of a few, else the ones nearest to fixed levels."""
    if len(quantiles) <= len(SHOWN_LEVELS):
        return list(quantiles)
    nearest = {
        min(range(len(quantiles)), key=lambda at: abs(quantiles[at].level - level)) for level in SHOWN_LEVELS
    }
    return [quantiles[at] for at in sorted(nearest)]


def _chart(found: StatisticsData) -> dict[str, Any] | None:
    """Return the histogram's values, None where all activations are one value."""
    if found.minimum == found.maximum:
        return None
    return {"datasets": {"bins": _bins(found), "marks": _marks(found)}}


def _bins(found: StatisticsData) -> list[dict[str, float | int]]:
    edges = [float(f"{edge:.5g}") for edge in found.histogram_edges]
    return [
        {"from": left, "to": right, "count": count}
        for left, right, count in zip(edges, edges[1:], found.histogram_counts, strict=False)
        if count
    ]


def _marks(found: StatisticsData) -> list[dict[str, float | str]]:
    if found.threshold is None:
        return []
    return [{"at": found.threshold, "label": f"threshold {significant(found.threshold)}"}]
