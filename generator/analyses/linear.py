"""Linear read-outs: logistic regression on standardized features, given back as plain weights."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from generator.analyses.probe_fits import TOLERANCE, converge, cross_validated, logistic
from generator.records import Floats, Integers

Doubles = NDArray[np.float64]


@dataclass(frozen=True)
class Linear:
    """Scores that are linear in features (d): log odds of the second of two classes, or one a class."""

    weights: Doubles  # (k, d), k is 1 for two classes
    bias: Doubles  # (k,)

    def __call__(self, values: Floats) -> Doubles:
        """Return the scores (images, k) of features (images, d)."""
        scores: Doubles = values.astype(np.float64) @ self.weights.T + self.bias
        return scores


def fit_linear(values: Floats, labels: Integers, seed: int) -> Linear:
    """Fit logistic regression, its L2 strength by cross-validation; features need no common scale.

    Args:
        values: (images, d); features that do not vary get no weight.
        labels: (images,), with at least two different values.
        seed: Of the folds.
    """
    known = values.astype(np.float64)
    centre, spread = known.mean(axis=0), known.std(axis=0)
    scale = np.where(spread > 0, spread, 1.0)
    standard = (known - centre) / scale
    strength, _ = cross_validated(standard, labels, seed)
    model = logistic(strength, TOLERANCE)
    converge(model, standard, labels)
    weights = np.where(spread > 0, model.coef_ / scale, 0.0)
    return Linear(weights, model.intercept_ - weights @ centre)
