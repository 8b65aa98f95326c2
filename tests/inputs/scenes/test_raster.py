"""Sampling: what is topmost, and how samples are counted, against plain loops."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from generator.inputs.scenes.raster import SAMPLES, counted, topmost
from generator.inputs.scenes.shapes import area, box, ellipse


@pytest.mark.parametrize("concepts", [1, 7, 8, 9, 30])
def test_counts_against_loops(concepts: int) -> None:
    random = np.random.default_rng(concepts)
    size, pieces = 6, 40
    samples = random.integers(0, pieces, (size * SAMPLES, size * SAMPLES)).astype(np.uint8)
    member = random.random((pieces, concepts)) < 0.4
    counts = counted(Image.fromarray(samples), member)
    assert counts.shape == (size, size, concepts)
    for row in range(size):
        for column in range(size):
            block = samples[row * SAMPLES :, column * SAMPLES :][:SAMPLES, :SAMPLES]
            for concept in range(concepts):
                assert counts[row, column, concept] == sum(member[piece, concept] for piece in block.flat)


def test_all_samples_of_a_pixel_fit() -> None:
    counts = counted(Image.new("L", (8, 8), 3), np.ones((4, 9), dtype=bool))
    assert (counts == SAMPLES**2).all()


def test_later_pieces_lie_on_top() -> None:
    side = 40
    top = np.asarray(topmost([box(0, 0, 1, 1), box(0.25, 0.25, 0.75, 0.75), box(0.5, 0, 1, 1)], side))
    assert (top[:, 21:] == 2).all()
    assert (top[12:28, 12:19] == 1).all()
    assert (top[:8] != 1).all()


def test_areas_are_unbiased_to_a_twentieth_of_a_pixel() -> None:
    random = np.random.default_rng(0)
    side = 256
    surplus = []
    for _ in range(50):
        disc = ellipse(0.5, 0.5, 0.05, 0.2, random.random() * 180) + random.random(2) / 50
        painted = (np.asarray(topmost([box(0, 0, 1, 1), disc], side)) == 1).sum()
        length = np.linalg.norm(np.roll(disc, -1, axis=0) - disc, axis=1).sum() * side
        surplus.append((painted - area(disc) * side**2) / length / SAMPLES)
    assert abs(np.mean(surplus)) < 0.05
