"""Lays response maps over pictures as transparent colours, with the colour bar that they are read by."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from matplotlib import colormaps

from generator.geometry import interpolation
from generator.pages.images import webp
from generator.pages.outlines import Placement
from generator.records import Bytes8, Floats

PALETTE, SIGNED_PALETTE = "inferno", "berlin"
"""Perceptually uniform; the signed one is Crameri 2018's, whose dark middle is where overlays are clear."""

OPACITY = 0.85
"""Of the strongest value; opacity falls to nothing at the weakest (at zero on signed scales)."""

QUALITY = 80  # WebP, of overlays: smooth, so that artefacts stay invisible
BAR = 128  # steps of a colour bar


@dataclass(frozen=True)
class Scale:
    """The values between which an overlay is coloured: from `low`, clear, to `high`.

    A signed scale has zero in its middle: `low` is minus `high`, and both ends are opaque.
    """

    low: float
    high: float

    @property
    def signed(self) -> bool:
        """Whether zero lies in the middle."""
        return self.low < 0 and self.low == -self.high

    def shares(self, values: Floats) -> Floats:
        """Return values as shares of the scale, 0 to 1; NaN stays NaN."""
        if self.high <= self.low:
            return np.where(np.isnan(values), np.nan, 0.0)
        shares: Floats = np.clip((values - self.low) / (self.high - self.low), 0, 1)
        return shares


def scale_of(values: Floats, *, signed: bool) -> Scale:
    """Return the scale that holds all finite values; a one-signed one begins at zero."""
    finite = values[np.isfinite(values)]
    if signed:
        reach = float(np.abs(finite).max()) if finite.size else 0.0
        return Scale(-reach, reach)
    return Scale(0.0, max(0.0, float(finite.max()))) if finite.size else Scale(0.0, 0.0)


def clipped_scale(values: Floats, level: float) -> Scale:
    """Return the signed scale that holds a share of all finite values; those beyond are coloured as its ends.

    Args:
        values: Of any shape.
        level: The share, 0 to 1; where it is 0 on both sides, the scale holds all values.
    """
    finite = np.abs(values[np.isfinite(values)])
    reach = float(np.quantile(finite, level)) if finite.size else 0.0
    return Scale(-reach, reach) if reach > 0 else scale_of(values, signed=True)


def resampled(response: Floats, placement: Placement, height: int, width: int) -> Floats:
    """Return a response map on the network's view, (height, width) float64.

    Interpolated bilinearly between the cells' centres; beyond the outermost ones these go on unchanged.

    Args:
        response: (rows, columns) of the layer's grid.
        placement: Where the cells lie on the view.
        height: Pixels of the view as it is drawn.
        width: Likewise.
    """
    rows = interpolation(placement.rows, placement.side, height)
    columns = interpolation(placement.columns, placement.side, width)
    values: Floats = rows @ np.asarray(response, dtype=np.float64) @ columns.T
    return values


def coloured(values: Floats, scale: Scale) -> Bytes8:
    """Return values (height, width) as colours (height, width, 4) RGBA; NaN is clear."""
    shares = scale.shares(values)
    strength = np.abs(2 * shares - 1) if scale.signed else shares
    table = _table(SIGNED_PALETTE if scale.signed else PALETTE)
    pixels: Bytes8 = table[np.rint(np.nan_to_num(shares) * (len(table) - 1)).astype(int)].copy()
    pixels[..., 3] = np.rint(np.nan_to_num(strength) * OPACITY * 255).astype(np.uint8)
    return pixels


def overlay(response: Floats, placement: Placement, scale: Scale, size: int) -> Bytes8:
    """Return a response map as a transparent picture (size, size, 4) RGBA over the network's view."""
    return coloured(resampled(response, placement, size, size), scale)


def overlay_address(response: Floats, placement: Placement, scale: Scale, size: int) -> str:
    """Return `overlay` as a WebP in a data address."""
    return _address(webp(overlay(response, placement, scale, size), QUALITY))


def map_address(response: Floats, placement: Placement, scale: Scale, size: int) -> str:
    """Return a response map alone, opaque, as a WebP in a data address."""
    colours = coloured(resampled(response, placement, size, size), scale)
    return _address(webp(np.ascontiguousarray(colours[..., :3]), QUALITY))


@lru_cache(maxsize=2)
def bar_address(*, signed: bool) -> str:
    """Return the opaque colour bar, weakest left, as a WebP in a data address."""
    table = _table(SIGNED_PALETTE if signed else PALETTE)
    places = np.rint(np.linspace(0, len(table) - 1, BAR)).astype(int)
    return _address(webp(np.ascontiguousarray(table[places][None, :, :3].repeat(8, axis=0)), QUALITY))


@lru_cache(maxsize=2)
def _table(name: str) -> Bytes8:
    """Return the colours of a palette, (256, 4) uint8 RGBA, opaque."""
    table: Bytes8 = np.rint(colormaps[name](np.linspace(0, 1, 256)) * 255).astype(np.uint8)
    return table


def _address(content: bytes) -> str:
    return "data:image/webp;base64," + base64.b64encode(content).decode()
