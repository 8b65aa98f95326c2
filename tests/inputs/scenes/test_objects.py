"""Objects: complete, within their square, told apart by their parts."""

from __future__ import annotations

import numpy as np
import pytest

from generator.inputs.scenes.factors import COLOURS
from generator.inputs.scenes.objects import OBJECTS, drawing, object_parts
from generator.inputs.scenes.palette import object_paints
from generator.inputs.scenes.sketch import OUTLINES


def test_enough_of_them() -> None:
    assert len(set(OBJECTS)) == len(OBJECTS) >= 12
    assert {"cat", "dog"} <= set(OBJECTS)
    assert len(COLOURS) >= 8


@pytest.mark.parametrize("outline", OUTLINES)
@pytest.mark.parametrize("kind", OBJECTS)
def test_drawings_are_whole(kind: str, outline: str) -> None:
    drawn = drawing(kind, outline)
    assert np.abs(drawn.points).max() < 1.13
    assert np.ptp(drawn.points, axis=0).max() > 1.6
    assert len(drawn.parts) == len(drawn.paints) == len(drawn.starts) - 1
    assert drawn.starts[-1] == len(drawn.points)
    assert {"fill", "edge"} <= set(drawn.paints) <= set(object_paints("red", "lighter"))
    assert all(drawn.parts)
    assert len(drawn.parts) < 100


@pytest.mark.parametrize("kind", OBJECTS)
def test_outlines_differ(kind: str) -> None:
    counts = {len(drawing(kind, outline).points) for outline in OUTLINES}
    assert len(counts) == len(OUTLINES)


def test_objects_have_parts_of_their_own() -> None:
    parts = object_parts()
    assert all(len(own) >= 3 for own in parts.values())
    assert len({frozenset(own) for own in parts.values()}) == len(OBJECTS)


def test_cat_and_dog_share_paints_but_not_the_shape_of_their_ears() -> None:
    cat, dog = (drawing(kind, "smooth") for kind in ("cat", "dog"))
    assert set(cat.paints) - {"tone"} == set(dog.paints) - {"tone"}

    def lowest_ear(drawn: object) -> float:
        ears = [
            drawn.points[start:stop]
            for part, start, stop in zip(drawn.parts, drawn.starts, drawn.starts[1:], strict=False)
            if part == "ear"
        ]
        return float(np.vstack(ears)[:, 1].max())

    assert lowest_ear(cat) < -0.2
    assert lowest_ear(dog) > 0.1, "a dog's ears hang"
