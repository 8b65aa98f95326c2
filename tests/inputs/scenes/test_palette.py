"""Paints: known concept names, tones that can be told apart."""

from __future__ import annotations

import numpy as np
import pytest

from generator.inputs.scenes.palette import (
    BACKGROUNDS,
    HUES,
    NEUTRALS,
    TONES,
    background_paints,
    mix,
    object_paints,
    rgb,
)


def test_mixing() -> None:
    assert rgb("#ff8000") == (255, 128, 0)
    assert mix((0, 0, 0), (100, 200, 50), 0.5) == (50, 100, 25)


@pytest.mark.parametrize("colour", HUES)
def test_the_two_tones_of_a_texture_differ(colour: str) -> None:
    for accent in ("lighter", "darker"):
        fill = object_paints(colour, accent)["fill"]
        assert fill.colour == colour
        difference = np.mean(fill.second) - np.mean(fill.first)
        assert (difference > 25) if accent == "lighter" else (difference < -25)


def test_backgrounds_have_known_colours() -> None:
    known = {*HUES, *NEUTRALS, ""}
    for background in BACKGROUNDS:
        names = [set(background_paints(background, tone)) for tone in range(TONES)]
        assert names[0] == names[1] == names[2]
        for tone in range(TONES):
            assert {paint.colour for paint in background_paints(background, tone).values()} <= known
