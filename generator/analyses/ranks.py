"""Ranks, counted exactly whatever the type of what is ranked."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from generator.records import Floats


def ranks(values: Floats, axis: int | None = None) -> NDArray[np.float64]:
    """Return ranks from 1 on, the mean rank for ties, along an axis or of all values in a flat array.

    SciPy from 1.18 on counts in the type of the values, of which half precision holds no more than the
    first 2,048 whole numbers.
    """
    found: NDArray[np.float64] = rankdata(np.asarray(values, dtype=np.float64), axis=axis)
    return found
