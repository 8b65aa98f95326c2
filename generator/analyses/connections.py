"""Connections: which channels of the tapped layer before excite or inhibit a neuron on its top images."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from scipy import stats

from generator.activations.influence import influences
from generator.analyses.base import Analysis, Context, Estimate, Scope
from generator.analyses.correlation import strongest
from generator.inputs.batches import batches
from generator.records import (
    NOBODY,
    Connections,
    Floats,
    Integers,
    Layer,
    LayerConnections,
    LayerInfluence,
    LayerSurvey,
    Related,
    Survey,
)

INCOMING, OUTGOING = 8, 6
"""Connections kept for each neuron."""

IMAGES = 9
"""Strongest images of each neuron that its influences are averaged over, at most."""

SHUFFLES = 19
"""So that the true channels are the best of 20 by chance in 1 of 20 cases."""

CHUNK = 64  # neurons whose shares are shuffled at once: bounds memory
SAMPLE = 8  # images timed for an estimate


@dataclass(frozen=True)
class ConnectionsTask:
    """The influence of the layer before on one layer's neurons."""

    layer: str


class ConnectionsAnalysis(Analysis[ConnectionsTask, LayerInfluence, Connections]):
    """Influence between neighbouring tapped layers, by gradient times activation on strongest images."""

    name: ClassVar[str] = "connections"
    version: ClassVar[int] = 1
    scope: ClassVar[Scope] = "atlas"
    requires: ClassVar[tuple[str, ...]] = ("survey",)
    part_type: ClassVar[type] = LayerInfluence
    record_type: ClassVar[type] = Connections

    def identity(self, context: Context) -> Mapping[str, Any]:
        """Return what is kept, on how many images, and the neurons in the order of the rows."""
        return {
            "kept": [INCOMING, OUTGOING],
            "images": IMAGES,
            "shuffles": SHUFFLES,
            "neurons": {layer.name: list(layer.neurons) for layer in context.layers},
        }

    def tasks(self, context: Context) -> Sequence[ConnectionsTask]:
        """Return one task a layer."""
        return [ConnectionsTask(layer.name) for layer in context.layers]

    def run(self, context: Context, task: ConnectionsTask) -> LayerInfluence:
        """Measure what moves one layer's neurons on their strongest images."""
        place = [layer.name for layer in context.layers].index(task.layer)
        layer, count = context.layers[place], len(context.layers[place].neurons)
        if place == 0:
            nothing = np.zeros((count, 0), dtype=np.float32)
            return LayerInfluence(nothing, nothing, nothing, np.full((count, 2), np.nan, dtype=np.float32))
        top = top_images(context.record("survey", Survey).layers[task.layer])
        shares = image_shares(context, context.layers[place - 1], layer, top)
        return averaged(shares, [context.recipe.seed, place])

    def combine(self, context: Context, parts: Sequence[LayerInfluence]) -> Connections:
        """Choose the strongest connections in both directions."""
        found = {
            layer.name: layer_connections(context.layers, place, parts)
            for place, layer in enumerate(context.layers)
        }
        return Connections(IMAGES, SHUFFLES, found)

    def estimate(self, context: Context) -> Estimate:
        """Time a few images between the last two layers; each layer takes as long as the deepest."""
        neurons = sum(len(layer.neurons) for layer in context.layers[1:])
        images = min(IMAGES, len(context.images)) * neurons
        size = sum(len(layer.neurons) for layer in context.layers) * (INCOMING + OUTGOING) * 18
        work = f"{images} passes forth, each one layer back"
        if len(context.layers) < 2:
            return Estimate(work, 0.0, size)
        before, after = context.layers[-2:]
        top = np.arange(min(SAMPLE, len(context.images)))[None, :]
        one = Layer(**{**vars(after), "neurons": (0,)})
        for sample in (top[:, :1], top):  # the first to warm up
            start = time.perf_counter()
            image_shares(context, before, one, sample)
        return Estimate(work, (time.perf_counter() - start) * images / top.size, size)


def top_images(survey: LayerSurvey) -> Integers:
    """Return each neuron's images (n, k) with the highest peaks."""
    return survey.top_images[:, :IMAGES]


