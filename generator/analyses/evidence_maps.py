"""Formulas of evidence maps: what each position adds to the log odds of one class against another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr

from generator.records import Booleans, Floats

Doubles = NDArray[np.float64]


def centre_of(means: Floats, of_first: Booleans) -> Doubles:
    """Return the middle between the two classes' mean responses, (n,).

    Args:
        means: (images, n), mean responses of images of both classes.
        of_first: (images,), whether an image is of class A.
    """
    known = means.astype(np.float64)
    middle: Doubles = (known[of_first].mean(axis=0) + known[~of_first].mean(axis=0)) / 2
    return middle


@dataclass(frozen=True, eq=False)
class Reading:
    """A linear read-out of mean responses, read position by position.

    The mean over positions of `maps` plus `offset` is the read-out's log odds, for that is linear.

    Attributes:
        weights: (n,); 0 for neurons that do not count.
        bias: Of the read-out.
        centre: (n,), responses that speak for neither class.

    Source:
        Zhou, Khosla, Lapedriza, Oliva & Torralba 2016, "Learning deep features for discriminative
        localization" (class activation maps), here of a read-out and centred.
    """

    weights: Floats
    bias: float
    centre: Floats

    @property
    def offset(self) -> float:
        """Log odds of an image whose mean responses are the centre."""
        return float(self.weights @ self.centre + self.bias)

    def maps(self, responses: Floats) -> Doubles:
        """Return the evidence for A against B at every position, (images, height, width).

        That is the sum over neurons of weight times (response − centre).

        Args:
            responses: (images, n, height, width), activations.
        """
        used = np.flatnonzero(self.weights)
        weights = self.weights[used]
        found: Doubles = np.einsum("n,inhw->ihw", weights, responses[:, used])
        return found - float(weights @ self.centre[used])

    def log_odds(self, maps: Doubles) -> Doubles:
        """Return the read-out's log odds of A (images,) from `maps`."""
        found: Doubles = maps.mean(axis=(1, 2)) + self.offset
        return found


def agreement(first: Floats, second: Floats) -> Doubles:
    """Return Spearman's correlation over positions of two maps of each image.

    Args:
        first: (images, height, width).
        second: Likewise.

    Returns:
        (images,), −1 to 1; NaN where a map is the same everywhere.
    """
    result = np.full(len(first), np.nan)
    for image, (one, other) in enumerate(zip(first, second, strict=True)):
        if np.ptp(one) > 0 and np.ptp(other) > 0:
            result[image] = spearmanr(one.astype(np.float64), other.astype(np.float64), axis=None).statistic
    return result
