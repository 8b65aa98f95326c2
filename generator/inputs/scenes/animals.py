"""Drawings of animals: cat, dog, rabbit, bird, fish, butterfly."""

from __future__ import annotations

from generator.inputs.scenes.shapes import curve, ellipse, polygon, smooth, tube
from generator.inputs.scenes.sketch import Shape, detail, dot, line, main, mirrored


def cat() -> list[Shape]:
    """Sitting, from the front: pointed ears, slit eyes, short snout with whiskers, curled tail."""
    return [
        main("tail", tube(curve("0.3,0.86 0.72,0.84 0.86,0.5 0.68,0.24"), 0.2, 0.15)),
        main("body", smooth("-0.4,0.9 -0.42,0.5 0,0.16 0.42,0.5 0.4,0.9 0,0.97")),
        detail("chest", "white", ellipse(0, 0.52, 0.2, 0.26)),
        *mirrored(detail("paw", "white", ellipse(-0.19, 0.9, 0.15, 0.09))),
        *mirrored(main("ear", polygon("-0.66,-0.3 -0.68,-0.98 -0.1,-0.68"))),
        *mirrored(detail("ear", "white", polygon("-0.57,-0.5 -0.58,-0.82 -0.3,-0.66"))),
        main("head", ellipse(0, -0.25, 0.7, 0.52)),
        *mirrored(
            detail("eye", "white", ellipse(-0.3, -0.3, 0.16, 0.17)),
            detail("eye", "ink", ellipse(-0.28, -0.3, 0.075, 0.15)),
            detail("eye", "white", ellipse(-0.26, -0.37, 0.035, 0.04)),
            detail("snout", "white", ellipse(-0.1, 0, 0.14, 0.11)),
        ),
        detail("nose", "nose", polygon("-0.09,-0.11 0.09,-0.11 0,0")),
        *mirrored(
            line("whisker", "ink", 0.028, "-0.26,-0.04 -0.82,-0.12"),
            line("whisker", "ink", 0.028, "-0.26,0.04 -0.8,0.1"),
            line("mouth", "nose", 0.03, "0,0 -0.04,0.07 -0.13,0.06"),
        ),
    ]


def dog() -> list[Shape]:
    """Sitting, from the front: hanging ears, round eyes, long snout with a broad nose, raised tail."""
    return [
        main("tail", tube(curve("0.3,0.75 0.6,0.66 0.78,0.36"), 0.19, 0.09)),
        main("body", smooth("-0.42,0.92 -0.44,0.5 0,0.16 0.44,0.5 0.42,0.92 0,0.97")),
        detail("chest", "white", ellipse(0, 0.56, 0.2, 0.26)),
        *mirrored(detail("paw", "white", ellipse(-0.2, 0.9, 0.16, 0.1))),
        main("head", smooth("0,-0.86 -0.46,-0.7 -0.52,-0.2 -0.36,0.2 0,0.3 0.36,0.2 0.52,-0.2 0.46,-0.7")),
        *mirrored(
            main(
                "ear",
                smooth("-0.34,-0.84 -0.62,-0.74 -0.86,-0.3 -0.8,0.12 -0.56,0.08 -0.48,-0.34"),
                "tone",
            )
        ),
        *mirrored(dot("eye", "ink", -0.23, -0.38, 0.1), dot("eye", "white", -0.2, -0.42, 0.035)),
        detail(
            "snout",
            "white",
            smooth("0,-0.24 -0.22,-0.12 -0.34,0.08 -0.2,0.24 0,0.28 0.2,0.24 0.34,0.08 0.22,-0.12"),
        ),
        detail("nose", "nose", smooth("-0.16,-0.12 0,-0.17 0.16,-0.12 0.09,0 0,0.03 -0.09,0")),
        line("mouth", "nose", 0.035, "0,0 0,0.12"),
        *mirrored(line("mouth", "nose", 0.035, "0,0.12 -0.08,0.17 -0.18,0.13")),
    ]


