"""Plain pixels as variables, for activation maximization without a prior, from grey or from an image."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

START_NOISE = 0.01
"""Standard deviation of the start around grey, RGB from 0 to 1."""


class Pixels:
    """RGB values themselves, clipped to 0..1.

    Clipped, not squashed by a sigmoid: an image is then its own start (a sigmoid cannot give black
    or white), and a step moves every pixel by as much whatever its brightness, as in plain
    activation maximization. A gradient passes a clipped pixel only where descent of it would move
    the pixel back towards the range.

    Args:
        size: Pixels a side.
        device: Where variables and pictures live.
        begin: Pictures to start from (pictures, 3, size, size), RGB from 0 to 1, such as natural
            images; the seeds then decide nothing. Without them, seeded small noise around grey.

    Raises:
        ValueError: The pictures to start from are of another size.

    Source:
        Erhan, Bengio, Courville & Vincent, Visualizing Higher-Layer Features of a Deep Network,
        technical report 1341, University of Montreal 2009.
    """

    def __init__(self, size: int, device: str, begin: Tensor | None = None) -> None:
        if begin is not None and begin.shape[1:] != (3, size, size):
            raise ValueError(
                f"`begin` must be of the shape (pictures, 3, {size}, {size}), got {tuple(begin.shape)}; "
                "resize the images"
            )
        self.size = size
        self.device = device
        self._begin = begin

    def start(self, seeds: Sequence[int]) -> Tensor:
        """Return the pictures to start from, or draw noise around grey, the same on every device.

        Args:
            seeds: One seed a picture.

        Returns:
            Pictures (pictures, 3, size, size), float32.

        Raises:
            ValueError: There is another number of pictures to start from.
        """
        if self._begin is None:
            shape = (3, self.size, self.size)
            noise = [torch.randn(shape, generator=torch.Generator().manual_seed(seed)) for seed in seeds]
            return (0.5 + START_NOISE * torch.stack(noise)).to(self.device)
        if len(self._begin) != len(seeds):
            raise ValueError(
                f"`begin` must be one picture for each of the {len(seeds)} seeds, got {len(self._begin)}"
            )
        return self._begin.to(self.device, torch.float32, copy=True)

    def pictures(self, variables: Tensor) -> Tensor:
        """Clip pixels.

        Args:
            variables: As `start` returns them.

        Returns:
            Pictures (pictures, 3, size, size), RGB from 0 to 1.
        """
        clipped: Tensor = _Clip.apply(variables)
        return clipped


class _Clip(torch.autograd.Function):
    """Clips to 0..1; the gradient of a loss passes unless descent of it would lead further out."""

    @staticmethod
    def forward(ctx: Any, values: Tensor) -> Tensor:
        ctx.save_for_backward(values)
        return values.clamp(0.0, 1.0)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        (gradient,) = gradients
        (values,) = ctx.saved_tensors
        outward = ((values <= 0) & (gradient > 0)) | ((values >= 1) & (gradient < 0))
        return gradient.masked_fill(outward, 0.0)
