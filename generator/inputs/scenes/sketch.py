"""The words in which objects are drawn: main pieces (edged, finished by outline) and details."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from generator.inputs.scenes.shapes import (
    EDGE,
    Piece,
    Points,
    curve,
    ellipse,
    finished,
    tube,
    widened,
)

OUTLINES = ("smooth", "angular", "scalloped")


@dataclass(frozen=True, eq=False)
class Shape:
    """One shape of an object, in units in which the object spans about -1 to 1.

    Attributes:
        part: Name of the part it belongs to, or empty.
        paint: Name of its paint.
        points: (vertices, 2) float64.
        main: Whether it has an edge and its outline is finished.
    """

    part: str
    paint: str
    points: Points
    main: bool


def main(part: str, points: Points, paint: str = "fill") -> Shape:
    """Return a main piece."""
    return Shape(part, paint, points, True)


def detail(part: str, paint: str, points: Points) -> Shape:
    """Return a detail."""
    return Shape(part, paint, points, False)


def line(part: str, paint: str, width: float, path: str) -> Shape:
    """Return a smooth line of even width through points, written `x,y x,y ...`."""
    return detail(part, paint, tube(curve(path), width))


def mirrored(*shapes: Shape) -> list[Shape]:
    """Return shapes and their mirror images left and right."""
    both = []
    for shape in shapes:
        flipped = (shape.points * (-1.0, 1.0))[::-1]
        both += [shape, Shape(shape.part, shape.paint, flipped, shape.main)]
    return both


def dot(part: str, paint: str, x: float, y: float, radius: float) -> Shape:
    """Return a small disc."""
    return detail(part, paint, ellipse(x, y, radius, radius))


def finish(shapes: Sequence[Shape], outline: str) -> tuple[Piece, ...]:
    """Return the pieces of an object with one of `OUTLINES`, from back to front."""
    pieces: list[Piece] = []
    for shape in shapes:
        if shape.main:
            points = finished(shape.points, outline)
            pieces.append(Piece(shape.part, "edge", widened(points, EDGE)))
            pieces.append(Piece(shape.part, shape.paint, points))
        else:
            pieces.append(Piece(shape.part, shape.paint, shape.points))
    return tuple(pieces)
