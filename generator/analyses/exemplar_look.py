"""The second look: pictures of some images and the response maps wanted of them, in one pass."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from generator.activations.stream import stream
from generator.analyses.base import Context
from generator.analyses.encoding import encode_picture
from generator.inputs.batches import Batch, batches
from generator.records import Floats, Integers, Layer


@dataclass(frozen=True)
class PairResponses:
    """A layer's responses in (image, neuron) pairs, ordered as `LayerChoice.pairs`."""

    peak: Floats  # (p,) float32
    position: Integers  # (p, 2) int32, (row, column) of the peak
    maps: Floats  # (p, height, width) float16, clipped to its finite range


@dataclass(frozen=True)
class Look:
    """Pictures of some images: the file of each image, the files' bytes, responses by layer name."""

    files: tuple[str, ...]
    pictures: Mapping[str, bytes]
    layers: Mapping[str, PairResponses]


def look_again(context: Context, images: NDArray[np.int64], pairs: Mapping[str, NDArray[np.int64]]) -> Look:
    """Show images to the network, keeping their pictures and the responses wanted of each layer.

    Args:
        context: Network, images and layers.
        images: (m,), ascending image indices.
        pairs: By layer name, (p, 2) ascending (image, row of the neuron); others are passed over.
    """
    network = context.network()
    gatherers = {layer.name: _Gatherer(layer, pairs[layer.name]) for layer in context.layers}
    files: list[str] = []
    pictures: dict[str, bytes] = {}

    def with_pictures() -> Iterator[Batch]:
        for batch in batches(context.images, images, network.preprocess, context.recipe.compute.batch_size):
            encoded = [encode_picture(pixels) for pixels in batch.pixels.numpy()]
            files.extend(name for name, _ in encoded)
            pictures.update(encoded)
            yield batch

    def receive(layer: Layer, maps: Tensor, batch: Batch) -> None:
        gatherers[layer.name].add(maps, batch.indices)

    stream(network, context.layers, with_pictures(), receive)
    responses = {name: gatherer.result() for name, gatherer in gatherers.items()}
    return Look(tuple(files), pictures, responses)


class _Gatherer:
    """Collects one layer's responses to the wanted (image, neuron) pairs, batch by batch."""

    def __init__(self, layer: Layer, pairs: NDArray[np.int64]) -> None:
        self.layer = layer
        self.pairs = pairs
        self.maps = [np.empty((0, layer.height, layer.width), np.float32)]

    def add(self, maps: Tensor, images: Integers) -> None:
        """Take the wanted maps of a batch.

        Args:
            maps: (B, neurons, height, width).
            images: (B,), ascending image indices.
        """
        first = np.searchsorted(self.pairs[:, 0], images[0], side="left")
        stop = np.searchsorted(self.pairs[:, 0], images[-1], side="right")
        wanted = self.pairs[first:stop]
        places = torch.from_numpy(np.searchsorted(images, wanted[:, 0])).to(maps.device)
        rows = torch.from_numpy(wanted[:, 1]).to(maps.device)
        self.maps.append(maps[places, rows].cpu().numpy())

    def result(self) -> PairResponses:
        """Return all responses so far."""
        maps = np.concatenate(self.maps)
        flat = maps.reshape(len(maps), self.layer.height * self.layer.width)
        place = np.unravel_index(flat.argmax(axis=1), maps.shape[1:])
        finite = np.finfo(np.float16)
        return PairResponses(
            peak=flat.max(axis=1),
            position=np.stack(place, axis=1).astype(np.int32),
            maps=np.clip(maps, finite.min, finite.max).astype(np.float16),
        )
