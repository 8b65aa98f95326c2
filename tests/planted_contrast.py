"""A network wired by hand that tells cats from dogs by known neurons, and pictures with the part they see.

A cat's part is red beside green, a dog's green beside red, so that colours alone, the first layer, tell
nothing: the planted neurons of `patterns` and `objects` do. Every picture has a distractor besides, red above
green, which other neurons answer to as strongly.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, nn

SIDE = 40  # pixels
PART = 10  # pixels a side, of the planted part and of the distractor
MARGIN = 2  # pixels from either to the border: what the kernels of `patterns` reach beyond their centre
CLASSES = ("cat", "dog")
TONES = (180, 241)  # of a coloured half's one channel, 0 to 255; the other is below `GROUND`
GROUND = 40  # red and green of everything else are below, of 0 to 255; blue is noise everywhere

CAT, DOG = (0, 1), (2, 3)
PLANTED = {"colours": (), "patterns": (*CAT, *DOG), "objects": (*CAT, *DOG)}
"""Channels that tell the classes apart, by layer, in order of execution; no others do."""

DISTRACTED = 4
"""Channel of `patterns` and `objects` that answers to the distractor, as strongly in either class."""

NOISE = 11  # last channels of `patterns` and `objects`, which see blue alone
THRESHOLD = 0.85  # of the planted neurons, between one coloured half (at most 0.8) and both (at least 1.1)

RECIPE = """
name = "planted-contrast"
title = "Planted contrast"

[network]
model = "tests.planted_contrast:network"

[preprocess]
resize = 40
crop = 40
mean = [0.0, 0.0, 0.0]
std = [1.0, 1.0, 1.0]

[images]
source = "folder"
path = "pictures"

[concepts]
source = "none"

[layers]
select = ["colours", "patterns", "objects"]
neurons = "all"

[compute]
device = "cpu"
"""


@dataclass(frozen=True, eq=False)
class Pictures:
    """Pictures of both classes in turn: pixels (n, 40, 40, 3), classes (n,), the parts' masks (n, 40, 40)."""

    pixels: NDArray[np.uint8]
    labels: NDArray[np.int32]
    masks: NDArray[np.bool_]


class PlantedContrast(nn.Module):
    """Three layers, each rectified, and the mean responses of the last one's planted neurons by class."""

    def __init__(self) -> None:
        super().__init__()
        self.class_names = CLASSES
        self.colours = nn.Sequential(nn.Conv2d(3, 4, 1), nn.ReLU(inplace=True))
        self.patterns = nn.Sequential(nn.Conv2d(4, 7 + NOISE, 5, padding=2), nn.ReLU(inplace=True))
        self.pool = nn.MaxPool2d(2)
        self.objects = nn.Sequential(nn.Conv2d(7 + NOISE, 5 + NOISE, 1), nn.ReLU(inplace=True))
        self.head = nn.Linear(5 + NOISE, len(CLASSES))
        with torch.no_grad():
            self._wire_colours(self.colours[0])
            self._wire_patterns(self.patterns[0])
            self._wire_objects(self.objects[0])
            self.head.weight.zero_()
            self.head.weight[0, CAT] = self.head.weight[1, DOG] = 100.0
            self.head.bias.zero_()

    @staticmethod
    def _wire_colours(layer: nn.Conv2d) -> None:
        """Red and green without the ground, and two of blue."""
        ground = GROUND / 255
        layer.weight.copy_(torch.tensor([[1.0, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, -1]])[:, :, None, None])
        layer.bias.copy_(torch.tensor([-ground, -ground, -0.5, 0.5]))

    @staticmethod
    def _wire_patterns(layer: nn.Conv2d) -> None:
        """Two of cats, two of dogs, the distractor, any red, any green, and noise."""
        layer.weight.zero_()
        layer.bias.fill_(-THRESHOLD)
        near, far = torch.zeros(5), torch.zeros(5)
        near[[1, 3]] = torch.tensor([-1.0, 1.0])
        far[[0, 4]] = torch.tensor([-1.0, 1.0])
        whole = torch.ones(5, 1) / 5
        for channel, sides in ((CAT[0], (near + far) / 2), (CAT[1], far)):
            beside = whole * sides  # mean of the right less mean of the left
            layer.weight[channel, 0], layer.weight[channel, 1] = -beside, beside
            layer.weight[channel + 2, 0], layer.weight[channel + 2, 1] = beside, -beside
        above = (whole * (near + far) / 2).T
        layer.weight[DISTRACTED, 0], layer.weight[DISTRACTED, 1] = -above, above
        for channel in (0, 1):
            layer.weight[DISTRACTED + 1 + channel, channel] = 1 / 25
            layer.bias[DISTRACTED + 1 + channel] = -0.1
        noise = torch.Generator().manual_seed(0)
        layer.weight[-NOISE:, 2:] = torch.randn(NOISE, 2, 5, 5, generator=noise) / 5
        layer.bias[-NOISE:] = 0.0

    @staticmethod
    def _wire_objects(layer: nn.Conv2d) -> None:
        """The planted neurons and the distractor handed on, and mixtures of the noise."""
        layer.weight.zero_()
        layer.bias.zero_()
        layer.weight[:5, :5, 0, 0] = torch.eye(5)
        noise = torch.Generator().manual_seed(1)
        layer.weight[-NOISE:, -NOISE:, 0, 0] = torch.randn(NOISE, NOISE, generator=noise) / NOISE**0.5

    def forward(self, pixels: Tensor) -> Tensor:
        """Return logits (images, 2) of pictures (images, 3, 40, 40), 0 to 1."""
        maps = self.objects(self.pool(self.patterns(self.colours(pixels))))
        outputs: Tensor = self.head(maps.mean(dim=(2, 3)))
        return outputs


