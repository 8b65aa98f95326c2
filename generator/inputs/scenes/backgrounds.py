"""Backgrounds: scenery laid out at random, as pieces from back to front."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from generator.inputs.scenes.shapes import Piece, Points, box, ellipse, polygon, smooth, tube

Draw = Callable[[float, float], float]
"""Returns a random number between two."""

_WHOLE = box(-0.1, -0.1, 1.1, 1.1)
_DISC = ellipse(0, 0, 0.5, 0.5) * 2
_FIR = polygon("0,-1 0.34,-0.55 0.18,-0.55 0.46,-0.15 0.24,-0.15 0.56,0.25 0.1,0.25 0.1,0.5")
_FIR = np.vstack([_FIR, (_FIR * (-1, 1))[::-1]])
_STAR = np.array(
    [
        (reach * math.sin(math.pi * corner / 4), -reach * math.cos(math.pi * corner / 4))
        for corner, reach in enumerate((1, 0.35) * 4)
    ]
)
_CLOUD = smooth(
    "-1,0.3 -0.95,0 -0.62,-0.1 -0.5,-0.42 -0.1,-0.55 0.2,-0.3 0.5,-0.36 0.68,-0.05 0.98,0.05 1,0.3 0,0.34"
)
_STEPS = np.linspace(-0.1, 1.1, 25)


def scenery(background: str, random: np.random.Generator) -> list[Piece]:
    """Return a background's pieces, in shares of the image's side; the first covers everything.

    Args:
        background: One of palette.BACKGROUNDS.
        random: Lays the pieces out.
    """

    def draw(low: float, high: float) -> float:
        return low + (high - low) * float(random.random())

    return [Piece("", "base", _WHOLE), *_LAYOUTS[background](draw)]


def _placed(points: Points, x: float, y: float, across: float, down: float | None = None) -> Points:
    return points * (across, across if down is None else down) + (x, y)


def _ridge(draw: Draw, height: float, swing: float) -> Points:
    """Return ground below a wavy line."""
    phase, wide = draw(0, 7), draw(5, 8)
    line = height - swing * np.sin(_STEPS * wide + phase) - 0.4 * swing * np.sin(_STEPS * 14 + 2 * phase)
    ends = [(1.1, 1.1), (-0.1, 1.1)]
    return np.vstack([np.stack([_STEPS, line], axis=1), ends])


def _studio(draw: Draw) -> list[Piece]:
    del draw
    return []


def _sky(draw: Draw) -> list[Piece]:
    places = ((0.2, 0.18), (0.78, 0.36), (0.3, 0.7), (0.82, 0.86))
    return [
        Piece(
            "cloud",
            "cloud",
            _placed(_CLOUD, x + draw(-0.12, 0.12), y + draw(-0.08, 0.08), draw(0.15, 0.25), draw(0.12, 0.18)),
        )
        for x, y in places
    ]


def _sun(draw: Draw, lowest: float) -> Piece:
    return Piece("sun", "sun", _placed(_DISC, draw(0.12, 0.88), draw(0.1, lowest), draw(0.07, 0.11)))


def _hills(draw: Draw) -> list[Piece]:
    horizon = draw(0.5, 0.66)
    return [
        _sun(draw, 0.3),
        Piece("hill", "far", _ridge(draw, horizon, 0.06)),
        Piece("hill", "near", _ridge(draw, horizon + 0.18, 0.05)),
    ]


def _sea(draw: Draw) -> list[Piece]:
    horizon = draw(0.5, 0.68)
    pieces = [_sun(draw, horizon), Piece("water", "water", box(-0.1, horizon, 1.1, 1.1))]
    for row in range(4):
        y = horizon + 0.06 + row * 0.09
        for place in (0.2, 0.75):
            half = draw(0.05, 0.12) * (0.7 + 0.2 * row)
            x = place + draw(-0.2, 0.2)
            swell = np.array([-half, 0, half]) + x
            path = np.stack([swell, y + np.array([0, -0.012, 0])], axis=1)
            pieces.append(Piece("wave", "wave", tube(path, 0.011 + 0.003 * row)))
    return pieces


def _night(draw: Draw) -> list[Piece]:
    stars = [
        Piece(
            "star",
            "star",
            _placed(
                _STAR, (column + draw(0.1, 0.9)) / 5, (row + draw(0.1, 0.9)) / 4 * 0.8, draw(0.012, 0.03)
            ),
        )
        for row in range(4)
        for column in range(5)
    ]
    moon = Piece("moon", "moon", _placed(_DISC, draw(0.12, 0.88), draw(0.1, 0.26), draw(0.07, 0.11)))
    return [*stars, moon, Piece("hill", "near", _ridge(draw, draw(0.78, 0.88), 0.05))]


def _room(draw: Draw) -> list[Piece]:
    line = draw(0.64, 0.78)
    x, y, half = draw(0.18, 0.82), draw(0.16, 0.26), draw(0.09, 0.13)
    return [
        Piece("wall", "base", box(-0.1, -0.1, 1.1, line)),
        Piece("picture", "frame", box(x - half, y - half, x + half, y + half)),
        Piece("picture", "picture", box(x - half * 0.78, y - half * 0.78, x + half * 0.78, y + half * 0.78)),
        Piece("floor", "floor", box(-0.1, line, 1.1, 1.1)),
        Piece("floor", "board", box(-0.1, line - 0.022, 1.1, line + 0.012)),
    ]


def _forest(draw: Draw) -> list[Piece]:
    horizon = draw(0.66, 0.78)
    pieces = []
    for paint, count, tall, up in (("far", 7, (0.3, 0.4), -0.12), ("near", 4, (0.36, 0.5), -0.06)):
        for number in range(count):
            height = draw(*tall)
            x = (number + draw(0.1, 0.9)) / count
            pieces.append(Piece("fir", paint, _placed(_FIR, x, horizon + up, height * 0.5, height)))
    return [*pieces, Piece("ground", "ground", _ridge(draw, horizon, 0.025))]


def _bubbles(draw: Draw) -> list[Piece]:
    return [
        Piece(
            "bubble",
            "bubble" if (row + column) % 2 else "bubble deep",
            _placed(_DISC, (column + draw(0, 1)) / 3, (row + draw(0, 1)) / 3, draw(0.06, 0.17)),
        )
        for row in range(3)
        for column in range(3)
    ]


_LAYOUTS: dict[str, Callable[[Draw], list[Piece]]] = {
    "studio": _studio,
    "sky": _sky,
    "hills": _hills,
    "sea": _sea,
    "night": _night,
    "room": _room,
    "forest": _forest,
    "bubbles": _bubbles,
}
