"""How alike a network treats pictures and images: agreement of seeds, and paths beside those of images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from generator.analyses.ranks import ranks
from generator.records import Booleans, Floats, Integers, LayerPaths

OTHERS = 32
"""Other neurons of the layer, at most, whose pictures a neuron's seeds are told apart from."""

FEWEST_CHANNELS = 8
"""Other channels of a layer without which an order among their responses says little."""

FEWEST_IMAGES = 3
"""Top images without which no interval can be had by leaving one out."""

COMMON_GROUND = 0.1
"""Difference of correlations by which top images have to be more alike than random ones for a picture
to be compared with them. A correlation of 0.1 is the least that Cohen (1988) calls an effect; in a random
network, where all images go nearly the same way, deep layers stay below a tenth of this."""

STANDARD_ERRORS = 2.0
"""Of an estimate to either end of its interval."""


@dataclass(frozen=True)
class Pooled:
    """Mean responses over positions of all channels (c) of one layer."""

    images: Floats  # (images, c)
    pictures: Floats  # (n, seeds, c), of a layer's neurons (n)


def placed(responses: Floats) -> Floats:
    """Turn responses (..., c) into vectors whose scalar products are Spearman correlations.

    Returns:
        (..., c) float64: ranks (the mean rank for ties), centred, of length 1; zeros where all are equal.
    """
    ranked = ranks(responses, axis=-1)
    centred = ranked - ranked.mean(axis=-1, keepdims=True)
    length = np.linalg.norm(centred, axis=-1, keepdims=True)
    return np.asarray(np.divide(centred, length, out=np.zeros_like(centred), where=length > 0))


def agreement(pictures: Floats, neurons: Integers, seed: int) -> Floats:
    """Return how surely the layer finds two seeds of one neuron more alike than seeds of two neurons.

    Likeness is the Spearman correlation of responses. The neuron's own channel is left out: its
    pictures were made for it.

    Args:
        pictures: (n, seeds, c) responses of all channels of the neurons' own layer.
        neurons: (n,) their channels.
        seed: Of the draw of other neurons, where there are more than `OTHERS`.

    Returns:
        (n,) float32, an area under the curve: 0.5 is chance; NaN with a single seed or neuron, or with
        fewer other channels than `FEWEST_CHANNELS`.
    """
    count, seeds, channels = pictures.shape
    result = np.full(count, np.nan, dtype=np.float32)
    if seeds == 1 or count == 1 or channels - 1 < FEWEST_CHANNELS:
        return result
    pairs = np.triu_indices(seeds, k=1)
    for row in range(count):
        left = np.delete(pictures, neurons[row], axis=-1)
        own = placed(left[row])
        others = placed(left[_others(count, row, seed)].reshape(-1, channels - 1))
        result[row] = _area((own @ own.T)[pairs], (own @ others.T).ravel())
    return result


def _others(count: int, row: int, seed: int) -> Integers:
    others = np.delete(np.arange(count), row)
    return (
        others if len(others) <= OTHERS else np.random.default_rng([seed, row]).permutation(others)[:OTHERS]
    )


def _area(higher: Floats, lower: Floats) -> float:
    """Return the probability that one of the first is above one of the second, ties counting half."""
    differences = np.round(higher[:, None] - lower, 12)  # equal but for rounding is equal
    return float(np.mean(differences > 0) + np.mean(differences == 0) / 2)


def paths(
    layers: Sequence[Pooled], top: Integers, random: Integers, excited: Booleans, agreed: Floats
) -> LayerPaths:
    """Compare the pictures' way through the network with that of the neurons' top images.

    Args:
        layers: Responses by layer, the neurons' own last.
        top: (n, k) rows of `Pooled.images`, each neuron's top images.
        random: (r,) rows of the images that stand for any images; those among a neuron's top do not count.
        excited: (n,), whether any image excites the neuron.
        agreed: (n,) what `agreement` gives.

    Source:
        Geirhos, Zimmermann, Bilodeau, Brendel & Kim, Don't Trust Your Eyes: On the (Un)reliability of
        Feature Visualizations, ICML 2024 (0: images of different kinds, 1: of the same kind).
    """
    count, depth = len(top), len(layers)
    common, low, path = (np.full((count, depth), np.nan, dtype=np.float32) for _ in range(3))
    summary = np.full((3, count), np.nan, dtype=np.float32)
    ready = [(placed(layer.images), placed(layer.pictures)) for layer in layers]
    for row in np.flatnonzero(excited) if top.shape[1] >= FEWEST_IMAGES else ():
        own, drawn = top[row], np.setdiff1d(random, top[row])
        if not drawn.size:
            continue
        found = np.array([_compared(images[own], images[drawn], made[row]) for images, made in ready])
        found_common, found_shared = found[:, 0], found[:, 1]  # (d, 1 + k)
        common[row] = found_common[:, 0]
        low[row] = found_common[:, 0] - STANDARD_ERRORS * _error(found_common)
        told = (common[row] >= COMMON_GROUND) & (low[row] > 0)
        path[row, told] = (found_shared[told] / found_common[told])[:, 0]
        if told.any():
            ratio = found_shared[told].sum(axis=0) / found_common[told].sum(axis=0)
            away = STANDARD_ERRORS * _error(ratio)
            summary[:, row] = ratio[0], ratio[0] - away, ratio[0] + away
    return LayerPaths(agreed, common, low, path, *summary)


def _compared(top: Floats, random: Floats, pictures: Floats) -> Floats:
    """Return two differences of mean correlations, of all top images and without each one of them.

    Returns:
        (2, 1 + k): top images among each other, and pictures with top images, each less top
        images with random ones.
    """
    count = len(top)
    among = top @ top.T
    np.fill_diagonal(among, 0.0)
    rows = among.sum(axis=1)
    alike = np.append(rows.sum() / (count - 1), (rows.sum() - 2 * rows) / (count - 2))
    to_random, to_pictures = (top @ vectors.mean(axis=0) for vectors in (random, pictures))
    sizes = np.append(count, np.full(count, count - 1))
    totals = [np.append(each.sum(), each.sum() - each) for each in (to_random, to_pictures)]
    return np.asarray(np.array([alike - totals[0], totals[1] - totals[0]]) / sizes)


def _error(found: Floats) -> Floats:
    """Return the jackknife's standard error of estimates (..., 1 + k), all and without each one."""
    without = found[..., 1:]
    count = without.shape[-1]
    spread = ((without - without.mean(axis=-1, keepdims=True)) ** 2).sum(axis=-1)
    return np.asarray(np.sqrt((count - 1) / count * spread))
