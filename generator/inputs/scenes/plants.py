"""Drawings of what grows: tree, flower, mushroom."""

from __future__ import annotations

import math

from generator.inputs.scenes.shapes import ellipse, polygon, smooth
from generator.inputs.scenes.sketch import Shape, detail, dot, line, main

_PETALS = 7


def tree() -> list[Shape]:
    """Forked trunk under a crown of three rounds, with fruit."""
    crown = smooth(
        "0,-0.95 -0.4,-0.84 -0.54,-0.6 -0.84,-0.4 -0.86,0 -0.6,0.24 -0.28,0.2 0,0.3 "
        "0.28,0.2 0.6,0.24 0.86,0 0.84,-0.4 0.54,-0.6 0.4,-0.84"
    )
    fruit = polygon("-0.46,-0.16 0.1,-0.52 0.46,-0.06 -0.06,0.02 -0.2,-0.64 0.5,-0.4")
    return [
        main("trunk", polygon("-0.13,0.1 0.13,0.1 0.15,0.74 0.28,0.95 -0.28,0.95 -0.15,0.74"), "wood"),
        main("crown", crown),
        *[dot("fruit", "white", x, y, 0.085) for x, y in fruit.tolist()],
    ]


def flower() -> list[Shape]:
    """Petals around a golden heart, on a stem with two leaves."""
    petals = []
    for number in range(_PETALS):
        turn = 360 / _PETALS * number
        x, y = math.sin(math.radians(turn)) * 0.4, -math.cos(math.radians(turn)) * 0.4
        petals.append(main("petal", ellipse(x, y - 0.34, 0.17, 0.26, turn)))
    return [
        line("stem", "leaf", 0.1, "0,-0.1 0.03,0.4 0,0.96"),
        detail("leaf", "leaf", smooth("0.02,0.8 0.2,0.52 0.58,0.42 0.46,0.68")),
        detail("leaf", "leaf", smooth("0,0.9 -0.16,0.62 -0.54,0.5 -0.44,0.78")),
        *petals,
        detail("heart", "beak", ellipse(0, -0.34, 0.23, 0.23)),
        detail("heart", "gold", ellipse(0, -0.34, 0.18, 0.18)),
    ]


def mushroom() -> list[Shape]:
    """Domed cap with pale spots, gills, thick stem."""
    spots = (
        (-0.5, -0.22, 0.12),
        (-0.08, -0.62, 0.13),
        (0.06, -0.2, 0.11),
        (0.5, -0.38, 0.12),
        (-0.42, -0.6, 0.08),
    )
    return [
        main("stem", smooth("-0.2,0.06 -0.24,0.6 -0.34,0.92 0,0.97 0.34,0.92 0.24,0.6 0.2,0.06"), "white"),
        detail("grass", "leaf", polygon("-0.52,0.97 -0.46,0.7 -0.36,0.88 -0.26,0.66 -0.16,0.97")),
        detail("grass", "leaf", polygon("0.12,0.97 0.24,0.72 0.32,0.88 0.46,0.64 0.52,0.97")),
        detail("gill", "grey", ellipse(0, 0.06, 0.6, 0.16)),
        main(
            "cap",
            smooth(
                "-0.92,-0.02 -0.8,-0.5 -0.4,-0.86 0,-0.94 0.4,-0.86 0.8,-0.5 0.92,-0.02 "
                "0.5,0.08 0,0.02 -0.5,0.08"
            ),
        ),
        *[detail("spot", "white", ellipse(x, y, radius, radius * 0.85)) for x, y, radius in spots],
    ]
