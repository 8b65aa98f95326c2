"""Bootstrap intervals of the AUCs of neurons for concepts: one draw of images serves all of both."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from generator.analyses.concept_auc import FEWEST
from generator.records import Booleans, Floats

RESAMPLES = 200
LEVEL = 0.95


def auc_intervals(peaks: Floats, present: Booleans, seed: int) -> tuple[Floats, Floats]:
    """Return percentile bootstrap intervals of AUCs, images drawn with replacement.

    Args:
        peaks: (images, n).
        present: (images, c), whether a concept is in an image.
        seed: Of the draws.

    Returns:
        Lower and upper ends, each (n, c) float32; NaN for a concept with fewer than `FEWEST` images with
        or without it. A draw without any image of either kind is left out for the concept.

    Source:
        Efron & Tibshirani 1993, chapter 13.
    """
    images, random = len(peaks), np.random.default_rng(seed)
    order = np.argsort(peaks, axis=0, kind="stable").T
    first, last = _ties(np.take_along_axis(peaks.T, order, axis=1))
    known = present.astype(np.float64)
    drawn = []
    for _ in range(RESAMPLES):
        weights = np.bincount(random.integers(images, size=images), minlength=images).astype(np.float64)
        drawn.append(_weighted(order, first, last, known, weights).astype(np.float32))
    ends = np.full((2, peaks.shape[1], present.shape[1]), np.nan, dtype=np.float32)
    members = present.sum(axis=0)
    measured = np.minimum(members, images - members) >= FEWEST
    scores = np.stack(drawn)[:, :, measured]
    ends[:, :, measured] = np.nanquantile(scores, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
    return ends[0], ends[1]


def _ties(ordered: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the first and last place of the equal values around every place, each (n, images).

    Args:
        ordered: (n, images), ascending.
    """
    places = np.broadcast_to(np.arange(ordered.shape[1]), ordered.shape)
    new = np.ones(ordered.shape, dtype=bool)
    new[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    first = np.maximum.accumulate(np.where(new, places, 0), axis=1)
    ends = np.roll(new, -1, axis=1)
    ends[:, -1] = True
    reverse = np.where(ends, places, ordered.shape[1])[:, ::-1]
    return first, np.minimum.accumulate(reverse, axis=1)[:, ::-1]


def _weighted(
    order: NDArray[np.int64],
    first: NDArray[np.int64],
    last: NDArray[np.int64],
    known: NDArray[np.float64],
    weights: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return the AUCs (n, c) where image `i` is there `weights[i]` times; NaN where there are no pairs."""
    sums = np.zeros((len(order), order.shape[1] + 1))
    np.cumsum(weights[order], axis=1, out=sums[:, 1:])
    below = np.take_along_axis(sums, first, axis=1)
    ranks = np.empty_like(below)
    np.put_along_axis(ranks, order, (below + np.take_along_axis(sums, last + 1, axis=1)) / 2, axis=1)
    counted = known * weights[:, None]
    members = counted.sum(axis=0)
    pairs = members * (weights.sum() - members)
    wins = ranks @ counted - members**2 / 2
    result = np.full(wins.shape, np.nan)
    np.divide(wins, pairs, out=result, where=pairs > 0)
    return result
