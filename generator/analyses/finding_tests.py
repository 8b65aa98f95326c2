"""Formulas that answer questions: shares, rank correlations, ratios, each with interval, null and test."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from generator.analyses.level_parts import depth_correlation
from generator.analyses.ranks import ranks
from generator.records import Floats

SHUFFLES = 999
"""Of a permutation test: p is at least 1 in 1,000."""

RESAMPLES = 1000
"""Of a bootstrap."""


@dataclass(frozen=True)
class Answer:
    """An effect with its 95% interval, what it would be by chance, the p value of that, and its basis."""

    effect: float
    low: float
    high: float
    null: float
    chance: float
    count: int


def share_against_share(found: int, count: int, null_found: int, null_count: int) -> Answer:
    """Compare a share with that of a null sample: Wilson's interval, Fisher's exact test, two-sided."""
    table = [[found, count - found], [null_found, null_count - null_found]]
    low, high = stats.binomtest(found, count).proportion_ci(method="wilson")
    chance = float(stats.fisher_exact(table).pvalue)
    return Answer(found / count, float(low), float(high), null_found / null_count, chance, count)


def share_against_rate(found: int, count: int, rate: float) -> Answer:
    """Compare a share with a known rate: Wilson's interval, exact binomial test for a larger share."""
    test = stats.binomtest(found, count, rate, alternative="greater")
    low, high = stats.binomtest(found, count).proportion_ci(method="wilson")
    return Answer(found / count, float(low), float(high), rate, float(test.pvalue), count)


def rank_correlation(values: Floats, others: Floats, seed: int) -> Answer | None:
    """Return Spearman's correlation: bootstrap interval over neurons, two-sided permutation test.

    Args:
        values: (neurons,), NaN is left out.
        others: (neurons,), likewise.
        seed: Of resamples and permutations.

    Returns:
        None where there are too few neurons, or all are alike.
    """
    known = np.isfinite(values) & np.isfinite(others)
    rho, low, high = depth_correlation(values[known], others[known], seed)
    if np.isnan([rho, low, high]).any():
        return None
    random = np.random.default_rng(seed)
    one, other = (_scaled_ranks(part[known]) for part in (values, others))
    shuffled = np.array([one @ random.permutation(other) for _ in range(SHUFFLES)])
    chance = (1 + (np.abs(shuffled) >= abs(rho) - 1e-12).sum()) / (1 + SHUFFLES)
    return Answer(rho, low, high, 0.0, float(chance), int(known.sum()))


def _scaled_ranks(values: Floats) -> NDArray[np.float64]:
    ranked = ranks(values)
    ranked -= ranked.mean()
    return np.asarray(ranked / np.linalg.norm(ranked))


def median_ratio(values: Floats, wholes: Floats, seed: int) -> Answer:
    """Return the median of values over wholes, which is 1 by chance: bootstrap, Wilcoxon's signed ranks.

    Args:
        values: (n,), positive or not.
        wholes: (n,), positive.
        seed: Of the resamples.
    """
    ratios = values / wholes
    random = np.random.default_rng(seed)
    drawn = np.median(ratios[random.integers(0, len(ratios), (RESAMPLES, len(ratios)))], axis=1)
    low, high = np.percentile(drawn, (2.5, 97.5))
    chance = float(stats.wilcoxon(values, wholes).pvalue) if np.any(values != wholes) else 1.0
    return Answer(float(np.median(ratios)), float(low), float(high), 1.0, chance, len(ratios))


def corrected(chances: Floats) -> NDArray[np.float64]:
    """Return p values corrected for their number. Source: Benjamini & Hochberg 1995."""
    found: NDArray[np.float64] = stats.false_discovery_control(chances)
    return found
