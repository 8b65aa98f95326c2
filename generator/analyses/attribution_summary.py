"""How far attribution methods agree, and means of that over images and neurons."""

from __future__ import annotations

import numpy as np
from scipy import stats

from generator.analyses.ranks import ranks
from generator.records import METHODS, PAIRS, Floats, MeanInterval

LEVEL = 0.95


def rank_agreement(maps: Floats) -> Floats:
    """Return Spearman's rank correlation of each pair of methods over squares, (..., p) float32.

    NaN where a map is the same everywhere or not defined.

    Args:
        maps: (..., m, q), one row for each of `METHODS`.
    """
    ranked = ranks(maps, axis=-1)
    centred = ranked - ranked.mean(axis=-1, keepdims=True)
    spread = np.sqrt((centred**2).sum(axis=-1))
    undefined = (spread == 0) | ~np.isfinite(spread) | np.isnan(maps).any(axis=-1)
    pairs = [(METHODS.index(first), METHODS.index(second)) for first, second in PAIRS]
    found = np.full((*maps.shape[:-2], len(pairs)), np.nan, dtype=np.float32)
    for at, (first, second) in enumerate(pairs):
        known = ~(undefined[..., first] | undefined[..., second])
        products = (centred[known, first] * centred[known, second]).sum(axis=-1)
        found[known, at] = products / (spread[known, first] * spread[known, second])
    return found


def mean_interval(values: Floats) -> MeanInterval:
    """Return the mean over the first axis of what is defined, with its 95% t interval.

    Args:
        values: (k, ...), NaN where a value is not defined.
    """
    values = np.asarray(values, dtype=np.float64)
    known = np.isfinite(values)
    count = known.sum(axis=0)
    total = np.where(known, values, 0).sum(axis=0)
    mean = np.divide(total, count, out=np.full(count.shape, np.nan), where=count > 0)
    squares = np.where(known, (values - mean) ** 2, 0).sum(axis=0)
    several = count > 1
    error = np.full(count.shape, np.nan)
    np.divide(squares, (count - 1.0) * count, out=error, where=several)
    reach = stats.t.ppf((1 + LEVEL) / 2, np.maximum(count - 1, 1)) * np.sqrt(error)
    return MeanInterval(*(part.astype(np.float32) for part in (mean, mean - reach, mean + reach)))
