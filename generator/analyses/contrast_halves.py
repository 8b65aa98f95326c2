"""Splits the images into a half for finding and a half for confirming, class by class."""

from __future__ import annotations

import numpy as np

from generator.analyses.base import Context
from generator.records import Integers

DISCOVERY, CONFIRMATION = 0, 1

FEWEST = 20
"""Images that a class needs to be contrasted: ten in each half."""


def contrastable(context: Context) -> bool:
    """Whether the recipe wants contrasts, and the images have two classes of enough images."""
    return context.recipe.contrasts.enabled and len(classes_of(context)) > 1


def classes_of(context: Context) -> Integers:
    """Return the classes that have enough images, (k,) int32."""
    counts = np.array(context.images.info.class_counts, dtype=np.int64)
    return np.flatnonzero(counts >= FEWEST).astype(np.int32)


def half_of(labels: Integers, label: int, half: int, seed: int) -> Integers:
    """Return the images of one class and half, in a random order, (images,) int64.

    A class's halves do not depend on the other classes; of an odd number of images the confirmation
    half has one more.

    Args:
        labels: (N,), class of every image.
        label: The class.
        half: `DISCOVERY` or `CONFIRMATION`.
        seed: Of the order.
    """
    own = np.flatnonzero(labels == label)
    order = np.random.default_rng([seed, label]).permutation(own)
    middle = len(own) // 2
    return order[:middle] if half == DISCOVERY else order[middle:]


def some_of(labels: Integers, classes: Integers, half: int, most: int, seed: int) -> Integers:
    """Return up to `most` images of each class of one half, sorted, (images,) int64."""
    chosen = [half_of(labels, label, half, seed)[:most] for label in classes.tolist()]
    return np.sort(np.concatenate(chosen))
