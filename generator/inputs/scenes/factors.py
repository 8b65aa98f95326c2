"""Factors of a scene: what it shows and how, drawn independently of each other by (seed, index)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from generator.inputs.scenes.objects import OBJECTS
from generator.inputs.scenes.palette import BACKGROUNDS, HUES, TONES
from generator.inputs.scenes.sketch import OUTLINES
from generator.inputs.scenes.textures import TEXTURES

VERSION = 1
"""Of the sampling and drawing: goes up whenever any scene changes."""

COLOURS = tuple(HUES)
ACCENTS = ("lighter", "darker")
LIGHTS = ("neutral", "warm", "cool", "dim")

SIZES = (0.5, 0.86)
"""Side of the object's square, as a share of the image's side."""
SHIFT = 0.12
"""Furthest way of the object's centre from the image's, along each side, as a share of the side."""
ROTATION = 28.0
"""Largest turn of the object, degrees."""
STRETCH = 0.14
"""Largest logarithm of width over height."""
PERIODS = (0.22, 0.42)
"""Period of the texture, in object units (an object spans about 2)."""
BLUR = 0.01
"""Largest standard deviation of the blur, as a share of the side."""
NOISE = 0.045
"""Largest standard deviation of the noise, as a share of the full range."""
_CLEAN = 0.5
"""Share of scenes without blur, and (independently) of scenes without noise."""

_WORD = 2**32
"""Seeds and indices are single words of the random generator's seed, so that no two scenes share one."""

_DRAWS = 32
"""Random numbers drawn for a scene's factors; some are kept for later factors."""


@dataclass(frozen=True)
class Factors:
    """What a scene shows; every factor is independent of every other.

    Categories are uniform over their values, numbers uniform over their range; `blur` and
    `noise` are 0 in half of the scenes and uniform above 0 in the others.

    Attributes:
        object: One of `OBJECTS`.
        colour: One of `COLOURS`, of the object's main pieces.
        texture: One of `TEXTURES`, of the object's main pieces.
        accent: Whether the texture's second tone is lighter or darker than the first.
        outline: One of `OUTLINES`.
        background: One of `BACKGROUNDS`.
        tone: Colour variant of the background, from 0.
        light: One of `LIGHTS`.
        light_angle: Where the light comes from, degrees from the top, clockwise.
        size: Side of the object's square, as a share of the image's side.
        x: Centre of the object as a share of the image's side from the left.
        y: The same from the top.
        rotation: Turn of the object, degrees, clockwise.
        mirrored: Whether left and right of the object are swapped.
        stretch: Logarithm of the object's width over its height.
        period: Of the texture, in object units.
        texture_angle: Turn of the texture against the object, degrees.
        blur: Standard deviation as a share of the image's side.
        noise: Standard deviation as a share of the full range.
    """

    object: str
    colour: str
    texture: str
    accent: str
    outline: str
    background: str
    tone: int
    light: str
    light_angle: float
    size: float
    x: float
    y: float
    rotation: float
    mirrored: bool
    stretch: float
    period: float
    texture_angle: float
    blur: float
    noise: float


def draw_factors(seed: int, index: int) -> Factors:
    """Return the factors of a scene.

    Args:
        seed: Of the set of scenes, from 0 to 2**32 - 1.
        index: Of the scene in the set, from 0 to 2**32 - 1.

    Raises:
        ValueError: One of them is out of range.
    """
    draws = iter(_random(seed, index).random(_DRAWS).tolist())

    def pick(values: tuple[str, ...]) -> str:
        return values[int(next(draws) * len(values))]

    def within(low: float, high: float) -> float:
        return float(low + (high - low) * next(draws))

    return Factors(
        object=pick(OBJECTS),
        colour=pick(COLOURS),
        texture=pick(TEXTURES),
        accent=pick(ACCENTS),
        outline=pick(OUTLINES),
        background=pick(BACKGROUNDS),
        tone=int(within(0, TONES)),
        light=pick(LIGHTS),
        light_angle=within(-75, 75),
        size=within(*SIZES),
        x=within(0.5 - SHIFT, 0.5 + SHIFT),
        y=within(0.5 - SHIFT, 0.5 + SHIFT),
        rotation=within(-ROTATION, ROTATION),
        mirrored=next(draws) < 0.5,
        stretch=within(-STRETCH, STRETCH),
        period=within(*PERIODS),
        texture_angle=within(0, 360),
        blur=_often_none(next(draws), BLUR),
        noise=_often_none(next(draws), NOISE),
    )


def _often_none(draw: float, largest: float) -> float:
    return max(0.0, draw - _CLEAN) / (1 - _CLEAN) * largest


def layout_random(seed: int, index: int) -> np.random.Generator:
    """Return the generator of a scene's unnamed details: places of clouds, stars, grains of noise."""
    return _random(seed, index, 1)


def _random(seed: int, index: int, *use: int) -> np.random.Generator:
    if not (0 <= seed < _WORD and 0 <= index < _WORD):
        raise ValueError(f"`seed` and `index` must be from 0 to {_WORD - 1}, got {seed} and {index}")
    return np.random.default_rng([VERSION, seed, index, *use])
