"""Speed of drawing scenes, against decoding and resizing a photograph-sized JPEG."""

from __future__ import annotations

import io
import time

import numpy as np
import pytest
from PIL import Image

from generator.inputs.scenes import draw, draw_pixels

pytestmark = pytest.mark.benchmark

COUNT = 300
WANTED = 150
"""Scenes of 64 pixels a second on one core."""


def jpeg() -> bytes:
    """A photograph's worth of detail, 500 × 375 pixels."""
    random = np.random.default_rng(0)
    coarse = Image.fromarray(random.integers(0, 256, (75, 100, 3), dtype=np.uint8))
    file = io.BytesIO()
    coarse.resize((500, 375), Image.Resampling.BICUBIC).save(file, "JPEG", quality=90)
    return file.getvalue()


def test_scenes_a_second_on_one_core() -> None:
    photograph = jpeg()
    for index in range(50):
        draw(1, index, 64)
    start = time.process_time()
    for index in range(COUNT):
        draw(0, index, 64)
    masked = COUNT / (time.process_time() - start)
    start = time.process_time()
    for index in range(COUNT):
        draw_pixels(0, index, 64)
    plain = COUNT / (time.process_time() - start)
    start = time.process_time()
    for _ in range(COUNT):
        Image.open(io.BytesIO(photograph)).convert("RGB").resize((64, 64), Image.Resampling.BILINEAR)
    decoded = COUNT / (time.process_time() - start)
    print(
        f"scenes of 64 pixels, a second of one core: {masked:.0f} with masks, {plain:.0f} pixels alone; "
        f"JPEG of 500 x 375 decoded and resized: {decoded:.0f}"
    )
    assert masked >= WANTED
    assert plain >= masked
