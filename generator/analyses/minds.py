"""Neurons of two minds: whether the images that excite a neuron most are of one kind or of several."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor

from generator.activations.stream import stream
from generator.analyses.base import Analysis, Context, Estimate, Scope
from generator.analyses.encoding import encode_picture
from generator.analyses.grouping import SAMPLES, differences, divide, over_represented
from generator.inputs.batches import Batch, batches
from generator.records import MOST_GROUPS, Floats, Integers, Layer, LayerMinds, LayerSurvey, Minds, Survey

TOP_IMAGES = 48
"""Of each neuron, by peak, at most."""

LARGEST_SHARE = 8
"""Of all images at most one in so many, else top images would be any images."""

SHOWN, COMPANIONS = 6, 3
"""Images and channels kept of each group."""

SAMPLE = 32  # images timed for an estimate
SECONDS_A_NEURON = 0.02  # of dividing its images and the samples of the null

_NOTHING = -1


@dataclass(frozen=True)
class MindsTask:
    """The groups of one layer's neurons."""

    layer: str


@dataclass(frozen=True)
class Seen:
    """What the network's layer looked like where images excite a neuron most.

    Attributes:
        images: (m,) int64, image indices.
        vectors: (m, c) float32, all channels at the neuron's peak.
        position: (m, 2) int32, row and column of the peak.
        peak: (m,) float32.
    """

    images: Integers
    vectors: Floats
    position: Integers
    peak: Floats

    def at(self, places: Integers) -> Seen:
        """Return what was seen of some of the images."""
        return Seen(*(getattr(self, part.name)[places] for part in fields(self)))


class MindsAnalysis(Analysis[MindsTask, Minds, Minds]):
    """Groups among each neuron's strongest images, by what its whole layer does at the peak."""

    name: ClassVar[str] = "minds"
    version: ClassVar[int] = 2
    scope: ClassVar[Scope] = "atlas"
    requires: ClassVar[tuple[str, ...]] = ("survey",)
    part_type: ClassVar[type] = Minds
    record_type: ClassVar[type] = Minds

    def remark(self, record: Minds) -> str:
        """Return how many neurons have more than one group."""
        groups = np.concatenate([layer.groups for layer in record.layers.values()])
        return f"minds: {(groups > 1).sum()} of {len(groups)} neurons have several kinds of strongest images"

    def identity(self, context: Context) -> Mapping[str, Any]:
        """Return how many images are looked at, and the neurons in the order of the rows."""
        return {
            "images": [TOP_IMAGES, LARGEST_SHARE, SHOWN, COMPANIONS, SAMPLES],
            "neurons": {layer.name: list(layer.neurons) for layer in context.layers},
        }

    def tasks(self, context: Context) -> Sequence[MindsTask]:
        """Return one task a layer."""
        return [MindsTask(layer.name) for layer in context.layers]

    def run(self, context: Context, task: MindsTask) -> Minds:
        """Look at one layer on its neurons' strongest images, and divide these."""
        layer = next(layer for layer in context.layers if layer.name == task.layer)
        seen = look(context, layer, top_images(context.record("survey", Survey).layers[task.layer]))
        found = layer_minds(layer, seen, context.images.labels, context.recipe.seed)
        return _with_pictures(context, task.layer, found)

    def combine(self, context: Context, parts: Sequence[Minds]) -> Minds:
        """Gather the layers; a picture that several of them show is kept once."""
        files = {
            index: name
            for part in parts
            for index, name in zip(part.indices.tolist(), part.picture_files, strict=True)
        }
        indices = np.array(sorted(files), dtype=np.int64)
        return Minds(
            samples=SAMPLES,
            indices=indices,
            image_ids=tuple(context.images.ids[index] for index in indices),
            picture_files=tuple(files[index] for index in indices.tolist()),
            labels=context.images.labels[indices].astype(np.int32),
            pictures={name: data for part in parts for name, data in part.pictures.items()},
            layers={name: found for part in parts for name, found in part.layers.items()},
        )

    def estimate(self, context: Context) -> Estimate:
        """Time a few images; each layer's strongest images pass through the network up to it."""
        sample = np.arange(min(SAMPLE, len(context.images)))
        deepest = context.layers[-1]
        for images in (sample[:1], sample):  # the first to warm up
            start = time.perf_counter()
            look(context, deepest, np.tile(images, (len(deepest.neurons), 1)))
        each = (time.perf_counter() - start) / len(sample)
        neurons = [len(layer.neurons) for layer in context.layers]
        shown = sum(min(len(context.images), count * TOP_IMAGES) for count in neurons)
        size = sum(neurons) * MOST_GROUPS * (SHOWN * 16 + COMPANIONS * 8 + 20)
        work = f"at most {shown} passes of images, half as deep as the network on average"
        return Estimate(work, each * shown / 2 + SECONDS_A_NEURON * sum(neurons), size)


