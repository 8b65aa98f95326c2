"""Activation patterns: where in some images each layer responds, and which of its neurons most."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from torch import Tensor

from generator.activations.stream import stream
from generator.analyses.base import Analysis, Context, Estimate, Scope
from generator.analyses.encoding import encode_picture, half_precision
from generator.inputs.batches import Batch, batches
from generator.records import (
    Floats,
    Integers,
    Layer,
    LayerPatterns,
    LayerSurvey,
    Patterns,
    Statistics,
    Survey,
)

IMAGES_A_TASK = 64
SAMPLE = 8  # images timed for an estimate
NOBODY = -1


@dataclass(frozen=True)
class PatternsTask:
    """The patterns of some images, by index."""

    images: tuple[int, ...]


class PatternsAnalysis(Analysis[PatternsTask, Patterns, Patterns]):
    """Heatmaps of every layer, and its strongest neurons, for images drawn at random or named."""

    name: ClassVar[str] = "patterns"
    version: ClassVar[int] = 1
    scope: ClassVar[Scope] = "atlas"
    requires: ClassVar[tuple[str, ...]] = ("survey", "statistics")
    part_type: ClassVar[type] = Patterns
    record_type: ClassVar[type] = Patterns

    def wanted(self, context: Context) -> bool:
        """Whether the recipe wants any images."""
        return bool(context.recipe.patterns.drawn or context.recipe.patterns.images)

    def identity(self, context: Context) -> Mapping[str, Any]:
        """Return the number of strongest neurons, the images named, and the neurons of each layer."""
        return {
            "strongest": context.recipe.patterns.strongest,
            "named": list(context.recipe.patterns.images),
            "neurons": {layer.name: list(layer.neurons) for layer in context.layers},
        }

    def tasks(self, context: Context) -> Sequence[PatternsTask]:
        """Return one task for each chunk of the images."""
        chosen = chosen_images(context).tolist()
        starts = range(0, len(chosen), IMAGES_A_TASK)
        return [PatternsTask(tuple(chosen[start : start + IMAGES_A_TASK])) for start in starts]

    def run(self, context: Context, task: PatternsTask) -> Patterns:
        """Show some images to the network again."""
        return image_patterns(context, np.array(task.images, dtype=np.int64))

    def combine(self, context: Context, parts: Sequence[Patterns]) -> Patterns:
        """Lay the images of all tasks behind each other."""
        layers = {
            layer.name: _joined([part.layers[layer.name] for part in parts]) for layer in context.layers
        }
        return Patterns(
            image_ids=tuple(name for part in parts for name in part.image_ids),
            image_sha256=tuple(sha256 for part in parts for sha256 in part.image_sha256),
            picture_files=tuple(file for part in parts for file in part.picture_files),
            labels=np.concatenate([part.labels for part in parts]),
            named=np.concatenate([part.named for part in parts]),
            pictures={name: data for part in parts for name, data in part.pictures.items()},
            layers=layers,
        )

    def estimate(self, context: Context) -> Estimate:
        """Time a few images on their way through the network."""
        chosen = chosen_images(context)
        network = context.network()
        for sample in (chosen[:1], chosen[:SAMPLE]):  # the first to warm up
            start = time.perf_counter()
            source = batches(context.images, sample, network.preprocess, context.recipe.compute.batch_size)
            stream(network, context.layers, source, lambda _layer, _maps, _batch: None)
        seconds = (time.perf_counter() - start) * len(chosen) / len(sample)
        cells = sum(layer.height * layer.width for layer in context.layers)
        size = len(chosen) * cells * 2 * (2 + context.recipe.patterns.strongest)
        return Estimate(f"{len(chosen)} images", seconds, size)


def chosen_images(context: Context) -> Integers:
    """Return the indices of the images that the recipe names, and of those drawn, ascending.

    Drawn are as many of each class as can be: classes in a seeded random order give one image after
    another, each at random among its own. Unlabelled images count as one class.
    """
    images, wanted = context.images, context.recipe.patterns
    place = {name: index for index, name in enumerate(images.ids)}
    named = {place[name] for name in wanted.images}
    random = np.random.default_rng(context.recipe.seed)
    order = random.permutation(len(images))
    label = images.labels[order]
    turn = np.zeros(len(order), dtype=np.int64)
    for one in np.unique(label):
        turn[label == one] = np.arange((label == one).sum())
    rank = random.permutation(int(label.max()) + 2)[label + 1]
    drawn = order[np.lexsort((rank, turn))][: wanted.drawn]
    return np.array(sorted(named | set(drawn.tolist())), dtype=np.int64)


def image_patterns(context: Context, images: Integers) -> Patterns:
    """Return the patterns of some images (i,), given by ascending index."""
    network, count = context.network(), context.recipe.patterns.strongest
    surveys = context.record("survey", Survey).layers
    statistics = context.record("statistics", Statistics).layers
    found: dict[str, list[LayerPatterns]] = {layer.name: [] for layer in context.layers}
    encoded: list[tuple[str, bytes]] = []

    def receive(layer: Layer, maps: Tensor, batch: Batch) -> None:
        if layer.name == context.layers[0].name:
            encoded.extend(encode_picture(pixels) for pixels in batch.pixels.numpy())
        own, dead = surveys[layer.name], np.asarray(statistics[layer.name].dead, dtype=bool)
        channels = np.array(layer.neurons)
        part = layer_patterns(
            maps.cpu().numpy(), batch.indices, own, dead=dead, channels=channels, count=count
        )
        found[layer.name].append(part)

    source = batches(context.images, images, network.preprocess, context.recipe.compute.batch_size)
    stream(network, context.layers, source, receive)
    wanted = set(context.recipe.patterns.images)
    ids = tuple(context.images.ids[image] for image in images.tolist())
    return Patterns(
        image_ids=ids,
        image_sha256=tuple(context.images.sha256[image] for image in images.tolist()),
        picture_files=tuple(file for file, _ in encoded),
        labels=context.images.labels[images].astype(np.int32),
        named=np.array([name in wanted for name in ids]),
        pictures=dict(encoded),
        layers={name: _joined(parts) for name, parts in found.items()},
    )


def layer_patterns(
    maps: Floats, images: Integers, survey: LayerSurvey, *, dead: Any, channels: Integers, count: int
) -> LayerPatterns:
    """Return a layer's heatmaps and strongest neurons for some images.

    Args:
        maps: (i, n, height, width), activations of the layer's chosen neurons.
        images: (i,), their indices.
        survey: Means, variances and peaks over all images.
        dead: (n,), neurons that are left out.
        channels: (n,), of the neurons.
        count: Strongest neurons wanted of each image.
    """
    alive = np.flatnonzero(~dead & (survey.variance > 0))
    mean, deviation = survey.mean[alive], np.sqrt(survey.variance[alive])
    scaled = (maps[:, alive] - mean[:, None, None]) / deviation[:, None, None]
    shape = (len(images), *maps.shape[2:])
    nothing = np.full(shape, np.nan)
    everything = np.asarray(survey.peaks[:, alive], dtype=np.float32)
    own = everything[images]
    quantile = (everything[None] < own[:, None]).mean(axis=1) if len(alive) else np.zeros((len(images), 0))
    peak = scaled.max(axis=(2, 3))
    order = np.lexsort((np.broadcast_to(channels[alive], peak.shape), -peak, -quantile), axis=1)[:, :count]
    rows = np.arange(len(images))[:, None]
    kept = order.shape[1]

    def padded(values: Any, empty: float, kind: type) -> Any:
        result = np.full((len(images), count, *values.shape[2:]), empty, dtype=kind)
        result[:, :kept] = values
        return result

    chosen = maps[rows, alive[order]]
    return LayerPatterns(
        mean=half_precision(scaled.mean(axis=1) if len(alive) else nothing),
        maximum=half_precision(scaled.max(axis=1) if len(alive) else nothing),
        neurons=padded(channels[alive][order], NOBODY, np.int32),
        quantile=padded(quantile[rows, order], np.nan, np.float32),
        peak=padded(chosen.max(axis=(2, 3)), np.nan, np.float32),
        deviation=padded(peak[rows, order], np.nan, np.float32),
        maps=padded(half_precision(chosen), np.nan, np.float16),
    )


def _joined(parts: Sequence[LayerPatterns]) -> LayerPatterns:
    names = [field.name for field in dataclasses.fields(LayerPatterns)]
    return LayerPatterns(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))
