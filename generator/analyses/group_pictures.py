"""A feature visualization of each kind of image that excites a neuron of several kinds."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import torch

from generator.activations.trace import device_of
from generator.analyses.base import Analysis, Context, Estimate, Scope
from generator.analyses.minds import Seen, at_peaks, channel_scale, look
from generator.analyses.picture_making import making_identity, making_of
from generator.featurevis.directions import visualize_directions
from generator.featurevis.measure import BRIGHTEST
from generator.featurevis.memory import pictures_at_once
from generator.featurevis.objectives import own_maps, responding
from generator.featurevis.optimize import derive_seed
from generator.inputs.models import Network
from generator.records import (
    MOST_GROUPS,
    Bytes8,
    Floats,
    GroupPictures,
    Integers,
    Layer,
    LayerGroupPictures,
    LayerMinds,
    Minds,
)

WAY = 2.0
"""Weight of the way to a group beside the neuron: with less, what excites the neuron but belongs to another
group still pays (two groups told apart by one channel each cost such a patch 0.7 of this)."""

SHARE_OF_SEVERAL, GROUPS_OF_SEVERAL = 0.25, 2.5  # of neurons, for an estimate
TIMED_STEPS = 8


@dataclass(frozen=True)
class GroupPicturesTask:
    """The pictures of one layer."""

    layer: str


class GroupPicturesAnalysis(Analysis[GroupPicturesTask, LayerGroupPictures, GroupPictures]):
    """Pictures that raise a neuron and lead to one group of its strongest images (Goh et al. 2021)."""

    name: ClassVar[str] = "group_pictures"
    version: ClassVar[int] = 2
    scope: ClassVar[Scope] = "atlas"
    requires: ClassVar[tuple[str, ...]] = ("minds",)
    part_type: ClassVar[type] = LayerGroupPictures
    record_type: ClassVar[type] = GroupPictures

    def wanted(self, context: Context) -> bool:
        """Whether the recipe wants a picture of each group."""
        return context.recipe.visualization.groups

    def remark(self, record: GroupPictures) -> str:
        """Return how many pictures kept to their group, and how many would by chance."""
        own = np.concatenate([layer.kept for layer in record.layers.values()])
        if not own.size:
            return ""
        counts = [np.isfinite(layer.likeness).sum(axis=1) for layer in record.layers.values()]
        chance = (1 / np.concatenate(counts)).sum()
        return f"group pictures: {own.sum()} of {len(own)} are of their own group ({chance:.0f} by chance)"

    def identity(self, context: Context) -> Mapping[str, Any]:
        """Return how pictures are made, as for neurons."""
        return making_identity(context)

    def tasks(self, context: Context) -> Sequence[GroupPicturesTask]:
        """Return one task a layer."""
        return [GroupPicturesTask(layer.name) for layer in context.layers]

    def run(self, context: Context, task: GroupPicturesTask) -> LayerGroupPictures:
        """Optimize and measure the pictures of one layer's groups.

        Raises:
            NetworkError: No gradient reaches the pictures, or no answer is finite.
        """
        layer = next(layer for layer in context.layers if layer.name == task.layer)
        return layer_pictures(context, layer, context.record("minds", Minds).layers[task.layer])

    def combine(self, context: Context, parts: Sequence[LayerGroupPictures]) -> GroupPictures:
        """Gather the layers."""
        return GroupPictures({layer.name: part for layer, part in zip(context.layers, parts, strict=True)})

    def estimate(self, context: Context) -> Estimate:
        """Time a few steps at the middle layer, and guess that every fourth neuron has several groups."""
        making = replace(making_of(context), steps=TIMED_STEPS)
        layer = context.layers[len(context.layers) // 2]
        for _ in range(2):  # the first to warm up
            start = time.perf_counter()
            visualize_directions(context.network(), layer, np.eye(1, layer.size), [0], making)
        each = (time.perf_counter() - start) * making_of(context).steps / TIMED_STEPS
        neurons = sum(len(layer.neurons) for layer in context.layers)
        pictures = round(neurons * SHARE_OF_SEVERAL * GROUPS_OF_SEVERAL)
        return Estimate(f"about {pictures} pictures", each * pictures, pictures * 3 * making.size**2)


def layer_pictures(context: Context, layer: Layer, found: LayerMinds) -> LayerGroupPictures:
    """Return the pictures of all groups of a layer's neurons of several kinds, in the order of neurons."""
    several = np.flatnonzero(found.groups > 1).tolist()
    rows = [(row, group) for row in several for group in range(found.groups[row])]
    making = making_of(context)
    if not rows:
        return _nothing(making.size)
    network, centres = context.network(), _centres(context, layer, found)
    channels = [layer.neurons[row] for row, _ in rows]
    ways = [
        direction(channel, centres.of[row], group, centres.scale)
        for channel, (row, group) in zip(channels, rows, strict=True)
    ]
    seeds = [
        derive_seed(making.seed, layer.name, channel, "group", group)
        for channel, (_, group) in zip(channels, rows, strict=True)
    ]
    pictures = visualize_directions(network, layer, np.stack(ways), seeds, making)
    means, peaks, vectors = _measured(network, layer, pictures, channels)
    likeness = [
        cosines(
            *(np.delete(values / centres.scale, channel, axis=-1) for values in (vector, centres.of[row]))
        )
        for vector, channel, (row, _) in zip(vectors, channels, rows, strict=True)
    ]
    return LayerGroupPictures(
        neurons=np.array(channels, dtype=np.int32),
        groups=np.array([group for _, group in rows], dtype=np.int8),
        pictures=pictures,
        mean_response=means,
        peak=peaks,
        likeness=np.stack(likeness),
    )


