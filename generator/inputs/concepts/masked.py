"""Concept images from disk: pictures with mask pictures beside them."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
from PIL import Image

from generator.errors import ImagesError
from generator.inputs.concepts.annotated import Annotated, Found
from generator.inputs.decoding import decode, read_bytes
from generator.inputs.sources import find_candidates
from generator.recipe import ConceptsSection, ImagesSection
from generator.records import Concept, Integers

IMAGES, MASKS = "images", "masks"
"""Folders below `concepts.path`."""

_MASK_MODES = ("L", "P", "I;16", "I", "1")
_DEPTH = 24
"""Byte of a PNG file that holds the bits of a value; PNG specification, sections 5.2 and 11.2.1."""


@dataclass(frozen=True)
class MaskFiles:
    """Pictures below one folder and mask pictures beside them.

    `masks` are the mask files of every image, one a category; `values` say for each of them which
    pixel value means which concept.
    """

    folder: str
    images: tuple[str, ...]
    masks: tuple[tuple[str, ...], ...]
    values: tuple[tuple[Mapping[int, tuple[Concept, ...]], ...], ...]

    def parts(self, position: int) -> tuple[bytes, ...]:
        """Return the bytes of the picture's and of the masks' files."""
        folder = Path(self.folder)
        picture = read_bytes(folder / self.images[position])
        return (picture, *(_read_mask(folder, file) for file in self.masks[position]))

    def may_have(self, position: int, concept: Concept) -> bool:
        """Whether a value of the image's masks means the concept."""
        return any(concept in meant for values in self.values[position] for meant in values.values())

    def annotated(self, position: int, parts: tuple[bytes, ...]) -> Annotated:
        """Return the decoded picture and its masks."""
        picture = decode(parts[0])
        masks = {}
        described = zip(self.masks[position], parts[1:], self.values[position], strict=True)
        for file, content, values in described:
            numbers = _numbers(file, content)
            if numbers.shape != (picture.height, picture.width):
                height, width = numbers.shape
                raise ImagesError(
                    f"is {picture.width} by {picture.height} pixels, "
                    f"but its mask, `{file}`, {width} by {height}"
                )
            for number in np.unique(numbers).tolist():
                for concept in values.get(number, ()):
                    masks[concept] = numbers == number
        return Annotated(picture, masks)


def _read_mask(folder: Path, file: str) -> bytes:
    try:
        return read_bytes(folder / file)
    except ImagesError as error:
        raise ImagesError(f"has a mask, `{file}`, that {error.message}") from None


def _numbers(file: str, content: bytes) -> Integers:
    """Return the values of a mask picture, (height, width)."""
    try:
        with Image.open(io.BytesIO(content), formats=("PNG",)) as mask:
            if mask.mode == "L" and content[_DEPTH] < 8:
                raise ImagesError(
                    f"has a mask, `{file}`, of {content[_DEPTH]} bit grey, whose values decoding scales; "
                    "a mask has 8 or 16 bit"
                )
            if mask.mode not in _MASK_MODES:
                raise ImagesError(
                    f"has a mask, `{file}`, of mode {mask.mode}; a mask has one channel of whole numbers"
                )
            return np.asarray(mask).astype(np.int64)
    except ImagesError:
        raise
    except Exception:  # on corrupt bytes Pillow's decoders raise errors of any kind
        raise ImagesError(f"has a mask, `{file}`, that is no PNG, truncated or corrupt") from None


def find_folder(section: ConceptsSection) -> Found:
    """List the pictures of a folder, each with a mask in every category; hidden folders are none.

    Raises:
        ImagesError: There is no category, or the names of a category cannot be read.
    """
    folder = Path(section.path).expanduser().absolute()
    listed = find_candidates(ImagesSection(source="folder", path=str(folder / IMAGES)), 0, 0)
    try:
        entries = [entry for entry in (folder / MASKS).iterdir() if not entry.name.startswith(".")]
    except OSError as error:
        raise ImagesError(f"`{folder / MASKS}` cannot be listed: {error.strerror}; allow it") from None
    categories = sorted(entry.name for entry in entries if entry.is_dir())
    if not categories:
        raise ImagesError(f"`concepts.path` must hold `{MASKS}/CATEGORY/`, got no category in `{folder}`")
    names = {category: _read_names(folder / MASKS / f"{category}.txt", category) for category in categories}
    masks = tuple(
        tuple(f"{MASKS}/{category}/{PurePosixPath(name).with_suffix('.png')}" for category in categories)
        for name in listed.ids
    )
    meanings = tuple(
        {number: (concept,) for number, concept in names[category].items()} for category in categories
    )
    return Found(
        name=folder.resolve().name,
        ids=listed.ids,
        concepts=tuple(concept for category in categories for concept in names[category].values()),
        reader=MaskFiles(
            str(folder), tuple(f"{IMAGES}/{name}" for name in listed.ids), masks, (meanings,) * len(masks)
        ),
        skipped=listed.skipped,
        meaning=json.dumps(
            {
                category: {number: concept.name for number, concept in names[category].items()}
                for category in categories
            },
            sort_keys=True,
        ),
    )


def _read_names(file: Path, category: str) -> dict[int, Concept]:
    """Read `NUMBER<TAB>NAME` lines: the concept that each value of a category's masks means."""
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        raise ImagesError(
            f"`{file}` must name the concepts of `{category}` as text, one `NUMBER<TAB>NAME` a line; write it"
        ) from None
    result: dict[int, Concept] = {}
    for place, line in enumerate(lines, start=1):
        number, _, name = line.partition("\t")
        if not line.strip():
            continue
        if not (number.isascii() and number.isdigit() and int(number) > 0 and name.strip()):
            raise ImagesError(
                f"`{file}` line {place} must be `NUMBER<TAB>NAME` with a number from 1 on, got `{line}`"
            )
        concept = Concept(category, name.strip(), "mask")
        if int(number) in result or concept in result.values():
            raise ImagesError(f"`{file}` line {place} must name nothing twice, got `{line}` again")
        result[int(number)] = concept
    if not result:
        raise ImagesError(f"`{file}` must name the concepts of `{category}`, got nothing; write it")
    return result
