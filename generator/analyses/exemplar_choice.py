"""Which images are shown for which neuron: strongest, weakest, from quantile strata, at random."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from generator.recipe_sections import ExemplarsSection
from generator.records import Floats, Integers, Layer, LayerSurvey

EMPTY = -1  # stands for an image where there are fewer images than wanted
COLUMNS_AT_ONCE = 64  # neurons whose pooled peaks are read together


@dataclass(frozen=True)
class ChosenImages:
    """Images shown under one rule, each with the share of images that have a smaller peak.

    An entry without an image is EMPTY in `images` and NaN in `quantile`.
    """

    images: NDArray[np.int64]  # (n, k)
    quantile: NDArray[np.float32]  # (n, k), 0 to 1


@dataclass(frozen=True)
class LayerChoice:
    """The images of one layer's neurons (n), by rule.

    `pairs` (p, 2) int64 lists every (image, row of the neuron) once, ascending.
    """

    top: ChosenImages
    bottom: ChosenImages
    strata: ChosenImages
    random: ChosenImages
    pairs: NDArray[np.int64]

    def place(self, images: NDArray[np.int64]) -> NDArray[np.intp]:
        """Return where each (image, row) of an (n, k) group stands in `pairs`; EMPTY gives 0."""
        rows = len(images)
        keys = self.pairs[:, 0] * rows + self.pairs[:, 1]
        wanted = images * rows + np.arange(rows)[:, None]
        return np.where(images == EMPTY, 0, np.searchsorted(keys, wanted))


@dataclass(frozen=True)
class Choice:
    """The images of all layers; `images` (p,) int64 lists the different ones, ascending."""

    images: NDArray[np.int64]
    layers: Mapping[str, LayerChoice]


@dataclass(frozen=True)
class _Draw:
    """What all neurons share: the pool, the random row, and an order that breaks ties."""

    pool: NDArray[np.int64]
    random: NDArray[np.int64]
    tie_order: NDArray[np.int64]


def choose(
    layers: Sequence[Layer], surveys: Mapping[str, LayerSurvey], settings: ExemplarsSection, seed: int
) -> Choice:
    """Choose the images of every neuron.

    Top and bottom come from the survey. Strata cut the images, ranked by peak, into equal bands; images
    with equal peaks are ranked by a seeded shuffle, since their own order would favour classes.
    Each band's images are drawn from a pool of random images that all neurons share.

    Args:
        layers: The layers and their neurons.
        surveys: By layer name, over all images.
        settings: How many images of each kind.
        seed: Of every draw; a neuron's draw also depends on its layer and channel.
    """
    draw = _draw(surveys[layers[0].name].images, settings, seed)
    chosen = {layer.name: _choose_layer(layer, surveys[layer.name], settings, seed, draw) for layer in layers}
    shown = [choice.pairs[:, 0] for choice in chosen.values()]
    return Choice(np.unique(np.concatenate(shown)), chosen)


def _draw(images: int, settings: ExemplarsSection, seed: int) -> _Draw:
    random = _generator(seed, "pool")
    pool = random.permutation(images)[: max(settings.pool, settings.random)]
    return _Draw(pool[: settings.pool], pool[: settings.random], random.permutation(images))


def _choose_layer(
    layer: Layer, survey: LayerSurvey, settings: ExemplarsSection, seed: int, draw: _Draw
) -> LayerChoice:
    assert len(survey.peaks) == survey.images, "exemplars need the survey of all images"
    neurons = len(layer.neurons)
    groups = {
        "top": _fit(survey.top_images, settings.top),
        "bottom": _fit(survey.bottom_images, settings.bottom),
        "strata": np.empty((neurons, settings.strata * settings.per_stratum), dtype=np.int64),
        "random": _fit(np.tile(draw.random, (neurons, 1)), settings.random),
    }
    quantiles = {name: np.full(images.shape, np.nan, np.float32) for name, images in groups.items()}
    for row, peaks in _columns(survey.peaks):
        order = draw.tie_order[np.argsort(peaks[draw.tie_order], kind="stable")]
        random = _generator(seed, f"{layer.name}/{layer.neurons[row]}")
        groups["strata"][row] = _strata(order, draw.pool, settings, random)
        for name, images in groups.items():
            shown = images[row] != EMPTY
            smaller = np.searchsorted(peaks[order], peaks[images[row, shown]], side="left")
            quantiles[name][row, shown] = smaller / len(peaks)
    chosen = {name: ChosenImages(images, quantiles[name]) for name, images in groups.items()}
    return LayerChoice(**chosen, pairs=_pairs(list(groups.values())))


def _strata(
    order: NDArray[np.int64], pool: NDArray[np.int64], settings: ExemplarsSection, random: np.random.Generator
) -> NDArray[np.int64]:
    """Draw a neuron's images, strongest stratum first and strongest image of a stratum first.

    Args:
        order: (images,), weakest first.
        pool: Images that may be drawn.
        settings: Number of strata and of images in each.
        random: The neuron's own generator.
    """
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    stratum = rank[pool] * settings.strata // len(order)
    drawn = np.full((settings.strata, settings.per_stratum), EMPTY, dtype=np.int64)
    for place, number in enumerate(reversed(range(settings.strata))):
        candidates = pool[stratum == number]
        images = random.permutation(candidates)[: settings.per_stratum]
        drawn[place, : len(images)] = images[np.argsort(-rank[images])]
    return drawn.ravel()


def _columns(peaks: Floats) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """Yield each neuron's row number and peaks (images,), reading a few neurons at a time."""
    for first in range(0, peaks.shape[1], COLUMNS_AT_ONCE):
        block = np.ascontiguousarray(peaks[:, first : first + COLUMNS_AT_ONCE].T, dtype=np.float32)
        yield from enumerate(block, start=first)


def _fit(images: Integers, width: int) -> NDArray[np.int64]:
    """Cut or fill (n, any) images to (n, width)."""
    fitted = np.full((len(images), width), EMPTY, dtype=np.int64)
    kept = images[:, :width]
    fitted[:, : kept.shape[1]] = kept
    return fitted


def _pairs(groups: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    images = np.concatenate(groups, axis=1)
    rows = np.broadcast_to(np.arange(len(images))[:, None], images.shape)
    shown = images != EMPTY
    return np.unique(np.stack([images[shown], rows[shown]], axis=1), axis=0)


def _generator(seed: int, purpose: str) -> np.random.Generator:
    digest = hashlib.sha256(f"exemplars/{seed}/{purpose}".encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:8], "little"))
