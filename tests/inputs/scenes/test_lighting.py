"""Light and lens: shadow away from the light, the cast's colour, the noise's strength."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from generator.inputs.scenes import draw_factors
from generator.inputs.scenes.lighting import lit, seen

PLAIN = replace(draw_factors(0, 0), light="neutral", light_angle=60.0, blur=0.0, noise=0.0)
GREY = np.full((64, 64, 3), 128, dtype=np.float32)


def disc() -> np.ndarray:
    axis = np.arange(64) - 31.5
    return (np.hypot(*np.meshgrid(axis, axis)) < 14).astype(np.float32)


def test_bright_towards_the_light_and_shadow_behind() -> None:
    picture = lit(GREY, disc(), PLAIN)[..., 0]
    assert picture[25, 43] > 1.3 * picture[37, 20], "light from the upper right, on the disc"
    assert picture[43, 22] < 0.8 * picture[5, 5], "shadow to the lower left"


@pytest.mark.parametrize(("light", "warmer"), [("warm", True), ("cool", False)])
def test_casts(light: str, warmer: bool) -> None:
    red, _, blue = lit(GREY, disc(), replace(PLAIN, light=light)).mean(axis=(0, 1))
    assert (red > blue) == warmer


def test_dim_is_darker() -> None:
    assert lit(GREY, disc(), replace(PLAIN, light="dim")).mean() < 0.85 * lit(GREY, disc(), PLAIN).mean()


def test_without_blur_and_noise_only_rounding() -> None:
    colours = np.random.default_rng(0).uniform(-20, 280, (64, 64, 3)).astype(np.float32)
    wanted = np.clip(np.round(colours), 0, 255)
    np.testing.assert_array_equal(seen(colours, PLAIN, np.random.default_rng(0)), wanted)


def test_noise_has_its_strength() -> None:
    noisy = seen(GREY, replace(PLAIN, noise=0.04), np.random.default_rng(0)).astype(float)
    assert noisy.std() == pytest.approx(0.04 * 255, rel=0.05)
    assert (noisy[..., 0] == noisy[..., 1]).all()


def test_blur_smooths() -> None:
    edge = GREY.copy()
    edge[:, 32:] = 250
    sharp, soft = (
        np.abs(np.diff(seen(edge, replace(PLAIN, blur=blur), np.random.default_rng(0))[..., 0].astype(int)))
        for blur in (0.0, 0.02)
    )
    assert soft.max() < 0.5 * sharp.max()
