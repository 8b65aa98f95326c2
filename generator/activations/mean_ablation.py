"""Mean ablation: the mean output of a layer over images, and channels replaced by it."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor

from generator.activations.layers import as_maps
from generator.activations.resume import Change
from generator.activations.trace import device_of, tapped
from generator.inputs.batches import Batch
from generator.inputs.models import Network
from generator.records import Floats, Integers, Layer


def mean_output(network: Network, layer: Layer, batches: Iterable[Batch]) -> Tensor:
    """Return the mean of a layer's output over images, position by position, class tokens included.

    Returns:
        (...) as one image's output, float32, on the network's device.
    """
    device = device_of(network.module)
    sums: list[Tensor] = []
    images = 0

    def add(output: Tensor) -> None:
        own = output.float().sum(dim=0).cpu().double()
        sums[:] = [sums[0] + own if sums else own]

    with tapped(network.module, {layer.name: add}) as forward, torch.inference_mode():
        for batch in batches:
            forward(network.preprocess.normalize(batch.pixels.to(device)))
            images += len(batch.indices)
    return (sums[0] / images).float().to(device)


def channel_means(mean: Tensor, layer: Layer) -> Floats:
    """Return the mean activation of every channel of a layer, (size,) float64, from its mean output."""
    values: Floats = as_maps(mean[None], layer)[0].flatten(1).mean(dim=1).cpu().double().numpy()
    return values


def replacing(mean: Tensor, layer: Layer, channels: Integers) -> Change:
    """Return the change that puts the mean output in the place of some channels, at every position.

    Args:
        mean: (...), as `mean_output` gives it.
        layer: Of the channels.
        channels: (s,).

    Source:
        Morcos et al. 2018, "On the importance of single directions for generalization", who compare the
        mean with zero.
    """
    axis = 1 if layer.kind == "convolution" or mean.ndim == 1 else -1
    chosen = torch.as_tensor(channels, dtype=torch.long, device=mean.device)
    values = mean[None].movedim(axis, 1)[:, chosen]

    def change(output: Tensor) -> Tensor:
        output.movedim(axis, 1)[:, chosen] = values.to(output.dtype)
        return output

    return change
