"""Drawings of made things: car, boat, airplane, balloon, house, cup, umbrella."""

from __future__ import annotations

from generator.inputs.scenes.shapes import box, curve, ellipse, polygon, smooth, tube
from generator.inputs.scenes.sketch import Shape, detail, dot, line, main, mirrored


def car() -> list[Shape]:
    """From the side: cabin with two windows, bonnet, two wheels, lamps."""
    return [
        main(
            "body",
            polygon(
                "-0.96,0.36 -0.94,-0.02 -0.66,-0.1 -0.42,-0.52 0.36,-0.52 0.62,-0.08 0.92,0.02 0.97,0.36"
            ),
        ),
        detail("window", "glass", polygon("-0.5,-0.1 -0.32,-0.4 -0.06,-0.4 -0.06,-0.1")),
        detail("window", "glass", polygon("0.06,-0.1 0.06,-0.4 0.3,-0.4 0.47,-0.1")),
        line("door", "edge", 0.035, "0,-0.08 0,0.3"),
        line("door", "edge", 0.05, "0.08,0.06 0.2,0.06"),
        detail("lamp", "gold", ellipse(-0.9, 0.1, 0.07, 0.09)),
        detail("lamp", "beak", ellipse(0.91, 0.13, 0.05, 0.08)),
        *mirrored(
            dot("wheel", "ink", -0.52, 0.38, 0.25),
            dot("wheel", "grey", -0.52, 0.38, 0.13),
            dot("wheel", "white", -0.52, 0.38, 0.055),
        ),
    ]


def boat() -> list[Shape]:
    """A sailing boat: hull, mast, two sails, pennant."""
    return [
        detail("mast", "wood", box(-0.045, -0.94, 0.045, 0.4)),
        detail("flag", "gold", polygon("0.02,-0.97 0.34,-0.88 0.02,-0.78")),
        main("sail", polygon("-0.1,-0.8 -0.12,0.22 -0.78,0.22")),
        main("sail", polygon("0.1,-0.66 0.62,0.22 0.11,0.22"), "white"),
        main("hull", smooth("-0.92,0.36 0,0.38 0.94,0.34 0.66,0.78 0,0.86 -0.6,0.8"), "tone"),
        line("hull", "white", 0.07, "-0.74,0.55 0,0.58 0.76,0.54"),
    ]


def airplane() -> list[Shape]:
    """From the side: long body, cockpit, row of windows, wing, tail fin."""
    return [
        main("wing", polygon("0.06,-0.06 0.24,-0.5 0.42,-0.5 0.36,-0.02"), "tone"),
        main("tail", polygon("0.6,-0.08 0.78,-0.66 0.98,-0.66 0.92,0.06"), "tone"),
        main(
            "body",
            smooth(
                "-0.96,0.1 -0.8,-0.14 -0.4,-0.24 0.3,-0.2 0.96,-0.08 0.9,0.12 0.3,0.3 -0.4,0.34 -0.84,0.26"
            ),
        ),
        detail("cockpit", "glass", polygon("-0.82,-0.04 -0.66,-0.16 -0.54,-0.16 -0.56,0.04 -0.84,0.04")),
        *[dot("window", "glass", x, 0, 0.065) for x in (-0.36, -0.14, 0.08, 0.3, 0.52)],
        main("wing", polygon("-0.22,0.12 0.24,0.12 0.6,0.74 0.4,0.76"), "tone"),
        detail("engine", "grey", ellipse(0.16, 0.46, 0.15, 0.08)),
    ]


def balloon() -> list[Shape]:
    """A hot-air balloon: envelope, ropes, basket."""
    return [
        *mirrored(line("rope", "ink", 0.028, "-0.22,0.4 -0.14,0.72")),
        line("rope", "ink", 0.028, "0,0.42 0,0.72"),
        main(
            "envelope",
            smooth(
                "0,-0.97 -0.52,-0.8 -0.7,-0.34 -0.52,0.1 -0.22,0.42 0.22,0.42 0.52,0.1 0.7,-0.34 0.52,-0.8"
            ),
        ),
        detail("skirt", "white", polygon("-0.26,0.34 0.26,0.34 0.22,0.46 -0.22,0.46")),
        detail("basket", "wood", polygon("-0.2,0.68 0.2,0.68 0.15,0.97 -0.15,0.97")),
        detail("basket", "gold", box(-0.22, 0.66, 0.22, 0.73)),
    ]


def house() -> list[Shape]:
    """From the front: pitched roof, chimney, door, two windows with crossbars."""
    window = (
        detail("window", "white", box(-0.52, 0.06, -0.12, 0.46)),
        detail("window", "glass", box(-0.47, 0.11, -0.17, 0.41)),
        detail("window", "white", box(-0.335, 0.1, -0.305, 0.42)),
        detail("window", "white", box(-0.48, 0.245, -0.16, 0.275)),
    )
    return [
        main("chimney", box(0.34, -0.84, 0.58, -0.3), "tone"),
        main("wall", box(-0.7, -0.2, 0.7, 0.9)),
        *window,
        detail("door", "wood", box(0.12, 0.2, 0.5, 0.9)),
        dot("door", "gold", 0.42, 0.56, 0.045),
        main("roof", polygon("-0.94,-0.1 0,-0.92 0.94,-0.1"), "tone"),
        dot("window", "white", 0, -0.4, 0.17),
        dot("window", "glass", 0, -0.4, 0.12),
    ]


def cup() -> list[Shape]:
    """A steaming cup: handle, rim, saucer."""
    return [
        *[
            line("steam", "white", 0.07, path)
            for path in (
                "-0.34,-0.5 -0.26,-0.66 -0.4,-0.8 -0.31,-0.96",
                "-0.06,-0.5 0.02,-0.66 -0.12,-0.8 -0.03,-0.96",
                "0.22,-0.5 0.3,-0.66 0.16,-0.8 0.25,-0.96",
            )
        ],
        detail("saucer", "white", ellipse(-0.05, 0.76, 0.82, 0.16)),
        detail("saucer", "grey", ellipse(-0.05, 0.75, 0.5, 0.08)),
        main("handle", tube(curve("0.46,-0.14 0.84,-0.16 0.88,0.22 0.4,0.4"), 0.15), "tone"),
        main("bowl", smooth("-0.68,-0.3 -0.62,0.3 -0.34,0.7 0.24,0.7 0.52,0.3 0.58,-0.3 -0.05,-0.38")),
        detail("rim", "white", ellipse(-0.05, -0.28, 0.62, 0.13)),
        detail("drink", "wood", ellipse(-0.05, -0.26, 0.53, 0.09)),
    ]


def umbrella() -> list[Shape]:
    """Open: domed canopy with a curved hem, ribs, hooked handle."""
    return [
        line("tip", "wood", 0.07, "0,-0.97 0,-0.7"),
        line("handle", "wood", 0.085, "0,-0.2 0,0.72 0.1,0.9 0.26,0.88 0.32,0.72"),
        main(
            "canopy",
            polygon(
                "0.94,0 0.78,-0.1 0.56,-0.08 0.46,0.02 0.3,-0.1 0,-0.12 -0.3,-0.1 -0.46,0.02 -0.56,-0.08 "
                "-0.78,-0.1 -0.94,0 -0.86,-0.4 -0.5,-0.74 0,-0.86 0.5,-0.74 0.86,-0.4"
            ),
        ),
        *mirrored(line("rib", "edge", 0.035, "0,-0.84 -0.34,-0.56 -0.46,0")),
        line("rib", "edge", 0.035, "0,-0.84 0,-0.12"),
    ]
