"""From polygons to a map of what is topmost at every sample, and to shares of every pixel."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from generator.inputs.scenes.shapes import Points

SAMPLES = 4
"""Samples along a pixel's side: 16 samples decide about a pixel."""

_FINER = 2
"""Pillow rounds corners to whole samples and draws edges too: it paints finer, then every second is kept."""

MOST_PIECES = 256
"""An 8-bit map tells so many pieces apart."""


def topmost(outlines: Sequence[Points], side: int) -> Image.Image:
    """Paint pieces over each other, from back to front.

    Args:
        outlines: Of every piece, (vertices, 2) in shares of the canvas's side.
        side: Samples of the canvas along a side.

    Returns:
        An 8-bit grey image: at every sample the number of the topmost piece (0 where none is).
    """
    assert len(outlines) <= MOST_PIECES, f"{len(outlines)} pieces"
    fine = side * _FINER
    canvas = Image.new("L", (fine, fine), 0)
    draw = ImageDraw.Draw(canvas)
    counts = [len(outline) for outline in outlines]
    # Nearest resizing keeps the sample right of the middle: half a fine sample makes up for it.
    flat = np.floor(np.vstack(outlines) * fine + 0.5).ravel().tolist()
    start = 0
    for number, count in enumerate(counts):
        draw.polygon(flat[start : start + 2 * count], fill=number)
        start += 2 * count
    return canvas.resize((side, side), Image.Resampling.NEAREST)


def counted(top: Image.Image, member: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Count in every pixel the samples that belong to each concept.

    Eight concepts are counted at once, as the eight bytes of one number.

    Args:
        top: Map of the topmost piece, `SAMPLES` samples to a pixel's side.
        member: (pieces, concepts), whether a piece belongs to a concept.

    Returns:
        (size, size, concepts) uint8, 0 to `SAMPLES`².
    """
    pieces, concepts = member.shape
    lanes = np.zeros((MOST_PIECES, -(-concepts // 8) * 8), dtype=np.uint8)
    lanes[:pieces, :concepts] = member
    samples = np.asarray(top).astype(np.intp)
    size = len(samples) // SAMPLES
    counts = np.empty((size, size, lanes.shape[1]), dtype=np.uint8)
    for start in range(0, lanes.shape[1], 8):
        word = np.ascontiguousarray(lanes[:, start : start + 8]).view(np.uint64)[:, 0]
        values = word.take(samples)
        rows = sum(values[step::SAMPLES] for step in range(1, SAMPLES)) + values[::SAMPLES]
        cells = sum(rows[:, step::SAMPLES] for step in range(1, SAMPLES)) + rows[:, ::SAMPLES]
        counts[:, :, start : start + 8] = np.ascontiguousarray(cells).view(np.uint8).reshape(size, size, 8)
    return counts[:, :, :concepts]
