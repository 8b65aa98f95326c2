"""Bootstrap intervals of the AUCs of neurons for concepts: one draw of images serves all of both."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from generator.analyses import class_scores
from generator.analyses.concept_auc import FEWEST
from generator.records import Booleans, Floats

RESAMPLES = 200


def auc_intervals(peaks: Floats, present: Booleans, seed: int) -> tuple[Floats, Floats]:
    """Return 95% percentile bootstrap intervals of AUCs, images drawn with replacement.

    Args:
        peaks: (images, n).
        present: (images, c), whether a concept is in an image.
        seed: Of the draws.

    Returns:
        Lower and upper ends, each (n, c) float32; NaN for a concept with fewer than `FEWEST` images with
        or without it. A draw without any image of either kind is left out for the concept.
    """
    ends = np.full((2, peaks.shape[1], present.shape[1]), np.nan, dtype=np.float32)
    known = present.sum(axis=0)
    measured = np.minimum(known, len(peaks) - known) >= FEWEST
    members = sparse.csr_array(present[:, measured].T.astype(np.float64))
    ends[:, :, measured] = class_scores.auc_intervals(peaks, members, resamples=RESAMPLES, seed=seed)
    return ends[0], ends[1]
