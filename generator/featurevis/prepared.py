"""A copy of a network that gives the same responses with less work, for many gradients to its input."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.fusion import fuse_conv_bn_eval

from generator.activations.trace import device_of, tapped
from generator.inputs.models import Network
from generator.recipe_sections import Precision

FEW_CHANNELS = 4
"""Input channels up to which a strided convolution is rewritten: too few to fill vector registers."""

CHECKED_PICTURES = 2
"""Random pictures on which the copy has to respond as the network does."""

CHECKED_DIFFERENCE = 1e-4
"""Largest difference of a response that float32 rounding explains, as a share of the largest response."""


@lru_cache(maxsize=2)
def prepared(network: Network, layer: str, precision: Precision = "float32") -> Network:
    """Return a copy of a network whose responses at a layer are the same but take less time.

    Batch normalization in eval mode is an affine map: it is folded into the convolution before it.
    Convolutions with a stride over few channels become equal ones without a stride over more
    channels, which processors do far faster, backwards above all. Weights lie channels last. What
    was rewritten is checked on random pictures: where responses differ by more than rounding (a
    convolution whose output is used twice, say), the copy keeps the network's own form.

    Args:
        network: Frozen and in eval mode; left as it is.
        layer: The layer that is going to be tapped.
        precision: In which the weights of convolutions and linear layers are kept, for
            `torch.autocast` in the same.

    Returns:
        The copy, with modules of the same names on the same device.
    """
    quick = _copy(network)
    shape = (CHECKED_PICTURES, 3, network.preprocess.crop, network.preprocess.crop)
    pictures = torch.randn(shape, generator=torch.Generator().manual_seed(0))
    pictures = pictures.to(device_of(network.module))
    modules = dict(quick.module.named_modules())
    for convolution, norm in _pairs(quick.module, layer, pictures).items():
        fused = fuse_conv_bn_eval(modules[convolution], modules[norm])
        _replace(quick.module, {convolution: fused, norm: nn.Identity()})
    stems = {
        name: _Unstrided(part)
        for name, part in quick.module.named_modules()
        if isinstance(part, nn.Conv2d) and _is_stem(part)
    }
    _replace(quick.module, stems)
    quick.module.requires_grad_(requires_grad=False)
    expected, found = _response(network.module, layer, pictures), _response(quick.module, layer, pictures)
    same = (found - expected).abs().amax() <= CHECKED_DIFFERENCE * expected.abs().amax()
    chosen = quick if same else _copy(network)
    for part in chosen.module.modules():
        if isinstance(part, nn.Conv2d | nn.Linear | _Unstrided):
            part.to(getattr(torch, precision))
    return chosen


class _Unstrided(nn.Module):
    """A strided convolution as one without a stride, over the cells of `stride` × `stride` pixels.

    A kernel is filled up with zeros to whole cells, and cells become channels (Shi et al. 2016,
    "Real-Time Single Image and Video Super-Resolution", the inverse of its pixel shuffle).
    """

    def __init__(self, convolution: nn.Conv2d) -> None:
        super().__init__()
        weight, self.stride = convolution.weight, convolution.stride[0]
        self.up, self.left = (int(pixels) for pixels in convolution.padding)
        self.height, self.width = weight.shape[2:]
        filled = functional.pad(weight, (0, -self.width % self.stride, 0, -self.height % self.stride))
        self.cells = (filled.shape[2] // self.stride, filled.shape[3] // self.stride)
        self.weight = nn.Parameter(functional.pixel_unshuffle(filled, self.stride))
        self.bias = convolution.bias
        self.to(memory_format=torch.channels_last)

    def forward(self, pictures: Tensor) -> Tensor:
        height, width = pictures.shape[2:]
        rows = (height + 2 * self.up - self.height) // self.stride + self.cells[0]
        columns = (width + 2 * self.left - self.width) // self.stride + self.cells[1]
        down, right = rows * self.stride - height - self.up, columns * self.stride - width - self.left
        cells = functional.pixel_unshuffle(
            functional.pad(pictures, (self.left, right, self.up, down)), self.stride
        )
        channels_last = cells.contiguous(memory_format=torch.channels_last)
        return functional.conv2d(channels_last, self.weight, self.bias)


def _is_stem(part: nn.Conv2d) -> bool:
    return (
        part.in_channels <= FEW_CHANNELS
        and part.stride[0] == part.stride[1] > 1
        and part.groups == 1
        and part.dilation == (1, 1)
        and part.padding_mode == "zeros"
        and isinstance(part.padding, tuple)
    )


def _pairs(module: nn.Module, layer: str, pictures: Tensor) -> Mapping[str, str]:
    """Return the names of normalizations by that of the convolution whose output is their input.

    Those of the tapped layer itself are left out, for its output is wanted as it is.
    """
    made: dict[str, Tensor] = {}
    pairs: dict[str, str] = {}

    def keep(name: str) -> Any:
        return lambda _module, _inputs, output: made.update({name: output})

    def match(name: str) -> Any:
        def look(_module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
            for convolution, output in made.items():
                if output is inputs[0]:
                    pairs[convolution] = name

        return look

    handles = []
    for name, part in module.named_modules():
        if isinstance(part, nn.Conv2d) and name != layer:
            handles.append(part.register_forward_hook(keep(name)))
        elif isinstance(part, nn.BatchNorm2d) and part.running_mean is not None:
            handles.append(part.register_forward_pre_hook(match(name)))
    try:
        _response(module, layer, pictures)
    finally:
        for handle in handles:
            handle.remove()
    return pairs


@torch.no_grad()
def _response(module: nn.Module, layer: str, pictures: Tensor) -> Tensor:
    caught: list[Tensor] = []
    with tapped(module, {layer: lambda output: caught.append(output.clone())}) as forward:
        forward(pictures.contiguous(memory_format=torch.channels_last))
    return caught[0]


def _replace(module: nn.Module, parts: Mapping[str, nn.Module]) -> None:
    for name, part in parts.items():
        parent, _, own = name.rpartition(".")
        setattr(module.get_submodule(parent), own, part)


def _copy(network: Network) -> Network:
    module = copy.deepcopy(network.module)
    for part in module.modules():
        if isinstance(part, nn.Conv2d):
            part.to(memory_format=torch.channels_last)
    return replace(network, module=module)
