"""Statistics against plain numpy on activations held in memory, and planted neurons."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pytest
import torch

from generator.activations import sketch
from generator.analyses.base import Context
from generator.analyses.class_scores import class_auc_intervals, class_aucs
from generator.analyses.statistics import (
    QUANTILE_LEVELS,
    StatisticsAnalysis,
    histogram_counts,
    histogram_edges,
    layer_statistics,
    sparseness,
)
from generator.records import Layer, LayerStatistics, LayerSurvey, Survey

SurveyOf = Callable[..., LayerSurvey]
IMAGES, NEURONS, CLASSES = 80, 5, 4


@pytest.fixture(scope="module")
def labels() -> np.ndarray:
    labels = np.arange(IMAGES, dtype=np.int32) % 3  # class 3 is empty
    labels[::10] = -1
    return labels


@pytest.fixture(scope="module")
def maps() -> np.ndarray:
    """Rectified noise; neuron 3 is constant, neuron 4 negative before any rectification."""
    random = np.random.default_rng(1)
    maps = np.maximum(random.normal(size=(IMAGES, NEURONS, 6, 5)), 0).astype(np.float32)
    maps[:, 3] = 2.5
    maps[:, 4] = -random.uniform(1, 2, size=(IMAGES, 6, 5))
    return maps


@pytest.fixture(scope="module")
def result(survey_of: SurveyOf, maps: np.ndarray, labels: np.ndarray) -> LayerStatistics:
    return layer_statistics(survey_of(maps, labels, CLASSES), labels, bins=16, resamples=30, seed=4)


def test_moments_and_extremes(result: LayerStatistics, maps: np.ndarray) -> None:
    flat = maps.transpose(1, 0, 2, 3).reshape(NEURONS, -1).astype(np.float64)
    np.testing.assert_allclose(result.mean, flat.mean(axis=1), rtol=1e-6)
    np.testing.assert_allclose(result.std, flat.std(axis=1), rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(result.minimum, flat.min(axis=1))
    np.testing.assert_array_equal(result.maximum, flat.max(axis=1))
    np.testing.assert_allclose(result.zero_fraction, (flat == 0).mean(axis=1), rtol=1e-6)


def test_quantiles_are_those_of_all_positions_within_a_bin(result: LayerStatistics, maps: np.ndarray) -> None:
    flat = maps.transpose(1, 0, 2, 3).reshape(NEURONS, -1)
    np.testing.assert_array_equal(result.quantile_levels, QUANTILE_LEVELS)
    for level, found in zip(
        (*QUANTILE_LEVELS, 0.995), np.c_[result.quantiles, result.threshold].T, strict=True
    ):
        low = np.quantile(flat, level, axis=1, method="lower")
        high = np.quantile(flat, level, axis=1, method="higher")
        assert (found >= low - np.abs(low) * sketch.RELATIVE_WIDTH - 1e-6).all(), level
        assert (found <= high + np.abs(high) * sketch.RELATIVE_WIDTH + 1e-6).all(), level
    np.testing.assert_array_equal(result.quantiles[:, 0], result.minimum)
    np.testing.assert_array_equal(result.quantiles[:, -1], result.maximum)


def test_threshold_leaves_half_a_percent_above(result: LayerStatistics, maps: np.ndarray) -> None:
    above = (maps[:, :3] > result.threshold[:3, None, None]).mean(axis=(0, 2, 3))
    np.testing.assert_allclose(above, 0.005, atol=0.002)


def test_peak_quantiles_are_those_of_images(result: LayerStatistics, maps: np.ndarray) -> None:
    peaks = maps.max(axis=(2, 3)).astype(np.float16).astype(np.float32)
    np.testing.assert_allclose(
        result.peak_quantiles, np.quantile(peaks, QUANTILE_LEVELS, axis=0).T, rtol=1e-6
    )


def test_histogram_counts_every_activation(result: LayerStatistics, maps: np.ndarray) -> None:
    flat = maps.transpose(1, 0, 2, 3).reshape(NEURONS, -1)
    assert (result.histogram_counts.sum(axis=1) == flat.shape[1]).all()
    np.testing.assert_array_equal(result.histogram_edges[[0, 4], 0], result.minimum[[0, 4]])
    np.testing.assert_array_equal(result.histogram_edges[[0, 4], -1], result.maximum[[0, 4]])
    for neuron in (0, 1, 2, 4):
        expected, _ = np.histogram(flat[neuron], bins=result.histogram_edges[neuron])
        moved = np.abs(result.histogram_counts[neuron] - expected).sum() / 2
        assert moved <= 0.02 * flat.shape[1]
        if neuron != 4:
            assert result.histogram_counts[neuron, 0] >= (flat[neuron] == 0).sum()
    constant = result.histogram_edges[3]
    inside = np.flatnonzero(result.histogram_counts[3])
    assert (constant[inside] <= 2.5).all()
    assert (constant[inside + 1] >= 2.5).all()


@pytest.mark.parametrize("maximum", [1.1, 1.3, 1.7, 1.99, 5000.0])
def test_histogram_has_no_comb(maximum: float) -> None:
    values = np.linspace(0, maximum, 400_001, dtype=np.float32)[None]
    counts = sketch.count(torch.from_numpy(values)).numpy()
    found = histogram_counts(counts, np.linspace(0, maximum, 49)[None])[0]
    np.testing.assert_allclose(found, 400_001 / 48, rtol=0.02)


def test_exact_zeros_belong_to_the_bin_above_zero() -> None:
    values = torch.tensor([[-1.0, -0.5, 0.0, 0.0, -0.0, 1.0]])
    found = histogram_counts(sketch.count(values).numpy(), np.array([[-1, -0.25, 0, 0.25, 1.0]]))
    np.testing.assert_array_equal(found, [[2, 0, 3, 1]])


def test_class_columns(result: LayerStatistics, maps: np.ndarray, labels: np.ndarray) -> None:
    peaks = maps.max(axis=(2, 3))
    for label in range(3):
        np.testing.assert_allclose(
            result.class_means[:, label], peaks[labels == label].mean(axis=0), rtol=1e-6
        )
    assert np.isnan(result.class_means[:, 3]).all()
    pooled = peaks.astype(np.float16)
    np.testing.assert_allclose(result.class_auc, class_aucs(pooled, labels, CLASSES), rtol=1e-6)
    low, high = class_auc_intervals(pooled, labels, CLASSES, resamples=30, seed=4)
    np.testing.assert_allclose(result.class_auc_low, low, rtol=1e-6)
    np.testing.assert_allclose(result.class_auc_high, high, rtol=1e-6)


def test_selectivity_is_of_the_rectified_mean_response(
    result: LayerStatistics, maps: np.ndarray, labels: np.ndarray
) -> None:
    responses = np.maximum(maps.mean(axis=(2, 3)), 0)
    for neuron in range(3):
        means = sorted(responses[labels == label, neuron].mean() for label in range(3))
        rest = (means[0] + means[1]) / 2
        assert result.selectivity[neuron] == pytest.approx((means[2] - rest) / (means[2] + rest), rel=1e-5)
    assert result.selectivity[3] == pytest.approx(0)
    assert np.isnan(result.selectivity[4])


def test_sparseness_against_the_printed_formula(result: LayerStatistics, maps: np.ndarray) -> None:
    responses = np.maximum(maps.mean(axis=(2, 3)), 0).astype(np.float64)
    for neuron in range(3):
        response = responses[:, neuron]
        activity = (response.sum() / IMAGES) ** 2 / ((response**2).sum() / IMAGES)
        expected = (1 - activity) / (1 - 1 / IMAGES)
        assert result.sparseness[neuron] == pytest.approx(expected, rel=1e-5)
    assert result.sparseness[3] == pytest.approx(0, abs=1e-6)
    assert np.isnan(result.sparseness[4])


def test_sparseness_of_one_image_alone_is_one() -> None:
    np.testing.assert_allclose(sparseness(np.array([3.0]), np.array([9.0]), 50), [1])
    assert np.isnan(sparseness(np.array([3.0]), np.array([9.0]), 1)).all()


def test_planted_class_neuron_dead_neuron_and_constant_neuron(survey_of: SurveyOf) -> None:
    labels = np.repeat(np.arange(5, dtype=np.int32), 6)
    maps = np.zeros((30, 3, 2, 2), np.float32)
    maps[labels == 3, 0] = 1.5
    maps[:, 2] = -0.25
    result = layer_statistics(survey_of(maps, labels, 5), labels, bins=8, resamples=20, seed=0)
    assert result.class_auc[0, 3] == result.class_auc_low[0, 3] == result.class_auc_high[0, 3] == 1
    assert result.selectivity[0] == 1
    np.testing.assert_array_equal(result.class_means[0], [0, 0, 0, 1.5, 0])
    np.testing.assert_array_equal(result.dead, [False, True, True])
    assert (result.class_auc[1] == 0.5).all()
    assert np.isnan(result.sparseness[1:]).all()
    assert result.zero_fraction[1] == 1


def test_unlabelled_images_leave_no_class_columns(survey_of: SurveyOf, maps: np.ndarray) -> None:
    nobody = np.full(IMAGES, -1, np.int32)
    result = layer_statistics(survey_of(maps), nobody, bins=8, resamples=20, seed=0)
    for columns in (result.class_means, result.class_auc, result.class_auc_low, result.class_auc_high):
        assert columns.shape == (NEURONS, 0)
    assert np.isnan(result.selectivity).all()


def test_histogram_edges_span_the_range_and_surround_a_constant() -> None:
    edges = histogram_edges(np.float32([0, 7, -1e4]), np.float32([4, 7, -1e4]), 4)
    np.testing.assert_allclose(
        edges, [[0, 1, 2, 3, 4], [3.5, 5.25, 7, 8.75, 10.5], [-15e3, -12.5e3, -1e4, -7.5e3, -5e3]]
    )


def test_analysis_makes_one_record_of_all_layers(
    survey_of: SurveyOf, records_context: Callable[..., Context], maps: np.ndarray, labels: np.ndarray
) -> None:
    layers = [Layer(name, "Conv2d", "convolution", "", 9, 6, 5, (8, 0)) for name in ("first", "second")]
    surveys = {
        "first": survey_of(maps[:, :2], labels, CLASSES),
        "second": survey_of(maps[:, 2:4], labels, CLASSES),
    }
    context = records_context(layers, labels, CLASSES, {"survey": Survey(surveys)})
    analysis = StatisticsAnalysis()
    record = analysis.combine(context, [analysis.run(context, task) for task in analysis.tasks(context)])
    assert list(record.layers) == ["first", "second"]
    for name, found in record.layers.items():
        expected = layer_statistics(surveys[name], labels, bins=48, resamples=200, seed=0)
        np.testing.assert_array_equal(found.class_auc_low, expected.class_auc_low)
        np.testing.assert_array_equal(found.histogram_counts, expected.histogram_counts)
    assert json.loads(json.dumps(analysis.identity(context)))["settings"] == {"bins": 48, "bootstrap": 200}


def test_estimate_needs_no_records(records_context: Callable[..., Context], labels: np.ndarray) -> None:
    layer = Layer("conv", "Conv2d", "convolution", "", 9, 6, 5, (8, 0))
    estimate = StatisticsAnalysis().estimate(records_context([layer], labels, CLASSES, {}))
    assert estimate.seconds > 0
    assert estimate.size > 0
    assert estimate.work == "2 neurons, 200 resamples"
