"""What a picture is optimized for, and how a network's responses to pictures are read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

import torch
from torch import Tensor
from torch.nn import functional

from generator.activations.layers import as_maps
from generator.activations.trace import tapped
from generator.inputs.models import Network
from generator.records import Layer

LINEAR_SLOPE = 0.1
"""Weight of negative responses where a layer's output is linear; any small share gives textures."""


class Objective(Protocol):
    """What is raised, a number for every picture of a batch, and what is reported of it.

    Both methods take response maps (pictures, size, height, width) and return (pictures,).
    """

    def __call__(self, maps: Tensor) -> Tensor:
        """Return what is to be raised; differentiable."""

    def report(self, maps: Tensor) -> Tensor:
        """Return what the history of an optimization shows."""


class ChannelMean:
    """The mean response of a channel, each picture of the batch for a channel of its own.

    In a layer without a nonlinearity at its output the plain mean is a linear function of the
    picture, which a flat colour and the borders maximize whatever the channel looks for: there
    negative responses count a tenth, so that they need not cancel the positive ones.

    Args:
        channels: The channel of every picture.
        layer: The layer that the channels are of.

    Source:
        Olah, Mordvintsev & Schubert, Feature Visualization, Distill 2017, "Optimization
        Objectives" (channel).
    """

    def __init__(self, channels: Sequence[int], layer: Layer) -> None:
        self.channels = tuple(channels)
        self.slope = 1.0 if layer.activation else LINEAR_SLOPE

    def __call__(self, maps: Tensor) -> Tensor:
        """Return the mean responses, negative ones reduced where the output is linear."""
        own = own_maps(maps, self.channels)
        return functional.leaky_relu(own, self.slope).mean(dim=(1, 2))

    def report(self, maps: Tensor) -> Tensor:
        """Return the plain mean responses."""
        return own_maps(maps, self.channels).mean(dim=(1, 2))


def own_maps(maps: Tensor, channels: Sequence[int]) -> Tensor:
    """Return each picture's map (pictures, height, width) of its own channel."""
    chosen = torch.tensor(channels, device=maps.device)
    return maps[torch.arange(len(channels), device=maps.device), chosen]


@contextmanager
def responding(network: Network, layer: Layer) -> Iterator[Callable[[Tensor], Tensor]]:
    """Tap a layer and yield a function from pictures to its response maps.

    The function takes pictures (pictures, 3, height, width), RGB from 0 to 1, normalizes them as
    the network expects, runs no deeper than the layer and returns its response maps (pictures,
    size, height, width); differentiable.
    """
    caught: list[Tensor] = []
    with tapped(network.module, {layer.name: caught.append}) as forward:

        def respond(pictures: Tensor) -> Tensor:
            forward(_normalized(pictures, network))
            return as_maps(caught.pop(), layer)  # no copy: nothing runs after the only tap

        yield respond


def _normalized(pictures: Tensor, network: Network) -> Tensor:
    mean = pictures.new_tensor(network.preprocess.mean)[:, None, None]
    std = pictures.new_tensor(network.preprocess.std)[:, None, None]
    return ((pictures - mean) / std).contiguous(memory_format=torch.channels_last)
