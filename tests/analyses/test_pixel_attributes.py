"""Attributes measured from pixels are right on pictures of which they are known."""

from __future__ import annotations

import numpy as np
import pytest

from generator.analyses.pixel_attributes import ATTRIBUTES, attributes

SIDE = 32
GREY = np.full((SIDE, SIDE, 3), 128, np.uint8)


def measured(picture: np.ndarray) -> dict[str, float]:
    values = attributes(picture[None].round().clip(0, 255).astype(np.uint8))[0]
    return dict(zip(ATTRIBUTES, values.tolist(), strict=True))


def grating(angle: float) -> np.ndarray:
    """Return stripes along a direction, in radians from the rows' direction, downwards."""
    rows, columns = np.indices((SIDE, SIDE))
    across = columns * -np.sin(angle) + rows * np.cos(angle)
    return np.repeat((128 + 80 * np.sin(across * 0.7))[:, :, None], 3, axis=2)


@pytest.mark.parametrize(
    ("colour", "degrees"),
    [((200, 0, 0), 0), ((200, 200, 0), 60), ((0, 180, 0), 120), ((0, 0, 250), 240), ((200, 0, 200), 300)],
)
def test_hue_is_the_most_frequent_one(colour: tuple[int, int, int], degrees: float) -> None:
    picture = GREY.copy()
    picture[:20] = colour
    picture[20:24] = (0, 200, 200)
    difference = (np.degrees(measured(picture)["hue"]) - degrees + 180) % 360 - 180
    assert abs(difference) < 1


def test_a_grey_picture_has_neither_hue_nor_edges() -> None:
    found = measured(GREY)
    assert np.isnan(found["hue"])
    assert np.isnan(found["edge direction"])
    assert found["brightness"] == pytest.approx(128 / 255)
    assert found["contrast"] == pytest.approx(0, abs=1e-9)
    assert found["fine texture"] == pytest.approx(-6)


@pytest.mark.parametrize("degrees", [0, 30, 90, 135, 170])
def test_edges_run_along_the_stripes(degrees: float) -> None:
    found = np.degrees(measured(grating(np.radians(degrees)))["edge direction"])
    assert abs((found - degrees + 90) % 180 - 90) < 3


def test_brightness_and_contrast_are_those_of_the_luma() -> None:
    picture = np.zeros((SIDE, SIDE, 3), np.uint8)
    picture[: SIDE // 2] = (0, 255, 0)
    found = measured(picture)
    assert found["brightness"] == pytest.approx(0.587 / 2)
    assert found["contrast"] == pytest.approx(0.587 / 2)


def test_noise_has_more_fine_texture_than_a_slope() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (SIDE, SIDE, 3))
    slope = np.repeat(np.linspace(0, 255, SIDE)[None, :, None], SIDE, axis=0).repeat(3, axis=2)
    assert measured(noise)["fine texture"] > measured(slope)["fine texture"] + 1
