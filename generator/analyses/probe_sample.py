"""Which images are probed: all concept images up to a number, and a seeded sample of the atlas's own."""

from __future__ import annotations

import numpy as np

from generator.analyses.base import Context
from generator.inputs.answers import trained_on
from generator.records import Integers, ProbeImages

PER_CLASS = 20
"""Images that a class should have in the sample; of too many classes, so many are drawn that it has."""


def probed_images(context: Context) -> dict[ProbeImages, Integers]:
    """Return the indices of the probed images by kind, each (N,) int64; a kind without images is left out."""
    limit = context.recipe.probes.images
    result: dict[ProbeImages, Integers] = {}
    if context.concepts is not None:
        result["concepts"] = np.arange(min(limit, len(context.concepts)))
    known = np.flatnonzero(~trained_on(context.recipe.probes, context.images))
    sample = _sample(context.images.labels, known, limit, context.recipe.seed)
    if len(sample):
        result["images"] = sample
    return result


def _sample(labels: Integers, known: Integers, limit: int, seed: int) -> Integers:
    """Draw `limit` of the known images; where there are too many classes, from some classes alone."""
    random = np.random.default_rng(seed)
    classes = np.unique(labels[known][labels[known] >= 0])
    most = max(limit // PER_CLASS, 2)
    if len(known) > limit and len(classes) > most:
        known = known[np.isin(labels[known], random.permutation(classes)[:most])]
    return np.sort(random.permutation(known)[:limit])
