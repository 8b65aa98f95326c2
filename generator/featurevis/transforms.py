"""Random views of pictures: jitter, scale and rotation, each picture's own, in one resampling."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional


@dataclass(frozen=True)
class RandomViews:
    """Small random shifts, zooms and turns, so that a picture excites its neuron from any of them.

    Without them an optimization finds high-frequency patterns that excite at one exact
    position only. The three transforms are composed into one affine map and sampled once,
    bilinearly, so pictures are not blurred three times. Pictures go on beyond their borders as if
    repeated, which is what pictures of a Fourier basis do anyway: they have no seam.

    Args:
        jitter: Largest shift along each axis, as a share of the picture's side.
        zoom: Largest magnification or reduction, as a factor above 1.
        rotation: Largest turn, degrees.

    Source:
        Olah, Mordvintsev & Schubert, Feature Visualization, Distill 2017, "Transformation
        Robustness".
    """

    jitter: float = 1 / 16
    zoom: float = 1.1
    rotation: float = 10.0

    def draw(self, seeds: Sequence[int], steps: int) -> Tensor:
        """Draw the views of all steps, each picture's from its own seed alone.

        Args:
            seeds: One seed a picture.
            steps: How many views each picture needs.

        Returns:
            Affine maps (steps, pictures, 2, 3) from the view's coordinates (-1 to 1) to the
            picture's, float32.
        """
        draws = [torch.rand(steps, 4, generator=torch.Generator().manual_seed(seed)) for seed in seeds]
        across, down, zoom, turn = (2 * torch.stack(draws, dim=1) - 1).unbind(dim=-1)
        angle = turn * math.radians(self.rotation)
        reach = torch.exp(zoom * math.log(self.zoom))
        cosine, sine = reach * torch.cos(angle), reach * torch.sin(angle)
        rows = [cosine, -sine, 2 * self.jitter * across, sine, cosine, 2 * self.jitter * down]
        return torch.stack(rows, dim=-1).reshape(steps, len(seeds), 2, 3)

    def apply(self, pictures: Tensor, maps: Tensor) -> Tensor:
        """Resample every picture through its own affine map.

        Args:
            pictures: (pictures, channels, height, width).
            maps: One step of `draw`, (pictures, 2, 3).

        Returns:
            Views of the same shape as `pictures`.
        """
        side = max(pictures.shape[2:])
        margin = min(math.ceil(self._reach * side) + 1, *pictures.shape[2:])
        repeated = functional.pad(pictures, (margin,) * 4, mode="circular")
        places = functional.affine_grid(maps, list(pictures.shape), align_corners=False)
        shrink = [size / (size + 2 * margin) for size in reversed(pictures.shape[2:])]
        return functional.grid_sample(
            repeated,
            places * places.new_tensor(shrink),
            mode="bilinear",
            padding_mode="border",
            align_corners=False,
        )

    @property
    def _reach(self) -> float:
        """How far views reach beyond a border at most, as a share of the picture's side."""
        turn = math.radians(self.rotation)
        corner = self.zoom * (math.cos(turn) + math.sin(turn))
        return self.jitter + (corner - 1) / 2
