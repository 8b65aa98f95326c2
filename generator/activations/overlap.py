"""Counts the pixels that thresholded response maps share with concept masks, in place and shuffled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import Tensor

from generator.geometry import interpolation
from generator.records import Booleans, Floats, Integers, LayerCentres

FRACTION = 1024
"""Units of a pixel that evenly spread responses are counted in: whole numbers add up in any order."""

_BLOCK = 1 << 24
"""Pixels of upsampled response maps held at once: 64 MiB as float32."""


class MaskStack:
    """The masks of a half-chunk of images, ready to be multiplied with response maps.

    Args:
        masks: (side, side) by number of the masked concept, one mapping for each image.
        categories: (concepts,), the number of every masked concept's category.
        side: Pixels of the masks' side.
        device: Where the response maps are.

    Attributes:
        pixels: (masks, positions) float32, 0 or 1.
        areas: (masks,) float32, pixels of each mask.
        images: (masks,) int64, the image of each mask.
        columns: (masks,) int64, the masked concept of each mask.
        families: (masks, categories) float32, 1 for the category of each mask's concept.
    """

    def __init__(
        self,
        masks: Sequence[Mapping[int, Booleans]],
        categories: Sequence[int],
        side: int,
        device: torch.device,
    ) -> None:
        pairs = [(image, column) for image, own in enumerate(masks) for column in own]
        stacked = np.empty((len(pairs), side, side), dtype=bool)
        for place, (image, column) in enumerate(pairs):
            stacked[place] = masks[image][column]
        self.pixels = torch.from_numpy(stacked).to(device).flatten(1).float()
        self.areas = self.pixels.sum(dim=1)
        numbers = torch.tensor(pairs, dtype=torch.int64, device=device).reshape(-1, 2)
        self.images, self.columns = numbers[:, 0], numbers[:, 1]
        of_columns = torch.eye(max(categories, default=0) + 1, device=device)[list(categories)]
        self.families = of_columns[self.columns]


class RunningOverlap:
    """Pixels shared by one layer's thresholded response maps and concept masks, half-chunk by half-chunk.

    Shift 0 pairs every image's responses with its own masks; shift s pairs those of image i with the
    masks of image i + s of the same half-chunk, round and round. Two kinds of shuffle come of it:

    - `shared`: whole response maps on other images' masks. It keeps what is typical of responses
      and of masks, and takes away that they belong together.
    - `spread`: the density of an image's responses on all masks of a category, laid evenly over
      another image's masks of it. It keeps that a neuron responds on parts (or colours, ...) at
      all, and takes away on which: what a neuron that does not care would share.

    Args:
        thresholds: (neurons,), what a response must exceed.
        centres: Of the response map's cells.
        side: Pixels of the masks' side.
        concepts: Number of masked concepts.
        images: Images of a half-chunk, which is also the number of shifts.
    """

    def __init__(
        self, thresholds: Floats, centres: LayerCentres, side: int, concepts: int, images: int
    ) -> None:
        self.thresholds = torch.from_numpy(np.array(thresholds, dtype=np.float32))
        self.rows = torch.from_numpy(interpolation(centres.rows, side, side)).float()
        self.columns = torch.from_numpy(interpolation(centres.columns, side, side)).float()
        self.concepts, self.images = concepts, images
        neurons = len(thresholds)
        self.active = torch.zeros(2, neurons, dtype=torch.int64)
        self.shared = torch.zeros(2, images * neurons * concepts, dtype=torch.int64)
        self.spread = torch.zeros_like(self.shared)

    def add(self, half: int, maps: Tensor, masks: MaskStack) -> None:
        """Take one half-chunk into account.

        Args:
            half: 0 for choosing, 1 for scoring.
            maps: Response maps (images, neurons, height, width), float32.
            masks: Of the same images.
        """
        self._to(maps.device)
        firing = maps.amax(dim=(2, 3)) > self.thresholds
        block = max(_BLOCK // (self.rows.shape[0] * self.columns.shape[0]), 1)
        for pairs in torch.split(firing.nonzero(), block):
            images, neurons = pairs[:, 0], pairs[:, 1]
            large = self.rows @ maps[images, neurons] @ self.columns.T
            regions = (large > self.thresholds[neurons, None, None]).flatten(1).float()
            # Sums of ones below 2^24 of them are exact.
            self.active[half].index_add_(0, neurons, regions.sum(dim=1).long())
            shared = regions @ masks.pixels.T
            shift = (masks.images[None] - images[:, None]) % self.images
            place = (shift * len(self.thresholds) + neurons[:, None]) * self.concepts + masks.columns[None]
            self.shared[half].index_add_(0, place.flatten(), shared.long().flatten())
            spread = _spread(shared, shift == 0, masks)
            self.spread[half].index_add_(0, place.flatten(), spread.flatten())

    def result(self) -> tuple[Integers, Integers, Integers]:
        """Return what was counted, int64.

        Returns:
            Active pixels (2, neurons); shared pixels (2, shifts, neurons, concepts); evenly spread
            ones likewise, in units of 1 / `FRACTION` pixel.
        """
        shape = (2, self.images, len(self.thresholds), self.concepts)
        counts = (self.shared.view(shape), self.spread.view(shape))
        return self.active.cpu().numpy(), counts[0].cpu().numpy(), counts[1].cpu().numpy()

    def _to(self, device: torch.device) -> None:
        for name in ("thresholds", "rows", "columns", "active", "shared", "spread"):
            setattr(self, name, getattr(self, name).to(device))


def _spread(shared: Tensor, own: Tensor, masks: MaskStack) -> Tensor:
    """Return what responses would share with masks if each category's were spread evenly over it.

    Args:
        shared: (pairs, masks), pixels that responses share with all images' masks.
        own: (pairs, masks), whether a mask is of the responses' own image.
        masks: The masks.

    Returns:
        (pairs, masks) int64, units of 1 / `FRACTION` pixel.
    """
    covered = (shared * own) @ masks.families
    possible = own.float() @ (masks.families * masks.areas[:, None])
    density = covered / possible.clamp_min(1)
    return ((density @ masks.families.T) * masks.areas * FRACTION).round().long()
