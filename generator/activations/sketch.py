"""A mergeable histogram of activations with bins of equal relative width, read off their float32 bits.

The bits of a positive float32, read as an integer, grow with its value, and shifted right they number
bins that are linear within an octave and logarithmic across octaves. Counts are integers, so a merge is an
addition and the result does not depend on batches or shards.

Source:
    Masson, Rim & Lee 2019, "DDSketch: A Fast and Fully-Mergeable Quantile Sketch with Relative-Error
    Guarantees"; the log-linear bins are those of HdrHistogram (Tene).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

MANTISSA_BITS = 6  # 64 bins an octave
LOWEST_EXPONENT = -20  # magnitudes below 2^-20 share the zero bin
HIGHEST_EXPONENT = 12  # magnitudes from 2^12 on share the outermost bin
RELATIVE_WIDTH = 2.0**-MANTISSA_BITS  # of the widest bin, over its lower edge
BINS_PER_SIGN = (HIGHEST_EXPONENT - LOWEST_EXPONENT) << MANTISSA_BITS
BINS = 2 * BINS_PER_SIGN + 1
ZERO_BIN = BINS_PER_SIGN

_FLOAT32_MANTISSA_BITS = 23
_FLOAT32_BIAS = 127
_SHIFT = _FLOAT32_MANTISSA_BITS - MANTISSA_BITS
_LOWEST_KEY = (_FLOAT32_BIAS + LOWEST_EXPONENT) << MANTISSA_BITS


def count(values: Tensor) -> Tensor:
    """Count activations in the sketch's bins.

    Args:
        values: Activations (neurons, positions), float32, finite.

    Returns:
        Counts (neurons, BINS), int64, bins from the most negative to the most positive value.
    """
    counts = torch.zeros(values.shape[0], BINS, dtype=torch.int64, device=values.device)
    tally(counts, values)
    return counts


def tally(counts: Tensor, values: Tensor, *, rectified: bool = False) -> None:
    """Add activations to counts in place.

    Args:
        counts: Counts (neurons, BINS), int64, contiguous.
        values: Activations (..., neurons, positions), float32, finite.
        rectified: Whether no activation is negative, which saves half of the work.
    """
    keys = _bins(values) if rectified else _signed_bins(values)
    neurons = torch.arange(counts.shape[0], dtype=torch.int32, device=values.device)
    keys += (neurons * BINS + ZERO_BIN).unsqueeze(1)
    one = torch.ones((), dtype=torch.int64, device=values.device)
    counts.view(-1).index_add_(0, keys.flatten(), one.expand(keys.numel()))


def _signed_bins(values: Tensor) -> Tensor:
    """Return each value's bin, int32, of the same shape, counted from the zero bin."""
    sign = values.view(torch.int32) >> 31  # 0 or -1
    keys = _bins(values.abs())
    return keys.bitwise_xor_(sign).sub_(sign)  # (k ^ -1) + 1 is -k


def _bins(values: Tensor) -> Tensor:
    """Return the bin of each value, none of which is below zero (-0.0 included), likewise."""
    keys = values.view(torch.int32) >> _SHIFT
    return keys.sub_(_LOWEST_KEY - 1).clamp_(0, BINS_PER_SIGN)


def edges() -> NDArray[np.float64]:
    """Return the edges of the bins (BINS + 1,), ascending from -2^12 to 2^12."""
    keys = np.arange(BINS_PER_SIGN + 1)
    octave, step = np.divmod(keys, 1 << MANTISSA_BITS)
    magnitudes = np.ldexp(1.0 + step * RELATIVE_WIDTH, octave + LOWEST_EXPONENT)
    return np.concatenate([-magnitudes[::-1], magnitudes])


def quantiles(
    counts: NDArray[np.integer[Any]],
    levels: NDArray[np.floating[Any]],
    minimum: NDArray[np.floating[Any]],
    maximum: NDArray[np.floating[Any]],
) -> NDArray[np.float32]:
    """Estimate quantiles, interpolated within a bin.

    The value at a rank lies in the same bin as its estimate, which is therefore off by at most
    RELATIVE_WIDTH of the value for magnitudes from 2^-20 to 2^12, and by 2^-20 below. The outermost
    bins reach as far as minimum and maximum do. Between two ranks whose values lie bins apart,
    the estimate is one of their bins', where numpy.quantile interpolates across the gap.

    Args:
        counts: Counts (neurons, BINS).
        levels: Quantile levels (levels,), 0 to 1.
        minimum: Smallest activation (neurons,).
        maximum: Largest activation (neurons,).

    Returns:
        Quantiles (neurons, levels), float32, from minimum to maximum; NaN where nothing is counted.
    """
    bin_edges = edges()
    result = np.full((len(counts), len(levels)), np.nan, dtype=np.float32)
    for neuron, row in enumerate(counts):
        filled = np.flatnonzero(row)
        if len(filled) == 0:
            continue
        after = np.cumsum(row[filled])
        rank = np.asarray(levels, dtype=np.float64) * (after[-1] - 1)
        place = np.minimum(np.searchsorted(after, rank, side="right"), len(filled) - 1)
        chosen = filled[place]
        inside = row[chosen]
        share = (rank - (after[place] - inside) + 0.5) / inside
        low = np.where(chosen == 0, np.minimum(bin_edges[0], minimum[neuron]), bin_edges[chosen])
        high = np.where(chosen == BINS - 1, np.maximum(bin_edges[-1], maximum[neuron]), bin_edges[chosen + 1])
        value = np.where(chosen == ZERO_BIN, 0.0, low + np.minimum(share, 1.0) * (high - low))
        value[rank <= 0], value[rank >= after[-1] - 1] = minimum[neuron], maximum[neuron]
        result[neuron] = np.clip(value, minimum[neuron], maximum[neuron])
    return result
