from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import torch

from generator.activations.running import RunningSurvey, merge
from generator.errors import NetworkError
from generator.records import Layer, LayerSurvey
from tests.planted import assert_same_survey, slow_survey

CLASSES, KEPT, IMAGES = 3, 5, 41


def layer_of(maps: np.ndarray) -> Layer:
    _, neurons, height, width = maps.shape
    return Layer("layer", "Conv2d", "convolution", "", neurons, height, width, tuple(range(neurons)))


def survey(maps: np.ndarray, labels: np.ndarray, size: int, first: int = 0, kept: int = KEPT) -> LayerSurvey:
    running = RunningSurvey(layer_of(maps), kept, CLASSES)
    for start in range(0, len(maps), size):
        part = maps[start : start + size]
        images = np.arange(first + start, first + start + len(part))
        running.add(torch.from_numpy(part), images, labels[start : start + size])
    return running.result()


@pytest.fixture(params=["linear", "rectified", "one position", "ties", "shifted"])
def maps(request: pytest.FixtureRequest) -> np.ndarray:
    random = np.random.default_rng(4)
    values = (
        random.normal(size=(IMAGES, 6, 4, 3)).astype(np.float32)
        * np.array([1, 5, 0.01, 300, 1, 1])[:, None, None]
    )
    if request.param == "rectified":
        values = np.maximum(values, 0)
    if request.param == "one position":
        values = values[:, :, :1, :1]
    if request.param == "ties":
        values = np.round(np.clip(values, -2, 2))
    if request.param == "shifted":
        values += 1000
    return np.ascontiguousarray(values, dtype=np.float32)


@pytest.fixture
def labels() -> np.ndarray:
    return np.random.default_rng(5).integers(-1, CLASSES, IMAGES).astype(np.int32)


@pytest.mark.parametrize("size", [1, 7, 64])
def test_any_batch_size_gives_what_storing_everything_gives(
    maps: np.ndarray, labels: np.ndarray, size: int
) -> None:
    expected = slow_survey(maps, labels, CLASSES, KEPT)
    found = survey(maps, labels, size)
    assert_same_survey(found, expected)
    np.testing.assert_allclose(found.variance, expected.variance, rtol=1e-4)


@pytest.mark.parametrize("cuts", [(20,), (1, 3, 40)])
def test_merged_shards_equal_one_pass(maps: np.ndarray, labels: np.ndarray, cuts: tuple[int, ...]) -> None:
    bounds = [0, *cuts, IMAGES]
    parts = [survey(maps[start:stop], labels[start:stop], 6, first=start) for start, stop in pairwise(bounds)]
    assert_same_survey(merge(parts, KEPT), slow_survey(maps, labels, CLASSES, KEPT))


def test_more_images_are_kept_than_a_shard_has(labels: np.ndarray) -> None:
    maps = np.random.default_rng(6).normal(size=(8, 2, 2, 2)).astype(np.float32)
    parts = [
        survey(maps[start : start + 2], labels[start : start + 2], 2, start, 7) for start in range(0, 8, 2)
    ]
    assert parts[0].top_images.shape == (2, 2)
    assert_same_survey(merge(parts, 7), slow_survey(maps, labels[:8], CLASSES, 7))


def test_a_constant_neuron_has_no_variance_at_all(labels: np.ndarray) -> None:
    maps = np.full((IMAGES, 2, 3, 3), 0.1, dtype=np.float32)
    maps[:, 1] = 0
    parts = [
        survey(maps[start:stop], labels[start:stop], 7, start) for start, stop in ((0, 10), (10, IMAGES))
    ]
    merged = merge(parts, KEPT)
    assert merged.variance.tolist() == [0, 0]
    assert merged.mean.tolist() == [np.float32(0.1), 0]
    assert merged.zeros.tolist() == [0, IMAGES * 9]


def test_images_without_a_label_count_in_everything_but_class_sums() -> None:
    maps = np.ones((4, 1, 1, 1), dtype=np.float32)
    found = survey(maps, np.array([-1, 0, -1, 2], dtype=np.int32), 3)
    assert found.images == 4
    assert found.class_counts.tolist() == [1, 0, 1]
    assert found.class_peak_sum.tolist() == [[1, 0, 1]]


def test_pooled_responses_are_clipped_to_float16() -> None:
    maps = np.array([1e6, -1e6, 3.0], dtype=np.float32).reshape(3, 1, 1, 1)
    found = survey(maps, np.full(3, -1, np.int32), 2)
    assert found.peaks[:, 0].tolist() == [65504, -65504, 3]
    assert found.maximum.tolist() == [1e6]


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_activations_that_are_not_finite_are_an_error_naming_the_layer(bad: float) -> None:
    maps = np.ones((2, 3, 2, 2), dtype=np.float32)
    maps[1, 2, 0, 1] = bad
    with pytest.raises(NetworkError, match="activations of layer `layer` must be finite"):
        survey(maps, np.zeros(2, np.int32), 2)
