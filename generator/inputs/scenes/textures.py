"""Textures: how the two tones of a fill are mixed, drawn once as a large tile and laid under objects."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from generator.inputs.scenes.shapes import Points

TEXTURES = ("plain", "stripes", "dots", "checks", "zigzag", "rings", "noise", "gradient")

_TILE = 1024
_PERIODS = 16
"""Pixels of a tile, and how often its pattern repeats along them."""
_SOFT = 0.04
"""Width of the ramp between the two tones, in periods."""
_GRADIENT_SPAN = 1.0
"""Half the way (object units) over which a gradient runs from one tone to the other."""
_NOISE_SEED = 7

Field = NDArray[np.float64]


def texture_layer(texture: str, to_canvas: Points, centre: Points, period: float, side: int) -> Image.Image:
    """Return the mix of an object's two tones at every sample of a canvas.

    Args:
        texture: One of `TEXTURES`.
        to_canvas: (2, 2), from texture directions in object units to canvas samples.
        centre: (2,), the canvas sample at the texture's middle.
        period: Of the pattern, in object units.
        side: Samples of the canvas.

    Returns:
        An 8-bit grey image, `side` square: 0 is the first tone, 255 the second.
    """
    if texture == "plain":
        return Image.new("L", (side, side), 0)
    per_unit = _TILE / _PERIODS / (0.3 if texture == "gradient" else period)
    back = np.linalg.inv(to_canvas) * per_unit
    offset = np.array([_TILE / 2, _TILE / 2]) - back @ centre
    matrix = (back[0, 0], back[0, 1], offset[0], back[1, 0], back[1, 1], offset[1])
    return tile(texture).transform((side, side), Image.Transform.AFFINE, matrix)


@lru_cache(maxsize=2)
def downwards(side: int) -> Image.Image:
    """Return the mix of a background's two tones: the first at the top, the second at the bottom."""
    return Image.linear_gradient("L").resize((side, side))


@lru_cache(maxsize=len(TEXTURES))
def tile(texture: str) -> Image.Image:
    """Return a texture's tile, 8-bit grey."""
    axis = (np.arange(_TILE) + 0.5) / _TILE * _PERIODS - _PERIODS / 2
    across, down = np.meshgrid(axis, axis)
    mixed = _MIXERS[texture](across, down)
    return Image.fromarray(np.round(np.clip(mixed, 0, 1) * 255).astype(np.uint8))


def _step(distance: Field) -> Field:
    """Return 0 below, 1 above, with a soft ramp at 0; `distance` in periods."""
    return np.asarray(np.clip(distance / _SOFT + 0.5, 0, 1))


def _stripes(across: Field, down: Field) -> Field:
    return _step(np.abs((across % 1) - 0.5) - 0.25) + 0 * down


def _dots(across: Field, down: Field) -> Field:
    rows = np.floor(down)
    middle_x = (across + 0.5 * (rows % 2)) % 1 - 0.5
    return _step(0.3 - np.hypot(middle_x, down % 1 - 0.5))


def _checks(across: Field, down: Field) -> Field:
    one, two = (np.abs((axis / 1.3 % 1) - 0.5) - 0.25 for axis in (across, down))
    return np.asarray(np.where(np.sign(one) == np.sign(two), 1.0, 0.0))


def _zigzag(across: Field, down: Field) -> Field:
    bent = down + 0.6 * np.abs((across * 0.8 % 1) - 0.5) * 2
    return _step(np.abs((bent % 1) - 0.5) - 0.25)


def _rings(across: Field, down: Field) -> Field:
    return _step(np.abs((np.hypot(across, down) * 1.1 % 1) - 0.5) - 0.25)


def _noise(across: Field, down: Field) -> Field:
    """Mottled patches: random lattices of three widths, smoothly enlarged."""
    random = np.random.default_rng(_NOISE_SEED)
    total = np.zeros_like(across + down)
    for cells, weight in ((_PERIODS * 2, 1.0), (_PERIODS * 4, 0.7), (_PERIODS * 8, 0.45)):
        lattice = Image.fromarray(random.standard_normal((cells, cells)).astype(np.float32))
        total += weight * np.asarray(lattice.resize((_TILE, _TILE), Image.Resampling.BICUBIC))
    return np.asarray(0.5 + 0.9 * total)


def _gradient(across: Field, down: Field) -> Field:
    """Smooth from one tone to the other along `across`, whatever the period."""
    span = _GRADIENT_SPAN / 0.3
    return np.asarray(0.5 - 0.5 * np.cos(math.pi * np.clip(across / span / 2 + 0.5, 0, 1))) + 0 * down


_MIXERS = {
    "stripes": _stripes,
    "dots": _dots,
    "checks": _checks,
    "zigzag": _zigzag,
    "rings": _rings,
    "noise": _noise,
    "gradient": _gradient,
}
