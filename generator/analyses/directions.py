"""Directions: pictures of what tells two classes apart in one layer, by feature visualization."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from generator.analyses.base import Analysis, Context, Estimate, Scope
from generator.analyses.contrast_halves import CONFIRMATION, contrastable, half_of
from generator.analyses.picture_making import making_identity, making_of
from generator.featurevis.directions import mean_responses, random_responses, visualize_directions
from generator.featurevis.optimize import derive_seed
from generator.records import Contrast, Contrasts, Directions, Layer, PairDirections, Survey

TIMED_STEPS = 8  # for an estimate

Doubles = NDArray[np.float64]


@dataclass(frozen=True)
class DirectionsTask:
    """The direction of one contrast, by its place among them."""

    contrast: int


class DirectionsAnalysis(Analysis[DirectionsTask, PairDirections, Directions]):
    """Feature visualizations of the read-out's weights in the layer where its neurons tell most."""

    name: ClassVar[str] = "directions"
    version: ClassVar[int] = 2
    scope: ClassVar[Scope] = "atlas"
    requires: ClassVar[tuple[str, ...]] = ("survey", "contrasts")
    part_type: ClassVar[type] = PairDirections
    record_type: ClassVar[type] = Directions

    def wanted(self, context: Context) -> bool:
        """Whether classes can be contrasted."""
        return contrastable(context)

    def identity(self, context: Context) -> Mapping[str, Any]:
        """Return how pictures are made, as for neurons, and how many."""
        return {**making_identity(context), "seeds": context.recipe.visualization.seeds}

    def tasks(self, context: Context) -> Sequence[DirectionsTask]:
        """Return one task a contrast."""
        return [DirectionsTask(place) for place in range(len(_contrasts(context)))]

    def run(self, context: Context, task: DirectionsTask) -> PairDirections:
        """Optimize and measure the pictures of both directions.

        Raises:
            NetworkError: No gradient reaches the pictures, or no answer is finite.
        """
        contrast = _contrasts(context)[task.contrast]
        layer = chosen_layer(context.layers, contrast)
        if layer is None:
            return _nothing(len(context.images))
        return _visualized(context, contrast, layer)

    def combine(self, context: Context, parts: Sequence[PairDirections]) -> Directions:  # noqa: ARG002
        """Gather the contrasts."""
        return Directions(tuple(parts))

    def estimate(self, context: Context) -> Estimate:
        """Time a few steps of a contrast's pictures at the last layer, which takes longest."""
        pairs = max(1, len(context.recipe.contrasts.pairs))
        making, count = making_of(context), 2 * context.recipe.visualization.seeds
        layer, quick = context.layers[-1], replace(making, steps=TIMED_STEPS)
        vectors = np.repeat(np.eye(1, layer.size), count, axis=0)
        for _ in range(2):  # the first to warm up
            start = time.perf_counter()
            visualize_directions(context.network(), layer, vectors, range(count), quick)
        seconds = (time.perf_counter() - start) * making.steps / TIMED_STEPS
        size = making.size
        work = f"{pairs * count} pictures of {size} × {size} pixels, at most {making.steps} steps each"
        return Estimate(work, pairs * seconds, pairs * count * (3 * size**2 + 8))


def chosen_layer(layers: Sequence[Layer], contrast: Contrast) -> Layer | None:
    """Return the layer whose neurons together tell the classes apart best, of those with confirmed ones.

    That is by the AUC of the read-out of all neurons; the first of equals. None where none are confirmed.
    """
    able = [layer for layer in layers if contrast.layers[layer.name].confirmed.any()]
    return max(able, key=lambda layer: contrast.layers[layer.name].joint.auc) if able else None


def _contrasts(context: Context) -> tuple[Contrast, ...]:
    return context.record("contrasts", Contrasts).contrasts


def _nothing(images: int) -> PairDirections:
    none = np.full(2, np.nan)
    return PairDirections("", np.zeros((2, 0, 0, 0, 3), np.uint8), np.zeros((2, 0)), none, none, none, images)


def _visualized(context: Context, contrast: Contrast, layer: Layer) -> PairDirections:
    found, making = contrast.layers[layer.name], making_of(context)
    neurons = np.array(layer.neurons, dtype=np.intp)
    seeds = context.recipe.visualization.seeds
    vector = np.zeros(layer.size)
    vector[neurons] = found.weights
    names = [context.images.info.class_names[label] for label in (contrast.first, contrast.second)]
    ways = (("direction", *names), ("direction", *names[::-1]))
    pictures = visualize_directions(
        context.network(),
        layer,
        np.repeat(np.stack([vector, -vector]), seeds, axis=0),
        [
            derive_seed(making.seed, layer.name, *way, number)
            for way in ways
            for number in range(1, seeds + 1)
        ],
        making,
    )
    random = random_responses(context.network(), layer, making.size, making.seed) @ vector + found.bias
    reached = mean_responses(context.network(), layer, pictures) @ vector + found.bias
    survey = context.record("survey", Survey).layers[layer.name]
    natural: Doubles = np.asarray(survey.means, dtype=np.float64) @ found.weights + found.bias
    halves = [
        half_of(context.images.labels, label, CONFIRMATION, context.recipe.seed)
        for label in (contrast.first, contrast.second)
    ]
    return PairDirections(
        layer=layer.name,
        pictures=pictures.reshape(2, seeds, *pictures.shape[1:]),
        log_odds=reached.reshape(2, seeds),
        natural=np.array([natural.min(), natural.max()]),
        classes=np.array([natural[half].mean() for half in halves]),
        random=np.array([random.min(), random.max()]),
        images=len(natural),
    )