def rabbit() -> list[Shape]:
    """Sitting, from the front: long upright ears, small eyes, two teeth, round tail."""
    return [
        detail("tail", "white", ellipse(0.47, 0.72, 0.17, 0.17)),
        main("body", ellipse(0, 0.58, 0.44, 0.38)),
        detail("chest", "white", ellipse(0, 0.6, 0.22, 0.25)),
        *mirrored(main("ear", ellipse(-0.22, -0.66, 0.14, 0.4, -9))),
        *mirrored(detail("ear", "white", ellipse(-0.22, -0.64, 0.065, 0.28, -9))),
        main("head", ellipse(0, 0, 0.48, 0.41)),
        *mirrored(
            main("paw", ellipse(-0.24, 0.9, 0.2, 0.1), "tone"),
            dot("eye", "ink", -0.22, -0.06, 0.075),
            dot("eye", "white", -0.2, -0.09, 0.028),
            detail("snout", "white", ellipse(-0.09, 0.16, 0.12, 0.1)),
        ),
        detail("tooth", "white", polygon("-0.07,0.2 0.07,0.2 0.06,0.35 -0.06,0.35")),
        line("tooth", "nose", 0.02, "0,0.22 0,0.34"),
        detail("nose", "nose", polygon("-0.07,0.06 0.07,0.06 0,0.14")),
        *mirrored(line("mouth", "nose", 0.028, "0,0.14 -0.05,0.21 -0.14,0.2")),
    ]


def bird() -> list[Shape]:
    """Standing, from the side: beak, wing, fanned tail, thin legs."""
    return [
        line("leg", "beak", 0.06, "-0.1,0.55 -0.12,0.94"),
        line("leg", "beak", 0.06, "0.16,0.55 0.16,0.94"),
        line("leg", "beak", 0.05, "-0.26,0.94 0,0.94"),
        line("leg", "beak", 0.05, "0.02,0.94 0.3,0.94"),
        main("tail", polygon("0.3,0.2 0.98,-0.22 0.96,0.06 0.86,0.3 0.4,0.48"), "tone"),
        detail("beak", "beak", polygon("-0.62,-0.52 -0.98,-0.34 -0.58,-0.26")),
        main(
            "body",
            smooth(
                "-0.3,-0.82 -0.66,-0.62 -0.7,-0.2 -0.52,0.34 -0.1,0.64 0.34,0.54 0.58,0.22 "
                "0.2,-0.14 0.02,-0.6"
            ),
        ),
        detail("chest", "white", ellipse(-0.4, 0.16, 0.17, 0.34, -20)),
        main("wing", smooth("-0.2,-0.06 -0.22,0.26 0.1,0.46 0.62,0.32 0.34,0.1 0.1,-0.1"), "tone"),
        dot("eye", "white", -0.38, -0.48, 0.14),
        dot("eye", "ink", -0.41, -0.48, 0.085),
        dot("eye", "white", -0.44, -0.52, 0.03),
    ]


def fish() -> list[Shape]:
    """Swimming, from the side: tail fin, back and belly fins, gill, round eye."""
    return [
        main("fin", smooth("0.36,0 0.66,-0.28 0.96,-0.5 0.86,0 0.96,0.5 0.66,0.28"), "tone"),
        main("fin", smooth("-0.32,-0.4 -0.06,-0.82 0.34,-0.66 0.3,-0.3"), "tone"),
        main("fin", smooth("-0.16,0.4 0.06,0.76 0.28,0.66 0.2,0.36"), "tone"),
        main(
            "body",
            smooth("-0.94,0.04 -0.6,-0.4 -0.08,-0.54 0.34,-0.26 0.56,0 0.34,0.26 -0.08,0.54 -0.6,0.42"),
        ),
        line("gill", "edge", 0.05, "-0.34,-0.34 -0.22,0 -0.34,0.34"),
        main("fin", smooth("-0.1,0.06 0.2,0.02 0.3,0.2 0.06,0.28"), "tone"),
        dot("eye", "white", -0.6, -0.1, 0.15),
        dot("eye", "ink", -0.62, -0.1, 0.085),
        dot("eye", "white", -0.65, -0.14, 0.03),
        line("mouth", "nose", 0.035, "-0.9,0.16 -0.78,0.18 -0.7,0.13"),
    ]


def butterfly() -> list[Shape]:
    """Wings spread: four wings with pale spots, slim body, feelers."""
    return [
        *mirrored(
            main("wing", smooth("-0.06,0.02 -0.4,0.02 -0.74,0.3 -0.66,0.78 -0.3,0.8 -0.08,0.36")),
            main("wing", smooth("-0.06,0.08 -0.2,-0.5 -0.66,-0.86 -0.96,-0.6 -0.88,-0.1 -0.5,0.12")),
            detail("wing", "white", ellipse(-0.68, -0.52, 0.13, 0.11, 30)),
            detail("wing", "white", ellipse(-0.46, 0.54, 0.1, 0.1)),
            line("feeler", "ink", 0.045, "-0.02,-0.42 -0.12,-0.72 -0.3,-0.88"),
            dot("feeler", "ink", -0.3, -0.88, 0.05),
        ),
        detail("body", "ink", ellipse(0, 0.06, 0.09, 0.46)),
        dot("head", "ink", 0, -0.42, 0.12),
    ]
