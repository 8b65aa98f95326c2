"""How much the channels of one layer moved neurons of a later one: gradient times activation."""

from __future__ import annotations

import torch
from torch import Tensor

from generator.activations.layers import as_maps
from generator.activations.trace import device_of, tapped
from generator.inputs.models import Network
from generator.records import Floats, Integers, Layer


def influences(network: Network, before: Layer, after: Layer, pixels: Tensor, channels: Integers) -> Floats:
    """Return each channel's share in a neuron's peak, image by image.

    A channel's influence is the sum over its response map of gradient times activation: the first-order
    estimate of how much the peak would fall if the channel were silent, and exact where everything
    between is linear. Shares are influences over the sum of their absolute values.

    Args:
        network: Frozen and in eval mode.
        before: A layer of the network, all of whose channels are looked at.
        after: A later layer.
        pixels: Images (B, crop, crop, 3) uint8.
        channels: (B,), the neuron of `after` asked for each image.

    Returns:
        (B, channels of `before`) float32, -1 to 1; 0 throughout where nothing of `before` moves the peak.

    Source:
        Shrikumar, Greenside & Kundaje 2017, "Learning important features through propagating activation
        differences" (gradient times input).
    """
    device = device_of(network.module)
    kept: dict[str, Tensor] = {}

    def start_here(output: Tensor) -> Tensor:
        kept["before"] = output.detach().clone().requires_grad_()
        return kept["before"].clone()  # what follows may change it in place

    def end_here(output: Tensor) -> None:
        maps = as_maps(output, after).flatten(2)
        rows = torch.arange(len(maps), device=device)
        kept["peaks"] = maps[rows, torch.from_numpy(channels).to(device)].max(dim=1).values

    taps = {before.name: start_here, after.name: end_here}
    with tapped(network.module, taps) as forward, torch.enable_grad():
        forward(network.preprocess.normalize(pixels.to(device)))
        return _shares(kept["before"], kept["peaks"], before)


def _shares(values: Tensor, peaks: Tensor, before: Layer) -> Floats:
    """Return shares of the activations `values` in the peaks (B,) that were made of them."""
    gradient = None
    if peaks.requires_grad:  # else nothing of that layer reaches the other
        (gradient,) = torch.autograd.grad(peaks.sum(), values, allow_unused=True)
    moved = torch.zeros_like(values) if gradient is None else gradient * values
    found = as_maps(moved.detach(), before).float().sum(dim=(2, 3))
    whole = found.abs().sum(dim=1, keepdim=True)
    shares: Floats = torch.where(whole > 0, found / whole, torch.zeros_like(found)).cpu().numpy()
    return shares
