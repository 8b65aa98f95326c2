"""Light and lens: soft relief and shadow, colour of the light, blur, noise."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from generator.inputs.scenes.factors import Factors

Pixels = NDArray[np.float32]

_CAST: dict[str, tuple[float, float, float]] = {
    "neutral": (1.0, 1.0, 1.0),
    "warm": (1.07, 0.99, 0.86),
    "cool": (0.89, 0.98, 1.08),
    "dim": (0.76, 0.76, 0.83),
}
"""Factors on red, green, blue."""

_RELIEF = 0.55
_RELIEF_WIDTH = 0.035
_SHADOW = 0.34
_SHADOW_WIDTH = 0.03
_SHADOW_WAY = 0.045
_SLOPE = 0.1
"""Strengths as shares, widths and ways as shares of the image's side."""

_GRAINS = 64
"""Grains of noise along a side, at whatever resolution the scene is shown."""


def lit(colours: Pixels, solid: Pixels, factors: Factors) -> Pixels:
    """Give a flat picture light: relief and shadow of the object, colour and fall of the light.

    Args:
        colours: (size, size, 3) float32, 0 to 255.
        solid: (size, size) float32, the share of every pixel that the object covers.
        factors: Of the scene.

    Returns:
        (size, size, 3) float32, about 0 to 255.
    """
    size = len(solid)
    angle = math.radians(factors.light_angle)
    towards = np.array([math.sin(angle), -math.cos(angle)])
    mask = Image.fromarray(np.round(solid * 255).astype(np.uint8))
    soft = mask.filter(ImageFilter.GaussianBlur(_RELIEF_WIDTH * size))
    relief = _moved(soft, 0.6 * _RELIEF_WIDTH * towards) - _moved(soft, -0.6 * _RELIEF_WIDTH * towards)
    shadow = _moved(mask.filter(ImageFilter.GaussianBlur(_SHADOW_WIDTH * size)), -_SHADOW_WAY * towards)
    axis = ((np.arange(size, dtype=np.float32) + 0.5) / size - 0.5) * 2 * _SLOPE
    slope = axis[None, :] * towards[0] + axis[:, None] * towards[1]
    strength = (1 + _RELIEF * relief * solid) * (1 - _SHADOW * shadow * (1 - solid)) * (1 + slope)
    cast = np.array(_CAST[factors.light], dtype=np.float32)
    shade: Pixels = strength.astype(np.float32)[..., None] * cast
    return colours * shade


def _moved(image: Image.Image, way: NDArray[np.float64]) -> Pixels:
    """Return a mask (0 to 1) moved by shares of its side."""
    across, down = (way * image.width).tolist()
    moved = image.transform(
        image.size, Image.Transform.AFFINE, (1, 0, -across, 0, 1, -down), resample=Image.Resampling.BILINEAR
    )
    return np.asarray(moved, dtype=np.float32) / np.float32(255)


def seen(colours: Pixels, factors: Factors, random: np.random.Generator) -> NDArray[np.uint8]:
    """Give a picture the lens's blur and the sensor's noise.

    Args:
        colours: (size, size, 3) float32, about 0 to 255.
        factors: Of the scene.
        random: Of the grains.

    Returns:
        (size, size, 3) uint8.
    """
    size = len(colours)
    pixels = np.clip(np.round(colours), 0, 255).astype(np.uint8)
    if factors.blur > 0:
        pixels = np.asarray(Image.fromarray(pixels).filter(ImageFilter.GaussianBlur(factors.blur * size)))
    if factors.noise > 0:
        grains = Image.fromarray(random.standard_normal((_GRAINS, _GRAINS), dtype=np.float32))
        if size != _GRAINS:
            grains = grains.resize((size, size), Image.Resampling.BILINEAR)
        noisy = pixels + np.asarray(grains)[..., None] * np.float32(factors.noise * 255)
        pixels = np.clip(np.round(noisy), 0, 255).astype(np.uint8)
    return pixels
