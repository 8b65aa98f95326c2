"""Where concept images come from: a recipe's section to a list of them."""

from __future__ import annotations

from pathlib import Path

from generator.errors import ImagesError
from generator.inputs.concepts.annotated import Found
from generator.inputs.concepts.masked import IMAGES, MASKS, find_folder
from generator.inputs.concepts.pets import find_pets
from generator.inputs.concepts.scenes import find_scenes
from generator.recipe import ConceptsSection


def find_concepts(section: ConceptsSection, seed: int, side: int) -> Found:
    """List the concept images of a recipe's section.

    Args:
        section: Which images; any source but `none`.
        seed: The recipe's.
        side: Pixels of the shorter side that the network's preprocessing resizes to.

    Raises:
        ImagesError: They are not there, or what describes their masks cannot be read.
    """
    check_concepts_place(section)
    if section.source == "scenes":
        return find_scenes(seed, side, section.limit)
    return find_folder(section) if section.source == "folder" else find_pets(section)


def check_concepts_place(section: ConceptsSection) -> None:
    """Check at once what costs nothing to check: that a folder of concept images has its parts.

    Raises:
        ImagesError: It has not.
    """
    if section.source in ("scenes", "none"):
        for key in ("path", "split", "download"):
            if getattr(section, key):
                raise ImagesError(
                    f'`concepts.{key}` must be left out for `concepts.source = "{section.source}"`; remove it'
                )
    if section.source != "folder":
        return
    if not section.path:
        raise ImagesError("`concepts.path` must name a folder of images with masks, got nothing; state it")
    folder = Path(section.path).expanduser()
    for part in (IMAGES, MASKS):
        if not (folder / part).is_dir():
            raise ImagesError(
                f"`concepts.path` must hold the folders `{IMAGES}` and `{MASKS}`, "
                f"got no `{part}` in `{folder}`"
            )
