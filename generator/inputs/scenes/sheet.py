"""Contact sheets: many scenes on one picture, with or without their masks."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count, islice

import numpy as np
from PIL import Image

from generator.inputs.scenes.factors import draw_factors
from generator.inputs.scenes.objects import OBJECTS
from generator.inputs.scenes.scene import draw, draw_pixels
from generator.records import Bytes8

_GAP = 4
"""White pixels between scenes."""
_VEIL = 0.8
"""Share of white over everything outside a mask."""


def contact_sheet(seed: int, each: int, size: int) -> Image.Image:
    """Return the first scenes of every object: a row of `each` scenes for every two objects.

    Args:
        seed: Of the set of scenes.
        each: Scenes of each object.
        size: Side of a scene in pixels.
    """
    tiles = []
    for kind in OBJECTS:
        shown = (index for index in count() if draw_factors(seed, index).object == kind)
        tiles += [draw_pixels(seed, index, size) for index in islice(shown, each)]
    return tiled(tiles, 2 * each)


def mask_sheet(seed: int, index: int, size: int, columns: int) -> tuple[Image.Image, tuple[str, ...]]:
    """Return a scene, then each of its masks on it, and the masks' names in the order shown.

    Args:
        seed: Of the set of scenes.
        index: Of the scene.
        size: Side of a scene in pixels.
        columns: Pictures in a row.
    """
    scene = draw(seed, index, size)
    names = tuple(sorted(scene.masks))
    pale = (scene.pixels * (1 - _VEIL) + 255 * _VEIL).astype(np.uint8)
    tiles = [np.where(scene.masks[name][..., None], scene.pixels, pale) for name in names]
    return tiled([scene.pixels, *tiles], columns), names


def tiled(tiles: Sequence[Bytes8], columns: int) -> Image.Image:
    """Return pictures of one size, (size, size, 3), in rows on white."""
    size = len(tiles[0])
    step = size + _GAP
    rows = -(-len(tiles) // columns)
    sheet = np.full((rows * step - _GAP, columns * step - _GAP, 3), 255, dtype=np.uint8)
    for number, tile in enumerate(tiles):
        top, left = number // columns * step, number % columns * step
        sheet[top : top + size, left : left + size] = tile
    return Image.fromarray(sheet)
