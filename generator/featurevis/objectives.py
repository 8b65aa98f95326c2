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


SMALLEST_COSINE = 0.1
"""Floor of the cosine that weights a direction, lest a start have no gradient; Horama's `dot_cossim`."""


class Objective(Protocol):
    """What is raised, a number for every picture of a batch, and what is reported of it.

    Both methods take response maps (pictures, size, height, width) and return (pictures,).
    """

    def __call__(self, maps: Tensor) -> Tensor:
        """Return what is to be raised; differentiable."""

    def report(self, maps: Tensor) -> Tensor:
        """Return what the history of an optimization shows."""

    def of(self, pictures: Sequence[int]) -> Objective:
        """Return the same objective for some of the pictures."""


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
        self.layer = layer
        self.slope = 1.0 if layer.activation else LINEAR_SLOPE

    def of(self, pictures: Sequence[int]) -> ChannelMean:
        """Return the same objective for some of the pictures."""
        return ChannelMean(_chosen(self.channels, pictures), self.layer)

    def __call__(self, maps: Tensor) -> Tensor:
        """Return the mean responses, negative ones reduced where the output is linear."""
        own = own_maps(maps, self.channels)
        return functional.leaky_relu(own, self.slope).mean(dim=(1, 2))

    def report(self, maps: Tensor) -> Tensor:
        """Return the plain mean responses."""
        return own_maps(maps, self.channels).mean(dim=(1, 2))


