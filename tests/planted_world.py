"""A small world of pictures with pixel-exact concept masks and independent factors, for tests of analyses."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

SIDE = 32  # pixels
CATEGORIES: dict[str, tuple[str, ...]] = {
    "colour": ("red", "green", "blue", "yellow", "purple"),
    "texture": ("plain", "horizontal", "vertical", "checks"),
    "shape": ("square", "disc", "bar"),
    "size": ("small", "large"),
}
"""Concepts by category; a concept's number in masks and factors is its place here, from 1 on."""

SIZE_SHARES = (3, 1)  # small shapes to large ones
BLOCK = 5 * 4 * 3 * sum(SIZE_SHARES)  # pictures in which every combination of concepts is equally frequent
CENTRES = (8, 24)  # rows and columns [first, last) of a shape's centre, whatever the shape
EXTENTS = {  # half height and half width in pixels: a side is 2 × half + 1; a disc has that radius squared
    ("square", "small"): (2, 2),
    ("square", "large"): (3, 3),
    ("bar", "small"): (1, 4),
    ("bar", "large"): (2, 5),
}
DISC_RADII = {"small": 2.5, "large": 4.0}  # pixels
TONES = {"light": 127.0, "plain": 97.0, "dark": 67.0}
"""Mean of red, green and blue (0 to 255), equal for all colours: textures differ in brightness alone."""

BACKGROUND = (82.0, 112.0)  # grey values that pictures' backgrounds are drawn from
NOISE = 4.0  # standard deviation of pixel noise, of 0 to 255
STRENGTH = 100.0  # by which a primary colour's channel exceeds the sum of the others, of 0 to 255
WEAK_SHARE = 0.32  # of the tone, in the weak channel of a mixed colour

RECIPE = """
name = "planted"
title = "Planted truth"
seed = {seed}

[network]
model = "tests.planted_neurons:network"

[preprocess]
resize = 32
crop = 32
mean = [0.0, 0.0, 0.0]
std = [1.0, 1.0, 1.0]

[images]
source = "folder"
path = "world/images"

[concepts]
source = "folder"
path = "world"

[layers]
select = ["colours", "textures", "objects", "whole"]
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
steps = 8
batch = 8
seeds = 1
negative = false
plain = false

[probes]
enabled = false

[attribution]
enabled = false

[explorer]
enabled = false

[compute]
device = "cpu"
shard = 100
batch_size = 40
"""


@dataclass(frozen=True)
class World:
    """Pictures and all that is true of them; n pictures.

    Attributes:
        names: Paths of the pictures below `images/`, `SHAPE/NUMBER.png`.
        pixels: (n, 32, 32, 3) uint8, RGB.
        masks: By category (n, 32, 32) uint8: the concept's number on the shape, 0 elsewhere.
        factors: By category (n,) uint8: the concept's number.
        centres: (n, 2) int64, row and column of the shape's centre.
    """

    names: tuple[str, ...]
    pixels: NDArray[np.uint8]
    masks: Mapping[str, NDArray[np.uint8]]
    factors: Mapping[str, NDArray[np.uint8]]
    centres: NDArray[np.int64]

    def mask(self, category: str, *names: str) -> NDArray[np.bool_]:
        """Return where any of a category's concepts is, (n, 32, 32)."""
        return np.isin(self.masks[category], _numbers(category, names))

    def present(self, category: str, *names: str) -> NDArray[np.bool_]:
        """Return which pictures have any of a category's concepts, (n,)."""
        return np.isin(self.factors[category], _numbers(category, names))


