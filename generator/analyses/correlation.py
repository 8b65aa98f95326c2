"""Formulas of correlation between many neurons: the strongest partners, shuffles, bootstrap intervals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from generator.records import NOBODY, Booleans, Floats, Integers, Related

Singles = NDArray[np.float32]

BLOCK = 512
"""Neurons whose correlations with all others are held at once: bounds memory."""

RESAMPLES = 200
"""Of the bootstrap."""

MAX_VALUES = 2**23
"""Largest number of float64 products of pairs held at once (64 MiB)."""


@dataclass(frozen=True)
class Patterns:
    """Responses of all neurons (n) of an atlas to its images (N).

    Attributes:
        values: (N, n) float32, each neuron's responses centred and scaled to length 1; 0 throughout for
            neurons that never vary.
        varies: (n,), which neurons do.
        layer: (n,) int16, index of the neuron's layer.
        channel: (n,) int32.
    """

    values: Singles
    varies: Booleans
    layer: Integers
    channel: Integers

    def related(self, found: Integers, value: Floats, low: Floats, high: Floats) -> Related:
        """Name the neurons at places `found` (k, j), `NOBODY` where there is none."""
        empty = found == NOBODY

        def kept(values: Floats) -> Floats:
            return np.where(empty, np.nan, values).astype(np.float32)

        return Related(
            layer=np.where(empty, NOBODY, self.layer[found]).astype(np.int16),
            channel=np.where(empty, NOBODY, self.channel[found]).astype(np.int32),
            value=kept(value),
            low=kept(low),
            high=kept(high),
        )


def standardized(responses: Floats) -> tuple[Singles, Booleans]:
    """Centre every neuron's responses (N, n) and scale them to length 1; also say which of them vary."""
    values = responses.astype(np.float64)
    values -= values.mean(axis=0)
    length = np.linalg.norm(values, axis=0)
    varies = length > 0
    values /= np.where(varies, length, 1.0)
    return values.astype(np.float32), varies


def strongest(scores: Floats, allowed: Booleans, count: int) -> Integers:
    """Return the places of the highest scores of each row.

    Args:
        scores: (k, n).
        allowed: (k, n), what may be chosen.
        count: So many places a row at most; ties by place.

    Returns:
        (k, count), `NOBODY` where fewer are allowed.
    """
    masked = np.where(allowed, scores, -np.inf)
    order = np.argsort(-masked, axis=1, kind="stable")[:, :count]
    order = np.where(np.isfinite(np.take_along_axis(masked, order, axis=1)), order, NOBODY)
    return np.pad(order, ((0, 0), (0, count - order.shape[1])), constant_values=NOBODY)


def shuffled_extremes(
    patterns: Patterns, rows: Integers, orders: Integers
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the lowest and the highest correlation of neurons with any other one in any shuffle.

    Args:
        patterns: Of all neurons.
        rows: (k,), places of the neurons asked for.
        orders: (shuffles, N), permutations of the images.

    Returns:
        Two arrays (k,); NaN for neurons that never vary and where there is no other one that does.
    """
    own = patterns.values[:, rows]
    able = patterns.varies & (rows[:, None] != np.arange(len(patterns.varies)))
    low, high = np.full(len(rows), np.inf), np.full(len(rows), -np.inf)
    for order in orders:
        found = own[order].T @ patterns.values
        low = np.minimum(low, np.where(able, found, np.inf).min(axis=1))
        high = np.maximum(high, np.where(able, found, -np.inf).max(axis=1))
    known = patterns.varies[rows] & np.isfinite(low)
    return np.where(known, low, np.nan), np.where(known, high, np.nan)


def bootstrap_intervals(values: Singles, first: Integers, second: Integers, seed: int) -> NDArray[np.float64]:
    """Return 95% percentile bootstrap intervals of correlations, images drawn with replacement.

    Args:
        values: (N, n), centred and scaled responses.
        first: (p,), one neuron of each pair.
        second: (p,), the other.
        seed: Of the resamples; every pair sees the same.

    Returns:
        (2, p), low and high; NaN where a neuron never varies.

    Source:
        Efron & Tibshirani 1993, chapter 13.
    """
    count = len(values)
    random = np.random.default_rng(seed)
    draws = random.multinomial(count, np.full(count, 1 / count), RESAMPLES) / count
    ends = np.full((2, len(first)), np.nan)
    for chosen in _chunks(len(first), max(1, MAX_VALUES // max(1, count))):
        one, other = (values[:, neurons[chosen]].astype(np.float64) for neurons in (first, second))
        means = [draws @ part for part in (one, other)]
        spreads = [draws @ part**2 - mean**2 for part, mean in zip((one, other), means, strict=True)]
        together = draws @ (one * other) - means[0] * means[1]
        scale = np.sqrt(np.maximum(spreads[0] * spreads[1], 0))
        found = np.full_like(together, np.nan)
        np.divide(together, scale, out=found, where=scale > np.finfo(np.float32).tiny)
        known = np.isfinite(found).any(axis=0)
        ends[:, np.arange(len(first))[chosen][known]] = np.nanpercentile(found[:, known], (2.5, 97.5), axis=0)
    clipped: NDArray[np.float64] = np.clip(ends, -1, 1)
    return clipped


def _chunks(count: int, size: int) -> Iterator[slice]:
    return (slice(start, start + size) for start in range(0, count, size))


def blocks(rows: Integers) -> Iterator[Integers]:
    """Yield the places of neurons in blocks that memory holds the correlations of."""
    return (rows[chosen] for chosen in _chunks(len(rows), BLOCK))
