"""The object classes: their drawings, parts and finished outlines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from generator.inputs.scenes import animals, plants, things
from generator.inputs.scenes.shapes import Points
from generator.inputs.scenes.sketch import OUTLINES, Shape, finish

_DRAWINGS: dict[str, Callable[[], list[Shape]]] = {
    "cat": animals.cat,
    "dog": animals.dog,
    "rabbit": animals.rabbit,
    "bird": animals.bird,
    "fish": animals.fish,
    "butterfly": animals.butterfly,
    "car": things.car,
    "boat": things.boat,
    "airplane": things.airplane,
    "balloon": things.balloon,
    "house": things.house,
    "cup": things.cup,
    "umbrella": things.umbrella,
    "tree": plants.tree,
    "flower": plants.flower,
    "mushroom": plants.mushroom,
}

OBJECTS = tuple(_DRAWINGS)


@dataclass(frozen=True, eq=False)
class Drawing:
    """A finished object, its pieces from back to front.

    Attributes:
        parts: Part of every piece, or empty.
        paints: Paint of every piece.
        points: (vertices, 2), the outlines of all pieces, one after the other.
        starts: (pieces + 1,) int64, where each piece's outline starts.
    """

    parts: tuple[str, ...]
    paints: tuple[str, ...]
    points: Points
    starts: tuple[int, ...]


@lru_cache(maxsize=len(OBJECTS) * len(OUTLINES))
def drawing(kind: str, outline: str) -> Drawing:
    """Return an object with one of the `OUTLINES`."""
    pieces = finish(_DRAWINGS[kind](), outline)
    counts = [len(piece.points) for piece in pieces]
    return Drawing(
        parts=tuple(piece.part for piece in pieces),
        paints=tuple(piece.paint for piece in pieces),
        points=np.vstack([piece.points for piece in pieces]),
        starts=tuple(int(start) for start in np.concatenate([[0], np.cumsum(counts)])),
    )


@lru_cache(maxsize=1)
def object_parts() -> dict[str, tuple[str, ...]]:
    """Return the names of the parts of every object."""
    return {
        kind: tuple(dict.fromkeys(shape.part for shape in draw() if shape.part))
        for kind, draw in _DRAWINGS.items()
    }
