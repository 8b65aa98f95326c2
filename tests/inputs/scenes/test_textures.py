"""Textures: both tones in every one, repeating, and laid under the object as told."""

from __future__ import annotations

import numpy as np
import pytest

from generator.inputs.scenes.shapes import rotation
from generator.inputs.scenes.textures import TEXTURES, texture_layer, tile

PATTERNS = [texture for texture in TEXTURES if texture not in ("plain", "gradient", "noise", "rings")]


@pytest.mark.parametrize("texture", [texture for texture in TEXTURES if texture != "plain"])
def test_both_tones(texture: str) -> None:
    mix = np.asarray(tile(texture)) / 255
    assert 0.2 < mix.mean() < 0.8
    assert mix.min() == 0
    assert mix.max() == 1


@pytest.mark.parametrize("texture", PATTERNS)
def test_patterns_cover_the_tile_evenly(texture: str) -> None:
    mix = np.asarray(tile(texture)) / 255
    quarters = [mix[row : row + 512, column : column + 512].mean() for row in (0, 512) for column in (0, 512)]
    assert np.ptp(quarters) < 0.05


def test_plain_is_the_first_tone() -> None:
    assert not np.asarray(texture_layer("plain", np.eye(2), np.zeros(2), 0.3, 20)).any()


@pytest.mark.parametrize("angle", [0, 90])
def test_stripes_run_and_repeat_as_told(angle: float) -> None:
    side, period = 240, 0.25
    to_canvas = rotation(angle) * 100
    mix = np.asarray(texture_layer("stripes", to_canvas, np.array([120.0, 120.0]), period, side)) > 127
    across = mix if angle == 0 else mix.T
    assert (across == across[:1]).mean() > 0.97
    changes = np.flatnonzero(np.diff(across[5].astype(int)))
    assert np.diff(changes).mean() == pytest.approx(period * 100 / 2, abs=0.5)


def test_gradient_runs_once_whatever_the_period() -> None:
    layers = [
        np.asarray(texture_layer("gradient", np.eye(2) * 60, np.array([64.0, 64.0]), period, 128))
        for period in (0.2, 0.4)
    ]
    np.testing.assert_array_equal(*layers)
    row = layers[0][64].astype(int)
    assert (np.diff(row) >= 0).all()
    assert row[0] < 10
    assert row[-1] > 245
