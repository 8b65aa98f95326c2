"""Encodes arrays as picture files and data addresses, and draws a neuron's figure for slides and papers."""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from generator.records import Bytes8, Floats

# WebP quality: artefacts stay invisible at 2 × zoom, files at about a tenth of PNG.
QUALITY = 86
THUMBNAIL_QUALITY = 74

# Side of thumbnails in walls and tables, pixels: twice the size shown, for dense screens.
THUMBNAIL = 112

# The figure, pixels: tiles of 3 × 3 exemplars, gaps, margins, caption lines.
TILE, GAP, MARGIN, LINE = 144, 6, 28, 26
BACKGROUND, INK, MUTED = "#ffffff", "#1b2329", "#5b6770"

# Levels of a figure's images outside the outlined region, for all channels.
DIMMED = [int(level * 0.45) for level in range(256)] * 3
FIGURE_QUALITY = 90


def pixels_sha256(pixels: Bytes8) -> str:
    """Return the hash of a picture's pixels, which names its file."""
    return hashlib.sha256(np.ascontiguousarray(pixels).tobytes()).hexdigest()


def webp(pixels: Bytes8, quality: int = QUALITY) -> bytes:
    """Return a picture (height, width, 3 of RGB or 4 of RGBA) as a WebP file."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "WEBP", quality=quality, method=2)
    return buffer.getvalue()


def thumbnail(pixels: Bytes8) -> bytes:
    """Return the small version of a picture (height, width, 3 of RGB or 4 of RGBA) as a WebP file."""
    image = Image.fromarray(pixels)
    image.thumbnail((THUMBNAIL, THUMBNAIL), Image.Resampling.BOX, reducing_gap=2)
    return webp(np.asarray(image), THUMBNAIL_QUALITY)


def filter_address(weights: Floats) -> str:
    """Return a filter's weights as a PNG in a data address.

    Zero is middle grey and the largest absolute weight full range, so signs can be told apart.

    Args:
        weights: (channels, height, width), 3 channels (drawn as RGB) or 1 (drawn as grey).
    """
    largest = float(np.abs(weights).max()) or 1.0
    levels = np.rint(127.5 + 127.5 * weights / largest).astype(np.uint8)
    picture = levels.transpose(1, 2, 0) if len(levels) == 3 else levels[0]
    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(picture)).save(buffer, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


@lru_cache(maxsize=512)
def _tile(path: Path) -> Image.Image:
    with Image.open(path) as image:
        image.draft("RGB", (TILE, TILE))
        return image.convert("RGB").resize((TILE, TILE), Image.Resampling.BILINEAR)


@lru_cache(maxsize=4)
def _font(size: int) -> ImageFont.ImageFont | ImageFont.FreeTypeFont:
    return ImageFont.load_default(size)


def figure(
    tiles: Sequence[tuple[Path, Bytes8 | None]],
    visualization: Bytes8 | None,
    title: str,
    lines: Sequence[str],
) -> bytes:
    """Draw strongest images beside the feature visualization over a caption, as a JPEG file.

    JPEG, because a PNG of photographs is ten times the size and LaTeX reads both.

    Args:
        tiles: Up to nine picture files, each with the mask of its outlined region (uint8, any
            size, 255 inside) or None.
        visualization: Picture (height, width, 3 of RGB or 4 of RGBA), or None when there is none.
        title: First line of the caption.
        lines: Further lines.
    """
    block = 3 * TILE + 2 * GAP
    wide = 2 * MARGIN + block + (block + 2 * GAP if visualization is not None else 0)
    canvas = Image.new("RGB", (wide, 2 * MARGIN + block + LINE * (len(lines) + 1) + 2 * GAP), BACKGROUND)
    for at, (path, mask) in enumerate(tiles[:9]):
        x, y = at % 3, at // 3
        canvas.paste(_masked(_tile(path), mask), (MARGIN + x * (TILE + GAP), MARGIN + y * (TILE + GAP)))
    if visualization is not None:
        picture = Image.fromarray(visualization).resize((block, block), Image.Resampling.BILINEAR)
        canvas.paste(picture, (MARGIN + block + 2 * GAP, MARGIN), picture if picture.mode == "RGBA" else None)
    _caption(canvas, MARGIN + block + 2 * GAP, title, lines)
    buffer = io.BytesIO()
    canvas.save(buffer, "JPEG", quality=FIGURE_QUALITY, subsampling=0)
    return buffer.getvalue()


def _masked(tile: Image.Image, mask: Bytes8 | None) -> Image.Image:
    if mask is None:
        return tile
    region = Image.fromarray(mask, "L").resize(tile.size, Image.Resampling.BILINEAR)
    return Image.composite(tile, tile.point(DIMMED), region)


def _caption(canvas: Image.Image, top: int, title: str, lines: Sequence[str]) -> None:
    draw = ImageDraw.Draw(canvas)
    draw.text((MARGIN, top), title, fill=INK, font=_font(20))
    for number, line in enumerate(lines, start=1):
        draw.text((MARGIN, top + GAP + number * LINE), line, fill=MUTED, font=_font(15))
