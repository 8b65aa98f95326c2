"""Formulas of class contrasts: effect sizes, ranks, p-values, false discoveries, intervals, shuffles."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import false_discovery_control, norm

from generator.analyses.ranks import ranks
from generator.records import Booleans, Floats, Integers

Doubles = NDArray[np.float64]

LEVEL = 0.95
"""Of all intervals."""

NO_SKILL = 0.5
"""AUC of a neuron that knows nothing."""


@dataclass(frozen=True, eq=False)
class Ranked:
    """Mean responses of one half's images (m) of both classes, with their ranks.

    Attributes:
        values: (m, n).
        ranks: (m, n), from 1 on, ties averaged.
        spread: (n,), standard deviation of the Mann-Whitney U where classes do not matter; 0 for a
            neuron that does not vary.
        members: (m,), whether an image is of class A.
    """

    values: Doubles
    ranks: Doubles
    spread: Doubles
    members: Booleans

    @classmethod
    def of(cls, values: Floats, members: Booleans) -> Ranked:
        """Rank the responses (m, n) of images of which `members` (m,) are A's."""
        known = values.astype(np.float64)
        ranked = ranks(known, axis=0)
        both = members.sum() * (~members).sum()
        # The variance of ranks already holds the correction for ties: Lehmann 1975, section 1.4.
        spread = np.sqrt(both * ranked.var(axis=0, ddof=1) / len(ranked))
        return cls(known, ranked, np.where(np.ptp(known, axis=0) > 0, spread, 0.0), members)


def cohens_d(values: Floats, weights: Doubles, members: Booleans) -> Doubles:
    """Return Cohen's d, the difference of A's and B's means in pooled standard deviations.

    Args:
        values: (m, n).
        weights: (m, r), how often each image counts, in r weightings at once.
        members: (m,), whether an image is of class A, else B.

    Returns:
        (n, r); NaN where a class has fewer than two images or nothing varies.

    Source:
        Cohen 1988, Statistical Power Analysis for the Behavioral Sciences, section 2.2.
    """
    known = values.astype(np.float64)
    centred = known - known.mean(axis=0)  # keeps the squares exact
    means, squares, counts = [], [], []
    for group in (members, ~members):
        own, weight = centred[group], weights[group]
        count = weight.sum(axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = own.T @ weight / count
        means.append(mean)
        squares.append((own**2).T @ weight - count * mean**2)
        counts.append(count)
    degrees = counts[0] + counts[1] - 2
    with np.errstate(invalid="ignore", divide="ignore"):
        deviation = np.sqrt(np.maximum(squares[0] + squares[1], 0) / degrees)
    result = np.full(deviation.shape, np.nan)
    defined = (
        (deviation > 0) & (counts[0] > 1) & (counts[1] > 1) & np.ptp(known, axis=0)[:, None].astype(bool)
    )
    np.divide(means[0] - means[1], deviation, out=result, where=defined)
    return result


def effect_intervals(
    values: Floats, members: Booleans, *, resamples: int, seed: int
) -> tuple[Doubles, Doubles]:
    """Return percentile bootstrap intervals of Cohen's d, each (n,); images are drawn with replacement.

    Source:
        Efron & Tibshirani 1993, chapter 13.
    """
    count = len(values)
    drawn = np.random.default_rng(seed).integers(count, size=(resamples, count))
    weights = np.stack([np.bincount(row, minlength=count) for row in drawn], axis=1).astype(np.float64)
    effects = cohens_d(values, weights, members)
    ends = np.full((2, len(effects)), np.nan)
    known = ~np.isnan(effects).all(axis=1)
    ends[:, known] = np.nanquantile(effects[known], ((1 - LEVEL) / 2, (1 + LEVEL) / 2), axis=1)
    return ends[0], ends[1]


def aucs(ranked: Ranked, members: Booleans) -> Doubles:
    """Return the AUC of A against B for several labellings at once.

    Args:
        ranked: One half (m images, n neurons).
        members: (m, r), whether an image is of class A, equally many in each labelling.

    Returns:
        (n, r), 0 to 1.

    Source:
        Mann & Whitney 1947; Hanley & McNeil 1982.
    """
    first = members.sum(axis=0)
    sums: Doubles = ranked.ranks.T @ members.astype(np.float64)
    scores: Doubles = (sums - first * (first + 1) / 2) / (first * (len(members) - first))
    return scores


def p_values(ranked: Ranked, found: Doubles) -> Doubles:
    """Return two-sided p-values of AUCs (n, r) by the normal approximation of U; 1 where nothing varies.

    Source:
        Mann & Whitney 1947, with the correction for ties; no correction for continuity.
    """
    first = ranked.members.sum()
    away = np.abs(found - NO_SKILL) * first * (len(ranked.members) - first)
    scores = np.zeros_like(away)
    spread = np.broadcast_to(ranked.spread[:, None], away.shape)
    np.divide(away, spread, out=scores, where=spread > 0)
    values: Doubles = 2 * norm.sf(scores)
    return values


def discoveries(p: Doubles, rate: float) -> Booleans:
    """Return which hypotheses (n,) are rejected at a rate of false discoveries.

    Source:
        Benjamini & Hochberg 1995.
    """
    if not len(p):
        return np.zeros(0, dtype=bool)
    return np.asarray(false_discovery_control(p, method="bh") <= rate)


def confirm(
    discovery: tuple[Doubles, Doubles], confirmation: tuple[Doubles, Doubles], rate: float
) -> tuple[Booleans, Booleans]:
    """Find neurons on one half, and confirm those found on the other, in the same direction.

    Args:
        discovery: AUCs and p-values (n,) of the discovery half.
        confirmation: The same of the confirmation half.
        rate: Allowed share of false discoveries, in either step.

    Returns:
        Which neurons (n,) were found, and which of them confirmed.
    """
    found = discoveries(discovery[1], rate)
    confirmed = np.zeros_like(found)
    confirmed[found] = discoveries(confirmation[1][found], rate)
    same = (discovery[0] - NO_SKILL) * (confirmation[0] - NO_SKILL) > 0
    return found, confirmed & same


@dataclass(frozen=True)
class Shuffled:
    """What the same procedure gives under shuffled labels (r): counts, and each neuron's AUCs by half."""

    found: Integers  # (r,) int64
    confirmed: Integers  # (r,) int64
    auc: Doubles  # (2, n, r)


def shuffle(halves: tuple[Ranked, Ranked], rate: float, count: int, seed: int) -> Shuffled:
    """Shuffle the labels within each half, `count` times, and go through the same two steps."""
    random = np.random.default_rng(seed)
    scores, chances = [], []
    for half in halves:
        members = np.stack([random.permutation(half.members) for _ in range(count)], axis=1)
        scores.append(aucs(half, members))
        chances.append(p_values(half, scores[-1]))
    outcomes = [
        confirm((scores[0][:, r], chances[0][:, r]), (scores[1][:, r], chances[1][:, r]), rate)
        for r in range(count)
    ]
    sums = np.array([[found.sum(), confirmed.sum()] for found, confirmed in outcomes], dtype=np.int64)
    return Shuffled(sums[:, 0], sums[:, 1], np.stack(scores))