def direction(channel: int, centres: Floats, group: int, scale: Floats) -> Floats:
    """Return what a group's picture raises: the neuron, and the way to its group from the middle of all.

    Args:
        channel: The neuron.
        centres: (groups, channels), what the layer does on each group's images.
        group: Whose picture.
        scale: (channels,), standard deviations, the units of all channels.

    Returns:
        (channels,), weights of the layer's channels.

    Source:
        The faceted feature visualizations of Goh et al. 2021, with the way to a group instead of a probe.
    """
    way = (centres[group] - centres.mean(axis=0)) / scale
    way[channel] = 0.0
    length = np.linalg.norm(way)
    weights = WAY * way / length if length > 0 else way
    weights[channel] = 1.0
    result: Floats = weights / scale
    return result


def _measured(
    network: Network, layer: Layer, pictures: Bytes8, channels: Sequence[int]
) -> tuple[Floats, Floats, Floats]:
    """Return mean and peak (pictures,) of each picture's own channel, and all channels where it peaks."""
    means, parts = [], []
    together = pictures_at_once(network, layer, pictures.shape[1])
    with responding(network, layer) as respond, torch.no_grad():
        for start in range(0, len(channels), together):
            chunk = slice(start, start + together)
            shown = torch.from_numpy(pictures[chunk]).to(device_of(network.module))
            maps = respond(shown.permute(0, 3, 1, 2) / BRIGHTEST)
            means.append(own_maps(maps, channels[chunk]).mean(dim=(1, 2)).cpu().numpy())
            parts += [at_peaks(maps[at : at + 1], channel) for at, channel in enumerate(channels[chunk])]
    vectors, _, peaks = (np.concatenate(part) for part in zip(*parts, strict=True))
    return np.concatenate(means), peaks, vectors


@dataclass(frozen=True)
class _Centres:
    """What a layer does on each group's images, on average.

    Attributes:
        of: By row of the layer (groups, channels), for neurons of several kinds.
        scale: (channels,), standard deviation over all these images; 1 where nothing varies.
    """

    of: Mapping[int, Floats]
    scale: Floats


def _centres(context: Context, layer: Layer, found: LayerMinds) -> _Centres:
    several = np.flatnonzero(found.groups > 1)
    some = replace(layer, neurons=tuple(layer.neurons[row] for row in several))
    shown = found.shown[several].reshape(len(several), -1)
    seen = look(context, some, np.where(shown >= 0, shown, shown[:, :1]))
    centres = {
        row: np.stack([_centre(one, found.shown[row, group]) for group in range(found.groups[row])])
        for row, one in zip(several.tolist(), seen, strict=True)
    }
    return _Centres(centres, channel_scale(seen))


def _centre(seen: Seen, images: Integers) -> Floats:
    mean: Floats = seen.vectors[np.isin(seen.images, images[images >= 0])].mean(axis=0, dtype=np.float64)
    return mean


def cosines(vector: Floats, centres: Floats) -> Floats:
    """Return how a vector points from the middle of some centres, beside where each centre lies.

    Args:
        vector: (d,).
        centres: (groups, d).

    Returns:
        (`MOST_GROUPS`,) float32, the cosines, 0 where there is no direction; NaN beyond the groups.
    """
    middle = centres.mean(axis=0)
    own, others = vector - middle, centres - middle
    lengths = np.linalg.norm(own) * np.linalg.norm(others, axis=1)
    result = np.full(MOST_GROUPS, np.nan, dtype=np.float32)
    result[: len(centres)] = np.divide(others @ own, lengths, out=np.zeros(len(centres)), where=lengths > 0)
    return result


def _nothing(size: int) -> LayerGroupPictures:
    none = np.zeros(0, dtype=np.float32)
    return LayerGroupPictures(
        neurons=np.zeros(0, np.int32),
        groups=np.zeros(0, np.int8),
        pictures=np.zeros((0, size, size, 3), np.uint8),
        mean_response=none,
        peak=none,
        likeness=np.zeros((0, MOST_GROUPS), np.float32),
    )
