"""Paints: the colours of objects and backgrounds, each with the name it goes by as a concept."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

Rgb = tuple[float, float, float]

HUES: dict[str, str] = {
    "red": "#e04b4f",
    "orange": "#f08a3c",
    "yellow": "#f4c63f",
    "green": "#58b368",
    "teal": "#2ba6a4",
    "blue": "#4483e0",
    "purple": "#8d68d6",
    "pink": "#f07fb0",
}
"""What an object's main pieces can be painted; sRGB."""

NEUTRALS = ("white", "black", "grey", "brown")
"""Further colours of details and backgrounds."""

INK = "#2c2a3b"
WHITE = "#fff6e9"

_LIGHTER = 0.52
_DARKER = 0.42
_TONE = 0.24
_EDGE = 0.62
"""Shares of white or ink mixed into a hue for its other tones."""


@dataclass(frozen=True)
class Paint:
    """A pair of colours that a texture (or a gradient) mixes.

    Attributes:
        first: RGB, 0 to 255, where the texture is 0.
        second: RGB, 0 to 255, where the texture is 1.
        colour: Name of the colour concept, or empty for a tone that has no clear name.
    """

    first: Rgb
    second: Rgb
    colour: str


_DETAILS: dict[str, tuple[str, str]] = {
    "ink": (INK, "black"),
    "white": (WHITE, "white"),
    "grey": ("#a3a9b5", "grey"),
    "wood": ("#94623f", "brown"),
    "leaf": ("#4c9f57", "green"),
    "beak": ("#f0973a", "orange"),
    "gold": ("#f6cf55", "yellow"),
    "glass": ("#c9e9f4", ""),
    "nose": ("#4a3a44", "black"),
}
"""Paints of details that are the same whatever the object's colour."""


def rgb(code: str) -> Rgb:
    """Return `#rrggbb` as numbers from 0 to 255."""
    return (float(int(code[1:3], 16)), float(int(code[3:5], 16)), float(int(code[5:7], 16)))


def mix(first: Rgb, second: Rgb, share: float) -> Rgb:
    """Return `first` with a share (0 to 1) of `second`."""
    red, green, blue = (one + (two - one) * share for one, two in zip(first, second, strict=True))
    return (red, green, blue)


@lru_cache(maxsize=len(HUES) * 2)
def object_paints(colour: str, accent: str) -> dict[str, Paint]:
    """Return an object's paints.

    Args:
        colour: One of `HUES`.
        accent: `lighter` or `darker`: the other tone of its texture.
    """
    base, ink, white = rgb(HUES[colour]), rgb(INK), rgb(WHITE)
    other = mix(base, white, _LIGHTER) if accent == "lighter" else mix(base, ink, _DARKER)
    tone, edge = mix(base, ink, _TONE), mix(base, ink, _EDGE)
    paints = {
        "fill": Paint(base, other, colour),
        "tone": Paint(tone, tone, colour),
        "edge": Paint(edge, edge, ""),
    }
    for name, (code, known_as) in _DETAILS.items():
        paints[name] = Paint(rgb(code), rgb(code), known_as)
    return paints


