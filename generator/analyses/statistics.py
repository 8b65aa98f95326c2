"""Activation statistics of every chosen neuron, made from the survey of all images."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from generator.activations import sketch
from generator.analyses.base import THRESHOLD_LEVEL, Analysis, Context, Estimate, Scope
from generator.analyses.class_scores import class_auc_intervals, class_aucs, class_selectivity
from generator.records import Floats, Integers, LayerStatistics, LayerSurvey, Statistics, Survey

# Levels of the quantiles shown, the exact extremes first and last.
QUANTILE_LEVELS = (0, 0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.995, 0.999, 1)
SAMPLE = 100  # resamples timed for an estimate


@dataclass(frozen=True)
class StatisticsTask:
    """The statistics of one layer."""

    layer: str


class StatisticsAnalysis(Analysis[StatisticsTask, LayerStatistics, Statistics]):
    """Moments, quantiles, histogram, sparseness, class selectivity and class AUCs of each neuron."""

    name: ClassVar[str] = "statistics"
    version: ClassVar[int] = 1
    scope: ClassVar[Scope] = "atlas"
    requires: ClassVar[tuple[str, ...]] = ("survey",)
    part_type: ClassVar[type] = LayerStatistics
    record_type: ClassVar[type] = Statistics

    def identity(self, context: Context) -> Mapping[str, Any]:
        """Return the settings of the statistics; the survey names the layers and neurons."""
        return {
            "settings": context.recipe.statistics.model_dump(mode="json"),
            "layers": [layer.name for layer in context.layers],
        }

    def tasks(self, context: Context) -> Sequence[StatisticsTask]:
        """Return one task a layer."""
        return [StatisticsTask(layer.name) for layer in context.layers]

    def run(self, context: Context, task: StatisticsTask) -> LayerStatistics:
        """Compute the statistics of one layer."""
        survey = context.record("survey", Survey).layers[task.layer]
        settings = context.recipe.statistics
        return layer_statistics(
            survey,
            context.images.labels,
            bins=settings.bins,
            resamples=settings.bootstrap,
            seed=context.recipe.seed,
        )

    def combine(self, context: Context, parts: Sequence[LayerStatistics]) -> Statistics:
        """Gather the layers."""
        return Statistics({layer.name: part for layer, part in zip(context.layers, parts, strict=True)})

    def estimate(self, context: Context) -> Estimate:
        """Time the bootstrap of one made-up neuron; all else is quick."""
        neurons = sum(len(layer.neurons) for layer in context.layers)
        settings = context.recipe.statistics
        classes = len(context.images.info.class_names)
        values = np.random.default_rng(0).normal(size=(len(context.images), 1)).astype(np.float16)
        sample = min(SAMPLE, settings.bootstrap)
        for resamples in (1, sample):  # the first to warm up
            start = time.perf_counter()
            class_auc_intervals(values, context.images.labels, classes, resamples=resamples, seed=0)
        seconds = (time.perf_counter() - start) * neurons * settings.bootstrap / sample
        numbers = 3 * settings.bins + 2 * len(QUANTILE_LEVELS) + 4 * classes + 10
        return Estimate(f"{neurons} neurons, {settings.bootstrap} resamples", seconds, neurons * numbers * 4)


def layer_statistics(
    survey: LayerSurvey, labels: Integers, *, bins: int, resamples: int, seed: int
) -> LayerStatistics:
    """Return the statistics of a layer.

    Args:
        survey: The layer's summaries over all images.
        labels: (images,), class of each image, -1 for unlabelled.
        bins: Bins of the histograms.
        resamples: Of the bootstrap.
        seed: Of the bootstrap; every layer sees the same resamples.
    """
    levels = np.array(QUANTILE_LEVELS, dtype=np.float64)
    inner = sketch.quantiles(
        survey.sketch, np.append(levels[1:-1], THRESHOLD_LEVEL), survey.minimum, survey.maximum
    )
    edges = histogram_edges(survey.minimum, survey.maximum, bins)
    classes = len(survey.class_counts)
    low, high = class_auc_intervals(survey.peaks, labels, classes, resamples=resamples, seed=seed)
    return LayerStatistics(
        mean=survey.mean.astype(np.float32),
        std=np.sqrt(survey.variance).astype(np.float32),
        minimum=survey.minimum,
        maximum=survey.maximum,
        zero_fraction=(survey.zeros / survey.positions).astype(np.float32),
        threshold=inner[:, -1],
        quantile_levels=levels,
        quantiles=np.column_stack([survey.minimum, inner[:, :-1], survey.maximum]),
        peak_quantiles=_peak_quantiles(survey.peaks, levels),
        sparseness=sparseness(survey.response_sum, survey.response_squares, survey.images),
        # A rectified neuron that never fires is 0 everywhere, so it never varies either.
        dead=survey.minimum == survey.maximum,
        histogram_edges=edges.astype(np.float32),
        histogram_counts=histogram_counts(survey.sketch, edges),
        selectivity=class_selectivity(_class_means(survey.class_response_sum, survey)).astype(np.float32),
        class_means=_class_means(survey.class_peak_sum, survey).astype(np.float32),
        class_auc=class_aucs(survey.peaks, labels, classes).astype(np.float32),
        class_auc_low=low.astype(np.float32),
        class_auc_high=high.astype(np.float32),
    )


def sparseness(response_sum: Floats, response_squares: Floats, images: int) -> Floats:
    """Return (1 - a) / (1 - 1/N), a = (E r)² / E r², over the N images' responses r.

    Args:
        response_sum: (neurons,), sum of the images' non-negative responses.
        response_squares: (neurons,), sum of their squares.
        images: Their number N.

    Returns:
        (neurons,) float32, from 0 (every image alike) to 1 (one image alone); NaN for a silent
        neuron and for a single image.

    Source:
        Treves & Rolls 1991, in the form of Vinje & Gallant 2000.
    """
    result = np.full(len(response_sum), np.nan, dtype=np.float32)
    if images > 1:
        firing = response_squares > 0
        activity = response_sum[firing] ** 2 / (images * response_squares[firing])
        result[firing] = np.clip((1 - activity) / (1 - 1 / images), 0, 1)
    return result


def histogram_edges(minimum: Floats, maximum: Floats, bins: int) -> Floats:
    """Return edges of equal bins from minimum to maximum, around the value where both are equal.

    Args:
        minimum: (neurons,).
        maximum: (neurons,).
        bins: Number of bins.

    Returns:
        (neurons, bins + 1) float64, ascending.
    """
    low, high = minimum.astype(np.float64), maximum.astype(np.float64)
    margin = np.where(low == high, np.maximum(1, np.abs(low)) / 2, 0)
    return np.linspace(low - margin, high + margin, bins + 1, axis=1)


def histogram_counts(counts: Integers, edges: Floats) -> Integers:
    """Count a sketch's activations in other bins.

    Activations of a sketch bin count as spread evenly over it, so that its width leaves no comb in
    the histogram; those of the zero bin count as 0, which belongs to the bin above an edge at 0.

    Args:
        counts: (neurons, sketch bins).
        edges: (neurons, bins + 1), ascending from the minimum or below to the maximum or above.

    Returns:
        (neurons, bins) int64; a neuron's counts add up to those of the sketch.
    """
    result = np.empty((len(counts), edges.shape[1] - 1), dtype=np.int64)
    smallest = sketch.edges()[sketch.ZERO_BIN + 1]
    for neuron, row in enumerate(counts):
        known = sketch.edges()
        known[[0, -1]] = min(known[0], edges[neuron, 0]), max(known[-1], edges[neuron, -1])
        below = np.concatenate([[0], np.cumsum(row)])
        inner = edges[neuron, 1:-1]
        inside = np.interp(np.where(np.abs(inner) < smallest, -smallest, inner), known, below)
        result[neuron] = np.diff(np.rint(inside).astype(np.int64), prepend=0, append=below[-1])
    return result


def _class_means(sums: Floats, survey: LayerSurvey) -> Floats:
    """Sums over the images of a class by their number: (neurons, classes); NaN without images."""
    counts = np.broadcast_to(survey.class_counts, sums.shape)
    means = np.full(sums.shape, np.nan)
    np.divide(sums, counts, out=means, where=counts > 0)
    return means


def _peak_quantiles(peaks: Floats, levels: Floats) -> Floats:
    """Quantiles of the images' peaks: (neurons, levels) float32, one neuron in memory at a time."""
    neurons = range(peaks.shape[1])
    rows = [np.quantile(peaks[:, neuron].astype(np.float32), levels) for neuron in neurons]
    return np.array(rows, dtype=np.float32).reshape(len(rows), len(levels))