class ChannelPosition:
    """The response of a channel at one position, each picture of the batch for a channel of its own.

    Args:
        channels: The channel of every picture.
        position: Row and column of the response map; by default its centre, of an even number
            of rows or columns the one after the middle.

    Source:
        Olah, Mordvintsev & Schubert, Feature Visualization, Distill 2017, "Optimization
        Objectives" (neuron).
    """

    def __init__(self, channels: Sequence[int], position: tuple[int, int] | None = None) -> None:
        self.channels = tuple(channels)
        self.position = position

    def of(self, pictures: Sequence[int]) -> ChannelPosition:
        """Return the same objective for some of the pictures."""
        return ChannelPosition(_chosen(self.channels, pictures), self.position)

    def __call__(self, maps: Tensor) -> Tensor:
        """Return the responses at the position."""
        row, column = self.position or (maps.shape[2] // 2, maps.shape[3] // 2)
        return own_maps(maps, self.channels)[:, row, column]

    def report(self, maps: Tensor) -> Tensor:
        """Return the responses at the position."""
        return self(maps)


class Direction:
    """The mean over positions of the responses along a direction, each picture's own.

    A class contrast or a probe's weights can be shown thus. The dot product alone is raised most
    by any strong responses; a power of the cosine prefers those that point in the direction. In a
    layer without a nonlinearity at its output negative products count less, as in `ChannelMean`,
    which is the direction of a single channel.

    Args:
        vectors: The direction of every picture (pictures, size).
        layer: The layer whose neurons the directions weight.
        power: Exponent of the cosine that multiplies the dot product; 0 for the dot product alone.

    Source:
        Olah, Mordvintsev & Schubert, Feature Visualization, Distill 2017, "Interaction between
        Neurons"; the cosine: Carter, Armstrong, Schubert, Johnson & Olah, Activation Atlas,
        Distill 2019.
    """

    def __init__(self, vectors: Tensor, layer: Layer, power: float = 0.0) -> None:
        self.vectors = vectors
        self.layer = layer
        self.slope = 1.0 if layer.activation else LINEAR_SLOPE
        self.power = power

    def of(self, pictures: Sequence[int]) -> Direction:
        """Return the same objective for some of the pictures."""
        return Direction(self.vectors[list(pictures)], self.layer, self.power)

    def __call__(self, maps: Tensor) -> Tensor:
        """Return the mean products, negative ones reduced where the output is linear."""
        products = functional.leaky_relu(self._products(maps), self.slope)
        if self.power:
            vectors = self.vectors.to(maps)[:, :, None, None]
            cosines = functional.cosine_similarity(_rescaled(maps), _rescaled(vectors), dim=1)
            products = products * cosines.clamp(min=SMALLEST_COSINE) ** self.power
        return products.mean(dim=(1, 2))

    def report(self, maps: Tensor) -> Tensor:
        """Return the plain mean products."""
        return self._products(maps).mean(dim=(1, 2))

    def _products(self, maps: Tensor) -> Tensor:
        return torch.einsum("bchw,bc->bhw", maps, self.vectors.to(maps))


class Negated:
    """What suppresses instead of exciting: another objective of the negated responses.

    Responses are negated, not the objective: negative ones then count in full where its own
    positive ones do, and a penalty stays a penalty.

    Args:
        objective: What is lowered.

    Source:
        Olah, Mordvintsev & Schubert, Feature Visualization, Distill 2017, negative neurons.
    """

    def __init__(self, objective: Objective) -> None:
        self.objective = objective

    def of(self, pictures: Sequence[int]) -> Negated:
        """Return the same objective for some of the pictures."""
        return Negated(self.objective.of(pictures))

    def __call__(self, maps: Tensor) -> Tensor:
        """Return the objective of the negated responses."""
        return self.objective(-maps)

    def report(self, maps: Tensor) -> Tensor:
        """Return what the objective itself reports."""
        return self.objective.report(maps)


class Diverse:
    """Another objective, with pictures of the same group (facets of one neuron) pushed apart.

    From every picture's score is taken a share: the weight times the mean cosine between the
    Gram matrix of its response maps (which neurons respond together, wherever) and those of the
    group's other pictures. It is a share so that neurons of small responses get facets as
    different as those of large ones. A picture is pushed away from where the others stand, and does
    not move them. Alone in its group it keeps its score; facets that start identical stay identical.
    Responses that are not finite count as zero.

    Args:
        objective: What is raised.
        groups: The group of every picture.
        weight: Share of the score that identical facets lose, from 0 to 1.

    Raises:
        ValueError: The weight is outside 0 to 1: a facet could then score less the more it excites.

    Source:
        Olah, Mordvintsev & Schubert, Feature Visualization, Distill 2017, "Diversity".
    """

    def __init__(self, objective: Objective, groups: Sequence[int], weight: float) -> None:
        if not 0 <= weight <= 1:
            raise ValueError(f"`weight` must be from 0 to 1, got {weight}; 1 keeps facets furthest apart")
        self.objective = objective
        self.groups = tuple(groups)
        self.weight = weight

    def of(self, pictures: Sequence[int]) -> Diverse:
        """Return the same objective for some of the pictures; the others push no more."""
        return Diverse(self.objective.of(pictures), _chosen(self.groups, pictures), self.weight)

    def __call__(self, maps: Tensor) -> Tensor:
        """Return the scores less the penalty."""
        scores = self.objective(maps)
        groups = torch.tensor(self.groups, device=maps.device)
        others = groups[:, None] == groups
        others.fill_diagonal_(fill_value=False)
        cosines = _gram_cosines(maps) * others
        similarity = cosines.sum(dim=1) / others.sum(dim=1).clamp(min=1)
        return scores - self.weight * scores.detach().abs() * similarity

    def report(self, maps: Tensor) -> Tensor:
        """Return what the objective itself reports."""
        return self.objective.report(maps)


def _gram_cosines(maps: Tensor) -> Tensor:
    """Return the cosines (pictures, pictures) of Gram matrices, a row's gradient only to its picture."""
    flat = _rescaled(maps).flatten(2)
    grams = functional.normalize((flat @ flat.transpose(1, 2)).flatten(1), dim=1)
    return grams @ grams.detach().T


def _rescaled(maps: Tensor) -> Tensor:
    """Divide each item by its largest value: cosines stay, squares of tiny responses cannot underflow."""
    finite = maps.nan_to_num(nan=0.0, posinf=0.0, neginf=0.0)
    largest = finite.detach().abs().amax(dim=(1, 2, 3), keepdim=True)
    return finite / largest.where(largest > 0, 1.0)


def _chosen(values: Sequence[int], pictures: Sequence[int]) -> tuple[int, ...]:
    return tuple(values[picture] for picture in pictures)


def own_maps(maps: Tensor, channels: Sequence[int]) -> Tensor:
    """Return each picture's map (pictures, height, width) of its own channel.

    Channels are taken as the last axis, where they lie in memory: so do those of the gradient then.
    """
    chosen = torch.tensor(channels, device=maps.device)
    pictures = torch.arange(len(channels), device=maps.device)
    return maps.permute(0, 2, 3, 1)[pictures, :, :, chosen]


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