def image_shares(context: Context, before: Layer, after: Layer, images: Integers) -> Floats:
    """Return the shares of all channels (c) of a layer in the peaks of a later one's neurons (n).

    Args:
        context: Network and images.
        before: The layer.
        after: The later one; its neurons give the rows.
        images: (n, k), some images of each neuron.

    Returns:
        (n, k, c) float32; see `generator.activations.influence.influences`.
    """
    network, size = context.network(), context.recipe.compute.batch_size
    channels = np.repeat(np.array(after.neurons, dtype=np.int64), images.shape[1])
    parts, done = [], 0
    for batch in batches(context.images, images.ravel(), network.preprocess, size):
        own = channels[done : done + len(batch.indices)]
        parts.append(influences(network, before, after, batch.pixels, own))
        done += len(own)
    return np.concatenate(parts).reshape(*images.shape, before.size)


def averaged(shares: Floats, seed: Sequence[int]) -> LayerInfluence:
    """Return mean shares with 95% t intervals over the images, and what shuffled channels reach.

    A shuffle gives every image another order of the channels: it says how strong the strongest channel
    would be if no channel were strong in more than one image by more than chance.

    Args:
        shares: (n, k, c).
        seed: Of the shuffles.
    """
    images = shares.shape[1]
    mean = shares.mean(axis=1, dtype=np.float64)
    reach = np.full_like(mean, np.nan)
    if images > 1:
        reach = (
            stats.t.ppf(0.975, images - 1) * shares.std(axis=1, ddof=1, dtype=np.float64) / np.sqrt(images)
        )
    random = np.random.default_rng(list(seed))
    bounds = []
    for start in range(0, len(shares), CHUNK):
        part = shares[start : start + CHUNK]
        shuffled = [random.permuted(part, axis=2).mean(axis=1) for _ in range(SHUFFLES)]
        bounds.append(np.stack([np.min(shuffled, axis=(0, 2)), np.max(shuffled, axis=(0, 2))], axis=1))
    found = (mean, mean - reach, mean + reach, np.concatenate(bounds))
    return LayerInfluence(*(values.astype(np.float32) for values in found))


def layer_connections(
    layers: Sequence[Layer], place: int, parts: Sequence[LayerInfluence]
) -> LayerConnections:
    """Return the strongest connections of one layer, incoming by its own part, outgoing by the next."""
    layer, own = layers[place], parts[place]
    channels = np.arange(own.share.shape[1])
    if place + 1 < len(layers):
        chosen = list(layer.neurons)
        following = [
            values[:, chosen].T
            for values in (parts[place + 1].share, parts[place + 1].low, parts[place + 1].high)
        ]
        outgoing = _kept(following, place + 1, np.array(layers[place + 1].neurons), OUTGOING)
    else:
        nothing = np.zeros((len(layer.neurons), 0), dtype=np.float32)
        outgoing = _kept([nothing] * 3, NOBODY, np.zeros(0, dtype=np.int64), OUTGOING)
    return LayerConnections(
        incoming=_kept([own.share, own.low, own.high], place - 1, channels, INCOMING),
        outgoing=outgoing,
        shuffled=own.shuffled,
        even=1 / len(channels) if len(channels) else None,
    )


def _kept(values: Sequence[Floats], layer: int, channels: Integers, count: int) -> Related:
    """Return the strongest of each row, whatever their sign.

    Args:
        values: Shares with the ends of their intervals, each (n, c).
        layer: Index of the layer that the columns belong to.
        channels: (c,), of the columns.
        count: So many of each row at most.
    """
    strength = np.abs(values[0])
    places = strongest(strength, strength > 0, count)
    empty = places == NOBODY
    if not len(channels):
        blank = np.full(places.shape, np.nan, dtype=np.float32)
        nobody = np.full(places.shape, NOBODY)
        return Related(nobody.astype(np.int16), nobody.astype(np.int32), blank, blank, blank)
    found = (np.where(empty, np.nan, np.take_along_axis(part, places, axis=1)) for part in values)
    return Related(
        np.where(empty, NOBODY, layer).astype(np.int16),
        np.where(empty, NOBODY, channels[places]).astype(np.int32),
        *(part.astype(np.float32) for part in found),
    )
