"""The survey: one streamed pass over all images, on which statistics and exemplars rest."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from torch import Tensor

from generator.activations import sketch
from generator.activations.running import RunningSurvey, merge
from generator.activations.stream import stream
from generator.analyses.base import Analysis, Context, Estimate, Scope
from generator.inputs.batches import Batch, batches
from generator.records import Layer, Survey

TIMED_BATCHES = 2  # batches timed for an estimate, after one to warm up
POOLED_BYTES = 4  # of a neuron's float16 peak and mean for an image


@dataclass(frozen=True)
class Shard:
    """The images [start, stop)."""

    start: int
    stop: int


class SurveyAnalysis(Analysis[Shard, Survey, Survey]):
    """Moments, sketches, extreme images and pooled responses of all chosen neurons."""

    name: ClassVar[str] = "survey"
    version: ClassVar[int] = 1
    scope: ClassVar[Scope] = "atlas"
    part_type: ClassVar[type] = Survey
    record_type: ClassVar[type] = Survey

    def identity(self, context: Context) -> Mapping[str, Any]:
        """Return the neurons and how many extreme images are kept."""
        return {
            "kept": _kept(context),
            "neurons": {layer.name: list(layer.neurons) for layer in context.layers},
        }

    def tasks(self, context: Context) -> Sequence[Shard]:
        """Return one task a shard of images."""
        count, size = len(context.images), context.recipe.compute.shard
        return [Shard(start, min(start + size, count)) for start in range(0, count, size)]

    def run(self, context: Context, task: Shard) -> Survey:
        """Survey the images of one shard."""
        return survey_images(context, task)

    def combine(self, context: Context, parts: Sequence[Survey]) -> Survey:
        """Merge the shards, layer by layer."""
        kept = _kept(context)
        return Survey(
            {layer.name: merge([part.layers[layer.name] for part in parts], kept) for layer in context.layers}
        )

    def estimate(self, context: Context) -> Estimate:
        """Time two batches and scale them to all images."""
        count, size = len(context.images), context.recipe.compute.batch_size
        warm = min(size, count)
        survey_images(context, Shard(0, warm))
        sample = min(warm * TIMED_BATCHES, count)
        start = time.perf_counter()
        survey_images(context, Shard(0, sample))
        seconds = (time.perf_counter() - start) * count / sample
        neurons = sum(len(layer.neurons) for layer in context.layers)
        classes = len(context.images.info.class_names)
        per_neuron = sketch.BINS * 8 + _kept(context) * 40 + classes * 16 + 60
        work = f"{count} images, {neurons} neurons of {len(context.layers)} layers"
        return Estimate(work, seconds, neurons * (per_neuron + count * POOLED_BYTES))


def survey_images(context: Context, shard: Shard) -> Survey:
    """Survey the images of a shard in one streamed pass.

    Raises:
        NetworkError: An activation is not finite.
        ImagesError: An image has gone or changed.
    """
    classes = len(context.images.info.class_names)
    kept = _kept(context)
    running = {layer.name: RunningSurvey(layer, kept, classes) for layer in context.layers}

    def receive(layer: Layer, maps: Tensor, batch: Batch) -> None:
        running[layer.name].add(maps, batch.indices, batch.labels)

    network = context.network()
    indices = np.arange(shard.start, shard.stop)
    source = batches(context.images, indices, network.preprocess, context.recipe.compute.batch_size)
    stream(network, context.layers, source, receive)
    return Survey({name: summary.result() for name, summary in running.items()})


def _kept(context: Context) -> int:
    return max(context.recipe.exemplars.top, context.recipe.exemplars.bottom)