def make_world(images: int = BLOCK, seed: int = 0) -> World:
    """Draw pictures; in every block of 240 all factors are exactly independent of each other.

    Position, brightness and a bar's direction are drawn for each picture alone. The first pictures
    of a larger world are those of a smaller one with the same seed.

    Args:
        images: How many.
        seed: Of everything that is drawn.
    """
    random = np.random.default_rng(seed)
    sizes = [size for size, share in zip(CATEGORIES["size"], SIZE_SHARES, strict=True) for _ in range(share)]
    combinations = list(
        itertools.product(CATEGORIES["colour"], CATEGORIES["texture"], CATEGORIES["shape"], sizes)
    )
    blocks = -(-images // BLOCK)
    order = np.concatenate([random.permutation(BLOCK) for _ in range(blocks)])[:images]
    chosen = [dict(zip(CATEGORIES, combinations[place], strict=True)) for place in order]
    centres = np.empty((images, 2), np.int64)
    pixels = np.empty((images, SIDE, SIDE, 3), np.uint8)
    regions = np.empty((images, SIDE, SIDE), np.bool_)
    for index, concepts in enumerate(chosen):
        drawing = np.random.default_rng([seed, index])
        centres[index] = drawing.integers(*CENTRES, size=2)
        regions[index] = _region(concepts["shape"], concepts["size"], centres[index], drawing)
        pixels[index] = _paint(regions[index], concepts["colour"], concepts["texture"], drawing)
    factors = {
        category: np.array([_number(category, concepts[category]) for concepts in chosen], np.uint8)
        for category in CATEGORIES
    }
    masks = {category: regions * numbers[:, None, None] for category, numbers in factors.items()}
    names = tuple(f"{concepts['shape']}/{index:04}.png" for index, concepts in enumerate(chosen))
    return World(names, pixels, masks, factors, centres)


def write_world(folder: Path, *, images: int = BLOCK, seed: int = 0) -> Path:
    """Write a concept folder `world` and a recipe below `folder`; return the recipe's path.

    The seed is the recipe's too.
    """
    world = make_world(images, seed)
    for index, name in enumerate(world.names):
        _write(folder / "world" / "images" / name, world.pixels[index])
        for category, masks in world.masks.items():
            _write(folder / "world" / "masks" / category / name, masks[index])
    for category, concepts in CATEGORIES.items():
        lines = [f"{number}\t{concept}\n" for number, concept in enumerate(concepts, start=1)]
        listing = folder / "world" / "masks" / f"{category}.txt"
        listing.write_text("".join(lines), encoding="utf-8")
    recipe = folder / "planted.toml"
    recipe.write_text(RECIPE.format(seed=seed), encoding="utf-8")
    return recipe


def _number(category: str, name: str) -> int:
    return CATEGORIES[category].index(name) + 1


def _numbers(category: str, names: tuple[str, ...]) -> list[int]:
    return [_number(category, name) for name in names]


def _region(
    shape: str, size: str, centre: NDArray[np.int64], drawing: np.random.Generator
) -> NDArray[np.bool_]:
    """Return the pixels of a shape, (32, 32); a bar lies or stands."""
    down, across = np.abs(np.indices((SIDE, SIDE)) - centre[:, None, None])
    if shape == "disc":
        return np.asarray(down**2 + across**2 <= DISC_RADII[size] ** 2)
    height, width = EXTENTS[shape, size]
    if drawing.random() < 0.5:
        height, width = width, height
    return np.asarray((down <= height) & (across <= width))


def _paint(
    region: NDArray[np.bool_], colour: str, texture: str, drawing: np.random.Generator
) -> NDArray[np.uint8]:
    """Return a picture (32, 32, 3) of a region filled with a colour in a texture, on grey."""
    rows, columns = np.indices((SIDE, SIDE)) + drawing.integers(2)
    light = {"horizontal": rows % 2, "vertical": columns % 2, "checks": (rows + columns) % 2}
    if texture == "plain":
        tones = np.full((SIDE, SIDE), TONES["plain"])
    else:
        tones = np.where(light[texture], TONES["light"], TONES["dark"])
    values = np.full((SIDE, SIDE, 3), drawing.uniform(*BACKGROUND))
    values[region] = _rgb(colour, tones)[region]
    noisy = values + drawing.normal(0.0, NOISE, values.shape)
    return noisy.round().clip(0, 255).astype(np.uint8)


def _rgb(colour: str, tones: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a colour's red, green and blue, whose mean is the tone: (..., 3), 0 to 255."""
    if colour in ("yellow", "purple"):
        weak, weak_channel = tones * WEAK_SHARE, {"yellow": 2, "purple": 1}[colour]
        channels = [(3 * tones - weak) / 2] * 3
        channels[weak_channel] = weak
    else:
        channels = [(3 * tones - STRENGTH) / 4] * 3
        channels[("red", "green", "blue").index(colour)] = (3 * tones + STRENGTH) / 2
    return np.stack(channels, axis=-1)


def _write(path: Path, values: NDArray[np.uint8]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(values).save(path)
