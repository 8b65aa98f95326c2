"""Outlines against a slow reference: every pixel of the region is decided by interpolation alone."""

from __future__ import annotations

import re

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from generator.pages.outlines import FRAME, UNITS, Placement, crop_at, outline, region


def even(height: int, width: int, side: int = 64) -> Placement:
    rows, columns = ((np.arange(n) + 0.5) * side / n for n in (height, width))
    return Placement(rows, columns, side, side / 4)


def slow_region(response: NDArray[np.float64], threshold: float, placement: Placement) -> NDArray[np.bool_]:
    """Decide pixel by pixel, by interpolating along the columns, then along the rows."""
    result = np.zeros((placement.side, placement.side), dtype=bool)
    for y in range(placement.side):
        at_row = [np.interp(y + 0.5, placement.rows, column) for column in response.T]
        for x in range(placement.side):
            result[y, x] = np.interp(x + 0.5, placement.columns, at_row) > threshold
    return result


def painted(path: str, side: int) -> NDArray[np.bool_]:
    """Paint an SVG path of relative rings by the even-odd rule."""
    total = np.zeros((side, side), dtype=bool)
    for ring in path.split("z")[:-1]:
        start, moves = ring.removeprefix("M").split("l")
        steps = np.array(re.findall(r"-?\d+", moves), dtype=int).reshape(-1, 2)
        points = np.cumsum(np.vstack([np.array(start.split(), dtype=int), steps]), axis=0)
        image = Image.new("1", (UNITS, UNITS))
        ImageDraw.Draw(image).polygon([tuple(p) for p in points.tolist()], fill=1)
        scale = UNITS // side
        total ^= np.asarray(image)[scale // 2 :: scale, scale // 2 :: scale]
    return total


@pytest.mark.parametrize("shape", [(4, 4), (7, 7), (16, 12), (2, 2)])
def test_path_and_mask_are_the_region_above_the_threshold(shape: tuple[int, int]) -> None:
    placement = even(*shape)
    response = np.random.default_rng(sum(shape)).uniform(0, 1, shape)
    wanted = slow_region(response, 0.6, placement)
    assert 0 < wanted.sum() < wanted.size
    assert (region(response, 0.6, placement, 64) == wanted * 255).all()
    differing = painted(outline(response, 0.6, placement), 64) != wanted
    assert differing.mean() < 0.06  # noise is the worst case for straight lines within cells


def test_a_region_with_a_hole_keeps_it() -> None:
    response = np.ones((5, 5))
    response[2, 2] = 0
    path = outline(response, 0.5, even(5, 5))
    assert path.count("M") == 2
    inside = painted(path, 64)
    assert not inside[32, 32]
    assert inside[4, 4]


def test_nothing_above_the_threshold_gives_nothing() -> None:
    placement = even(4, 4)
    assert outline(np.zeros((4, 4)), 0.0, placement) == ""
    assert outline(np.ones((4, 4)), np.nan, placement) == ""
    assert region(np.zeros((4, 4)), 0.0, placement, 8).max() == 0


def test_everything_above_the_threshold_gives_the_whole_picture() -> None:
    assert painted(outline(np.ones((3, 3)), 0.5, even(3, 3)), 64)[1:-1, 1:-1].all()
    assert FRAME.startswith("M0 0")


def test_a_crop_has_the_field_s_size_and_stays_inside() -> None:
    placement = even(8, 8)
    corner, middle = crop_at(placement, 0, 7), crop_at(placement, 4, 3)
    assert (corner.left, corner.top, corner.side) == (0.75, 0.0, 0.25)
    assert middle.left == pytest.approx(28 / 64 - 0.125)
    assert middle.top == pytest.approx(36 / 64 - 0.125)
