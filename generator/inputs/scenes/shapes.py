"""Outlines as point lists: ellipses, smooth curves, tubes, and the three ways to finish an outline."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]

EDGE = 0.045
"""Width of the dark line around a main piece, in object units (an object spans about 2)."""

_CURVE_STEPS = 6
_CORNER = 0.6
"""Turn (radians) from which a vertex counts as a corner."""
_ROUNDING = 0.13
_FACET = 0.055
"""Largest distance (object units) of a faceted outline from the smooth one."""
_SCALLOP = 0.2
"""Width of one scallop, and below its height, in object units."""
_SCALLOP_HEIGHT = 0.055
_SCALLOP_STEPS = 6
_MITRE = 2.0
"""Longest offset of a corner, in widths of the edge."""


@dataclass(frozen=True, eq=False)
class Piece:
    """A filled polygon of one paint.

    Attributes:
        part: What it belongs to (`ear`, `wheel`, `cloud`), or empty.
        paint: Name of its paint; see palette.py.
        points: (vertices, 2) float64, x right and y down, implicitly closed.
    """

    part: str
    paint: str
    points: Points


def polygon(path: str) -> Points:
    """Return straight edges between points, written `x,y x,y ...`."""
    return np.array([[float(number) for number in pair.split(",")] for pair in path.split()])


def box(left: float, top: float, right: float, bottom: float) -> Points:
    """Return an upright rectangle."""
    return np.array([(left, top), (right, top), (right, bottom), (left, bottom)])


def ellipse(x: float, y: float, across: float, down: float, turn: float = 0.0) -> Points:
    """Return an ellipse by centre and half axes, turned clockwise by `turn` degrees."""
    count = int(np.clip(round(60 * max(across, down)), 12, 44))
    angle = np.linspace(0, 2 * math.pi, count, endpoint=False)
    local = np.stack([across * np.cos(angle), down * np.sin(angle)], axis=1)
    return local @ rotation(turn).T + (x, y)


def rotation(degrees: float) -> Points:
    """Return the 2 × 2 matrix of a clockwise turn (y points down)."""
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return np.array([[cosine, -sine], [sine, cosine]])


def smooth(path: str) -> Points:
    """Return a closed curve through points, written `x,y x,y ...` (Catmull & Rom 1974)."""
    knots = polygon(path)
    return _catmull_rom(*(np.roll(knots, shift, axis=0) for shift in (1, 0, -1, -2)))


def curve(path: str) -> Points:
    """Return an open curve through points, written `x,y x,y ...`, both ends included."""
    knots = polygon(path)
    knots = np.vstack([2 * knots[0] - knots[1], knots, 2 * knots[-1] - knots[-2]])
    inner = _catmull_rom(knots[:-3], knots[1:-2], knots[2:-1], knots[3:])
    return np.vstack([inner, knots[-2]])


def _catmull_rom(before: Points, start: Points, end: Points, after: Points) -> Points:
    at = (np.arange(_CURVE_STEPS) / _CURVE_STEPS)[None, :, None]
    before, start, end, after = (knots[:, None, :] for knots in (before, start, end, after))
    cubic = -before + 3 * start - 3 * end + after
    square = 2 * before - 5 * start + 4 * end - after
    return np.asarray(0.5 * (2 * start + (end - before) * at + square * at**2 + cubic * at**3)).reshape(-1, 2)


def tube(path: Points, start: float, end: float | None = None) -> Points:
    """Return the outline of an open path with round ends; widths at its start and end."""
    widths = np.linspace(start, start if end is None else end, len(path))[:, None] / 2
    along = np.gradient(path, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    side = np.stack([-along[:, 1], along[:, 0]], axis=1) * widths
    caps = [_cap(path[-1], side[-1]), _cap(path[0], -side[0])]
    return np.vstack([path + side, caps[0], (path - side)[::-1], caps[1]])


def _cap(centre: Points, side: Points) -> Points:
    angles = np.linspace(0, -180, 6)[1:-1]
    return np.stack([centre + rotation(angle) @ side for angle in angles])


def finished(points: Points, outline: str) -> Points:
    """Return an outline finished one way: `smooth`, `angular` or `scalloped`."""
    if outline == "angular":
        return _faceted(points)
    rounded = _rounded(points)
    return _scalloped(rounded) if outline == "scalloped" else rounded


def _rounded(points: Points) -> Points:
    """Round the corners, leave the rest."""
    back = np.roll(points, 1, axis=0) - points
    ahead = np.roll(points, -1, axis=0) - points
    turns = math.pi - np.arccos(np.clip(_cosines(back, ahead), -1, 1))
    rows: list[Points] = []
    at = np.linspace(0, 1, 5)[:, None]
    for corner, one, two, turn in zip(points, back, ahead, turns, strict=True):
        if turn < _CORNER:
            rows.append(corner[None])
            continue
        start, stop = (leg * min(_ROUNDING / np.linalg.norm(leg), 0.45) for leg in (one, two))
        rows.append(corner + start * (1 - at) ** 2 + stop * at**2)
    return np.vstack(rows)


def _cosines(one: Points, two: Points) -> Points:
    lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(two, axis=1)
    return np.asarray((one * two).sum(axis=1) / np.maximum(lengths, 1e-12))


def _faceted(points: Points) -> Points:
    """Keep as few vertices as stay close to the outline (Douglas & Peucker 1973)."""
    far = int(np.argmax(np.linalg.norm(points - points[0], axis=1)))
    closed = np.vstack([points, points[:1]])
    kept = [*_kept(closed, 0, far), *_kept(closed, far, len(points))]
    return points[kept]


def _kept(points: Points, start: int, stop: int) -> list[int]:
    """Return the vertices to keep from `start` on, `stop` left out."""
    if stop - start < 2:
        return [start]
    line = points[stop] - points[start]
    away = points[start + 1 : stop] - points[start]
    distance = np.abs(line[0] * away[:, 1] - line[1] * away[:, 0]) / max(float(np.linalg.norm(line)), 1e-12)
    if distance.max() <= _FACET:
        return [start]
    middle = start + 1 + int(distance.argmax())
    return [*_kept(points, start, middle), *_kept(points, middle, stop)]


def _scalloped(points: Points) -> Points:
    """Run small bows along the outline."""
    closed = np.vstack([points, points[:1]])
    length = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(closed, axis=0), axis=1))])
    bows = max(5, round(length[-1] / _SCALLOP))
    at = np.arange(bows * _SCALLOP_STEPS) / (bows * _SCALLOP_STEPS)
    even = np.stack([np.interp(at * length[-1], length, closed[:, axis]) for axis in (0, 1)], axis=1)
    height = _SCALLOP_HEIGHT * np.abs(np.sin(math.pi * bows * at))[:, None] - 0.4 * _SCALLOP_HEIGHT
    return np.asarray(even + _normals(even) * height)


def _normals(points: Points) -> Points:
    """Return the unit normals of a closed outline, outwards."""
    along = np.roll(points, -1, axis=0) - np.roll(points, 1, axis=0)
    outwards = np.stack([along[:, 1], -along[:, 0]], axis=1) * np.sign(area(points))
    return np.asarray(outwards / np.maximum(np.linalg.norm(outwards, axis=1, keepdims=True), 1e-12))


def area(points: Points) -> float:
    """Return the signed area of a closed outline; positive when clockwise on the screen."""
    after = np.roll(points, -1, axis=0)
    return float((points[:, 0] * after[:, 1] - points[:, 1] * after[:, 0]).sum() / 2)


def widened(points: Points, width: float) -> Points:
    """Return an outline moved outwards by `width`, corners mitred."""
    before = points - np.roll(points, 1, axis=0)
    after = np.roll(points, -1, axis=0) - points
    sign = np.sign(area(points))
    normals = []
    for along in (before, after):
        outwards = np.stack([along[:, 1], -along[:, 0]], axis=1) * sign
        normals.append(outwards / np.maximum(np.linalg.norm(outwards, axis=1, keepdims=True), 1e-12))
    middle = normals[0] + normals[1]
    square = np.maximum((middle**2).sum(axis=1, keepdims=True), 1e-12)
    scale = np.minimum(2 / square, _MITRE / np.sqrt(square))
    return np.asarray(points + middle * scale * width)
