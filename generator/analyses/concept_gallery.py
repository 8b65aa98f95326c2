"""Concept images to look at: some of them, and every mask of the first few."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from generator.analyses.base import Analysis, Context, Estimate, Scope
from generator.analyses.encoding import encode_picture
from generator.records import Booleans, Bytes8, ConceptGallery, ShownMask

SHOWN = 48
"""Concept images shown."""

EXPLAINED = 3
"""Of these, how many are shown with every mask."""

VEIL = 0.8
"""Share of white over everything outside a mask."""

BYTES = 3000
"""Of a picture, about, for an estimate."""


@dataclass(frozen=True)
class GalleryTask:
    """The first concept images of the set's random order, so many."""

    shown: int
    explained: int


class ConceptGalleryAnalysis(Analysis[GalleryTask, ConceptGallery, ConceptGallery]):
    """A contact sheet of the concept images, with masks."""

    name: ClassVar[str] = "concept_gallery"
    version: ClassVar[int] = 1
    scope: ClassVar[Scope] = "network"
    part_type: ClassVar[type] = ConceptGallery
    record_type: ClassVar[type] = ConceptGallery

    def wanted(self, context: Context) -> bool:
        """Whether there are concept images."""
        return context.concepts is not None

    def identity(self, context: Context) -> Mapping[str, Any]:
        """Return the concept images."""
        return {"concepts": context.concept_set.info.sha256}

    def tasks(self, context: Context) -> Sequence[GalleryTask]:
        """Return the one task."""
        return [GalleryTask(min(SHOWN, len(context.concept_set)), EXPLAINED)]

    def run(self, context: Context, task: GalleryTask) -> ConceptGallery:
        """Draw the contact sheet.

        Raises:
            ImagesError: An image has gone or changed.
        """
        preprocess = context.network().preprocess
        pictures: dict[str, bytes] = {}
        files, masks = [], []
        for image in range(task.shown):
            view = context.concept_set.view(image, preprocess)
            files.append(_keep(view.pixels, pictures))
            if image < task.explained:
                masks += [
                    ShownMask(image, concept, _keep(veiled(view.pixels, mask), pictures))
                    for concept, mask in view.masks.items()
                ]
        return ConceptGallery(context.concept_set.ids[: task.shown], tuple(files), tuple(masks), pictures)

    def combine(self, context: Context, parts: Sequence[ConceptGallery]) -> ConceptGallery:  # noqa: ARG002
        """Return the one result."""
        (gallery,) = parts
        return gallery

    def estimate(self, context: Context) -> Estimate:
        """Count the pictures."""
        shown = min(SHOWN, len(context.concept_set))
        return Estimate(f"{shown} concept images, {EXPLAINED} with masks", 0.5, shown * BYTES)


def veiled(pixels: Bytes8, mask: Booleans) -> Bytes8:
    """Return a picture (side, side, 3) with everything outside a mask (side, side) paled."""
    pale = (pixels * (1 - VEIL) + 255 * VEIL).astype(np.uint8)
    return np.where(mask[..., None], pixels, pale)


def _keep(pixels: Bytes8, pictures: dict[str, bytes]) -> str:
    name, data = encode_picture(pixels)
    pictures[name] = data
    return name
