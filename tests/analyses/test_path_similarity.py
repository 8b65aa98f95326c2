"""Paths and agreement against slow references that follow the definitions word by word."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy.stats import spearmanr

from generator.analyses.path_similarity import (
    COMMON_GROUND,
    FEWEST_CHANNELS,
    OTHERS,
    STANDARD_ERRORS,
    Pooled,
    agreement,
    paths,
    placed,
)

CHANNELS = 12
KINDS = 4
Array = np.ndarray


def correlation(one: Array, other: Array) -> float:
    return float(spearmanr(one, other).statistic)


def mean_correlation(some: Array, others: Array) -> float:
    return float(np.mean([correlation(one, other) for one in some for other in others]))


def differences(top: Array, random: Array, pictures: Array) -> tuple[float, float]:
    """What top images, and pictures with them, have in common beyond random images."""
    among = np.mean([correlation(one, other) for one, other in itertools.combinations(top, 2)])
    zero = mean_correlation(top, random)
    return float(among - zero), mean_correlation(pictures, top) - zero


def jackknife(values: list[float]) -> float:
    count = len(values)
    return float(np.sqrt((count - 1) / count * np.sum((np.array(values) - np.mean(values)) ** 2)))


def slow_path(
    images: list[Array], pictures: list[Array], top: Array, random: Array
) -> tuple[list[float], list[float], list[float], tuple[float, float, float]]:
    """Common ground, its lower end, path by layer, and the summary with its interval, of one neuron."""
    drawn = [index for index in random if index not in top]
    common, low, path, numerators, denominators = [], [], [], [], []
    for responses, made in zip(images, pictures, strict=True):
        found = [differences(responses[top], responses[drawn], made)]
        found += [differences(responses[np.delete(top, i)], responses[drawn], made) for i in range(len(top))]
        common.append(found[0][0])
        low.append(common[-1] - STANDARD_ERRORS * jackknife([each for each, _ in found[1:]]))
        if common[-1] >= COMMON_GROUND and low[-1] > 0:
            path.append(found[0][1] / found[0][0])
            denominators.append([each for each, _ in found])
            numerators.append([each for _, each in found])
        else:
            path.append(np.nan)
    if not numerators:
        return common, low, path, (np.nan, np.nan, np.nan)
    ratios = np.sum(numerators, axis=0) / np.sum(denominators, axis=0)
    away = STANDARD_ERRORS * jackknife(ratios[1:].tolist())
    return common, low, path, (ratios[0], ratios[0] - away, ratios[0] + away)


def world(seed: int, *, depth: int = 3, count: int = 3, seeds: int = 2) -> list[Pooled]:
    """Responses of images of a few kinds, and of pictures like one kind each; rectified, so with ties."""
    random = np.random.default_rng(seed)
    layers = []
    for _ in range(depth):
        kinds = random.normal(0, 1, (KINDS, CHANNELS))
        images = kinds[np.arange(40) % KINDS] + random.normal(0, 1.0, (40, CHANNELS))
        pictures = kinds[:count, None] + random.normal(0, 0.8, (count, seeds, CHANNELS))
        layers.append(Pooled(np.maximum(images, 0), np.maximum(pictures, 0)))
    return layers


def test_scalar_products_are_spearman_correlations() -> None:
    values = np.maximum(np.random.default_rng(0).normal(size=(5, CHANNELS)), 0)
    vectors = placed(values)
    for one, other in itertools.product(range(5), repeat=2):
        assert vectors[one] @ vectors[other] == pytest.approx(correlation(values[one], values[other]))
    assert (placed(np.ones((2, CHANNELS))) == 0).all()


@pytest.mark.parametrize("seed", range(4))
def test_paths_as_by_the_slow_reference(seed: int) -> None:
    layers = world(seed)
    random = np.random.default_rng(seed)
    top = np.stack([random.permutation(np.arange(kind, 40, KINDS))[:5] for kind in range(3)])
    drawn = random.permutation(40)[:10]
    found = paths(layers, top, drawn, np.ones(3, bool), np.zeros(3, np.float32))
    for row in range(3):
        images, made = [layer.images for layer in layers], [layer.pictures[row] for layer in layers]
        common, low, path, summary = slow_path(images, made, top[row], drawn)
        np.testing.assert_allclose(found.common[row], common, atol=1e-6)
        np.testing.assert_allclose(found.common_low[row], low, atol=1e-6)
        np.testing.assert_allclose(found.path[row], path, rtol=1e-4)
        measured = [found.summary[row], found.summary_low[row], found.summary_high[row]]
        np.testing.assert_allclose(measured, summary, rtol=1e-4)
    assert np.isfinite(found.summary).any()


def test_a_picture_like_its_top_images_has_path_one_and_one_like_others_has_none() -> None:
    (layer,) = world(0, depth=1, count=2)
    top = np.stack([np.arange(0, 40, KINDS), np.arange(0, 40, KINDS)])
    drawn = np.arange(40)
    alike = np.stack([layer.images[[0, 4]], layer.images[[1, 5]]])  # of the top images' kind; of another
    found = paths([Pooled(layer.images, alike)], top, drawn, np.ones(2, bool), np.zeros(2, np.float32))
    assert found.summary[0] > 0.8
    assert found.summary[1] < 0.2


def test_nothing_is_said_where_no_image_excites_or_too_few_are_there() -> None:
    layers = world(1, count=2)
    top = np.array([[0, 4, 8], [1, 5, 9]])
    found = paths(layers, top, np.arange(20), np.array([False, True]), np.zeros(2, np.float32))
    assert np.isnan(found.common[0]).all()
    assert np.isnan(found.summary[0])
    assert np.isfinite(found.common[1]).all()
    few = paths(layers, top[:, :2], np.arange(20), np.ones(2, bool), np.zeros(2, np.float32))
    assert np.isnan(few.common).all()


def test_images_without_anything_in_common_are_no_yardstick() -> None:
    random = np.random.default_rng(0)
    layer = Pooled(random.normal(size=(40, CHANNELS)), random.normal(size=(1, 3, CHANNELS)))
    top = random.permutation(40)[:8][None]
    found = paths([layer], top, np.arange(40), np.ones(1, bool), np.zeros(1, np.float32))
    assert abs(found.common[0, 0]) < COMMON_GROUND
    assert np.isnan(found.path).all()
    assert np.isnan(found.summary).all()


def slow_agreement(pictures: Array, neurons: list[int], row: int) -> float:
    left = np.delete(pictures, neurons[row], axis=2)
    same = [correlation(one, other) for one, other in itertools.combinations(left[row], 2)]
    apart = [
        correlation(one, other)
        for one in left[row]
        for rival in range(len(left))
        if rival != row
        for other in left[rival]
    ]
    return float(np.mean([(own > other) + (own == other) / 2 for own in same for other in apart]))


def test_agreement_as_by_the_slow_reference() -> None:
    (layer,) = world(2, depth=1, count=4, seeds=3)
    neurons = [3, 0, 7, 11]
    found = agreement(layer.pictures, np.array(neurons), seed=0)
    expected = [slow_agreement(layer.pictures, neurons, row) for row in range(4)]
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_seeds_of_one_kind_agree_and_seeds_of_noise_do_not() -> None:
    random = np.random.default_rng(0)
    noise = random.normal(size=(60, 3, CHANNELS))
    kinds = random.normal(size=(4, 1, CHANNELS)) + random.normal(0, 0.2, (4, 3, CHANNELS))
    assert agreement(kinds, np.arange(4), seed=0).min() > 0.9
    assert agreement(noise, np.arange(60) % CHANNELS, seed=0).mean() == pytest.approx(0.5, abs=0.05)


def test_pictures_that_excite_nothing_but_their_own_neuron_agree_by_chance() -> None:
    pictures = np.zeros((3, 3, CHANNELS))
    pictures[np.arange(3), :, np.arange(3)] = 1.0
    np.testing.assert_array_equal(agreement(pictures, np.arange(3), seed=0), 0.5)


def test_agreement_needs_two_seeds_two_neurons_and_channels_and_draws_others() -> None:
    random = np.random.default_rng(0)
    assert np.isnan(agreement(random.normal(size=(3, 1, CHANNELS)), np.arange(3), 0)).all()
    assert np.isnan(agreement(random.normal(size=(1, 3, CHANNELS)), np.arange(1), 0)).all()
    assert np.isnan(agreement(random.normal(size=(3, 3, FEWEST_CHANNELS)), np.arange(3), 0)).all()
    many = random.normal(size=(OTHERS + 8, 3, 2 * OTHERS))
    first, again = (agreement(many, np.arange(len(many)), seed=1) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    assert (first != agreement(many, np.arange(len(many)), seed=2)).any()