_BACKGROUNDS: dict[str, tuple[dict[str, tuple[str, str, str]], ...]] = {
    "studio": (
        {"base": ("#fdf1dc", "#f3d9b1", "")},
        {"base": ("#e3f1f4", "#b5d8e3", "blue")},
        {"base": ("#f8e3ea", "#e9b9cc", "pink")},
    ),
    "sky": (
        {"base": ("#7cc0ee", "#d5edf8", "blue"), "cloud": ("#ffffff", "#f1f6fa", "white")},
        {"base": ("#f6a98a", "#fde3c0", "orange"), "cloud": ("#fff4ec", "#fbd9cd", "white")},
        {"base": ("#b9a8e6", "#f2dcf0", "purple"), "cloud": ("#fdf6ff", "#efe0f5", "white")},
    ),
    "hills": (
        {
            "base": ("#a8daf0", "#eaf6ee", "blue"),
            "sun": ("#fff3c4", "#fff3c4", "yellow"),
            "far": ("#a9d6a6", "#98c995", "green"),
            "near": ("#8cc27f", "#6fae68", "green"),
        },
        {
            "base": ("#fbd7a9", "#fdf0d8", "orange"),
            "sun": ("#fff6dc", "#fff6dc", "white"),
            "far": ("#dcc486", "#cfb273", "yellow"),
            "near": ("#c3a35c", "#a8854a", "brown"),
        },
        {
            "base": ("#d7e4ea", "#f4f6f4", "grey"),
            "sun": ("#ffffff", "#ffffff", "white"),
            "far": ("#b5cbd0", "#a5bfc6", "grey"),
            "near": ("#8fb1b3", "#769ca1", "teal"),
        },
    ),
    "sea": (
        {
            "base": ("#bfe6f5", "#f2faf6", "blue"),
            "sun": ("#fff1b8", "#fff1b8", "yellow"),
            "water": ("#5bb5d5", "#3d8fbd", "blue"),
            "wave": ("#a5dbea", "#8accdf", ""),
        },
        {
            "base": ("#f7b7a0", "#fde6c4", "orange"),
            "sun": ("#fff3cf", "#fff3cf", "yellow"),
            "water": ("#7d8fc4", "#5c6ba6", "blue"),
            "wave": ("#c9b8d8", "#a9a3cf", ""),
        },
        {
            "base": ("#d3efe6", "#f6fbf3", "green"),
            "sun": ("#ffffff", "#ffffff", "white"),
            "water": ("#5fc1b5", "#3a9c98", "teal"),
            "wave": ("#b2e5db", "#8fd3ca", ""),
        },
    ),
    "night": (
        {
            "base": ("#1e2650", "#4a5596", "blue"),
            "moon": ("#fdf3cf", "#fdf3cf", "white"),
            "star": ("#f8eebf", "#f8eebf", ""),
            "near": ("#1a2142", "#141a36", "black"),
        },
        {
            "base": ("#2d1f4d", "#7a4f8f", "purple"),
            "moon": ("#ffe9d2", "#ffe9d2", "white"),
            "star": ("#ffe3cf", "#ffe3cf", ""),
            "near": ("#251a3f", "#1c1431", "black"),
        },
        {
            "base": ("#12303c", "#31717a", "teal"),
            "moon": ("#f3fbe9", "#f3fbe9", "white"),
            "star": ("#e3f5e4", "#e3f5e4", ""),
            "near": ("#10262f", "#0b1c24", "black"),
        },
    ),
    "room": (
        {
            "base": ("#f6dfc8", "#efcfb3", ""),
            "floor": ("#b98a63", "#a17350", "brown"),
            "board": ("#fffaf2", "#fffaf2", "white"),
            "frame": ("#fffaf2", "#fffaf2", "white"),
            "picture": ("#9cc6c4", "#9cc6c4", "teal"),
        },
        {
            "base": ("#cfe3d6", "#bbd5c4", "green"),
            "floor": ("#d8bd96", "#c4a57b", "brown"),
            "board": ("#f7fbf6", "#f7fbf6", "white"),
            "frame": ("#94623f", "#94623f", "brown"),
            "picture": ("#f5dc9a", "#f5dc9a", "yellow"),
        },
        {
            "base": ("#c6cfe8", "#b3bedd", "blue"),
            "floor": ("#8d8298", "#776d84", "grey"),
            "board": ("#f5f6fc", "#f5f6fc", "white"),
            "frame": ("#f5f6fc", "#f5f6fc", "white"),
            "picture": ("#eeb0b8", "#eeb0b8", "pink"),
        },
    ),
    "forest": (
        {
            "base": ("#dff0e2", "#f4f8ea", "green"),
            "far": ("#b3d6c0", "#a3cab3", "green"),
            "near": ("#79b295", "#5f9c80", "green"),
            "ground": ("#93bf7f", "#79a968", "green"),
        },
        {
            "base": ("#fbe8cf", "#fdf4e3", "orange"),
            "far": ("#edc08d", "#e6b07a", "orange"),
            "near": ("#d08f58", "#b97744", "brown"),
            "ground": ("#b88a5b", "#a17547", "brown"),
        },
        {
            "base": ("#dfe9f4", "#f5f8fb", "grey"),
            "far": ("#bccfe1", "#adc3d8", "blue"),
            "near": ("#87a6c2", "#6f91b1", "blue"),
            "ground": ("#f8fbfd", "#e2ecf3", "white"),
        },
    ),
    "bubbles": (
        {
            "base": ("#d9c7ee", "#f0e4f6", "purple"),
            "bubble": ("#e9dcf6", "#f8f1fb", "purple"),
            "bubble deep": ("#c7b0e4", "#dccbf0", "purple"),
        },
        {
            "base": ("#b7e0da", "#e2f4ee", "teal"),
            "bubble": ("#d0ece7", "#f1faf7", "teal"),
            "bubble deep": ("#9bd2ca", "#c3e7e1", "teal"),
        },
        {
            "base": ("#f9d9b0", "#fdefd9", "orange"),
            "bubble": ("#fce7cb", "#fff8ec", "orange"),
            "bubble deep": ("#f4c68c", "#f8d9b0", "orange"),
        },
    ),
}

BACKGROUNDS = tuple(_BACKGROUNDS)
TONES = 3
"""Colour variants of every background."""


@lru_cache(maxsize=len(_BACKGROUNDS) * TONES)
def background_paints(background: str, tone: int) -> dict[str, Paint]:
    """Return the paints of a background in one of its `TONES`."""
    return {
        name: Paint(rgb(first), rgb(second), colour)
        for name, (first, second, colour) in _BACKGROUNDS[background][tone].items()
    }
