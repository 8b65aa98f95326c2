"""Maps of how much each part of a picture matters to one activation of a network, by Captum."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from captum.attr import IntegratedGradients, Occlusion, Saliency
from torch import Tensor
from torchvision.transforms import functional as transform

from generator.activations.layers import as_maps
from generator.activations.trace import tapped
from generator.geometry import interpolation
from generator.inputs.models import Network
from generator.records import Floats, Integers, Layer, LayerCentres

SQUARES = 16
"""A picture is cut into so many squares each way, fewer where it has fewer pixels."""

WINDOW, STRIDE = 4, 2
"""Squares along a side of what is occluded at once, and from one window to the next."""

BLUR = 8
"""The standard deviation of the blurred baseline is the picture's side over this."""

Answer = Callable[[Tensor, Tensor, Tensor, Tensor], Tensor]
"""From inputs (B, 3, height, width) and their places to activations (B,); differentiable."""


class Places(NamedTuple):
    """Which activation is asked for, of each picture (B,)."""

    channels: Tensor
    rows: Tensor
    columns: Tensor


@contextmanager
def answering(network: Network, layer: Layer) -> Iterator[Answer]:
    """Yield a function from the network's inputs to single activations of a layer; it runs no deeper."""
    caught: list[Tensor] = []
    with tapped(network.module, {layer.name: caught.append}) as forward:

        def answer(inputs: Tensor, channels: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
            forward(inputs)
            maps = as_maps(caught.pop(), layer)
            return maps[torch.arange(len(maps), device=maps.device), channels, rows, columns].float()

        yield answer


def baselines(inputs: Tensor, kind: str) -> Tensor:
    """Return what stands for nothing: `mean`, zero in the network's input, or `blurred` pictures."""
    if kind == "mean":
        return torch.zeros_like(inputs)
    deviation = max(1.0, inputs.shape[-1] / BLUR)
    width = min(2 * int(3 * deviation) + 1, 2 * inputs.shape[-1] - 1)  # reflection reaches no further
    blurred: Tensor = transform.gaussian_blur(inputs, [width, width], [deviation, deviation])
    return blurred


def square_of(side: int) -> Integers:
    """Return in which row (column) of squares each row (column) of pixels lies, (side,)."""
    count = min(SQUARES, side)
    return np.arange(side) * count // side


def window_of(side: int) -> tuple[int, int]:
    """Return the side of the occluded window and the distance of neighbouring ones, in pixels."""
    square = -(-side // min(SQUARES, side))
    return min(side, WINDOW * square), min(side, STRIDE * square)


@dataclass(frozen=True)
class CaptumMaps:
    """Attributions of some pictures (B): means over squares (B, s, s), and sums of integrated gradients."""

    gradient: Floats
    integrated: Floats
    occlusion: Floats
    integrated_sum: Floats  # (B,)


def captum_maps(
    answer: Answer, inputs: Tensor, nothing: Tensor, places: Places, *, integration: int, batch_size: int
) -> CaptumMaps:
    """Attribute activations to the squares of pictures.

    The gradient is the largest magnitude among the three colours; integrated gradients and occlusion are
    signed, positive where the picture raises the activation above what the baseline there gives.

    Args:
        answer: Of the network, whose parameters are frozen.
        inputs: (B, 3, height, width), normalized; at most `batch_size` pictures.
        nothing: Their baselines, alike.
        places: The activations to be explained.
        integration: Points of the path of integrated gradients (Gauss-Legendre).
        batch_size: Pictures shown to the network at once.

    Source:
        Simonyan et al. 2013 (gradient); Sundararajan et al. 2017 (integrated gradients); Zeiler & Fergus
        2014 (occlusion); Kokhlikyan et al. 2020 (Captum).
    """
    asked = {"additional_forward_args": places}
    inputs = inputs.detach().clone().requires_grad_()
    with torch.enable_grad():
        gradient = Saliency(answer).attribute(inputs, **asked)
        integrated = IntegratedGradients(answer).attribute(
            inputs, nothing, n_steps=integration, internal_batch_size=batch_size, **asked
        )
    with torch.no_grad():
        occlusion = _occluded(answer, inputs.detach(), nothing, places, max(1, batch_size // len(inputs)))
    summed = integrated.detach().sum(dim=1)
    return CaptumMaps(
        gradient=in_squares(gradient.amax(dim=1)),
        integrated=in_squares(summed),
        occlusion=in_squares(occlusion[:, 0]),
        integrated_sum=summed.sum(dim=(1, 2), dtype=torch.float64).cpu().numpy(),
    )


def _occluded(answer: Answer, inputs: Tensor, nothing: Tensor, places: Places, together: int) -> Tensor:
    """Return what hiding each pixel costs (B, 3, height, width), `together` windows shown at once."""
    window, stride = window_of(inputs.shape[-1])
    lost: Tensor = Occlusion(answer).attribute(
        inputs,
        sliding_window_shapes=(3, window, window),
        strides=(3, stride, stride),
        baselines=nothing,
        additional_forward_args=places,
        perturbations_per_eval=together,
    )
    return lost


def in_squares(pixels: Tensor) -> Floats:
    """Return the means over squares (B, s, s) float64 of values of pixels (B, side, side)."""
    places = square_of(pixels.shape[-1])
    weights = (places == np.arange(places[-1] + 1)[:, None]).astype(np.float64)
    weights /= weights.sum(axis=1, keepdims=True)
    means: Floats = weights @ pixels.detach().cpu().numpy().astype(np.float64) @ weights.T
    return means


def response_maps(maps: Floats, centres: LayerCentres, side: int) -> Floats:
    """Return response maps (B, height, width) at the middles of the squares, (B, s, s) float64."""
    count = int(square_of(side)[-1]) + 1
    rows, columns = (interpolation(along, side, count) for along in (centres.rows, centres.columns))
    values: Floats = rows @ np.asarray(maps, dtype=np.float64) @ columns.T
    return values
