"""How well peaks tell images with a concept from images without: AUCs on two halves, and under shuffles."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from generator.analyses.ranks import ranks
from generator.inputs.concepts import HALF
from generator.records import Booleans, Floats, Integers

SHUFFLES = HALF - 1
"""Shuffles of a null, 19: to beat all of them happens by chance in one of 20 cases."""

FEWEST = 10
"""Images with and without a concept that a half must have for the concept to be measured on it."""

NO_SKILL = 0.5
"""AUC of a neuron that knows nothing."""


@dataclass(frozen=True)
class Separation:
    """AUCs of neurons (n) for concepts (c); see `LayerConceptResponses` for the fields."""

    auc: Floats  # (2, n, c) float32
    shuffled_best: Floats  # (n,) float32
    shuffled: Floats  # (n, c) float32


def separation(peaks: Floats, present: Booleans, halves: Integers, seed: int) -> Separation:
    """Measure every neuron's AUC for every concept, on both halves, and what shuffled images give.

    A shuffle hands every image's concepts to another image of the same half, all concepts together,
    so that concepts that go together keep doing so.

    Args:
        peaks: (images, n).
        present: (images, c), whether a concept is in an image.
        halves: (images,), 0 for the choosing and 1 for the scoring half.
        seed: Of the shuffles.
    """
    random = np.random.default_rng(seed)
    found, away = [], []
    for half in (0, 1):
        chosen = np.flatnonzero(halves == half)
        ranked = ranks(peaks[chosen], axis=0)
        known = present[chosen]
        found.append(aucs(ranked, known))
        shuffled = (aucs(ranked, known[random.permutation(len(chosen))]) for _ in range(SHUFFLES))
        furthest = np.zeros(found[-1].shape)
        for each in shuffled:
            furthest = np.fmax(furthest, np.abs(each - NO_SKILL))
        away.append(furthest)
    return Separation(
        np.stack(found).astype(np.float32),
        away[0].max(axis=1, initial=0.0).astype(np.float32),
        away[1].astype(np.float32),
    )


def aucs(ranks: Floats, present: Booleans) -> Floats:
    """Return the area under the ROC curve of every neuron for every concept.

    Args:
        ranks: (images, n), ranks of a neuron's peaks from 1 on, ties averaged.
        present: (images, c).

    Returns:
        (n, c) float64; NaN for a concept with fewer than `FEWEST` images with or without it.

    Source:
        Hanley & McNeil 1982: the AUC is the Mann-Whitney U over the number of pairs.
    """
    members = present.sum(axis=0).astype(np.float64)
    others = len(present) - members
    sums = ranks.T @ present.astype(np.float64)
    measured = np.minimum(members, others) >= FEWEST
    result = np.full(sums.shape, np.nan)
    lowest = members * (members + 1) / 2
    result[:, measured] = (sums - lowest)[:, measured] / (members * others)[measured]
    return result
