"""Which parts of a picture its objective depended on in the course of an optimization."""

from __future__ import annotations

import math

from torch import Tensor

PERCENTILE = 80.0
"""Of a picture's pixels, at and above which it is opaque; the default of Fel et al.'s `plot_maco`."""


class Transparency:
    """Adds up how strongly the objective depends on every pixel, and yields an alpha channel.

    Where no step's gradient ever led, a picture shows nothing of its neuron, only what its start
    and its magnitudes put there: such places become transparent.

    Args:
        pictures: How many there are.

    Source:
        Fel et al., Unlocking Feature Visualization for Deeper Networks with MAgnitude Constrained
        Optimization, NeurIPS 2023; sums, percentile and division as in their code.
    """

    def __init__(self, pictures: int) -> None:
        self.total: Tensor | None = None
        self.pictures = pictures

    def add(self, gradient: Tensor, rows: Tensor) -> None:
        """Add one step.

        Args:
            gradient: Of the objective with respect to some of the pictures (n, 3, height, width),
                of either sign; what is not finite counts as zero. Where pictures have grown since
                the last step, by repetition, what was added up for them is repeated too.
            rows: Which of the pictures these are (n,).
        """
        strength = gradient.detach().nan_to_num(nan=0.0, posinf=0.0, neginf=0.0).abs().mean(dim=1)
        height, width = strength.shape[1:]
        if self.total is None:
            self.total = strength.new_zeros((self.pictures, 1, height, width))
        if self.total.shape[2:] != (height, width):
            down, across = -(-height // self.total.shape[2]), -(-width // self.total.shape[3])
            self.total = self.total.repeat(1, 1, down, across)[:, :, :height, :width]
        self.total[rows, 0] += strength

    def alpha(self) -> Tensor:
        """Return the mask (pictures, 1, height, width), from 0 (transparent) to 1 (opaque).

        Each picture's sum is clipped at its own percentile and divided by it; where fewer pixels
        than that have any gradient, by the picture's maximum. A picture that no gradient ever
        reached is transparent throughout.

        Raises:
            ValueError: Nothing was added yet.
        """
        if self.total is None:
            raise ValueError("`alpha` must be asked for after a step was added, got none; call `add` first")
        pixels = self.total.flatten(1)
        rank = math.ceil(PERCENTILE / 100 * pixels.shape[1])
        limit = pixels.kthvalue(rank, dim=1).values
        limit = limit.where(limit > 0, pixels.amax(dim=1))
        limit = limit.where(limit > 0, 1.0)[:, None, None, None]
        return (self.total / limit).clamp(max=1.0)
