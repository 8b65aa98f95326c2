"""Similar neurons: against a slow reference, and twins, opposites and silent neurons planted in the data."""

from __future__ import annotations

import numpy as np
import pytest

from generator.analyses.correlation import Patterns, bootstrap_intervals, standardized, strongest
from generator.analyses.similar import ACROSS, OPPOSED, WITHIN, layer_similar
from generator.records import NOBODY, REDUNDANT, LayerSimilar

IMAGES = 120
SILENT, FIRST, TWIN, OPPOSITE, ELSEWHERE = 0, 1, 2, 3, 9


def planted(images: int = IMAGES) -> np.ndarray:
    """Return responses of 12 neurons: silent, two twins, their opposite, noise, and a third twin."""
    random = np.random.default_rng(0)
    responses = random.normal(size=(images, 12))
    responses[:, SILENT] = 0.5
    responses[:, TWIN] = 0.4 * responses[:, FIRST] + 3
    responses[:, OPPOSITE] = -2 * responses[:, FIRST] + 0.3 * random.normal(size=images)
    responses[:, ELSEWHERE] = responses[:, FIRST] + 0.5 * random.normal(size=images)
    return responses.astype(np.float16)


def patterns_of(responses: np.ndarray, sizes: tuple[int, ...] = (7, 5)) -> Patterns:
    values, varies = standardized(responses)
    channel = np.concatenate([np.arange(size) * 2 for size in sizes]).astype(np.int32)  # every other one
    return Patterns(values, varies, np.repeat(np.arange(len(sizes), dtype=np.int16), sizes), channel)


@pytest.fixture(scope="module")
def found() -> LayerSimilar:
    return layer_similar(patterns_of(planted()), 0, seed=3)


def test_correlations_are_those_of_a_slow_reference(found: LayerSimilar) -> None:
    expected = np.corrcoef(np.delete(planted().astype(np.float64), SILENT, axis=1).T)  # 0 is neuron 1
    own, others = expected[0, 1:6], expected[0, 6:]
    np.testing.assert_allclose(found.within.value[FIRST][:5], np.sort(own)[::-1], atol=1e-5)
    np.testing.assert_allclose(found.across.value[FIRST][:5], np.sort(others)[::-1], atol=1e-5)
    negative = np.sort(expected[0][expected[0] < 0])[:OPPOSED]
    np.testing.assert_allclose(found.opposed.value[FIRST][: len(negative)], negative, atol=1e-5)


def test_planted_twins_and_opposites_find_each_other(found: LayerSimilar) -> None:
    assert (found.within.channel[FIRST, 0], found.within.channel[TWIN, 0]) == (2 * TWIN, 2 * FIRST)
    assert (found.across.layer[FIRST, 0], found.across.channel[FIRST, 0]) == (1, 2 * (ELSEWHERE - 7))
    assert found.opposed.channel[OPPOSITE, 0] in (2 * FIRST, 2 * TWIN)
    assert found.within.low[FIRST, 0] > REDUNDANT
    assert found.opposed.high[FIRST, 0] < found.shuffled_low[FIRST] < 0 < found.shuffled_high[FIRST]


def test_a_silent_neuron_is_like_nobody_and_nobody_is_like_it(found: LayerSimilar) -> None:
    for group, count in ((found.within, WITHIN), (found.across, ACROSS), (found.opposed, OPPOSED)):
        assert group.channel.shape == (7, count)
        assert (group.channel[SILENT] == NOBODY).all()
        assert np.isnan(group.value[SILENT]).all()
        assert not ((group.channel == 2 * SILENT) & (group.layer == 0)).any()
        np.testing.assert_array_equal(group.channel == NOBODY, np.isnan(group.low))
    assert np.isnan(found.shuffled_high[SILENT])


def test_neurons_that_know_nothing_of_each_other_hardly_ever_beat_the_shuffles() -> None:
    random = np.random.default_rng(1)
    beaten = []
    for seed in range(20):
        noise = layer_similar(patterns_of(random.normal(size=(60, 12)).astype(np.float16)), 0, seed=seed)
        best = np.maximum(noise.within.value[:, 0], noise.across.value[:, 0])
        beaten.append(best > noise.shuffled_high)
    assert 0.005 < np.mean(beaten) < 0.12  # of 20 pairings, one true, the true one is best in 1 of 20


def test_intervals_are_those_of_resampled_images() -> None:
    patterns = patterns_of(planted())
    first, second = np.array([FIRST, FIRST, SILENT]), np.array([ELSEWHERE, 5, FIRST])
    low, high = bootstrap_intervals(patterns.values, first, second, seed=0)
    random, data = np.random.default_rng(5), planted().astype(np.float64)
    slow = []
    for _ in range(400):
        rows = random.integers(0, IMAGES, IMAGES)
        slow.append([np.corrcoef(data[rows, a], data[rows, b])[0, 1] for a, b in ((1, 9), (1, 5))])
    ends = np.percentile(slow, (2.5, 97.5), axis=0)
    np.testing.assert_allclose([low[:2], high[:2]], ends, atol=0.06)
    assert np.isnan([low[2], high[2]]).all()


def test_the_strongest_are_ordered_with_ties_by_place() -> None:
    scores = np.array([[1.0, 3, 3, 2], [0, 0, 0, 0]])
    allowed = np.array([[True, True, True, False], [False] * 4])
    np.testing.assert_array_equal(strongest(scores, allowed, 2), [[1, 2], [NOBODY] * 2])
    np.testing.assert_array_equal(strongest(scores, allowed, 5)[0], [1, 2, 0, NOBODY, NOBODY])


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch, found: LayerSimilar) -> None:
    monkeypatch.setattr("generator.analyses.correlation.BLOCK", 2)
    monkeypatch.setattr("generator.analyses.correlation.MAX_VALUES", 3 * IMAGES)
    again = layer_similar(patterns_of(planted()), 0, seed=3)
    np.testing.assert_array_equal(again.within.channel, found.within.channel)
    np.testing.assert_allclose(again.within.low, found.within.low, atol=1e-5)
    np.testing.assert_allclose(again.shuffled_high, found.shuffled_high, atol=1e-5)
