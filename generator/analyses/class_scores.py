"""Formulas that say how well a neuron tells classes apart: AUC with intervals, class selectivity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from generator.records import Floats, Integers

# Largest number of float64 values held in one working array (128 MiB): bounds memory.
MAX_VALUES = 2**24

Doubles = NDArray[np.float64]


def class_aucs(values: Floats, labels: Integers, classes: int) -> Doubles:
    """Return the AUC of each class against the rest, for each neuron.

    The AUC is the chance that a random image of the class has a larger value than a random
    labelled image of another class, ties counted half.

    Args:
        values: (images, neurons), for example peaks.
        labels: (images,), class of each image, -1 for unlabelled images, which are left out.
        classes: Number of classes.

    Returns:
        (neurons, classes), 0 to 1; NaN where the class or the rest has no image.

    Source:
        Mann & Whitney 1947; Hanley & McNeil 1982.
    """
    images = _LabelledImages.of(labels, classes)
    ones = np.ones((len(images.rows), 1))
    scores = np.full((values.shape[1], classes), np.nan)
    for neuron in range(values.shape[1]):
        ranking = _ranking(values[images.rows, neuron])
        scores[neuron, images.present] = _weighted_aucs(ranking, images.members, ones)[:, 0]
    return scores


def class_auc_intervals(
    values: Floats, labels: Integers, classes: int, *, resamples: int, seed: int, level: float = 0.95
) -> tuple[Doubles, Doubles]:
    """Return percentile bootstrap intervals of `class_aucs`, labelled images drawn with replacement.

    One resample serves all neurons and classes. A resample without an image of a class (or of
    its rest) is left out for that class.

    Args:
        values: (images, neurons).
        labels: (images,), -1 for unlabelled images, which are left out.
        classes: Number of classes.
        resamples: How many resamples.
        seed: Of the resamples; the same seed draws the same resamples.
        level: Share of the bootstrap distribution inside the interval.

    Returns:
        Lower and upper ends, each (neurons, classes), 0 to 1; NaN where `class_aucs` is NaN.

    Source:
        Efron & Tibshirani 1993, chapter 13.
    """
    images = _LabelledImages.of(labels, classes)
    ends = np.full((2, values.shape[1], classes), np.nan)
    ends[:, :, images.present] = auc_intervals(
        values[images.rows], images.members, resamples=resamples, seed=seed, level=level
    )
    return ends[0], ends[1]


def auc_intervals(
    values: Floats, members: Any, *, resamples: int, seed: int, level: float = 0.95
) -> tuple[Doubles, Doubles]:
    """Return percentile bootstrap intervals of AUCs of groups of images, images drawn with replacement.

    One resample serves all neurons and groups. A resample without an image of a group (or of its
    rest) is left out for that group.

    Args:
        values: (images, neurons).
        members: (k, images) sparse, 1 where an image belongs to a group; groups may overlap.
        resamples: How many resamples.
        seed: Of the resamples; the same seed draws the same resamples.
        level: Share of the bootstrap distribution inside the interval.

    Returns:
        Lower and upper ends, each (neurons, k), 0 to 1.

    Source:
        Efron & Tibshirani 1993, chapter 13.
    """
    count, neurons = values.shape
    groups = members.shape[0]
    ends = np.full((2, neurons, groups), np.nan)
    chunk = max(1, MAX_VALUES // max(1, resamples * groups, 4 * count))
    levels = ((1 - level) / 2, (1 + level) / 2)
    for first in range(0, neurons if groups else 0, chunk):
        chosen = slice(first, first + chunk)
        ends[:, chosen] = _percentiles(_resampled_aucs(values[:, chosen], members, resamples, seed), levels)
    return ends[0], ends[1]


def class_selectivity(class_means: Floats) -> Doubles:
    """Return (m - r) / (m + r), m the largest class mean and r the mean of all other classes' means.

    Args:
        class_means: (neurons, classes), mean non-negative response; NaN for a class without images.

    Returns:
        (neurons,), from 0 (all classes alike) to 1 (one class alone); NaN for a silent neuron and
        where fewer than two classes have images.

    Source:
        Morcos et al. 2018, On the importance of single directions for generalization.
    """
    means = np.asarray(class_means, dtype=np.float64)
    known = ~np.isnan(means)
    others = known.sum(axis=1) - 1
    largest = np.where(known, means, -np.inf).max(axis=1, initial=-np.inf)
    defined = (others > 0) & (largest > 0)
    result = np.full(len(means), np.nan)
    rest = (np.where(known, means, 0.0).sum(axis=1)[defined] - largest[defined]) / others[defined]
    result[defined] = (largest[defined] - rest) / (largest[defined] + rest)
    return result


@dataclass(frozen=True)
class _LabelledImages:
    """The labelled images, and which class each belongs to.

    `rows` (m,) indexes all images, `present` (k,) lists the classes with images, and `members`
    (k, m) holds 1 where an image belongs to a class.
    """

    rows: NDArray[np.intp]
    present: NDArray[np.intp]
    members: Any  # scipy.sparse.csr_array, which has no static type

    @classmethod
    def of(cls, labels: Integers, classes: int) -> _LabelledImages:
        rows = np.flatnonzero((labels >= 0) & (labels < classes))
        present, which = np.unique(labels[rows], return_inverse=True)
        return cls(rows, present.astype(np.intp), _membership(which, len(present)))


@dataclass(frozen=True)
class _Ranking:
    """Images in groups of equal value, groups ascending: `group` (m,) and its membership (g, m)."""

    group: NDArray[np.intp]
    members: Any  # scipy.sparse.csr_array


def _membership(which: NDArray[np.intp], count: int) -> Any:
    ones = np.ones(len(which))
    return sparse.csr_array((ones, (which, np.arange(len(which)))), shape=(count, len(which)))


def _ranking(values: Floats) -> _Ranking:
    distinct, group = np.unique(values, return_inverse=True)
    return _Ranking(group, _membership(group, len(distinct)))


def _weighted_aucs(ranking: _Ranking, members: Any, weights: Doubles) -> Doubles:
    """AUC of every group of images in several weightings of the images at once.

    An image's score is the weight below it plus half the weight of its equals. The scores of a
    group, summed by weight, count its wins over everything, itself included; within a group,
    wins and half ties always make half the squared weight, whatever the values.
    All sums are of whole and half numbers, so they are exact in any order.

    Args:
        ranking: Of the images (m).
        members: (k, m) sparse, which image belongs to which group.
        weights: (m, resamples), how often an image was drawn.

    Returns:
        (k, resamples); NaN where the group or the rest has no weight.
    """
    tied = ranking.members @ weights
    beaten = (np.cumsum(tied, axis=0) - tied / 2)[ranking.group]
    inside: Doubles = members @ weights
    wins = members @ (weights * beaten) - inside**2 / 2
    pairs = inside * (weights.sum(axis=0) - inside)
    scores = np.full_like(inside, np.nan)
    np.divide(wins, pairs, out=scores, where=pairs > 0)
    return scores


def _resampled_aucs(values: Floats, members: Any, resamples: int, seed: int) -> Doubles:
    """AUCs in every resample: (neurons, groups, resamples)."""
    count, neurons = values.shape
    rankings = [_ranking(values[:, neuron]) for neuron in range(neurons)]
    scores = np.empty((neurons, members.shape[0], resamples))
    random = np.random.default_rng(seed)
    block = max(1, MAX_VALUES // (8 * count))
    for first in range(0, resamples, block):
        stop = min(first + block, resamples)
        weights = np.stack([_draw(random, count) for _ in range(first, stop)], axis=1)
        for neuron, ranking in enumerate(rankings):
            scores[neuron, :, first:stop] = _weighted_aucs(ranking, members, weights)
    return scores


def _draw(random: np.random.Generator, count: int) -> Doubles:
    """How often each of `count` images is met in `count` draws with replacement."""
    return np.bincount(random.integers(count, size=count), minlength=count).astype(np.float64)


def _percentiles(scores: Doubles, levels: tuple[float, ...]) -> Doubles:
    """Quantiles over the last axis, NaNs left out: (levels, ...); NaN where all are NaN."""
    result = np.quantile(scores, levels, axis=-1)
    missing = np.isnan(scores)
    partly = missing.any(axis=-1) & ~missing.all(axis=-1)
    if partly.any():
        result[:, partly] = np.nanquantile(scores[partly], levels, axis=-1)
    return result
