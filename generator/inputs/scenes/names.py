"""Concepts of scenes: their names, their categories, and which of them a piece belongs to."""

from __future__ import annotations

from functools import lru_cache

from generator.inputs.scenes.factors import COLOURS, Factors
from generator.inputs.scenes.objects import OBJECTS, object_parts
from generator.inputs.scenes.palette import BACKGROUNDS, NEUTRALS
from generator.inputs.scenes.sketch import OUTLINES
from generator.inputs.scenes.textures import TEXTURES

SCENERY = (
    "cloud", "sun", "hill", "water", "wave", "star", "moon", "wall", "floor", "picture", "fir", "ground",
    "bubble",
)  # fmt: skip

CATEGORIES = ("object", "part", "colour", "texture", "outline", "background", "scenery")


@lru_cache(maxsize=1)
def _shared_parts() -> frozenset[str]:
    """Return the parts that more than one object has."""
    every = [part for parts in object_parts().values() for part in parts]
    return frozenset(part for part in every if every.count(part) > 1)


@lru_cache(maxsize=1)
def concepts() -> tuple[tuple[str, str], ...]:
    """Return every concept as (name as in a scene's masks, category), by category.

    A part that several objects have counts twice: `part:ear`, and `part:cat ear` of the cat alone.
    """
    parts = [part for own in object_parts().values() for part in own]
    special = [
        f"{kind} {part}" for kind, own in object_parts().items() for part in own if part in _shared_parts()
    ]
    values: dict[str, tuple[str, ...]] = {
        "object": OBJECTS,
        "part": (*dict.fromkeys(parts), *special),
        "colour": (*COLOURS, *NEUTRALS),
        "texture": TEXTURES,
        "outline": OUTLINES,
        "background": BACKGROUNDS,
        "scenery": SCENERY,
    }
    return tuple((f"{category}:{value}", category) for category in CATEGORIES for value in values[category])


def concepts_of(factors: Factors, place: str, part: str, colour: str, *, textured: bool) -> tuple[str, ...]:
    """Return the concepts that a piece of a scene belongs to.

    Args:
        factors: Of the scene.
        place: `object` or `background`.
        part: The piece's part, or empty.
        colour: Name of its paint's colour, or empty.
        textured: Whether the object's texture is on it.
    """
    names = [f"colour:{colour}"] if colour else []
    if place == "background":
        names.append(f"background:{factors.background}")
        if part:
            names.append(f"scenery:{part}")
        return tuple(names)
    names += [f"object:{factors.object}", f"outline:{factors.outline}"]
    if textured:
        names.append(f"texture:{factors.texture}")
    if part:
        names.append(f"part:{part}")
        if part in _shared_parts():
            names.append(f"part:{factors.object} {part}")
    return tuple(names)
