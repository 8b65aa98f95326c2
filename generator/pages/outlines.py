"""Lays response maps over pictures: cell centres, thresholded outlines and receptive-field crops."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import contourpy
import numpy as np
from numpy.typing import NDArray

from generator.geometry import even, interpolation
from generator.records import Floats, Layer, LayerCentres, LayerReceptiveFields

# Side of the drawing that outlines are written in; coordinates are whole units of it, which is
# finer than a pixel of any picture shown.
UNITS = 448

# Path of the whole picture, which the outlined region is cut out of (even-odd rule).
FRAME = f"M0 0h{UNITS}v{UNITS}h-{UNITS}z"

# Smallest side of a crop, as a share of the picture: below it, only blurred pixels are left.
SMALLEST_CROP = 0.08


@dataclass(frozen=True)
class Crop:
    """A square part of a picture: left, top and side as shares of the picture's side."""

    left: float
    top: float
    side: float


@dataclass(frozen=True)
class Placement:
    """Where a layer's response map lies on the picture, in pixels of the network's input.

    `rows` and `columns` are the centres of the map's cells, increasing; `field` is the side of
    the largest receptive field.
    """

    rows: Floats  # (height,) float64
    columns: Floats  # (width,) float64
    side: int
    field: float

    @property
    def drawable(self) -> bool:
        """Whether an outline says anything: the map has more than one row and column."""
        return len(self.rows) > 1 and len(self.columns) > 1

    @property
    def croppable(self) -> bool:
        """Whether a receptive field is smaller than the picture."""
        return self.field < self.side

    @cached_property
    def grid(self) -> tuple[Floats, Floats]:
        """Across and down coordinates in drawing units, (height + 2, width + 2): cells and border."""
        scale = UNITS / self.side
        across, down = np.meshgrid(_to_border(self.columns * scale), _to_border(self.rows * scale))
        return across, down


def place(
    layer: Layer, fields: LayerReceptiveFields | None, centres: LayerCentres | None, side: int
) -> Placement:
    """Return where a layer's response map lies on pictures of `side` × `side` pixels.

    Without measured receptive fields the cells share the picture evenly, and each counts as
    seeing all of it.
    """
    if fields is None or centres is None:
        return Placement(even(layer.height, side), even(layer.width, side), side, float(side))
    extent = max(_extent(fields.rows), _extent(fields.columns))
    return Placement(centres.rows, centres.columns, side, float(extent))


def _extent(fields: NDArray[np.integer]) -> int:
    return int((fields[:, 1] - fields[:, 0]).max())


def outline(response: Floats, threshold: float, placement: Placement) -> str:
    """Return the region where a response map exceeds a threshold, as an SVG path.

    The map is interpolated bilinearly between its cells' centres and continued to the picture's
    border; the path is in drawing units (`UNITS` a side) and empty where nothing exceeds.

    Args:
        response: (height, width), activations.
        threshold: The neuron's own threshold, in activations.
        placement: Where the map lies on the picture.
    """
    values = np.pad(np.asarray(response, dtype=np.float64), 1, mode="edge")
    if not np.isfinite(threshold) or values.max() <= threshold:
        return ""
    across, down = placement.grid
    generator = contourpy.contour_generator(across, down, values, fill_type=contourpy.FillType.OuterOffset)
    filled: Any = generator.filled(threshold, np.inf)  # its type depends on fill_type
    parts: list[str] = []
    for polygon, ends in zip(*filled, strict=True):
        whole = np.rint(np.clip(polygon, 0, UNITS)).astype(int)
        parts.extend(_ring(whole[start:stop]) for start, stop in pairwise(ends.tolist()))
    return "".join(parts)


def _to_border(inner: Floats) -> Floats:
    """Add a cell at either border of the picture, so that regions reach it."""
    first = min(0.0, float(inner[0]) - 1)
    last = max(float(UNITS), float(inner[-1]) + 1)
    return np.concatenate([[first], inner, [last]])


def _ring(points: NDArray[np.integer]) -> str:
    """Write a closed ring with relative coordinates, without points that repeat or lie on a line."""
    steps = np.diff(points, axis=0)
    steps = steps[steps.any(axis=1)]
    if len(steps) < 3:
        return ""
    turns = np.flatnonzero(steps[:-1, 0] * steps[1:, 1] != steps[:-1, 1] * steps[1:, 0]) + 1
    merged = np.add.reduceat(steps, np.concatenate([[0], turns]), axis=0)
    x, y = points[0].tolist()
    moves = " ".join(f"{dx} {dy}" for dx, dy in merged[:-1].tolist())
    return f"M{x} {y}l{moves}z".replace(" -", "-")


def crop_at(placement: Placement, row: int, column: int) -> Crop:
    """Return the square crop of a receptive field's size around a cell, kept inside the picture."""
    side = min(1.0, max(placement.field / placement.side, SMALLEST_CROP))

    def start(centre: float) -> float:
        return min(max(centre / placement.side - side / 2, 0.0), 1.0 - side)

    return Crop(start(float(placement.columns[column])), start(float(placement.rows[row])), side)


def region(response: Floats, threshold: float, placement: Placement, size: int) -> NDArray[np.uint8]:
    """Return the region of `outline` as a mask (size, size): 255 where the map exceeds, else 0."""
    rows = interpolation(placement.rows, placement.side, size)
    columns = interpolation(placement.columns, placement.side, size)
    values = rows @ np.asarray(response, dtype=np.float64) @ columns.T
    return np.where(values > threshold, 255, 0).astype(np.uint8)
