"""Contact sheets: every tile in its place."""

from __future__ import annotations

import numpy as np

from generator.inputs.scenes import draw, draw_factors, draw_pixels
from generator.inputs.scenes.objects import OBJECTS
from generator.inputs.scenes.sheet import contact_sheet, mask_sheet, tiled


def test_tiles_lie_in_rows() -> None:
    tiles = [np.full((10, 10, 3), value, dtype=np.uint8) for value in (10, 20, 30)]
    sheet = np.asarray(tiled(tiles, 2))
    assert sheet.shape == (24, 24, 3)
    assert [sheet[5, 5, 0], sheet[5, 19, 0], sheet[19, 5, 0], sheet[19, 19, 0]] == [10, 20, 30, 255]


def test_every_object_is_on_the_contact_sheet() -> None:
    sheet = np.asarray(contact_sheet(0, 2, 32))
    assert sheet.shape == (len(OBJECTS) // 2 * 36 - 4, 4 * 36 - 4, 3)
    first_cat = next(index for index in range(500) if draw_factors(0, index).object == OBJECTS[0])
    np.testing.assert_array_equal(sheet[:32, :32], draw_pixels(0, first_cat, 32))


def test_masks_show_what_they_mark() -> None:
    sheet, names = mask_sheet(0, 3, 32, 5)
    scene = draw(0, 3, 32)
    assert set(names) == set(scene.masks)
    pixels = np.asarray(sheet)
    np.testing.assert_array_equal(pixels[:32, :32], scene.pixels)
    first = pixels[:32, 36:68]
    mask = scene.masks[names[0]]
    np.testing.assert_array_equal(first[mask], scene.pixels[mask])
    assert (first[~mask] >= 203).all()
