"""Feature visualizations of the chosen neurons, many neurons at a time."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, ClassVar

import numpy as np
import torch

from generator.activations.trace import device_of, tapped
from generator.analyses.base import Analysis, Context, Estimate, Scope
from generator.featurevis.optimize import MEASUREMENTS, RANDOM_PICTURES, Schedule, visualize
from generator.featurevis.variants import Variant, chosen_variants
from generator.inputs.models import Network
from generator.records import FIRST, Layer, LayerVisualizations, Visualizations

QUICK = 0.1
"""Seconds: a picture that takes longer is timed alone, a quicker one in a whole batch."""

TIMED_STEPS = 2
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
    version: ClassVar[int] = 2
    scope: ClassVar[Scope] = "network"
    keeps_parts: ClassVar[bool] = True
    part_type: ClassVar[type] = LayerVisualizations
    record_type: ClassVar[type] = Visualizations

    def identity(self, context: Context) -> Mapping[str, Any]:
        """Return size, steps and step size; neurons and variants are in the tasks."""
        section = context.recipe.visualization
        return {"size": _size(context), "steps": section.steps, "learning_rate": section.learning_rate}

    def tasks(self, context: Context) -> Sequence[VisualizationTask]:
        """Return batches of each layer's neurons in their order, so that a longer list adds to them.

        A further variant adds tasks of its own; those of the others stay what they are.
        """
        batch = context.recipe.visualization.batch
        return [
            VisualizationTask(layer.name, layer.neurons[start : start + batch], variant.name)
            for variant in _variants(context)
            for layer in context.layers
            for start in range(0, len(layer.neurons), batch)
        ]

    def run(self, context: Context, task: VisualizationTask) -> LayerVisualizations:
        """Optimize the pictures of one batch of neurons."""
        section = context.recipe.visualization
        layer = next(layer for layer in context.layers if layer.name == task.layer)
        schedule = Schedule(section.steps, section.learning_rate)
        return visualize(
            context.network(),
            layer,
            task.neurons,
            size=_size(context),
            schedule=schedule,
            seed=context.recipe.seed,
            variant=next(variant for variant in _variants(context) if variant.name == task.variant),
        )

    def combine(self, context: Context, parts: Sequence[LayerVisualizations]) -> Visualizations:
        """Join the batches of each layer, variant by variant."""
        found: dict[str, dict[str, list[LayerVisualizations]]] = {}
        for task, part in zip(self.tasks(context), parts, strict=True):
            found.setdefault(task.variant, {}).setdefault(task.layer, []).append(part)
        variants = {
            variant: {layer: _joined(batches) for layer, batches in layers.items()}
            for variant, layers in found.items()
        }
        return Visualizations(variants.pop(FIRST, {}), variants)

    def estimate(self, context: Context) -> Estimate:
        """Time a few steps at the first and the last layer; those between lie at their depth's share."""
        layers = [layer for layer in context.layers if layer.neurons]
        variants, steps = len(_variants(context)), context.recipe.visualization.steps
        count, size = variants * sum(len(layer.neurons) for layer in layers), _size(context)
        work = f"{count} pictures of {size} × {size} pixels, {steps} steps each"
        if not layers:
            return Estimate(work, 0.0, 0)
        depths = _depths(context.network(), layers)
        least, most = _seconds_a_step(context, layers[0]), _seconds_a_step(context, layers[-1])
        seconds = np.interp(depths, [depths[0], depths[-1]], [least, max(most, least)])
        batch = context.recipe.visualization.batch
        equivalents = [
            len(layer.neurons) * _steps_of(steps, min(batch, len(layer.neurons)), variants)
            for layer in layers
        ]
        row = size * size * 3 + 4 * (7 + MEASUREMENTS)  # the picture, and the numbers on it
        return Estimate(work, float(np.dot(seconds, equivalents)), count * row)


def _size(context: Context) -> int:
    """Return the pictures' side in pixels: the recipe's, else that of the network's input."""
    return context.recipe.visualization.size or context.network().preprocess.crop


def _variants(context: Context) -> tuple[Variant, ...]:
    """Return the variants that the recipe wants."""
    section = context.recipe.visualization
    return chosen_variants(
        section.seeds, negative=section.negative, constrained=section.constrained, plain=section.plain
    )


def _joined(parts: Sequence[LayerVisualizations]) -> LayerVisualizations:
    steps = parts[0].history_steps
    assert all(np.array_equal(before.history_steps, after.history_steps) for before, after in pairwise(parts))
    joined = {
        name: np.concatenate([getattr(part, name) for part in parts])
        for name in LayerVisualizations.__dataclass_fields__
        if name != "history_steps"
    }
    return LayerVisualizations(history_steps=steps, **joined)


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
    return alone if alone > QUICK else _timed(context, layer, context.recipe.visualization.batch)


def _timed(context: Context, layer: Layer, batch: int) -> float:
    neurons = layer.neurons[:batch]
    schedule = Schedule(TIMED_STEPS, context.recipe.visualization.learning_rate)
    network, size, seed = context.network(), _size(context), context.recipe.seed
    for _ in range(2):  # the first run warms up, and is enough where it takes long
        start = time.perf_counter()
        visualize(network, layer, neurons, size=size, schedule=schedule, seed=seed)
        seconds = time.perf_counter() - start
        if seconds > ENOUGH:
            break
    return seconds / len(neurons) / _steps_of(TIMED_STEPS, len(neurons), variants=1)


def _steps_of(steps: int, batch: int, variants: int) -> float:
    """Return a neuron's optimization steps, and what is measured beside them counted in steps."""
    forward = variants * (min(steps, MEASUREMENTS) + 2) + RANDOM_PICTURES / batch
    return variants * steps + FORWARD_SHARE * forward
