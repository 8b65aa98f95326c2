"""Picture files: they open, have the right size, and filters keep their sign."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import numpy as np
from PIL import Image

from generator.pages.images import GAP, MARGIN, THUMBNAIL, TILE, figure, filter_address, thumbnail, webp

PICTURE = np.random.default_rng(0).integers(0, 255, (224, 224, 3)).astype(np.uint8)


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content)).convert("RGB")


def test_picture_and_thumbnail() -> None:
    smooth = np.full((64, 64, 3), (200, 40, 90), dtype=np.uint8)
    assert np.abs(np.asarray(opened(webp(smooth)), dtype=int) - smooth).max() < 8
    assert opened(thumbnail(PICTURE)).size == (THUMBNAIL, THUMBNAIL)
    assert opened(thumbnail(smooth)).size == (64, 64)


def test_a_filter_shows_zero_as_grey_and_signs_apart() -> None:
    weights = np.zeros((3, 2, 2))
    weights[0, 0, 0], weights[1, 1, 1] = 2.0, -2.0
    content = base64.b64decode(filter_address(weights).removeprefix("data:image/png;base64,"))
    pixels = np.asarray(opened(content))
    assert pixels[0, 0].tolist() == [255, 128, 128]
    assert pixels[1, 1].tolist() == [128, 0, 128]
    assert filter_address(np.zeros((1, 2, 2))).startswith("data:")


def test_a_figure_dims_what_is_outside_the_region(tmp_path: Path) -> None:
    path = tmp_path / "a.webp"
    Image.new("RGB", (64, 64), "#ffffff").save(path, lossless=True)
    mask = np.zeros((8, 8), dtype=np.uint8)
    mask[:, :4] = 255
    found = opened(figure([(path, mask), (path, None)], None, "title", ["line"]))
    left, right = (found.getpixel((MARGIN + x, MARGIN + TILE // 2)) for x in (10, TILE - 10))
    second = found.getpixel((MARGIN + TILE + GAP + TILE - 10, MARGIN + TILE // 2))
    assert min(left) > 245
    assert max(right) < 140
    assert min(second) > 245
    wide = opened(figure([(path, None)], PICTURE, "title", []))
    assert wide.width > 1.8 * found.width - 2 * MARGIN
