"""Attribution: what in a neuron's strongest images its peak comes from, by methods put to the test."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from generator.analyses.attribution_maps import square_of, window_of
from generator.analyses.attribution_pairs import (
    RANDOM_ORDERS,
    Asked,
    PairAttribution,
    joined,
    pair_attribution,
)
from generator.analyses.attribution_summary import mean_interval, rank_agreement
from generator.analyses.base import Analysis, Context, Estimate, Scope
from generator.geometry import even
from generator.records import (
    METHODS,
    Attribution,
    Booleans,
    Floats,
    Integers,
    Layer,
    LayerAttribution,
    LayerCentres,
    ReceptiveFields,
    Survey,
)

NEURONS_A_TASK = 8
SAMPLE = 4  # activations timed for an estimate
NOBODY = -1


@dataclass(frozen=True)
class AttributionTask:
    """Some neurons of a layer: rows from `start` to before `stop`."""

    layer: str
    start: int
    stop: int


class AttributionAnalysis(Analysis[AttributionTask, PairAttribution, Attribution]):
    """Gradient, integrated gradients, occlusion and the response map, with insertion and deletion of each."""

    name: ClassVar[str] = "attribution"
    version: ClassVar[int] = 1
    scope: ClassVar[Scope] = "atlas"
    requires: ClassVar[tuple[str, ...]] = ("survey", "receptive_fields")
    part_type: ClassVar[type] = PairAttribution
    record_type: ClassVar[type] = Attribution

    def wanted(self, context: Context) -> bool:
        """Whether the recipe wants it."""
        return context.recipe.attribution.enabled

    def identity(self, context: Context) -> Mapping[str, Any]:
        """Return how pictures are attributed and scored, and the neurons in the order of the rows."""
        section = context.recipe.attribution
        return {
            "settings": section.model_dump(mode="json", include={"steps", "integration", "baseline"}),
            "exemplars": _exemplars(context),
            "random": RANDOM_ORDERS,
            "neurons": {layer.name: list(_neurons(context, layer)) for layer in context.layers},
        }

    def tasks(self, context: Context) -> Sequence[AttributionTask]:
        """Return chunks of each layer's neurons."""
        return [
            AttributionTask(layer.name, start, min(start + NEURONS_A_TASK, count))
            for layer in context.layers
            for count in (len(_neurons(context, layer)),)
            for start in range(0, count, NEURONS_A_TASK)
        ]

    def run(self, context: Context, task: AttributionTask) -> PairAttribution:
        """Attribute the peaks of some neurons on their strongest images."""
        layer = next(layer for layer in context.layers if layer.name == task.layer)
        images, position = _strongest(context, layer)
        rows, known = slice(task.start, task.stop), images[task.start : task.stop] != NOBODY
        channels = np.broadcast_to(np.array(_neurons(context, layer))[:, None], images.shape)
        centres = context.record("receptive_fields", ReceptiveFields).centres[layer.name]
        asked = Asked(images[rows][known], channels[rows][known], position[rows][known])
        return pair_attribution(context, layer, centres, asked)

    def combine(self, context: Context, parts: Sequence[PairAttribution]) -> Attribution:
        """Lay the activations out by neuron and image, and sum up."""
        section, tasks = context.recipe.attribution, self.tasks(context)
        layers = {}
        for layer in context.layers:
            own = [part for task, part in zip(tasks, parts, strict=True) if task.layer == layer.name]
            if own:
                layers[layer.name] = layer_attribution(*_strongest(context, layer), joined(own))
        return Attribution(
            baseline=section.baseline,
            steps=section.steps,
            integration=section.integration,
            window=window_of(context.network().preprocess.crop)[0],
            layers=layers,
        )

    def estimate(self, context: Context) -> Estimate:
        """Time a few images at the first and the last layer; those between take the mean."""
        section, side = context.recipe.attribution, context.network().preprocess.crop
        pairs = sum(len(_neurons(context, layer)) for layer in context.layers) * _exemplars(context)
        shown = 2 + 2 * (len(METHODS) + RANDOM_ORDERS) * (section.steps - 1)
        squares = int(square_of(side)[-1] + 1) ** 2
        ends = [layer for layer in context.layers if layer.neurons]
        seconds = [_seconds(context, layer) for layer in (ends[0], ends[-1])] if ends else [0.0]
        return Estimate(
            f"{pairs} peaks, {shown} pictures each that lack some squares",
            float(np.mean(seconds)) * pairs,
            pairs * (squares * 2 * len(METHODS) + 200),
        )


def layer_attribution(images: Integers, position: Integers, found: PairAttribution) -> LayerAttribution:
    """Lay the activations of a layer's neurons (n) out by image (e), score and compare the methods.

    Args:
        images: (n, e), indices, -1: none.
        position: (n, e, 2).
        found: A row for each image that there is, in their order.
    """
    rows = found.whole > 0
    known = images != NOBODY
    known[known] = rows

    def laid(values: Floats) -> Floats:
        whole = np.full((*images.shape, *values.shape[1:]), np.nan, dtype=values.dtype)
        whole[known] = values[rows]
        return whole

    flat = found.maps.reshape(*found.maps.shape[:2], -1)
    unclear = np.where((flat == flat[..., :1]).all(axis=-1), np.float32(np.nan), np.float32(0))
    insertion, deletion = laid(found.insertion + unclear), laid(found.deletion + unclear)
    score, random = insertion - deletion, laid(found.random_insertion - found.random_deletion)
    beats: Booleans = score > np.abs(random).max(axis=-1, keepdims=True)
    agreement = laid(rank_agreement(flat))
    of_agreement, of_score = (mean_interval(np.moveaxis(values, 1, 0)) for values in (agreement, score))
    return LayerAttribution(
        images=images,
        position=position,
        **{name: laid(getattr(found, name)) for name in ("whole", "nothing", "maps", "reach", "explained")},
        insertion=insertion,
        deletion=deletion,
        score=score,
        random=random,
        beats=beats,
        agreement=agreement,
        neuron_agreement=of_agreement,
        neuron_score=of_score,
        layer_agreement=mean_interval(of_agreement.mean),
        layer_score=mean_interval(of_score.mean),
        layer_random=mean_interval(mean_interval(random.mean(axis=2).T).mean[:, None]),
    )


def _neurons(context: Context, layer: Layer) -> tuple[int, ...]:
    return layer.neurons[: context.recipe.attribution.neurons]


def _exemplars(context: Context) -> int:
    """Return how many images a neuron is explained on: at most those that its page shows."""
    return min(context.recipe.attribution.exemplars, context.recipe.exemplars.top)


def _strongest(context: Context, layer: Layer) -> tuple[Integers, Integers]:
    """Return the strongest images (n, e) of a layer's neurons, and where their peaks lie (n, e, 2)."""
    survey = context.record("survey", Survey).layers[layer.name]
    chosen = slice(len(_neurons(context, layer))), slice(_exemplars(context))
    return np.array(survey.top_images[chosen]), np.array(survey.top_positions[chosen])


def _seconds(context: Context, layer: Layer) -> float:
    """Return the seconds that one activation in the middle of a layer's response maps takes."""
    side, count = context.network().preprocess.crop, min(SAMPLE, len(context.images))
    middle = np.tile([layer.height // 2, layer.width // 2], (count, 1))
    asked = Asked(np.arange(count), np.full(count, layer.neurons[0]), middle)
    centres = LayerCentres(even(layer.height, side), even(layer.width, side))
    for _ in range(2):  # the first to warm up
        start = time.perf_counter()
        pair_attribution(context, layer, centres, asked)
    return (time.perf_counter() - start) / count
