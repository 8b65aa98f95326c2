"""Feature visualizations of directions: linear combinations of a layer's neurons, as a probe's weights."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from generator.activations.trace import device_of
from generator.featurevis.measure import BRIGHTEST, random_pictures
from generator.featurevis.memory import pictures_at_once
from generator.featurevis.objectives import Direction, responding
from generator.featurevis.prepared import prepared
from generator.featurevis.visualize import Making, check_size, in_8_bit, staged
from generator.inputs.models import Network
from generator.records import Bytes8, Floats, Layer


def visualize_directions(
    network: Network, layer: Layer, vectors: Floats, seeds: Sequence[int], making: Making
) -> Bytes8:
    """Optimize a picture of each direction, as many together as memory holds.

    Args:
        network: Frozen and in eval mode; left as it is.
        layer: A layer of the network.
        vectors: (pictures, size), weights of all channels of the layer.
        seeds: One a picture.
        making: Size, steps and precision.

    Returns:
        (pictures, size, size, 3), RGB.

    Raises:
        NetworkError: The network does not run on pictures of this size, passes no gradient to
            them, or answers with nothing finite.
    """
    check_size(network, layer, making.size)
    quick = prepared(network, layer.name, making.precision)
    together = pictures_at_once(network, layer, making.size)
    found: list[Bytes8] = []
    for start in range(0, len(seeds), together):
        chunk = slice(start, start + together)
        objective = Direction(torch.from_numpy(vectors[chunk]).float(), layer)
        pictures = staged(quick, layer, objective, seeds[chunk], making).pictures
        found.append(in_8_bit(pictures).permute(0, 2, 3, 1).contiguous().cpu().numpy())
    return np.concatenate(found)


@torch.no_grad()
def mean_responses(network: Network, layer: Layer, pictures: Bytes8) -> Floats:
    """Return the mean responses (pictures, size) of a layer's channels to 8-bit pictures."""
    device = device_of(network.module)
    return _means(network, layer, torch.from_numpy(pictures).to(device).permute(0, 3, 1, 2) / BRIGHTEST)


@torch.no_grad()
def random_responses(network: Network, layer: Layer, size: int, seed: int) -> Floats:
    """Return the mean responses (pictures, size) of a layer's channels to random pictures."""
    device = device_of(network.module)
    return _means(network, layer, random_pictures(size, str(device), seed))


def _means(network: Network, layer: Layer, pictures: Tensor) -> Floats:
    with responding(network, layer) as respond:
        means: Floats = respond(pictures).flatten(2).mean(dim=2).cpu().double().numpy()
    return means
