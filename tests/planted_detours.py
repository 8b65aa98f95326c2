"""A network with honest neurons and such that pictures reach on another way than images do."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, nn

SIDE = 16  # pixels
PATCH = 8  # pixels a side: a picture has four patches
PICTURES = 240
HUES = 12  # channels of the first layer, each for one hue of a colour circle
HONEST = tuple(range(HUES))
DETOUR = (12, 13, 14)  # hues 0, 4, 8 in images; the opposite hue in colours that images never have
DEAD = 15
STRONGEST_IMAGE = 0.25  # saturation, from 0 to 1, that no image exceeds
DETOUR_FROM = 0.3
DETOUR_GAIN = 8.0

RECIPE = """
name = "detours"
title = "Detours"
seed = {seed}

[network]
model = "tests.planted_detours:network"

[preprocess]
resize = 16
crop = 16
mean = [0.0, 0.0, 0.0]
std = [1.0, 1.0, 1.0]

[images]
source = "folder"
path = "images"

[concepts]
source = "none"

[layers]
select = ["hues", "units"]
neurons = "all"

[statistics]
bootstrap = 20

[exemplars]
top = 3
bottom = 2
strata = 2
per_stratum = 1
random = 2

[visualization]
steps = 40
batch = 16
negative = false
plain = false

[compute]
device = "cpu"
"""


def network() -> nn.Module:
    """Return the network, for recipes that name `tests.planted_detours:network`; inputs are 0 to 1."""
    return Detours().eval()


class Detours(nn.Module):
    """Hues, then units: a hue with its neighbours, or a hue in images and another one in pictures."""

    def __init__(self) -> None:
        super().__init__()
        self.hues = nn.Sequential(nn.Conv2d(3, HUES, 1), nn.ReLU())
        self.strong = nn.Conv2d(HUES, HUES, 1)
        self.mix = nn.Conv2d(2 * HUES, HUES + len(DETOUR) + 1, 1)
        self.units = nn.ReLU()
        with torch.no_grad():
            self._wire()

    def forward(self, pixels: Tensor) -> Tensor:
        hues = self.hues(pixels)
        strong = torch.relu(self.strong(hues))
        outputs: Tensor = self.units(self.mix(torch.cat([hues, strong], dim=1))).mean(dim=(2, 3))
        return outputs

    def _wire(self) -> None:
        hues, strong = self.hues[0], self.strong
        assert isinstance(hues, nn.Conv2d)
        hues.weight.copy_(torch.from_numpy(directions()).float()[:, :, None, None])
        strong.weight.copy_(torch.eye(HUES)[:, :, None, None])
        weights = torch.zeros(HUES + len(DETOUR) + 1, 2 * HUES)
        for hue in range(HUES):
            for away, weight in ((-1, 0.5), (0, 1.0), (1, 0.5)):
                weights[hue, (hue + away) % HUES] = weight
        for unit, hue in zip(DETOUR, (0, 4, 8), strict=True):
            weights[unit, hue] = 1.0
            for away in (-1, 0, 1):
                weights[unit, HUES + (hue + away) % HUES] = -DETOUR_GAIN
                weights[unit, HUES + (hue + HUES // 2 + away) % HUES] = DETOUR_GAIN
        self.mix.weight.copy_(weights[:, :, None, None])
        for layer, bias in ((hues, 0.0), (strong, -DETOUR_FROM), (self.mix, 0.0)):
            assert layer.bias is not None
            layer.bias.fill_(bias)
        assert self.mix.bias is not None
        self.mix.bias[DEAD] = -1.0


def directions() -> NDArray[np.float64]:
    """Return the hues (hues, 3), directions in RGB of length 1 that all greys are orthogonal to."""
    angle = 2 * math.pi * np.arange(HUES) / HUES
    across = np.array([2.0, -1.0, -1.0]) / math.sqrt(6)
    along = np.array([0.0, 1.0, -1.0]) / math.sqrt(2)
    return np.asarray(np.cos(angle)[:, None] * across + np.sin(angle)[:, None] * along)


def write_pictures(folder: Path, seed: int = 0) -> Path:
    """Write pictures of four patches of pale colours, and a recipe; return the recipe's path."""
    random = np.random.default_rng(seed)
    images = folder / "images" / "patches"
    images.mkdir(parents=True)
    for index in range(PICTURES):
        patches = _patches(random).repeat(PATCH, axis=0).repeat(PATCH, axis=1)
        Image.fromarray((patches * 255).round().astype(np.uint8)).save(images / f"{index:03}.png")
    recipe = folder / "detours.toml"
    recipe.write_text(RECIPE.format(seed=seed), encoding="utf-8")
    return recipe


def _patches(random: np.random.Generator) -> NDArray[np.float64]:
    """Return colours (2, 2, 3): one hue of a picture in different saturations, around different greys."""
    hue = directions()[random.integers(HUES)]
    saturation = random.uniform(0, STRONGEST_IMAGE, (2, 2, 1))
    return np.asarray(random.uniform(0.3, 0.7, (2, 2, 1)) + saturation * hue)
