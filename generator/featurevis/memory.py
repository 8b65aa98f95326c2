"""How many pictures can be optimized together in the memory that there is."""

from __future__ import annotations

import os

import torch
from torch import Tensor

from generator.activations.trace import device_of
from generator.featurevis.objectives import responding
from generator.inputs.models import Network
from generator.records import Layer

USED_SHARE = 0.5
"""Of the free memory; the rest is left to other processes."""

OVERHEAD = 3.0
"""Memory at the peak over what the backward pass keeps: gradients and working space come on top."""

UNKNOWN_SHARE = 0.25
"""Of all memory, taken as free where a system does not say how much is."""


def pictures_at_once(network: Network, layer: Layer, size: int) -> int:
    """Return how many pictures of `size` pixels a side fit into free memory, at least 1."""
    device = device_of(network.module)
    return max(1, int(USED_SHARE * _free_memory(device) / (OVERHEAD * _kept_bytes(network, layer, size))))


def _kept_bytes(network: Network, layer: Layer, size: int) -> int:
    """Return the bytes that the forward pass of one picture keeps for the backward pass."""
    kept: dict[int, int] = {}

    def count(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    weights = {tensor.untyped_storage().data_ptr() for tensor in network.module.state_dict().values()}
    picture = torch.zeros((1, 3, size, size), device=device_of(network.module), requires_grad=True)
    keeping = torch.autograd.graph.saved_tensors_hooks(count, lambda tensor: tensor)
    with responding(network, layer) as respond, keeping:
        maps = respond(picture)
    bytes_of_maps = maps.untyped_storage().nbytes()
    return bytes_of_maps + sum(size for place, size in kept.items() if place not in weights)


def _free_memory(device: torch.device) -> float:
    """Return the bytes of memory that are free on a device."""
    if device.type == "cuda":
        return float(torch.cuda.mem_get_info(device)[0])
    page = os.sysconf("SC_PAGE_SIZE")
    if "SC_AVPHYS_PAGES" in os.sysconf_names:
        return float(page * os.sysconf("SC_AVPHYS_PAGES"))
    return UNKNOWN_SHARE * page * os.sysconf("SC_PHYS_PAGES")
