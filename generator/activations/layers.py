"""Layers: those a network has, those (and their neurons) a recipe chooses, and their response maps."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from fnmatch import fnmatchcase

import numpy as np
from torch import Tensor

from generator.activations.automatic import automatic_names
from generator.activations.probe import Probe, probe
from generator.activations.trace import unknown_layer
from generator.errors import LayerError
from generator.inputs.models import Network
from generator.recipe import LayersSection
from generator.records import Layer

AUTO = "auto"


def list_layers(network: Network) -> tuple[Layer, ...]:
    """List every layer that can be tapped, in order of execution, without neurons.

    These are the modules that one forward pass calls exactly once and whose output is a 2-D,
    3-D or 4-D float tensor. The kind says how its axes lie: `convolution` (images, channels, height,
    width), `linear` (images, units), `tokens` (images, tokens, channels) or channels-last maps (images,
    height, width, channels). Tokens are laid out on the grid of the latest maps of as many
    positions, up to 8 class or register tokens before them aside, else in one row.

    Source:
        Dosovitskiy et al. 2021, "An Image is Worth 16x16 Words" (class token first, then patches by rows).
    """
    return probe(network).layers


def choose_layers(network: Network, section: LayersSection, seed: int) -> tuple[Layer, ...]:
    """Choose layers and neurons as a recipe says, in order of execution.

    `auto` stands for the layers named by `generator.activations.automatic.automatic_names`.
    Neurons by count are, under the rule `random`, the first of a permutation drawn from the seed and
    the layer's name, so that a larger count only adds neurons; under `first`, the lowest
    channels. A layer with fewer neurons than the count gives all of them.

    Args:
        network: The network.
        section: Names, globs or `auto`; neurons and rule.
        seed: The recipe's.

    Raises:
        LayerError: A name or glob fits no tappable layer, or a listed neuron is not in a layer.
    """
    found = probe(network)
    names: set[str] = set()
    for pattern in section.select:
        if pattern == AUTO:
            names.update(automatic_names(network.module, found.layers))
        else:
            names.update(_matching(pattern, found))
    chosen = [layer for layer in found.layers if layer.name in names]
    return tuple(replace(layer, neurons=_neurons(layer, section, seed)) for layer in chosen)


def as_maps(output: Tensor, layer: Layer) -> Tensor:
    """Lay a layer's output out as response maps.

    Args:
        output: What the layer yielded, of any image size for `convolution` and channels-last layers.
        layer: The layer.

    Returns:
        A view (images, size, height, width); prefix tokens are left out.

    Raises:
        LayerError: The output does not have the layer's channels or tokens.
    """
    if layer.kind == "convolution" and output.ndim == 4 and output.shape[1] == layer.size:
        return output
    if layer.kind == "linear" and output.ndim == 2 and output.shape[1] == layer.size:
        return output[:, :, None, None]
    if layer.kind == "tokens" and output.ndim == 4 and output.shape[3] == layer.size:
        return output.permute(0, 3, 1, 2)
    positions = layer.height * layer.width
    if layer.kind == "tokens" and output.ndim == 3 and output.shape[2] == layer.size:
        prefix = output.shape[1] - positions
        if prefix >= 0:
            images = output.shape[0]
            grid = output[:, prefix:].view(images, layer.height, layer.width, layer.size)
            return grid.permute(0, 3, 1, 2)
    shape = " × ".join(map(str, output.shape[1:]))
    raise LayerError(
        f"layer `{layer.name}` must yield {layer.size} channels at {layer.height} × {layer.width} positions, "
        f"got {shape}; use pictures of the size the network was listed for",
        wanted=layer.name,
    )


def _matching(pattern: str, found: Probe) -> Iterable[str]:
    names = [layer.name for layer in found.layers]
    if pattern in names:
        return [pattern]
    matches = [name for name in names if fnmatchcase(name, pattern)]
    if matches:
        return matches
    if pattern in found.untappable:
        raise LayerError(
            f"layer `{pattern}` cannot be tapped: it is {found.untappable[pattern]}; "
            "`neuron-atlas layers MODEL` lists those that can",
            wanted=pattern,
            valid=names,
        )
    raise unknown_layer(pattern, names)


def _neurons(layer: Layer, section: LayersSection, seed: int) -> tuple[int, ...]:
    wanted = section.neurons
    if wanted == "all":
        return tuple(range(layer.size))
    if isinstance(wanted, tuple):
        beyond = [channel for channel in wanted if channel >= layer.size]
        if beyond:
            raise LayerError(
                f"`layers.neurons` must be below {layer.size} for layer `{layer.name}`, got {beyond[0]}; "
                "list neurons that every chosen layer has",
                wanted=layer.name,
            )
        return wanted
    if section.rule == "first":
        return tuple(range(min(wanted, layer.size)))
    digest = hashlib.sha256(layer.name.encode()).digest()
    order = np.random.default_rng([seed, int.from_bytes(digest, "big")]).permutation(layer.size)
    return tuple(order[:wanted].tolist())
