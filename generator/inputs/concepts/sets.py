"""Sets of concept images, in the chunks and halves that choosing, scoring and shuffling go by."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from torchvision.transforms import InterpolationMode
from torchvision.transforms import functional as transform

from generator.errors import ImagesError
from generator.inputs.concepts.annotated import ConceptReader, Found
from generator.inputs.concepts.sources import find_concepts
from generator.inputs.lookahead import ahead, thread_count
from generator.inputs.preprocess import Preprocess
from generator.recipe import ConceptsSection
from generator.recipe_sections import FEWEST_CONCEPT_IMAGES
from generator.records import Booleans, Bytes8, ConceptsInfo, Skipped

CHUNK = FEWEST_CONCEPT_IMAGES
HALF = CHUNK // 2
"""Images of a chunk, and of each half of it: shuffles pair images of the same half of a chunk."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class ConceptView:
    """A concept image as the network sees it.

    Attributes:
        pixels: (crop, crop, 3) uint8, RGB.
        masks: (crop, crop) bool by index of the concept, none of them empty.
        facts: Indices of the concepts that are true of the whole image.
    """

    pixels: Bytes8
    masks: Mapping[int, Booleans]
    facts: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class ConceptSet:
    """Verified concept images in a random order, whole chunks of them; picklable, holds no pixels.

    The first half of every chunk is for choosing, the second for scoring; see `halves`.

    Attributes:
        info: What the set is.
        ids: Of every image.
        sha256: Of every image's content and masks.
        reader: Where they lie.
        positions: (images,) int64, every image's position in `reader`.
    """

    info: ConceptsInfo
    ids: tuple[str, ...]
    sha256: tuple[str, ...]
    reader: ConceptReader
    positions: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.ids)

    def may_have(self, index: int, concept: int) -> bool:
        """Whether a masked concept can be in an image, as far as can be told without looking at it."""
        return self.reader.may_have(int(self.positions[index]), self.info.concepts[concept])

    def view(self, index: int, preprocess: Preprocess) -> ConceptView:
        """Return an image and its concepts as the network sees them.

        Raises:
            ImagesError: The image has gone or changed since the set was opened.
        """
        position = int(self.positions[index])
        try:
            parts = self.reader.parts(position)
            if _sha256(parts) != self.sha256[index]:
                raise ImagesError("has changed since the images were opened")
            annotated = self.reader.annotated(position, parts)
        except ImagesError as error:
            raise ImagesError(
                f"concept image `{self.ids[index]}` {error.message}; "
                "leave the images as they are and build again"
            ) from None
        numbers = {concept: number for number, concept in enumerate(self.info.concepts)}
        masks = {numbers[concept]: seen(mask, preprocess) for concept, mask in annotated.masks.items()}
        return ConceptView(
            preprocess.view(annotated.picture),
            {number: mask for number, mask in sorted(masks.items()) if mask.any()},
            tuple(sorted(numbers[fact] for fact in annotated.facts)),
        )


def halves(images: int) -> NDArray[np.int64]:
    """Return the half, 0 for choosing or 1 for scoring, of every image of a set, (images,)."""
    return (np.arange(images) % CHUNK) // HALF


def seen(mask: Booleans, preprocess: Preprocess) -> Booleans:
    """Return a mask as the network sees it, (crop, crop): resized (nearest pixel) and cropped."""
    picture = transform.resize(
        Image.fromarray(mask.astype(np.uint8)), [preprocess.resize], interpolation=InterpolationMode.NEAREST
    )
    return np.asarray(transform.center_crop(picture, [preprocess.crop, preprocess.crop])).astype(bool)


def open_concepts(
    section: ConceptsSection, seed: int, side: int, progress: Progress | None = None
) -> ConceptSet:
    """Open the concept images of a recipe's section: list, draw a sample, decode every one once, hash it.

    Images that cannot be used are left out and named in `info.skipped`. `section.limit` images at
    most are kept, in whole chunks and in a seeded random order.

    Args:
        section: Which images; any source but `none`.
        seed: Of scenes, sample and order.
        side: Pixels of the shorter side that the network's preprocessing resizes to.
        progress: Told (usable images found, usable images that may be found) after every image.

    Raises:
        ImagesError: No such images, a failed download, or not one chunk of usable images.
    """
    found = find_concepts(section, seed, side)
    order = np.random.default_rng(seed).permutation(len(found.ids))
    hashes, skipped = _verify_until(found, order, section.limit, progress)
    wanted = len(hashes) // CHUNK * CHUNK
    if not wanted:
        raise ImagesError(
            f"`concepts` must have at least {CHUNK} usable images with masks, got {len(hashes)}"
            + (f" (the first one skipped: `{skipped[0].path}` {skipped[0].reason})" if skipped else "")
        )
    positions = list(hashes)[:wanted]
    ids = tuple(found.ids[position] for position in positions)
    sha256 = tuple(hashes[position] for position in positions)
    info = ConceptsInfo(
        name=section.name or found.name,
        source=section.source,
        synthetic=found.synthetic,
        count=wanted,
        sha256=_set_sha256(ids, sha256, found),
        concepts=found.concepts,
        skipped=tuple(sorted((*found.skipped, *skipped), key=lambda entry: entry.path)),
        licence=section.licence or found.licence,
        citation=section.citation or found.citation,
    )
    return ConceptSet(info, ids, sha256, found.reader, np.array(positions, dtype=np.int64))


def _verify_until(
    found: Found, order: NDArray[np.int64], wanted: int, progress: Progress | None
) -> tuple[dict[int, str], list[Skipped]]:
    """Look at images in an order until so many usable ones are found.

    Returns:
        The hash of every usable image by its position, in the order; and what was skipped.
    """
    hashes: dict[int, str] = {}
    skipped = []
    positions = order.tolist()
    with closing(ahead(partial(_verify_one, found), positions, 4 * thread_count())) as results:
        for position, (sha256, reason) in zip(positions, results, strict=True):
            if reason:
                skipped.append(Skipped(found.ids[position], reason))
            else:
                hashes[position] = sha256
            if progress is not None:
                progress(len(hashes), min(wanted, len(positions) - len(skipped)))
            if len(hashes) == wanted:
                break
    return hashes, skipped


def _verify_one(found: Found, position: int) -> tuple[str, str]:
    """Return the image's hash and nothing, or nothing and why it cannot be used."""
    try:
        parts = found.reader.parts(position)
        if not found.sure:
            found.reader.annotated(position, parts)
    except ImagesError as error:
        return "", error.message
    return _sha256(parts), ""


def _sha256(parts: tuple[bytes, ...]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def _set_sha256(ids: tuple[str, ...], hashes: tuple[str, ...], found: Found) -> str:
    digest = hashlib.sha256(f"{found.meaning}\0".encode())
    for concept in found.concepts:
        digest.update(f"{concept}\0{concept.kind}\0".encode())
    for name, sha256 in zip(ids, hashes, strict=True):
        digest.update(f"{name}\0{sha256}\0".encode())
    return digest.hexdigest()
