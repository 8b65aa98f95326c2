"""What answers lose under an ablation: measures image by image, their changes and bootstrap intervals."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from generator.analyses.contrast_statistics import LEVEL
from generator.records import CONTROLS, SET_MEASURES, AblatedSet, Floats, Integers, SingleAblations

Doubles = NDArray[np.float64]

RESAMPLES = 1000
"""Of the bootstrap."""

_ENDS = ((1 - LEVEL) / 2, (1 + LEVEL) / 2)


def set_measures(scores: Floats, own: Integers, other: Integers) -> Doubles:
    """Return `SET_MEASURES` of a contrast's images, (m, 3).

    Args:
        scores: (m, k), of all classes.
        own: (m,), the column of each image's class.
        other: (m,), the column of the contrast's other class. Of equal scores each is half right.
    """
    known = scores.astype(np.float64)
    rows = np.arange(len(known))
    margin = known[rows, own] - known[rows, other]
    return np.stack([(np.sign(margin) + 1) / 2, known.argmax(axis=1) == own, margin], axis=1)


def single_measures(scores: Floats, own: Integers) -> Doubles:
    """Return `SINGLE_MEASURES` of images, (m, 2), from scores (m, k) and their classes' columns (m,)."""
    known = scores.astype(np.float64)
    score = known[np.arange(len(known)), own] - known.mean(axis=1)
    return np.stack([known.argmax(axis=1) == own, score], axis=1)


def image_weights(groups: Integers, seed: tuple[int, ...]) -> Doubles:
    """Return how often a bootstrap draws each image, over the number of its group's, (r, m).

    Images are drawn with replacement within their group (m,), as many as there are.

    Source:
        Efron & Tibshirani 1993, chapter 13.
    """
    random = np.random.default_rng(seed)
    weights = np.zeros((RESAMPLES, len(groups)))
    for group in np.unique(groups):
        members = np.flatnonzero(groups == group)
        drawn = random.multinomial(len(members), np.full(len(members), 1 / len(members)), RESAMPLES)
        weights[:, members] = drawn / len(members)
    return weights


def ablated_set(
    channels: Integers,
    drawn: Integers,
    activation: Floats,
    measured: Doubles,
    *,
    sides: Integers,
    seed: tuple[int, ...],
) -> AblatedSet:
    """Sum up the ablations of a contrast at a layer.

    Args:
        channels: (s,), the confirmed ones.
        drawn: (2, d, s), the controls.
        activation: (size,), mean activation of all channels of the layer.
        measured: (2 + 2 d, m, 3), image by image: intact, without the confirmed channels, without each draw.
        sides: (m,), which of the two classes an image is of; both count alike.
        seed: Of the bootstrap.
    """
    draws = drawn.shape[1]
    changes = measured[1:] - measured[0]
    weights = image_weights(sides, seed) / len(np.unique(sides))
    plain, resampled = _by_class(changes, sides), np.einsum("rm,amc->arc", weights, changes)
    controls = plain[1:].reshape(len(CONTROLS), draws, len(SET_MEASURES))
    change = np.array([plain[0], *map(_mean, controls)])
    by_kind = resampled[1:].reshape(len(CONTROLS), draws, *resampled.shape[1:])
    spread = [resampled[0], *(_over_draws(own, (*seed, place)) for place, own in enumerate(by_kind))]
    low, high = np.quantile(np.array(spread), _ENDS, axis=1)
    excess_low, excess_high = np.quantile(spread[0] - np.array(spread[1:]), _ENDS, axis=1)
    return AblatedSet(
        intact=_by_class(measured[0], sides),
        channels=channels.astype(np.int32),
        drawn=drawn,
        activation=np.array([activation[channels].mean(), *(_mean(activation[own]).mean() for own in drawn)]),
        change=change,
        low=low,
        high=high,
        draws=controls,
        excess=change[0] - change[1:],
        excess_low=excess_low,
        excess_high=excess_high,
    )


def _mean(values: Floats) -> Doubles:
    """Return the mean over draws, the first axis; NaN without draws."""
    mean: Doubles = values.mean(axis=0) if len(values) else np.full(values.shape[1:], np.nan)
    return mean


def _by_class(values: Doubles, sides: Integers) -> Doubles:
    """Return means over images, (..., 3) of (..., m, 3), with which every class counts alike."""
    means = [values[..., sides == side, :].mean(axis=-2) for side in np.unique(sides)]
    whole: Doubles = np.mean(means, axis=0)
    return whole


def _over_draws(resampled: Doubles, seed: tuple[int, ...]) -> Doubles:
    """Return means over draws drawn with replacement, (r, 3), from (d, r, 3); NaN without draws."""
    draws, resamples, measures = resampled.shape
    if not draws:
        return np.full((RESAMPLES, measures), np.nan)
    counts = np.random.default_rng(seed).multinomial(draws, np.full(draws, 1 / draws), resamples)
    means: Doubles = np.einsum("rd,drc->rc", counts / draws, resampled)
    return means


def single_ablations(measured: Doubles, groups: Integers, seed: tuple[int, ...]) -> SingleAblations:
    """Sum up ablations of single neurons by class.

    Args:
        measured: (1 + n, m, 2), image by image: intact, and without each neuron.
        groups: (m,), the place of each image's class among the k classes, all of which occur.
        seed: Of the bootstrap.
    """
    changes = measured[1:] - measured[0]
    neurons, _, measures = changes.shape
    classes = int(groups.max()) + 1
    weights = image_weights(groups, seed)
    intact = np.stack([measured[0, groups == place].mean(axis=0) for place in range(classes)], axis=1)
    change, low, high = (np.zeros((measures, neurons, classes)) for _ in range(3))
    overall = np.zeros((measures, neurons, RESAMPLES))
    for place in range(classes):
        own = groups == place
        for column in range(measures):
            resampled = changes[:, own, column] @ weights[:, own].T  # (n, r)
            change[column, :, place] = changes[:, own, column].mean(axis=1)
            low[column, :, place], high[column, :, place] = np.quantile(resampled, _ENDS, axis=1)
            overall[column] += resampled / classes
    overall_low, overall_high = np.quantile(overall, _ENDS, axis=2)
    found = (intact, change, low, high, change.mean(axis=2), overall_low, overall_high)
    return SingleAblations(*(values.astype(np.float32) for values in found))
