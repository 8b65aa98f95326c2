"""Memory of an optimization: how many pictures fit together, and how it is kept from step to step."""

from __future__ import annotations

import ctypes
import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager

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


M_TRIM_THRESHOLD, M_MMAP_MAX = -1, -4
"""Settings of glibc's `mallopt`: free bytes from which they go back, how many blocks lie by themselves."""

KEPT_BYTES = 2**31 - 1
"""Free memory that stays with the process during an optimization: as much as `mallopt` can say."""

USUAL_BYTES, USUAL_BLOCKS = 64 * 2**20, 65536
"""What glibc comes to by itself with large blocks."""


@contextmanager
def freed_memory_kept() -> Iterator[None]:
    """Within the `with`, keep freed memory in the process, for the next step needs as much again.

    Otherwise glibc asks the system for every large tensor anew, and each of its pages is a fault: a
    tenth to a fifth of the time of steps at early layers. Afterwards all of it goes back. Other C
    libraries stay as they are.
    """
    library = ctypes.CDLL(None) if platform.libc_ver()[0] == "glibc" else None
    if library is None:
        yield
        return
    library.mallopt(M_MMAP_MAX, 0)
    library.mallopt(M_TRIM_THRESHOLD, KEPT_BYTES)
    try:
        yield
    finally:
        library.mallopt(M_MMAP_MAX, USUAL_BLOCKS)
        library.mallopt(M_TRIM_THRESHOLD, USUAL_BYTES)
        library.malloc_trim(0)


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
