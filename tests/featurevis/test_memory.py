"""How many pictures fit into memory, from what one of them keeps; and where freed memory goes."""

from __future__ import annotations

import os
import platform
from pathlib import Path

import pytest
import torch
from torch import nn

from generator.activations.layers import list_layers
from generator.featurevis import memory
from generator.featurevis.memory import OVERHEAD, USED_SHARE, freed_memory_kept, pictures_at_once
from generator.inputs.models import Network
from generator.records import Layer
from tests.planted import network_of


def wired() -> tuple[Network, Layer]:
    network = network_of(nn.Sequential(nn.Conv2d(3, 8, 1), nn.ReLU(), nn.Conv2d(8, 4, 1), nn.ReLU()), 16)
    return network, list_layers(network)[-1]


def test_as_many_as_fit_into_the_share_of_free_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    network, layer = wired()
    floats = 16 * 16 * (3 + 8 + 4)  # the input, and what each rectifier keeps; the last is the maps too
    least, most = 4 * floats, 4 * (floats + 16 * 16 * 4 + 16 * 16 * 3)
    monkeypatch.setattr(memory, "_free_memory", lambda _device: 1e6)
    found = pictures_at_once(network, layer, 16)
    assert USED_SHARE * 1e6 / (OVERHEAD * most) - 1 <= found <= USED_SHARE * 1e6 / (OVERHEAD * least)
    assert pictures_at_once(network, layer, 32) < found / 3


def test_one_picture_is_tried_whatever_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_free_memory", lambda _device: 10.0)
    assert pictures_at_once(*wired(), 16) == 1


def test_this_machine_has_some_memory() -> None:
    assert memory._free_memory(torch.device("cpu")) > 2**20


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc is told to keep freed memory")
def test_freed_memory_stays_during_an_optimization_and_goes_back_afterwards() -> None:
    size = 200 * 2**20
    with freed_memory_kept():
        pass  # what earlier tests freed goes back too
    before = resident()
    with freed_memory_kept():
        torch.ones(size, dtype=torch.uint8)
        during = resident()
    assert during - before > 0.9 * size
    assert resident() - before < 0.1 * size


def resident() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
