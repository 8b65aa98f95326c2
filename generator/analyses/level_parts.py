"""Formulas that say how high-level a neuron is: from its picture, its field, its label, its classes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from generator.analyses.ranks import ranks
from generator.records import LEVEL_RUNGS, Bytes8, Floats

Doubles = NDArray[np.float64]

OPPONENT = np.array([[1, 1, 1], [1, -1, 0], [1, 1, -2]]) / np.sqrt([[3], [2], [6]])
"""Brightness, red against green, yellow against blue: orthonormal, so that energies add up to RGB's.
Source: van de Sande, Gevers & Snoek 2010, "Evaluating color descriptors for object and scene recognition".
"""

BLANK = 1 / 255
"""Root mean square, RGB from 0 to 1, below which a pattern or colour counts as rounding to 8 bits."""

RUNG_OF = {
    category: rung
    for rung, categories in enumerate(
        (
            ("colour", "color", "accent", "light", "blur", "noise"),
            ("texture", "material", "background"),
            ("outline", "shape"),
            ("part",),
            ("object", "scenery", "scene"),
            ("class", "kind", "species", "breed"),
        )
    )
    for category in categories
}
"""Rung of `LEVEL_RUNGS` by category. Categories of place and size have none: they say nothing of what
is seen."""

LEAST_PARTS = 3
"""Defined parts from which on a neuron has a level."""

RESAMPLES = 1000
"""Of the bootstrap."""

MAX_VALUES = 2**22
"""Largest number of values resampled at once: bounds memory."""


def picture_parts(picture: Bytes8) -> tuple[float, float]:
    """Return how fine and how coloured a picture is.

    Args:
        picture: (height, width, 3), RGB; taken to go on as if repeated, as pictures of Fourier
            coefficients do.

    Returns:
        Mean radial frequency of red, green and blue together, weighted with power, cycles per pixel,
        0 for a single flat colour; and the share of chroma (distance from grey) in the energy of
        chroma and pattern (deviation of brightness from its mean), 0 to 1. Both NaN for flat grey.
    """
    planes = picture.astype(np.float64) / 255 @ OPPONENT.T
    pattern = planes[..., 0].var()
    chroma = (planes[..., 1:] ** 2).sum(axis=-1).mean()
    if pattern + chroma < BLANK**2:
        return np.nan, np.nan
    return mean_frequency(planes), float(chroma / (pattern + chroma))


def mean_frequency(planes: Floats) -> float:
    """Return the power-weighted mean radial frequency of planes (height, width, planes), cycles per pixel."""
    varying = planes - planes.mean(axis=(0, 1))
    if (varying**2).sum(axis=-1).mean() < BLANK**2:
        return 0.0
    power = (np.abs(np.fft.fft2(varying, axes=(0, 1))) ** 2).sum(axis=-1)
    rows, columns = (np.fft.fftfreq(side) for side in planes.shape[:2])
    return float((np.hypot(rows[:, None], columns) * power).sum() / power.sum())


def scaled(measured: Floats, side: int) -> Doubles:
    """Bring what was measured to scales from 0 (low-level) to 1 (high-level).

    Pixels and cycles are counted logarithmically, up to a field that is the whole input, and to the
    finest pattern over all of it. A picture is simple if it is all pattern or all colour, so its share
    of chroma counts by its distance from these two. The scales depend on nothing but the input's side.

    Args:
        measured: (n, p), columns and units as `LEVEL_PARTS`.
        side: Of the network's input, pixels.
    """
    field, cycles, chroma, rung, selectivity = measured.astype(np.float64).T
    parts = (
        np.log1p(field) / np.log1p(side),
        np.log1p(cycles) / np.log1p(side / 2),
        2 * np.minimum(chroma, 1 - chroma),
        rung / (len(LEVEL_RUNGS) - 1),
        selectivity,
    )
    return np.asarray(np.clip(np.stack(parts, axis=1), 0, 1))


def mean_of_defined(parts: Floats, least: int) -> Doubles:
    """Return the mean of each row's defined parts, (n,); NaN where fewer than `least` are defined."""
    known = np.isfinite(parts)
    count = known.sum(axis=1)
    total = np.where(known, parts, 0).sum(axis=1, dtype=np.float64)
    result = np.full(len(parts), np.nan)
    np.divide(total, count, out=result, where=count >= least)
    return result


def quantiles(values: Floats) -> Doubles:
    """Return the share of the other defined values that are smaller, ties half; NaN where not defined."""
    known = np.isfinite(values)
    result = np.full(len(values), np.nan)
    if known.sum() > 1:
        result[known] = (ranks(values[known]) - 1) / (known.sum() - 1)
    return result


def depth_correlation(values: Floats, depths: Floats, seed: int) -> tuple[float, float, float]:
    """Return Spearman's rank correlation of defined values with depth, and its 95% bootstrap interval.

    Args:
        values: (neurons,), NaN is left out.
        depths: (neurons,), places of their layers.
        seed: Of the resamples of neurons.

    Returns:
        Correlation, low, high; NaN where all values or all depths are one. Resamples in which that is
        so are left out.

    Source:
        Spearman 1904; Efron & Tibshirani 1993, chapter 13.
    """
    known = np.isfinite(values)
    pairs = np.stack([values[known], depths[known]]).astype(np.float64)
    count = pairs.shape[1]
    if count == 0 or np.isnan(whole := _rank_correlation(pairs[:, None])[0]):
        return np.nan, np.nan, np.nan
    random = np.random.default_rng(seed)
    block = max(1, MAX_VALUES // count)
    drawn = [
        _rank_correlation(pairs[:, random.integers(0, count, (min(block, RESAMPLES - first), count))])
        for first in range(0, RESAMPLES, block)
    ]
    low, high = np.nanpercentile(np.concatenate(drawn), (2.5, 97.5))
    return float(whole), float(low), float(high)


def _rank_correlation(pairs: Doubles) -> Doubles:
    """Return Spearman's correlation of two samples (2, samples, n), (samples,); NaN for a constant one."""
    ranked = ranks(pairs, axis=-1)
    ranked -= ranked.mean(axis=-1, keepdims=True)
    together = (ranked[0] * ranked[1]).sum(axis=-1)
    spread = np.sqrt((ranked**2).sum(axis=-1).prod(axis=0))
    result = np.full(len(together), np.nan)
    np.divide(together, spread, out=result, where=spread > 0)
    return result
