"""Feature visualizations of the chosen neurons, many neurons at a time."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import torch

from generator.activations.trace import device_of, tapped
from generator.analyses.base import Analysis, Context, Estimate, Scope
from generator.analyses.picture_making import making_identity, making_of, picture_size
from generator.featurevis.measure import RANDOM_PICTURES
from generator.featurevis.schedule import MEASUREMENTS
from generator.featurevis.variants import FIRST_VARIANT, Variant, chosen_variants
from generator.featurevis.visualize import every_row, joined, visualize
from generator.inputs.models import Network
from generator.records import FIRST, Layer, LayerVisualizations, Visualizations

BATCH, LARGE_BATCH = 24, 192
"""Neurons optimized together by default, on a processor and on an accelerator, which they must fill."""

QUICK = 0.1
"""Seconds: a picture that takes longer is timed alone, a quicker one in a whole batch."""

TIMED_STEPS = 4
"""Steps timed for an estimate."""

ENOUGH = 1.0
"""Seconds of a timed run from which on it needs no other run to warm up."""

FORWARD_SHARE = 1 / 3
"""Share of an optimization step that its forward pass takes; backward to the input takes twice that."""


@dataclass(frozen=True)
class VisualizationTask:
    """Neurons of one layer that are optimized together, in one variant."""

    layer: str
    neurons: tuple[int, ...]
    variant: str


class VisualizationsAnalysis(Analysis[VisualizationTask, LayerVisualizations, Visualizations]):
    """Pictures of each neuron in every variant, each optimized from a start of its own."""

    name: ClassVar[str] = "visualizations"
    version: ClassVar[int] = 4
    scope: ClassVar[Scope] = "network"
    keeps_parts: ClassVar[bool] = True
    part_type: ClassVar[type] = LayerVisualizations
    record_type: ClassVar[type] = Visualizations

    def identity(self, context: Context) -> Mapping[str, Any]:
        """Return how pictures are made; neurons and variants are in the tasks."""
        return making_identity(context)

    def tasks(self, context: Context) -> Sequence[VisualizationTask]:
        """Return batches of each layer's neurons in their order, so that a longer list adds to them.

        A further variant adds tasks of its own; those of the others stay what they are.
        """
        batch = _batch(context)
        return [
            VisualizationTask(layer.name, layer.neurons[start : start + batch], variant.name)
            for layer in context.layers  # outermost: what is prepared for a layer serves all its variants
            for variant in _variants(context)
            for start in range(0, len(layer.neurons), batch)
        ]

    def run(self, context: Context, task: VisualizationTask) -> LayerVisualizations:
        """Optimize the pictures of one batch of neurons."""
        layer = next(layer for layer in context.layers if layer.name == task.layer)
        variant = next(variant for variant in _variants(context) if variant.name == task.variant)
        return visualize(context.network(), layer, task.neurons, making_of(context), variant)

    def combine(self, context: Context, parts: Sequence[LayerVisualizations]) -> Visualizations:
        """Join the batches of each layer, variant by variant; facets become variants of their own."""
        found: dict[Variant, dict[str, list[LayerVisualizations]]] = {}
        by_name = {variant.name: variant for variant in _variants(context)}
        for task, part in zip(self.tasks(context), parts, strict=True):
            found.setdefault(by_name[task.variant], {}).setdefault(task.layer, []).append(part)
        variants = {
            name: {layer: every_row(joined(batches), start, variant.facets) for layer, batches in own.items()}
            for variant, own in found.items()
            for start, name in enumerate(variant.names)
        }
        return Visualizations(variants.pop(FIRST, {}), variants)

    def estimate(self, context: Context) -> Estimate:
        """Time a few steps at the first and the last layer; those between lie at their depth's share.

        Pictures that settle early make it shorter.
        """
        layers = [layer for layer in context.layers if layer.neurons]
        variants, section, size = _variants(context), context.recipe.visualization, picture_size(context)
        pictures = sum(variant.facets for variant in variants)
        count = pictures * sum(len(layer.neurons) for layer in layers)
        work = f"{count} pictures of {size} × {size} pixels, at most {section.steps} steps each"
        if not layers:
            return Estimate(work, 0.0, 0)
        depths = _depths(context.network(), layers)
        least, most = _seconds_a_step(context, layers[0]), _seconds_a_step(context, layers[-1])
        seconds = np.interp(depths, [depths[0], depths[-1]], [least, max(most, least)])
        efforts = [
            len(layer.neurons)
            * sum(_effort(variant, size, section.steps, len(layer.neurons)) for variant in variants)
            for layer in layers
        ]
        channels = 4 if section.transparent else 3
        row = size * size * channels + 4 * (7 + MEASUREMENTS)  # the picture, and the numbers on it
        return Estimate(work, float(np.dot(seconds, efforts)), count * row)


def _batch(context: Context) -> int:
    """Return how many neurons are optimized together where memory lets them."""
    return context.recipe.visualization.batch or (BATCH if context.device == "cpu" else LARGE_BATCH)


def _variants(context: Context) -> tuple[Variant, ...]:
    """Return the variants that the recipe wants."""
    return chosen_variants(context.recipe.visualization)


@torch.no_grad()
def _depths(network: Network, layers: Sequence[Layer]) -> list[float]:
    """Return the seconds that a forward pass of one picture takes to each layer, in order."""
    device, crop = device_of(network.module), network.preprocess.crop
    inputs = network.preprocess.normalize(torch.zeros((1, crop, crop, 3), dtype=torch.uint8, device=device))
    reached: dict[str, float] = {}

    def stamp(name: str) -> Any:
        def tap(output: torch.Tensor) -> None:
            output.sum().item()  # waits for an accelerator
            reached[name] = time.perf_counter()

        return tap

    with tapped(network.module, {layer.name: stamp(layer.name) for layer in layers}) as forward:
        for _ in range(2):  # the first pass warms up
            start = time.perf_counter()
            forward(inputs)
    return [reached[layer.name] - start for layer in layers]


def _seconds_a_step(context: Context, layer: Layer) -> float:
    """Return the seconds of one optimization step of one picture in a batch of the usual size."""
    alone = _timed(context, layer, 1)
    return alone if alone > QUICK else _timed(context, layer, _batch(context))


def _timed(context: Context, layer: Layer, batch: int) -> float:
    neurons = layer.neurons[:batch]
    making = replace(making_of(context), steps=TIMED_STEPS)
    network = context.network()
    for _ in range(2):  # the first run warms up, and is enough where it takes long
        start = time.perf_counter()
        visualize(network, layer, neurons, making)
        seconds = time.perf_counter() - start
        if seconds > ENOUGH:
            break
    return seconds / len(neurons) / _effort(FIRST_VARIANT, making.size, TIMED_STEPS, len(neurons))


def _effort(variant: Variant, size: int, steps: int, batch: int) -> float:
    """Return what a neuron's pictures take, counted in steps of one picture at full size."""
    stages = sum(
        (stage.size / size) ** 2 * (stage.steps + FORWARD_SHARE * min(stage.steps, MEASUREMENTS))
        for stage in variant.stages(size, steps)
    )
    random = RANDOM_PICTURES / batch if variant == FIRST_VARIANT else 0.0
    return variant.facets * (stages + FORWARD_SHARE) + FORWARD_SHARE * random
