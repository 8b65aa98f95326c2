"""Adam for a batch of pictures that each have their own step size and may leave the batch early."""

from __future__ import annotations

import torch
from torch import Tensor

DECAYS = (0.9, 0.99)
"""Of the running means; the second below the usual 0.999, for there are few steps to remember."""

EPSILON = 1e-16
"""Far below the usual 1e-8, so that the pictures of neurons with tiny responses move as fast as others."""


class BatchAdam:
    """Adam over variables (pictures, ...); `torch.optim.Adam` has one step size for all of them.

    Args:
        variables: Start values; changed in place.

    Source:
        Kingma & Ba, Adam: A Method for Stochastic Optimization, ICLR 2015.
    """

    def __init__(self, variables: Tensor) -> None:
        self.variables = variables
        self._mean = torch.zeros_like(variables)
        self._square = torch.zeros_like(variables)
        self._steps = 0

    @torch.no_grad()
    def step(self, gradient: Tensor, step_sizes: Tensor) -> None:
        """Descend.

        Args:
            gradient: Of the loss, as the variables.
            step_sizes: (pictures,).
        """
        self._steps += 1
        first, second = DECAYS
        self._mean.lerp_(gradient, 1 - first)
        self._square.mul_(second).addcmul_(gradient, gradient, value=1 - second)
        scale = (self._square / (1 - second**self._steps)).sqrt_().add_(EPSILON)
        sizes = (step_sizes / (1 - first**self._steps)).to(gradient)
        change = self._mean / scale
        self.variables.sub_(change.mul_(sizes.reshape(-1, *[1] * (gradient.ndim - 1))))

    def keep(self, rows: Tensor) -> None:
        """Go on with some of the pictures only; `variables` is another tensor from then on."""
        wanted = self.variables.requires_grad
        self.variables = self.variables.detach()[rows].requires_grad_(wanted)
        self._mean, self._square = self._mean[rows], self._square[rows]
