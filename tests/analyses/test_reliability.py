"""Reliability: ratios to natural maxima, the spread of seeds, rows matched by channel."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from generator.analyses.base import Context
from generator.analyses.reliability import ReliabilityAnalysis, layer_reliability
from generator.records import Layer, LayerSurvey, LayerVisualizations, Survey, Visualizations


def visualizations_of(
    channels: list[int], mean: list[float], peak: list[float], random_mean: list[float]
) -> LayerVisualizations:
    count = len(channels)
    return LayerVisualizations(
        neurons=np.array(channels, np.int32),
        pictures=np.zeros((count, 4, 4, 3), np.uint8),
        alpha=np.zeros((count, 0, 0), np.uint8),
        mean_response=np.array(mean, np.float32),
        peak=np.array(peak, np.float32),
        random_mean=np.array(random_mean, np.float32),
        random_peak=np.zeros(count, np.float32),
        history_steps=np.zeros(0, np.int32),
        history=np.zeros((count, 0), np.float32),
        steps_run=np.zeros(count, np.int32),
    )


def test_ratios_match_rows_by_channel(
    survey_of: Callable[..., LayerSurvey], records_context: Callable[..., Context]
) -> None:
    maps = np.zeros((3, 3, 2, 2), np.float32)
    maps[1, 0] = 4  # channel 7: strongest mean 4, maximum 4
    maps[2, 1, 0, 0] = 8  # channel 2: strongest mean 2, maximum 8
    layer = Layer("conv", "Conv2d", "convolution", "ReLU", 9, 2, 2, neurons=(7, 2, 5))
    pictures = visualizations_of([5, 7, 2], mean=[1, 6, 1], peak=[1, 12, 4], random_mean=[1, 5, 3])
    plain = visualizations_of([2, 5, 7], mean=[3, 1, 10], peak=[0, 0, 0], random_mean=[0, 0, 0])
    records = {
        "survey": Survey({"conv": survey_of(maps)}),
        "visualizations": Visualizations({"conv": pictures}, {"plain": {"conv": plain}}),
    }
    context = records_context([layer], np.full(3, -1, np.int32), 0, records)
    analysis = ReliabilityAnalysis()
    record = analysis.combine(context, [analysis.run(context, task) for task in analysis.tasks(context)])
    result = record.layers["conv"]
    np.testing.assert_array_equal(result.mean_ratio, np.float32([1.5, 0.5, np.nan]))
    np.testing.assert_array_equal(result.peak_ratio, np.float32([3, 0.5, np.nan]))
    np.testing.assert_array_equal(result.beats_random, [True, False, False])
    np.testing.assert_array_equal(result.other_ratios["plain"], np.float32([2.5, 1.5, np.nan]))
    assert np.isnan(result.seed_spread).all()  # a single seed has none
    five = analysis.estimate(records_context([layer], np.full(3, -1, np.int32), 0, {}))
    assert five.size == 3 * (1 + 4 * (3 + 4))


def test_the_spread_is_the_smallest_seed_over_the_largest_and_no_other_variant_s(
    survey_of: Callable[..., LayerSurvey],
) -> None:
    layer = Layer("conv", "Conv2d", "convolution", "", 3, 1, 1, neurons=(0, 1, 2))

    def seed(channels: list[int], mean: list[float]) -> LayerVisualizations:
        return visualizations_of(channels, mean=mean, peak=[0, 0, 0], random_mean=[0, 0, 0])

    others = {
        "seed-2": seed([2, 1, 0], [-1, 3, 2]),
        "seed-3": seed([0, 1, 2], [1, -1.5, -3]),
        "negative": seed([0, 1, 2], [-9, -9, -9]),
        "plain": seed([0, 1, 2], [99, 99, 99]),
    }
    natural = survey_of(np.ones((2, 3, 1, 1), np.float32))
    result = layer_reliability(layer, natural, seed([0, 1, 2], [4, 2, -2]), others)
    np.testing.assert_array_equal(result.seed_spread, np.float32([0.25, -0.5, np.nan]))
    assert set(result.other_ratios) == set(others)


def test_negative_natural_maximum_has_no_ratio(survey_of: Callable[..., LayerSurvey]) -> None:
    layer = Layer("conv", "Conv2d", "convolution", "", 1, 1, 1, neurons=(0,))
    pictures = visualizations_of([0], mean=[1], peak=[1], random_mean=[-1])
    result = layer_reliability(layer, survey_of(np.full((2, 1, 1, 1), -3, np.float32)), pictures, {})
    assert np.isnan(result.mean_ratio).all()
    assert np.isnan(result.peak_ratio).all()
    assert result.beats_random.all()