def network() -> nn.Module:
    """Return the network, for recipes that name `tests.planted_contrast:network`; inputs are 0 to 1."""
    return PlantedContrast().eval()


def pictures(each: int, seed: int) -> Pictures:
    """Draw `each` pictures of either class; everything but the parts' sides is drawn alike for both."""
    random = np.random.default_rng(seed)
    labels = np.tile(np.arange(2, dtype=np.int32), each)
    count = len(labels)
    pixels = random.integers(0, GROUND, (count, SIDE, SIDE, 3), dtype=np.uint8)
    pixels[..., 2] = random.integers(0, 256, (count, SIDE, SIDE))
    masks = np.zeros((count, SIDE, SIDE), dtype=bool)
    for picture, mask, label in zip(pixels, masks, labels, strict=True):
        places = random.permutation(2)  # which half of the picture holds the part, which the distractor
        part, distractor = (_place(random, half) for half in places.tolist())
        mask[part] = True
        beside = random.integers(*TONES, 2)
        reds = slice(None, PART // 2) if label == 0 else slice(PART // 2, None)
        greens = slice(PART // 2, None) if label == 0 else slice(None, PART // 2)
        picture[part][:, reds, 0], picture[part][:, greens, 1] = beside
        above = random.integers(*TONES, 2)
        picture[distractor][: PART // 2, :, 0], picture[distractor][PART // 2 :, :, 1] = above
    return Pictures(pixels, labels, masks)


def _place(random: np.random.Generator, half: int) -> tuple[slice, slice]:
    """Return rows and columns of a square of `PART` pixels in the left or right half of a picture."""
    row = int(random.integers(MARGIN, SIDE - MARGIN - PART + 1))
    first = MARGIN + half * SIDE // 2
    column = int(random.integers(first, first + SIDE // 2 - 2 * MARGIN - PART + 1))
    return slice(row, row + PART), slice(column, column + PART)


def write_pictures(folder: Path, each: int, seed: int) -> Path:
    """Write pictures by class and a recipe below `folder`; return the recipe's path."""
    drawn = pictures(each, seed)
    for name in CLASSES:
        (folder / "pictures" / name).mkdir(parents=True, exist_ok=True)
    for index, (pixels, label) in enumerate(zip(drawn.pixels, drawn.labels, strict=True)):
        Image.fromarray(pixels).save(folder / "pictures" / CLASSES[label] / f"{index:04}.png")
    recipe = folder / "planted-contrast.toml"
    recipe.write_text(RECIPE, encoding="utf-8")
    return recipe
