"""Intervals are as wide as overlapping halves demand; emergence is the first layer that is good enough."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from generator.analyses.probe_curves import curves, emergence, first_reaching, interval, selectivity
from generator.analyses.probe_fits import Outcome, splits
from generator.analyses.probe_tasks import classes
from generator.inputs.answers import Answers
from generator.records import NOWHERE, Emergence

QUESTION = classes(Answers("coin", ("heads", "tails"), np.arange(400) % 2), "", "images")
SPLITS = splits(QUESTION, 5, 0)


def emerging(shares: list[float], seed: int = 0) -> Emergence:
    """The emergence of a task that is right on these shares of the images, layer by layer."""
    random = np.random.default_rng(seed)
    size = len(SPLITS[0].testing)
    outcomes = [
        [
            Outcome((random.random(size) < share) * 1.0, (random.random(size) < 0.5) * 1.0, 1.0, 1, 0)
            for share in shares
        ]
        for _ in SPLITS
    ]
    return emergence(QUESTION, SPLITS, outcomes, curves(QUESTION, SPLITS, outcomes), 0)


def test_intervals_take_the_overlap_of_halves_into_account() -> None:
    values = np.array([[0.5, 0.6, 0.55, 0.52, 0.58]])
    found = interval(values, 100, 100)
    error = np.sqrt((1 / 5 + 1) * values.var(ddof=1))
    assert found.mean[0] == pytest.approx(0.55)
    assert found.high[0] - found.mean[0] == pytest.approx(stats.t.ppf(0.975, 4) * error)
    assert found.mean[0] - found.low[0] == pytest.approx(found.high[0] - found.mean[0])


def test_the_first_layer_that_reaches_nine_tenths_of_the_best() -> None:
    values = np.array([[0.1, 0.5], [0.45, 0.5], [0.5, 0.0]])
    assert first_reaching(values).tolist() == [1, 0]


def test_a_clear_step_has_a_narrow_interval() -> None:
    found = emerging([0.5, 0.5, 0.95, 0.95])
    assert (found.layer, found.low, found.high) == (2, 2, 2)
    assert found.shares.sum() == pytest.approx(1)


def test_a_gentle_slope_has_a_wide_interval() -> None:
    found = emerging([0.5, 0.83, 0.86, 0.88, 0.9])
    assert found.low < found.high
    assert found.low <= found.layer <= found.high


def test_chance_everywhere_emerges_nowhere() -> None:
    found = [emerging([0.5, 0.5, 0.5], seed) for seed in range(8)]
    assert sum(one.layer == NOWHERE for one in found) >= 7
    assert all(one.high == NOWHERE for one in found if one.layer == NOWHERE)


def test_the_same_seed_draws_the_same_images() -> None:
    one, other = emerging([0.5, 0.8, 0.9]), emerging([0.5, 0.8, 0.9])
    np.testing.assert_array_equal(one.shares, other.shares)


def test_a_control_below_the_most_frequent_answer_is_no_merit() -> None:
    scores, controls, floor = np.array([[[0.8]], [[0.8]]]), np.array([[[0.5]], [[0.7]]]), np.array([[0.6]])
    np.testing.assert_allclose(selectivity(scores, controls, floor)[:, 0, 0], [0.2, 0.1])
