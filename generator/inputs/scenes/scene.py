"""A scene: its pixels, the factors it was made from, and the mask of everything in it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from PIL import Image

from generator.inputs.scenes.backgrounds import scenery
from generator.inputs.scenes.factors import Factors, draw_factors, layout_random
from generator.inputs.scenes.lighting import Pixels, lit, seen
from generator.inputs.scenes.names import concepts_of
from generator.inputs.scenes.objects import drawing
from generator.inputs.scenes.palette import Paint, background_paints, object_paints
from generator.inputs.scenes.raster import SAMPLES, counted, topmost
from generator.inputs.scenes.shapes import Points, rotation
from generator.inputs.scenes.textures import downwards, texture_layer
from generator.records import Booleans, Bytes8

SIZES = (32, 256)
"""Smallest and largest side of a scene in pixels."""


@dataclass(frozen=True, eq=False)
class Scene:
    """A drawn scene.

    Attributes:
        pixels: (size, size, 3) uint8, RGB.
        factors: What it shows and how.
        masks: (size, size) bool by concept (`object:cat`, `colour:red`): the pixels of which the
            concept's visible pieces cover at least half. Only concepts that the scene has;
            an all-false mask means too small to fill half a pixel, or hidden.
    """

    pixels: Bytes8
    factors: Factors
    masks: Mapping[str, Booleans]


@dataclass(frozen=True, eq=False)
class Plan:
    """A scene before it is drawn: pieces from back to front, in shares of the image's side.

    Attributes:
        outlines: (vertices, 2) of every piece.
        paints: Of every piece.
        concepts: Names of what every piece belongs to.
        first: Number of the object's first piece; those before are background.
        to_image: (2, 2), from texture directions in object units to shares of the image's side.
        centre: (2,), the object's, in shares of the side.
    """

    outlines: tuple[Points, ...]
    paints: tuple[Paint, ...]
    concepts: tuple[tuple[str, ...], ...]
    first: int
    to_image: Points
    centre: Points


def plan_scene(factors: Factors, random: np.random.Generator) -> Plan:
    """Lay a scene out.

    Args:
        factors: What it shows.
        random: Places what the factors leave open.
    """
    behind = scenery(factors.background, random)
    drawn = drawing(factors.object, factors.outline)
    wide = math.exp(factors.stretch / 2)
    scale = np.diag([-wide if factors.mirrored else wide, 1 / wide]) * factors.size / 2
    to_image = rotation(factors.rotation) @ scale
    centre = np.array([factors.x, factors.y])
    placed = drawn.points @ to_image.T + centre
    outlines = [placed[start:stop] for start, stop in zip(drawn.starts, drawn.starts[1:], strict=False)]
    far, near = (
        background_paints(factors.background, factors.tone),
        object_paints(factors.colour, factors.accent),
    )
    paints = [far[piece.paint] for piece in behind] + [near[name] for name in drawn.paints]
    concepts = [
        concepts_of(factors, "background", piece.part, paint.colour, textured=False)
        for piece, paint in zip(behind, paints, strict=False)
    ]
    concepts += [
        concepts_of(factors, "object", part, near[name].colour, textured=name == "fill")
        for part, name in zip(drawn.parts, drawn.paints, strict=True)
    ]
    return Plan(
        outlines=(*(piece.points for piece in behind), *outlines),
        paints=tuple(paints),
        concepts=tuple(concepts),
        first=len(behind),
        to_image=to_image @ rotation(factors.texture_angle),
        centre=centre,
    )


def draw(seed: int, index: int, size: int) -> Scene:
    """Draw a scene: the same at every size, in another resolution.

    Args:
        seed: Of the set of scenes, from 0 on.
        index: Of the scene in the set, from 0 on.
        size: Side in pixels, 32 to 256.

    Raises:
        ValueError: One of them is out of range.
    """
    factors, random, plan, top = _prepared(seed, index, size)
    names = tuple(dict.fromkeys(name for concepts in plan.concepts for name in concepts))
    counts = counted(top, np.array([[name in concepts for name in names] for concepts in plan.concepts]))
    solid = counts[:, :, names.index(f"object:{factors.object}")]
    covered = counts >= SAMPLES**2 // 2
    masks = {name: np.ascontiguousarray(covered[:, :, column]) for column, name in enumerate(names)}
    return Scene(_finished(top, plan, factors, solid, random), factors, masks)


def draw_pixels(seed: int, index: int, size: int) -> Bytes8:
    """Return the pixels of a scene alone, (size, size, 3) uint8; see `draw`."""
    factors, random, plan, top = _prepared(seed, index, size)
    in_front = np.arange(len(plan.paints))[:, None] >= plan.first
    return _finished(top, plan, factors, counted(top, in_front)[:, :, 0], random)


def _prepared(seed: int, index: int, size: int) -> tuple[Factors, np.random.Generator, Plan, Image.Image]:
    if not SIZES[0] <= size <= SIZES[1]:
        raise ValueError(f"`size` must be from {SIZES[0]} to {SIZES[1]} pixels, got {size}")
    factors = draw_factors(seed, index)
    random = layout_random(seed, index)
    plan = plan_scene(factors, random)
    return factors, random, plan, topmost(plan.outlines, size * SAMPLES)


def _finished(
    top: Image.Image, plan: Plan, factors: Factors, solid: Bytes8, random: np.random.Generator
) -> Bytes8:
    """Return the pixels; `solid` counts the samples of every pixel that show the object."""
    covered = (solid / np.float32(SAMPLES**2)).astype(np.float32)
    return seen(lit(_painted(top, plan, factors), covered, factors), factors, random)


def _painted(top: Image.Image, plan: Plan, factors: Factors) -> Pixels:
    """Return the flat colours, (size, size, 3) float32, 0 to 255."""
    side = top.width
    texture = texture_layer(factors.texture, plan.to_image * side, plan.centre * side, factors.period, side)
    fall = downwards(side)
    in_front = top.point([255 * (number >= plan.first) for number in range(256)])
    blend = Image.composite(texture, fall, in_front)
    tones = []
    for paints in ([paint.first for paint in plan.paints], [paint.second for paint in plan.paints]):
        tone = top.copy()
        tone.putpalette(np.round(np.array(paints)).astype(np.uint8).tobytes())
        tones.append(tone.convert("RGB"))
    return np.asarray(Image.composite(tones[1], tones[0], blend).reduce(SAMPLES), dtype=np.float32)
