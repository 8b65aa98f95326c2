"""The words of drawing: mirroring, edges, details left as they are."""

from __future__ import annotations

import numpy as np
import pytest

from generator.inputs.scenes.shapes import area, box
from generator.inputs.scenes.sketch import OUTLINES, detail, dot, finish, line, main, mirrored


def test_mirrored_keeps_the_way_round() -> None:
    one, other = mirrored(dot("eye", "ink", -0.3, 0.1, 0.1))
    np.testing.assert_allclose(other.points.mean(axis=0), [0.3, 0.1], atol=1e-12)
    assert area(one.points) == pytest.approx(area(other.points))


@pytest.mark.parametrize("outline", OUTLINES)
def test_main_pieces_get_an_edge_and_details_stay(outline: str) -> None:
    small = detail("door", "wood", box(0, 0, 0.2, 0.2))
    pieces = finish([main("wall", box(-1, -1, 1, 1)), small], outline)
    assert [piece.paint for piece in pieces] == ["edge", "fill", "wood"]
    assert area(pieces[0].points) > area(pieces[1].points)
    assert pieces[2].points is small.points


def test_lines_have_their_width() -> None:
    shape = line("mast", "wood", 0.1, "0,-1 0,1")
    assert np.ptp(shape.points[:, 0]) == pytest.approx(0.1)
    assert not shape.main
