"""Overlays of response maps against direct computation, also over pictures that are not square."""

from __future__ import annotations

import io
from base64 import b64decode

import numpy as np
import pytest
from PIL import Image

from generator.inputs.preprocess import Preprocess
from generator.pages.outlines import Placement, region
from generator.pages.overlays import (
    Scale,
    bar_address,
    coloured,
    overlay,
    overlay_address,
    resampled,
    scale_of,
)

SIDE = 32


def placement(cells: int = 8, first: float = 2.0, step: float = 4.0) -> Placement:
    centres = first + step * np.arange(cells)
    return Placement(centres, centres, SIDE, 11.0)


def direct(response: np.ndarray, where: Placement, x: float, y: float) -> float:
    """Interpolate at one point of the input, as a formula says it."""
    found = 0.0
    for row, centre_y in enumerate(where.rows):
        for column, centre_x in enumerate(where.columns):
            near_y = max(0.0, 1 - abs(np.clip(y, where.rows[0], where.rows[-1]) - centre_y) / 4)
            near_x = max(0.0, 1 - abs(np.clip(x, where.columns[0], where.columns[-1]) - centre_x) / 4)
            found += near_y * near_x * response[row, column]
    return float(found)


@pytest.mark.parametrize(("first", "cells"), [(2.0, 8), (0.5, 8), (5.0, 6)])  # the last: cut-off cells
def test_resampled_is_the_direct_computation_at_every_pixel(first: float, cells: int) -> None:
    response = np.random.default_rng(0).normal(size=(cells, cells))
    where = placement(cells, first)
    found = resampled(response, where, SIDE, SIDE)
    expected = [[direct(response, where, x + 0.5, y + 0.5) for x in range(SIDE)] for y in range(SIDE)]
    np.testing.assert_allclose(found, expected, atol=1e-9)


@pytest.mark.parametrize("size", [(96, 64), (50, 133), (64, 64), (200, 71)])
@pytest.mark.parametrize(("resize", "crop"), [(32, 32), (40, 32)])
def test_a_spot_on_an_image_of_any_shape_is_overlaid_where_the_picture_shows_it(
    size: tuple[int, int], resize: int, crop: int
) -> None:
    """Pages show what the network saw; a spot's place there follows from resizing and cropping alone."""
    width, height = size
    look = Preprocess(resize, crop, "bilinear", (0.0,) * 3, (1.0,) * 3)
    unit = min(size) / resize  # a pixel of the network's input, in pixels of the image
    rows, columns = np.mgrid[:height, :width]
    cells = np.arange(crop // 2) * 2 + 1.0  # each of a layer's cells sees two by two pixels
    for right, down in ((-6, 4), (9, 0)):
        x, y = width / 2 + right * unit, height / 2 + down * unit
        bump = np.exp(-((columns + 0.5 - x) ** 2 + (rows + 0.5 - y) ** 2) / (2 * (3 * unit) ** 2))
        pixels = np.rint(255 * bump).astype(np.uint8)
        view = look.view(Image.fromarray(np.stack([pixels] * 3, axis=2)))[:, :, 0].astype(float)
        response = view.reshape(crop // 2, 2, crop // 2, 2).mean(axis=(1, 3))
        found = resampled(response, Placement(cells, cells, crop, 2.0), crop, crop)
        middle = (np.arange(crop) + 0.5) / found.sum()
        assert abs((found.sum(axis=0) * middle).sum() - (crop / 2 + right)) < 1
        assert abs((found.sum(axis=1) * middle).sum() - (crop / 2 + down)) < 1


def test_what_is_not_known_is_clear() -> None:
    values = np.ones((4, 4))
    values[:, :2] = np.nan
    pixels = coloured(values, Scale(0, 1))
    assert (pixels[:, :2, 3] == 0).all()
    assert (pixels[:, 2:, 3] > 200).all()


def test_the_outlined_region_is_where_the_overlay_exceeds() -> None:
    response = np.random.default_rng(1).normal(size=(8, 8))
    found = resampled(response, placement(), SIDE, SIDE) > 0.4
    np.testing.assert_array_equal(region(response, 0.4, placement(), SIDE) > 0, found)


def test_opacity_and_lightness_rise_with_the_value() -> None:
    pixels = coloured(np.linspace(0, 1, 256)[None], Scale(0, 1))[0].astype(float)
    lightness = pixels[:, :3] @ [0.2126, 0.7152, 0.0722]
    assert pixels[0, 3] == 0
    assert (np.diff(pixels[:, 3]) >= 0).all()
    assert np.corrcoef(lightness, np.arange(256))[0, 1] > 0.97


def test_signed_scales_are_clear_at_zero_and_opaque_at_both_ends() -> None:
    scale = scale_of(np.array([[-2.0, 1.0, np.nan]]), signed=True)
    assert scale == Scale(-2.0, 2.0)
    pixels = coloured(np.array([[-2.0, 0.0, 2.0, np.nan]]), scale)[0]
    assert pixels[:, 3].tolist() == [217, 0, 217, 0]
    assert pixels[0, 2] > pixels[0, 0]
    assert pixels[2, 0] > pixels[2, 2]


def test_a_map_without_anything_above_zero_is_clear() -> None:
    for response in (np.zeros((8, 8)), np.full((8, 8), -1.0), np.full((8, 8), np.nan)):
        scale = scale_of(response, signed=False)
        assert (overlay(response, placement(), scale, 16)[..., 3] == 0).all()


def test_addresses_hold_pictures() -> None:
    address = overlay_address(np.eye(8), placement(), Scale(0, 1), 40)
    image = Image.open(io.BytesIO(b64decode(address.partition(",")[2])))
    assert (image.size, image.mode) == ((40, 40), "RGBA")
    assert bar_address(signed=True) != bar_address(signed=False)
