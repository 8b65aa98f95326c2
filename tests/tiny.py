"""A tiny world for tests of the whole way: a network of the user's own, a folder of pictures, a recipe."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn

SIDE = 16  # pixels
CLASSES = ("blue", "green", "red")
PER_CLASS = 8

RECIPE = """
name = "tiny"
title = "Tiny <network> & friends"

[network]
model = "tests.tiny:network"

[preprocess]
resize = 16
crop = 16
mean = [0.5, 0.5, 0.5]
std = [0.5, 0.5, 0.5]

[images]
source = "folder"
path = "pictures"

[concepts]
source = "none"

[layers]
select = ["auto"]
neurons = 3

[statistics]
bootstrap = 20

[exemplars]
top = 3
bottom = 2
strata = 2
per_stratum = 1
random = 2

[visualization]
steps = 8
batch = 2

[explorer]
enabled = false

[compute]
device = "cpu"
shard = 7
batch_size = 5
"""


class Block(nn.Module):
    """A convolution and a rectifier, as one block."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(inputs, outputs, 3, padding=1, stride=2)
        self.rectifier = nn.ReLU(inplace=True)

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        outputs: torch.Tensor = self.rectifier(self.convolution(inputs))
        return outputs


def network() -> nn.Module:
    """Return a small seeded network of three blocks and a head for three classes."""
    with torch.random.fork_rng():
        torch.manual_seed(3)
        blocks = nn.Sequential(Block(3, 4), Block(4, 6), Block(6, 5))
        return nn.Sequential(blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(5, len(CLASSES)))


def write_world(folder: Path, *, seed: int = 0) -> Path:
    """Write pictures and a recipe below `folder`; return the recipe's path."""
    rng = np.random.default_rng(seed)
    for channel, name in enumerate(reversed(CLASSES)):
        (folder / "pictures" / name).mkdir(parents=True, exist_ok=True)
        for index in range(PER_CLASS):
            pixels = rng.integers(0, 120, (SIDE, SIDE, 3), dtype=np.uint8)
            pixels[..., channel] += 120
            Image.fromarray(pixels).save(folder / "pictures" / name / f"{index:02}.png")
    recipe = folder / "tiny.toml"
    recipe.write_text(RECIPE, encoding="utf-8")
    return recipe
