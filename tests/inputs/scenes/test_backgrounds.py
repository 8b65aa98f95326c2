"""Backgrounds: cover the picture, know their paints, vary."""

from __future__ import annotations

import numpy as np
import pytest

from generator.inputs.scenes.backgrounds import scenery
from generator.inputs.scenes.names import SCENERY
from generator.inputs.scenes.palette import BACKGROUNDS, background_paints


@pytest.mark.parametrize("background", BACKGROUNDS)
def test_covers_the_picture_with_known_paints(background: str) -> None:
    pieces = scenery(background, np.random.default_rng(0))
    assert (pieces[0].points.min(axis=0) <= 0).all()
    assert (pieces[0].points.max(axis=0) >= 1).all()
    assert {piece.paint for piece in pieces} == set(background_paints(background, 0))
    assert {piece.part for piece in pieces} <= {*SCENERY, ""}


@pytest.mark.parametrize("background", [name for name in BACKGROUNDS if name != "studio"])
def test_every_layout_is_another(background: str) -> None:
    one, again, other = (scenery(background, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert all((a.points == b.points).all() for a, b in zip(one, again, strict=True))
    assert any((a.points != b.points).any() for a, b in zip(one, other, strict=True))
