"""Paths: how the network treats each neuron's pictures on their way to it, beside its top images."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor

from generator.activations.pooled import pooled_mean
from generator.activations.stream import stream
from generator.analyses.base import Analysis, Context, Estimate, Scope
from generator.analyses.path_similarity import Pooled, agreement, paths
from generator.inputs.batches import UNLABELLED, Batch, batches
from generator.records import (
    SEED_PREFIX,
    Bytes8,
    Floats,
    Integers,
    Layer,
    LayerPaths,
    LayerSurvey,
    Paths,
    Survey,
    Visualizations,
)

TOP_IMAGES = 16
"""Of each neuron, by mean response, which is what its pictures raise."""

LARGEST_SHARE = 4
"""Of all images at most one in so many is a top image, else top images would be any images."""

RANDOM_IMAGES = 64
"""Images that stand for any image, the same for all neurons."""

SAMPLE = 32  # images timed for an estimate


@dataclass(frozen=True)
class PathsTask:
    """The paths of one layer's neurons."""

    layer: str


class PathsAnalysis(Analysis[PathsTask, LayerPaths, Paths]):
    """Agreement of seeds and path similarity, layer by layer."""

    name: ClassVar[str] = "paths"
    version: ClassVar[int] = 1
    scope: ClassVar[Scope] = "atlas"
    requires: ClassVar[tuple[str, ...]] = ("survey", "visualizations")
    part_type: ClassVar[type] = LayerPaths
    record_type: ClassVar[type] = Paths

    def identity(self, context: Context) -> Mapping[str, Any]:
        """Return the numbers of images, and the neurons in the order of the rows."""
        return {
            "top": TOP_IMAGES,
            "random": RANDOM_IMAGES,
            "neurons": {layer.name: list(layer.neurons) for layer in context.layers},
        }

    def tasks(self, context: Context) -> Sequence[PathsTask]:
        """Return one task a layer."""
        return [PathsTask(layer.name) for layer in context.layers]

    def run(self, context: Context, task: PathsTask) -> LayerPaths:
        """Show one layer's pictures and its neurons' top images to the network."""
        place = [layer.name for layer in context.layers].index(task.layer)
        layer, before = context.layers[place], context.layers[: place + 1]
        survey = context.record("survey", Survey).layers[task.layer]
        top, random = top_images(survey), random_images(survey.images, context.recipe.seed)
        shown, where = np.unique(np.concatenate([top.ravel(), random]), return_inverse=True)
        of_images = _pooled(context, before, _images(context, shown))
        pictures = _pictures(layer, context.record("visualizations", Visualizations))
        count, seeds = pictures.shape[:2]
        flat = _pooled(context, before, _batched(pictures.reshape(-1, *pictures.shape[2:]), context))
        of_pictures = [responses.reshape(count, seeds, -1) for responses in flat]
        neurons = np.array(layer.neurons, dtype=np.intp)
        return paths(
            [Pooled(images, made) for images, made in zip(of_images, of_pictures, strict=True)],
            where[: top.size].reshape(top.shape),
            where[top.size :],
            survey.strongest_mean > 0,
            agreement(of_pictures[-1], neurons, context.recipe.seed),
        )

    def combine(self, context: Context, parts: Sequence[LayerPaths]) -> Paths:
        """Gather the layers."""
        layers = {layer.name: part for layer, part in zip(context.layers, parts, strict=True)}
        return Paths(TOP_IMAGES, RANDOM_IMAGES, layers)

    def estimate(self, context: Context) -> Estimate:
        """Time a few images; a layer's pictures and images pass through the network up to it."""
        depth = len(context.layers)
        sample = np.arange(min(SAMPLE, len(context.images)))
        for images in (sample[:1], sample):  # the first to warm up
            start = time.perf_counter()
            _pooled(context, context.layers, _images(context, images))
        each = (time.perf_counter() - start) / len(sample)
        neurons = [len(layer.neurons) for layer in context.layers]
        own = TOP_IMAGES + context.recipe.visualization.seeds
        shown = sum(min(len(context.images), count * own) + RANDOM_IMAGES for count in neurons)
        size = sum(4 * (4 + 3 * (place + 1)) * count for place, count in enumerate(neurons))
        work = f"at most {shown} passes of images and pictures, half as deep as the network on average"
        return Estimate(work, each * shown * (depth + 1) / (2 * depth) if depth else 0.0, size)


def top_images(survey: LayerSurvey) -> Integers:
    """Return each neuron's images (n, k) with the largest mean responses, ties by image index."""
    kept = min(TOP_IMAGES, survey.images // LARGEST_SHARE)
    means = np.asarray(survey.means, dtype=np.float32)
    return np.argsort(-means, axis=0, kind="stable")[:kept].T


def random_images(count: int, seed: int) -> Integers:
    """Return the images that stand for any image."""
    return np.random.default_rng(seed).permutation(count)[:RANDOM_IMAGES]


def _pictures(layer: Layer, record: Visualizations) -> Bytes8:
    """Return the pictures of every seed (n, seeds, size, size, 3), rows as the layer's neurons."""
    found = [record.layers, *(own for name, own in record.others.items() if name.startswith(SEED_PREFIX))]
    own = [seeds[layer.name] for seeds in found]
    return np.stack([seed.pictures[seed.rows(layer.neurons)] for seed in own], axis=1)


def _images(context: Context, indices: Integers) -> Iterator[Batch]:
    preprocess, size = context.network().preprocess, context.recipe.compute.batch_size
    return batches(context.images, indices, preprocess, size)


def _batched(pictures: Bytes8, context: Context) -> Iterator[Batch]:
    """Yield pictures as if they were unlabelled images."""
    size = context.recipe.compute.batch_size
    for start in range(0, len(pictures), size):
        chosen = np.arange(start, min(start + size, len(pictures)))
        labels = np.full(len(chosen), UNLABELLED, dtype=np.int32)
        yield Batch(chosen, labels, torch.from_numpy(pictures[chosen]))


def _pooled(context: Context, layers: Sequence[Layer], source: Iterator[Batch]) -> list[Floats]:
    """Return the mean responses over positions (images, c) of all channels of every layer."""
    whole = [layer.whole for layer in layers]
    found: dict[str, list[Floats]] = {layer.name: [] for layer in layers}

    def receive(layer: Layer, maps: Tensor, _batch: Batch) -> None:
        found[layer.name].append(pooled_mean(maps))

    stream(context.network(), whole, source, receive)
    return [np.concatenate(found[layer.name]) for layer in layers]
