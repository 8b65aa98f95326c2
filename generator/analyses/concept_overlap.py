"""Pixel counts to IoU: of every neuron with every concept, with the best pair, and of the shuffles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from generator.analyses.concept_auc import FEWEST
from generator.records import Booleans, Floats, Integers, LayerDissection, LayerReceptiveFields

SURFACES = frozenset({"colour", "texture", "background", "material"})
"""Categories of concepts that have no size of their own: any receptive field can tell them."""

TOLERANCE = 0.01
"""Share of the smaller one's pixels up to which two concepts may coincide (at their borders) and still
count as excluding each other."""


Counts = NDArray[Any]
"""Whole or fractional numbers of pixels."""


@dataclass(frozen=True, eq=False)
class Overlap:
    """What was counted of a layer's neurons (n) and the masked concepts (m), by half; see `RunningOverlap`.

    Attributes:
        active: (2, n), pixels above the threshold.
        shared: (2, shifts, n, m), pixels shared with masks; shift 0 is the truth, the rest shuffles.
        spread: (2, shifts, n, m), pixels shared if responses were spread evenly over a category.
    """

    active: Integers
    shared: Integers
    spread: Floats


@dataclass(frozen=True, eq=False)
class Masks:
    """The masks of the masked concepts (m), all images together.

    Attributes:
        categories: Of every concept.
        counts: (2, m), images that have it, by half.
        areas: (2, m), pixels, by half.
        together: (m, m), pixels of both of two concepts.
    """

    categories: tuple[str, ...]
    counts: Integers
    areas: Integers
    together: Integers

    @property
    def measured(self) -> Booleans:
        """Whether both halves have enough images of a concept, (m,)."""
        return np.asarray((self.counts >= FEWEST).all(axis=0), dtype=bool)

    def extents(self) -> Floats:
        """Return the typical side of a concept's region, (m,) float32 pixels; NaN where it has none."""
        counts, areas = self.counts.sum(axis=0), self.areas.sum(axis=0)
        mean = np.full(len(counts), np.nan)
        np.divide(areas, counts, out=mean, where=counts > 0)
        return np.asarray(np.sqrt(mean), dtype=np.float32)

    def exclusive(self) -> Booleans:
        """Whether two concepts are of one category and exclude each other, (m, m)."""
        same = np.equal.outer(np.array(self.categories), np.array(self.categories))
        areas = self.areas.sum(axis=0)
        apart = self.together <= TOLERANCE * np.minimum.outer(areas, areas)
        return np.asarray(same & apart & ~np.eye(len(areas), dtype=bool))


def fitting(categories: Sequence[str], extents: Floats, fields: LayerReceptiveFields) -> Booleans:
    """Whether neurons with these receptive fields can have concepts for a label by overlap, (m,).

    A thing must fit into what the neuron sees; a surface always does.

    Args:
        categories: Of the concepts.
        extents: (m,), typical sides, pixels.
        fields: Of the neurons' layer.
    """
    surface = np.array([category in SURFACES for category in categories], dtype=bool)
    return np.asarray(surface | (extents <= seen_side(fields)), dtype=bool)


def seen_side(fields: LayerReceptiveFields) -> int:
    """Return the shorter side of the largest receptive field, pixels."""
    return int(min((axis[:, 1] - axis[:, 0]).max() for axis in (fields.rows, fields.columns)))


def dissected(overlap: Overlap, masks: Masks, fields: LayerReceptiveFields) -> LayerDissection:
    """Turn a layer's counts into IoU."""
    active, shared = overlap.active, overlap.shared
    shuffles = np.concatenate([shared[:, 1:], overlap.spread[:, 1:]], axis=1)
    shuffled = [_iou(shuffles[half], active[half], masks.areas[half]) for half in (0, 1)]
    iou = np.stack([_iou(shared[half, 0], active[half], masks.areas[half]) for half in (0, 1)])
    iou[..., ~masks.measured] = np.nan
    chance = shuffled[0][..., masks.measured].max(axis=(0, 2), initial=0.0)
    able = fitting(masks.categories, masks.extents(), fields) & (iou[0] > chance[:, None])
    pair = _best_pairs(np.where(able, iou[0], -1.0), active[0], shared[0, 0], masks)
    none = pair[:, 0] < 0
    union = masks.areas[:, pair].sum(axis=2)
    in_place, by_chance = _of_pairs(shared[:, 0], pair), _of_pairs(shuffles, pair)
    pair_iou = np.stack([_share(in_place[half], active[half] + union[half]) for half in (0, 1)])
    pair_chance = np.stack([_share(by_chance[half], active[half] + union[half]) for half in (0, 1)])
    return LayerDissection(
        active=active,
        iou=iou.astype(np.float32),
        shuffled_best=chance.astype(np.float32),
        shuffled=shuffled[1].max(axis=0, initial=0.0).astype(np.float32),
        pair=pair,
        pair_iou=np.where(none, np.nan, pair_iou).astype(np.float32),
        pair_shuffled=np.where(none, np.nan, pair_chance.max(axis=1, initial=0.0)).astype(np.float32),
    )


def _iou(shared: Counts, active: Integers, areas: Integers) -> Floats:
    """Return IoU (..., n, m) of shared pixels (..., n, m), active ones (n,) and areas (m,)."""
    return _share(shared, active[:, None] + areas)


def _share(shared: Counts, both: Integers) -> Floats:
    """Return shared pixels over those of the union, 0 for nothing; `both` counts shared ones twice."""
    whole = both - shared
    result = np.zeros(np.shape(shared))
    np.divide(shared, whole, out=result, where=whole > 0)
    return result


def _of_pairs(shared: Counts, pair: Integers) -> Counts:
    """Return the pixels (..., n) shared with both of every neuron's pair, of those with each (..., n, m)."""
    neurons = np.arange(len(pair))
    summed: Counts = shared[..., neurons, pair[:, 0]] + shared[..., neurons, pair[:, 1]]
    return summed


def _best_pairs(iou: Floats, active: Integers, shared: Integers, masks: Masks) -> Integers:
    """Find for every neuron the concept that, with its best one, covers its responses best.

    Args:
        iou: (n, m), choosing half; -1 for a concept that cannot be part of a pair by itself.
        active: (n,), likewise.
        shared: (n, m), likewise.
        masks: The masks.

    Returns:
        (n, 2) int32, the better concept first; -1 where there is no pair.
    """
    neurons = np.arange(len(iou))
    first = iou.argmax(axis=1)
    areas = masks.areas[0]
    both = _share(shared + shared[neurons, first][:, None], active[:, None] + areas + areas[first][:, None])
    both = np.where(masks.exclusive()[first] & (iou > 0), both, -1.0)
    second = both.argmax(axis=1)
    known = (iou[neurons, first] > 0) & (both[neurons, second] > 0)
    return np.where(known[:, None], np.stack([first, second], axis=1), -1).astype(np.int32)
