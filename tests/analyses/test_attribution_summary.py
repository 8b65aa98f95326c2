"""Agreement of maps and means with intervals, against SciPy and by hand."""

from __future__ import annotations

import itertools

import numpy as np
from scipy import stats

from generator.analyses.attribution_summary import mean_interval, rank_agreement
from generator.records import METHODS, PAIRS


def test_agreement_is_spearman_s_of_each_pair() -> None:
    random = np.random.default_rng(0)
    maps = np.rint(random.normal(size=(3, 2, len(METHODS), 30)) * 3)  # with ties
    found = rank_agreement(maps)
    assert [(METHODS.index(a), METHODS.index(b)) for a, b in PAIRS] == list(
        itertools.combinations(range(4), 2)
    )
    for first, second in itertools.product(range(3), range(2)):
        for at, (one, other) in enumerate(itertools.combinations(range(4), 2)):
            expected = stats.spearmanr(maps[first, second, one], maps[first, second, other]).statistic
            np.testing.assert_allclose(found[first, second, at], expected, rtol=1e-5)


def test_agreement_is_one_for_equal_orders_minus_one_for_opposite_ones_and_else_undefined() -> None:
    rising = np.arange(9.0)
    maps = np.stack([rising, rising**3, -rising, np.ones(9)])[None]
    found = dict(zip(PAIRS, rank_agreement(maps)[0], strict=True))
    np.testing.assert_allclose(found["response", "gradient"], 1)
    np.testing.assert_allclose(found["gradient", "integrated"], -1)
    assert np.isnan([value for pair, value in found.items() if "occlusion" in pair]).all()
    maps[0, 0, 3] = np.nan
    assert np.isnan(rank_agreement(maps)[0, 0])


def test_means_and_intervals_are_those_of_a_t_test() -> None:
    values = np.random.default_rng(1).normal(2, 1, (12, 2))
    values[4:, 1] = np.nan
    found = mean_interval(values)
    for column, count in ((0, 12), (1, 4)):
        own = values[:count, column]
        interval = stats.ttest_1samp(own, 0).confidence_interval(0.95)
        np.testing.assert_allclose(found.mean[column], own.mean(), rtol=1e-6)
        np.testing.assert_allclose([found.low[column], found.high[column]], interval, rtol=1e-5)


def test_one_value_has_no_interval_and_none_has_no_mean() -> None:
    found = mean_interval(np.array([[1.5, np.nan]]))
    assert found.mean[0] == 1.5
    assert np.isnan([found.mean[1], *found.low, *found.high]).all()
