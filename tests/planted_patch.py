"""A network whose neurons see one patch of the picture and nothing else, or one patch for and one against."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

SIDE = 16  # pixels
FOR = (slice(4, 8), slice(8, 12))
AGAINST = (slice(10, 14), slice(2, 6))
"""Rows and columns of the patches."""

LIGHT = (0.3, 1.0)  # range of pixels: all of them count where they are seen


class Patches(nn.Module):
    """Three neurons after a rectifier that works in place.

    The first is the mean red of the patch `FOR`; the second is twice that less the mean red of the patch
    `AGAINST`; the third is dead.
    """

    def __init__(self) -> None:
        super().__init__()
        self.seen = nn.Conv2d(3, 3, SIDE)
        self.rectified = nn.ReLU(inplace=True)
        self.head = nn.Conv2d(3, 1, 1)
        share = 1 / 16
        with torch.no_grad():
            self.seen.weight.zero_()
            self.seen.bias.zero_()
            self.seen.weight[0, 0][FOR] = share
            self.seen.weight[1, 0][FOR] = 2 * share
            self.seen.weight[1, 0][AGAINST] = -share
            self.seen.bias[2] = -1

    def forward(self, inputs: Tensor) -> Tensor:
        outputs: Tensor = self.head(self.rectified(self.seen(inputs)))
        return outputs


class Cells(nn.Module):
    """One neuron: the mean red of 4 × 4 pixels, on a map of 4 × 4 cells, rectified in place."""

    def __init__(self) -> None:
        super().__init__()
        self.red = nn.Conv2d(3, 1, 4, stride=4, bias=False)
        self.rectified = nn.ReLU(inplace=True)
        with torch.no_grad():
            self.red.weight.zero_()
            self.red.weight[0, 0] = 1 / 16

    def forward(self, inputs: Tensor) -> Tensor:
        outputs: Tensor = self.rectified(self.red(inputs))
        return outputs


def pictures(count: int, seed: int = 0) -> Tensor:
    """Return random light pictures (count, 3, SIDE, SIDE)."""
    values = np.random.default_rng(seed).uniform(*LIGHT, (count, 3, SIDE, SIDE))
    return torch.from_numpy(values.astype(np.float32))


def mask_of(patch: tuple[slice, slice]) -> np.ndarray:
    """Return a patch as a mask (SIDE, SIDE)."""
    mask = np.zeros((SIDE, SIDE), dtype=bool)
    mask[patch] = True
    return mask