def top_images(survey: LayerSurvey) -> Integers:
    """Return each neuron's images (n, k) with the highest peaks, ties by image index."""
    kept = min(TOP_IMAGES, survey.images // LARGEST_SHARE)
    peaks = np.asarray(survey.peaks, dtype=np.float32)
    return np.argsort(-peaks, axis=0, kind="stable")[:kept].T


def look(context: Context, layer: Layer, images: Integers) -> list[Seen]:
    """Return what all channels of a layer do at its neurons' peaks.

    Args:
        context: Network and images.
        layer: The layer; its neurons give the order.
        images: (n, k), images of each neuron.
    """
    wanted = np.unique(images)
    has = np.zeros((len(wanted), len(images)), dtype=bool)
    has[np.searchsorted(wanted, images), np.arange(len(images))[:, None]] = True
    found: list[list[Seen]] = [[] for _ in images]

    def receive(_layer: Layer, maps: Tensor, batch: Batch) -> None:
        inside = has[np.searchsorted(wanted, batch.indices)]
        for row, channel in enumerate(layer.neurons):
            places = np.flatnonzero(inside[:, row])
            if len(places):
                chosen = maps[torch.from_numpy(places).to(maps.device)]
                found[row].append(Seen(batch.indices[places], *at_peaks(chosen, channel)))

    network, size = context.network(), context.recipe.compute.batch_size
    stream(network, [layer.whole], batches(context.images, wanted, network.preprocess, size), receive)
    return [_joined(parts, layer.size) for parts in found]


def at_peaks(maps: Tensor, channel: int) -> tuple[Floats, Integers, Floats]:
    """Return what all channels do where one of them peaks, where that is, and the peak.

    Args:
        maps: (images, channels, height, width), response maps.
        channel: Whose peak.

    Returns:
        (images, channels) float32, (images, 2) int32 row and column, (images,) float32.
    """
    flat = maps.flatten(2)
    peak, at = flat[:, channel].max(dim=1)
    vectors = flat[torch.arange(len(flat), device=maps.device), :, at]
    row, column = np.unravel_index(at.cpu().numpy(), tuple(maps.shape[2:]))
    position = np.stack([row, column], axis=1).astype(np.int32)
    return vectors.cpu().numpy(), position, peak.cpu().numpy()


def _joined(parts: Sequence[Seen], channels: int) -> Seen:
    if not parts:
        empty = np.zeros((0, channels), dtype=np.float32)
        return Seen(np.zeros(0, np.int64), empty, np.zeros((0, 2), np.int32), empty[:, 0])
    return Seen(*(np.concatenate([getattr(part, one.name) for part in parts]) for one in fields(Seen)))


def layer_minds(layer: Layer, seen: Sequence[Seen], labels: Integers, seed: int) -> LayerMinds:
    """Divide the strongest images of each neuron of a layer.

    Channels are brought to one scale by their standard deviation over all that was seen in the layer; the
    neuron's own channel is left out. Images that do not excite the neuron at all are left out, too.

    Args:
        layer: Its neurons give the rows.
        seen: What was seen at each neuron's peaks.
        labels: (N,), classes of all images of the atlas, -1 for unlabelled ones.
        seed: Of the null.
    """
    result = _blank(len(seen))
    scale = channel_scale(seen)
    for row, (channel, one) in enumerate(zip(layer.neurons, seen, strict=True)):
        excited = np.flatnonzero(one.peak > 0)
        points = np.delete(one.vectors[excited] / scale, channel, axis=1)
        channels = np.delete(np.arange(layer.size), channel)
        division = divide(points, seed)
        result.images[row] = len(excited)
        result.silhouette[row], result.null[row] = division.silhouette, division.null
        result.groups[row] = 0 if np.isnan(division.null) else 1
        if division.counts:
            result.groups[row] = division.groups.max() + 1
            _describe(result, row, division.groups, points, channels)
            _illustrate(result, row, division.groups, points, one.at(excited))
            _name(result, row, division.groups, labels[one.images[excited]])
    return result


def channel_scale(seen: Sequence[Seen]) -> Floats:
    """Return each channel's standard deviation (channels,) over all that was seen, 1 where nothing varies."""
    spread = np.concatenate([one.vectors for one in seen]).std(axis=0, dtype=np.float64)
    return np.where(spread > 0, spread, 1.0)


def _blank(neurons: int) -> LayerMinds:
    """Return groups of so many neurons of which nothing is known yet."""
    group = (neurons, MOST_GROUPS)
    share, elsewhere, chance = (np.full(group, np.nan, np.float32) for _ in range(3))
    return LayerMinds(
        images=np.zeros(neurons, np.int32),
        groups=np.zeros(neurons, np.int8),
        silhouette=np.full(neurons, np.nan, np.float32),
        null=np.full(neurons, np.nan, np.float32),
        sizes=np.zeros(group, np.int32),
        shown=np.full((*group, SHOWN), _NOTHING, np.int64),
        position=np.full((*group, SHOWN, 2), _NOTHING, np.int32),
        companions=np.full((*group, COMPANIONS), _NOTHING, np.int32),
        effect=np.full((*group, COMPANIONS), np.nan, np.float32),
        label=np.full(group, _NOTHING, np.int32),
        share=share,
        share_elsewhere=elsewhere,
        chance=chance,
    )


def _describe(result: LayerMinds, row: int, groups: Integers, points: Floats, channels: Integers) -> None:
    """Note the size of a neuron's groups, and the channels that are more active in each."""
    for group in range(result.groups[row]):
        members = groups == group
        gaps = differences(points, members)
        order = np.argsort(-gaps, kind="stable")[:COMPANIONS]
        result.sizes[row, group] = members.sum()
        result.companions[row, group, : len(order)] = channels[order]
        result.effect[row, group, : len(order)] = gaps[order]


def _illustrate(result: LayerMinds, row: int, groups: Integers, points: Floats, seen: Seen) -> None:
    """Note the images nearest to the middle of each of a neuron's groups."""
    for group in range(result.groups[row]):
        members = np.flatnonzero(groups == group)
        distances = ((points[members] - points[members].mean(axis=0)) ** 2).sum(axis=1)
        at = members[np.argsort(distances, kind="stable")[:SHOWN]]
        result.shown[row, group, : len(at)] = seen.images[at]
        result.position[row, group, : len(at)] = seen.position[at]


def _name(result: LayerMinds, row: int, groups: Integers, labels: Integers) -> None:
    """Note the class that each of a neuron's groups has most more of than the others."""
    count = int(result.groups[row])
    tests = count * max(1, len(np.unique(labels[labels >= 0])))
    for group in range(count):
        found = over_represented(labels, groups == group, tests)
        result.label[row, group], result.share[row, group] = found[:2]
        result.share_elsewhere[row, group], result.chance[row, group] = found[2:]


def _with_pictures(context: Context, name: str, found: LayerMinds) -> Minds:
    """Return one layer's groups with the pictures that they show."""
    indices = np.unique(found.shown[found.shown >= 0])
    preprocess = context.network().preprocess
    encoded = [encode_picture(preprocess.view(context.images.read(index))) for index in indices.tolist()]
    return Minds(
        samples=SAMPLES,
        indices=indices,
        image_ids=tuple(context.images.ids[index] for index in indices),
        picture_files=tuple(file for file, _ in encoded),
        labels=context.images.labels[indices].astype(np.int32),
        pictures=dict(encoded),
        layers={name: found},
    )
