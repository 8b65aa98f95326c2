"""Networks wired by hand for the tests of feature visualization."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import torch
from torch import nn

from generator.inputs.models import Network
from generator.inputs.preprocess import Preprocess
from generator.records import NetworkInfo

SIDE = 16  # pixels
MEAN, STD = (0.5, 0.5, 0.5), (0.25, 0.25, 0.25)

Wire = Callable[..., Network]


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """Run these small networks in one thread, which is faster than to wake others."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def wire() -> Wire:
    """Make a network of a module, as the inputs would."""

    def make(module: nn.Module, side: int = SIDE) -> Network:
        frozen = module.eval().requires_grad_(False)
        preprocess = Preprocess(side, side, "bilinear", MEAN, STD)
        info = NetworkInfo("wired", "", "0" * 64, 0, side, side, "bilinear", MEAN, STD, (), "", "1" * 64)
        return Network(frozen, preprocess, info)

    return make
