"""Pooled responses of whole layers, brought to one number of dimensions by a seeded projection."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d

from generator.records import Floats

GRID = 2  # quarters: rows and columns of the coarse grid

FLOOR = 0.1
"""Least divisor of a feature, as a share of the median spread: a feature that hardly varies over the
calibration images must not drown all others where it does."""


def pooled_mean(maps: Tensor) -> Floats:
    """Return the mean of every response map, (images, neurons) float32.

    Args:
        maps: (images, neurons, height, width).
    """
    means: Floats = maps.flatten(2).mean(dim=2).cpu().numpy()
    return means


def pooled_grid(maps: Tensor) -> Floats:
    """Return the means of the four quarters of every map, (images, 4 × neurons) float32.

    Quarters of a map with an odd side share its middle; those of a single position are alike.

    Args:
        maps: (images, neurons, height, width).
    """
    quarters: Floats = adaptive_avg_pool2d(maps, GRID).flatten(1).cpu().numpy()
    return quarters


def small_picture(pixels: Tensor, side: int) -> Floats:
    """Return pictures (images, height, width, 3) uint8 reduced to `side` pixels a side, flat, 0 to 1."""
    small = adaptive_avg_pool2d(pixels.permute(0, 3, 1, 2).float(), side).flatten(1) / 255
    values: Floats = small.numpy()
    return values


def colour_histogram(pixels: Tensor, bins: int) -> Floats:
    """Return the share of pixels in every cell of a cube of colours.

    Args:
        pixels: (images, height, width, 3) uint8, RGB.
        bins: Cells along each channel; divides 256.

    Returns:
        (images, bins ** 3) float32, rows sum up to 1.
    """
    cells = (pixels.long() // (256 // bins)) @ torch.tensor([bins * bins, bins, 1])
    flat = cells.flatten(1)
    counts = torch.zeros(len(flat), bins**3).scatter_add_(1, flat, torch.ones_like(flat, dtype=torch.float))
    shares: Floats = (counts / flat.shape[1]).numpy()
    return shares


@dataclass(frozen=True, eq=False)
class Projection:
    """A fixed linear map of features (f) to `d` dimensions, after centring and scaling each.

    Source:
        Johnson & Lindenstrauss 1984; Dasgupta 2000, "Experiments with random projection".
    """

    centre: NDArray[np.float64]  # (f,)
    scale: NDArray[np.float64]  # (f,)
    matrix: NDArray[np.float64]  # (f, d)

    def __call__(self, values: Floats) -> Floats:
        """Project features (images, f) to (images, d) float32."""
        return (((values - self.centre) / self.scale) @ self.matrix).astype(np.float32)


def calibrated(values: Floats, dimensions: int, seed: int) -> Projection:
    """Make the projection for features like these.

    The matrix depends on seed and number of features alone, so that a network and its twin share it;
    centre and scale only bring features of different magnitude to one footing.

    Args:
        values: (images, f), features of a few images.
        dimensions: To project to.
        seed: Of the Gaussian matrix.
    """
    known = values.astype(np.float64)
    spread = known.std(axis=0)
    scale = np.maximum(spread, FLOOR * np.median(spread))
    count = values.shape[1]
    matrix = np.random.default_rng([seed, count]).normal(size=(count, dimensions)) / np.sqrt(dimensions)
    return Projection(known.mean(axis=0), np.where(scale > 0, scale, 1.0), matrix)
