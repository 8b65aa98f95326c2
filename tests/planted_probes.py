"""A network wired by hand in which colour, shape and class are each linearly present at one layer only."""

from __future__ import annotations

import csv
import itertools
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

SIDE = 16  # pixels
LAYERS = ("first", "second", "third")
COLOURS = ("red", "green", "blue")
CORNERS = ((0, 0), (0, 10), (10, 0), (10, 10))  # of patches of 6 × 6 pixels, one bit each
PATCH = 6
DARK, BRIGHT = 60, 200
STRIP = slice(6, 10)  # rows of the coloured strip
NOISE = 6.0
COMBINATIONS = tuple(itertools.product(itertools.product((0, 1), repeat=4), range(len(COLOURS))))

RECIPE = """
name = "planted-probes"
title = "Planted probes"
seed = 1

[network]
model = "tests.planted_probes:network"

[preprocess]
crop = 16
mean = [0.0, 0.0, 0.0]
std = [1.0, 1.0, 1.0]

[images]
source = "folder"
path = "images"

[concepts]
source = "none"

[layers]
select = ["first", "second", "third"]
neurons = "all"

[probes]
dimensions = 16
labels = "answers.csv"

[compute]
device = "cpu"
"""


class Planted(nn.Module):
    """Bits of an image's corners are combined layer by layer; what was combined is not handed on.

    `first` has red, green, blue and four bits; `second` whether the upper two bits differ (the shape), and
    the lower two bits; `third` whether those differ (the class).
    """

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 7, SIDE)
        self.second = nn.Sequential(nn.Conv2d(7, 4, 1), nn.ReLU(), nn.Conv2d(4, 3, 1))
        self.third = nn.Sequential(nn.Conv2d(3, 2, 1), nn.ReLU(), nn.Conv2d(2, 1, 1))
        weights = torch.zeros(7, 3, SIDE, SIDE)
        for channel in range(3):
            weights[channel, channel, STRIP] = 1 / weights[0, 0, STRIP].numel()
        for bit, (row, column) in enumerate(CORNERS):
            weights[3 + bit, :, row : row + PATCH, column : column + PATCH] = 1 / (3 * PATCH**2)
        differ = torch.tensor([[0, 0, 0, 1, -1, 0, 0], [0, 0, 0, -1, 1, 0, 0.0]])
        handed_on = torch.tensor([[0, 0, 0, 0, 0, 1, 0], [0, 0, 0, 0, 0, 0, 1.0]])
        either = torch.tensor([[1, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1.0]])
        with torch.no_grad():
            self.first.weight.copy_(weights)
            for layer, values in (
                (self.second[0], torch.cat([differ, handed_on])),
                (self.second[2], either),
                (self.third[0], torch.tensor([[0, 1, -1], [0, -1, 1.0]])),
                (self.third[2], torch.tensor([[1, 1.0]])),
            ):
                layer.weight.copy_(values[:, :, None, None])
            for part in self.modules():
                if isinstance(part, nn.Conv2d):
                    assert part.bias is not None
                    part.bias.zero_()

    def forward(self, inputs: Tensor) -> Tensor:
        outputs: Tensor = self.third(self.second(self.first(inputs)))
        return outputs


def network() -> nn.Module:
    """Return the network, for the recipe."""
    return Planted()


def write_images(folder: Path, *, images: int = 480, seed: int = 0) -> Path:
    """Write images in folders of their class, the answers beside them, and a recipe; return its path.

    Every combination of bits and colour is equally frequent; a coin has nothing to do with the image.
    """
    random = np.random.default_rng(seed)
    rows = []
    for index in range(images):
        bits, colour = COMBINATIONS[index % len(COMBINATIONS)]
        shape, group = int(bits[0] != bits[1]), ("even", "odd")[int(bits[2] != bits[3])]
        pixels = np.full((SIDE, SIDE, 3), 120.0)
        pixels[STRIP, :, colour] += 80
        for bit, (row, column) in zip(bits, CORNERS, strict=True):
            pixels[row : row + PATCH, column : column + PATCH] = BRIGHT if bit else DARK
        noisy = pixels + random.normal(0, NOISE, pixels.shape)
        name = f"{group}/{index:04}.png"
        (folder / "images" / group).mkdir(parents=True, exist_ok=True)
        Image.fromarray(noisy.round().clip(0, 255).astype(np.uint8)).save(folder / "images" / name)
        rows.append(
            (name, COLOURS[colour], ("round", "square")[shape], ("heads", "tails")[random.integers(2)])
        )
    with (folder / "answers.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("image", "colour", "shape", "coin"), *rows])
    recipe = folder / "planted-probes.toml"
    recipe.write_text(RECIPE, encoding="utf-8")
    return recipe
