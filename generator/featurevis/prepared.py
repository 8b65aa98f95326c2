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

VECTOR = 16
"""Channels of float32 in the widest vector register; a convolution to 12 takes longer than one to 16."""

CHECKED_PICTURES = 2
"""Random pictures on which the copy has to respond as the network does."""

CHECKED_DIFFERENCE = 1e-4
"""Largest difference of a response that float32 rounding explains, as a share of the largest response."""


@lru_cache(maxsize=2)
def prepared(network: Network, layer: str, precision: Precision = "float32") -> Network:
    """Return a copy of a network whose responses at a layer are the same but take less time.

    Batch normalization in eval mode is an affine map: it is folded into the convolution before it.
    A maximum passes through a ReLU unchanged: where a pooling follows one, the ReLU is left with the
    pooled maps. Convolutions with a stride over few channels become equal ones without a stride over
    more channels, which processors do far faster, backwards above all. Weights lie channels last.
    Each kind of rewriting is checked on random pictures: where responses differ by more than rounding
    (a convolution whose output is used twice, say), the copy goes without it.

    Args:
        network: Frozen and in eval mode; left as it is.
        layer: The layer that is going to be tapped.
        precision: In which the weights of convolutions and linear layers are kept, for
            `torch.autocast` in the same.

    Returns:
        The copy, with modules of the same names on the same device.
    """
    chosen = _copy(network)
    shape = (CHECKED_PICTURES, 3, network.preprocess.crop, network.preprocess.crop)
    pictures = torch.randn(shape, generator=torch.Generator().manual_seed(0))
    pictures = pictures.to(device_of(network.module))
    expected = _response(network.module, layer, pictures)
    for rewrite in (_fold_normalizations, _pool_first, _unstride):
        quick = _copy(chosen)
        rewrite(quick.module, layer, pictures)
        found = _response(quick.module, layer, pictures)
        if (found - expected).abs().amax() <= CHECKED_DIFFERENCE * expected.abs().amax():
            chosen = quick
    chosen.module.requires_grad_(requires_grad=False)
    for part in chosen.module.modules():
        if isinstance(part, nn.Conv2d | nn.Linear | _Unstrided):
            part.to(getattr(torch, precision))
    return chosen


def _fold_normalizations(module: nn.Module, layer: str, pictures: Tensor) -> None:
    modules = dict(module.named_modules())
    for convolution, norm in _pairs(module, layer, pictures, nn.Conv2d, nn.BatchNorm2d).items():
        if modules[norm].running_mean is not None:
            fused = fuse_conv_bn_eval(modules[convolution], modules[norm])
            _replace(module, {convolution: fused, norm: nn.Identity()})


def _pool_first(module: nn.Module, layer: str, pictures: Tensor) -> None:
    modules = dict(module.named_modules())
    for relu, pool in _pairs(module, layer, pictures, nn.ReLU, nn.MaxPool2d).items():
        if not modules[pool].return_indices:
            _replace(module, {relu: nn.Identity(), pool: nn.Sequential(modules[pool], modules[relu])})


def _unstride(module: nn.Module, _layer: str, _pictures: Tensor) -> None:
    stems = {
        name: _Unstrided(part)
        for name, part in module.named_modules()
        if isinstance(part, nn.Conv2d) and _is_stem(part)
    }
    _replace(module, stems)


class _Unstrided(nn.Module):
    """A strided convolution as one without a stride, over the cells of `stride` × `stride` pixels.

    A kernel is filled up with zeros to whole cells, and cells become channels (Shi et al. 2016,
    "Real-Time Single Image and Video Super-Resolution", the inverse of its pixel shuffle), a
    pixel's colours side by side.
    """

    def __init__(self, convolution: nn.Conv2d) -> None:
        super().__init__()
        weight, self.stride = convolution.weight, convolution.stride[0]
        self.up, self.left = (int(pixels) for pixels in convolution.padding)
        self.height, self.width = weight.shape[2:]
        filled = functional.pad(weight, (0, -self.width % self.stride, 0, -self.height % self.stride))
        self.cells = (filled.shape[2] // self.stride, filled.shape[3] // self.stride)
        self.weight = nn.Parameter(_as_cells(filled, self.stride))
        self.bias = convolution.bias
        turned = self.weight.detach().flip(2, 3).transpose(0, 1)
        spare = -len(turned) % VECTOR
        self.back = nn.Parameter(
            functional.pad(turned, (0, 0, 0, 0, 0, 0, 0, spare)).contiguous(memory_format=torch.channels_last)
        )

    def forward(self, pictures: Tensor) -> Tensor:
        height, width = pictures.shape[2:]
        rows = (height + 2 * self.up - self.height) // self.stride + self.cells[0]
        columns = (width + 2 * self.left - self.width) // self.stride + self.cells[1]
        down, right = rows * self.stride - height - self.up, columns * self.stride - width - self.left
        padded = functional.pad(pictures, (self.left, right, self.up, down))
        maps: Tensor = _Convolution.apply(_as_cells(padded, self.stride), self.weight, self.bias, self.back)
        return maps


class _Convolution(torch.autograd.Function):
    """A convolution whose backward pass makes whole vectors of channels, of which it drops the spare ones."""

    @staticmethod
    def forward(ctx: Any, *arguments: Any) -> Tensor:
        cells, weight, bias, back = arguments
        ctx.save_for_backward(back)
        ctx.channels = cells.shape[1]
        return functional.conv2d(cells, weight, bias)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None, None]:
        (gradient,), (back,) = gradients, ctx.saved_tensors
        around = [side - 1 for side in back.shape[2:]]
        return functional.conv2d(gradient, back, padding=around)[:, : ctx.channels], None, None, None


def _as_cells(maps: Tensor, side: int) -> Tensor:
    """Return maps of `side` × `side` × channels values a cell, channels last in memory."""
    items, channels, height, width = maps.shape
    lines = maps.permute(0, 2, 3, 1).reshape(items, height // side, side, width // side, side * channels)
    cells = lines.transpose(2, 3).reshape(items, height // side, width // side, side * side * channels)
    return cells.permute(0, 3, 1, 2)


def _is_stem(part: nn.Conv2d) -> bool:
    return (
        part.in_channels <= FEW_CHANNELS
        and part.stride[0] == part.stride[1] > 1
        and part.groups == 1
        and part.dilation == (1, 1)
        and part.padding_mode == "zeros"
        and isinstance(part.padding, tuple)
    )


def _pairs(
    module: nn.Module, layer: str, pictures: Tensor, first: type[nn.Module], second: type[nn.Module]
) -> Mapping[str, str]:
    """Return the names of modules of the second kind by that of the first whose output is their input.

    The tapped layer itself is never the first of a pair, for its output is wanted as it is.
    """
    made: dict[str, Tensor] = {}
    pairs: dict[str, str] = {}

    def keep(name: str) -> Any:
        return lambda _module, _inputs, output: made.update({name: output})

    def match(name: str) -> Any:
        def look(_module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
            for maker, output in made.items():
                if output is inputs[0]:
                    pairs[maker] = name

        return look

    handles = []
    for name, part in module.named_modules():
        if isinstance(part, first) and name != layer:
            handles.append(part.register_forward_hook(keep(name)))
        elif isinstance(part, second):
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
