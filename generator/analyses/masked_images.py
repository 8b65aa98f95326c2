"""Concept images with a mask named as one of two classes: what background controls rest on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import torch

from generator.inputs.batches import UNLABELLED
from generator.inputs.concepts import ConceptBatch, ConceptSet, ConceptView, concept_batches
from generator.inputs.preprocess import Preprocess
from generator.records import Booleans

Sides = tuple[int, int]


def concepts_named(concepts: ConceptSet, first: str, second: str) -> Sides | None:
    """Return the masked concepts that are called as two classes, None where one of them is not there."""
    found = []
    for name in (first, second):
        numbers = [
            number
            for number, concept in enumerate(concepts.info.concepts)
            if concept.kind == "mask" and concept.name.casefold() == name.casefold()
        ]
        if not numbers:
            return None
        found.append(numbers[0])
    return found[0], found[1]


@dataclass(eq=False)
class MaskedSource:
    """Gives batches of images that have exactly one of two masks, up to so many of each class.

    What was given is noted, image by image.

    Args:
        concepts: The concept images.
        sides: The masked concepts of A and of B.
        most: Images of each class.
    """

    concepts: ConceptSet
    sides: Sides
    most: int
    indices: list[int] = field(default_factory=list)
    of_first: list[bool] = field(default_factory=list)
    masks: list[Booleans] = field(default_factory=list)

    def batches(self, preprocess: Preprocess, batch_size: int) -> Iterator[ConceptBatch]:
        """Yield the images in the set's own random order.

        Raises:
            ImagesError: An image has gone or changed.
        """
        candidates = np.array(self._candidates(), dtype=np.int64)
        for batch in concept_batches(self.concepts, candidates, preprocess, batch_size):
            rows = [row for row, view in enumerate(batch.views) if self._take(int(batch.indices[row]), view)]
            if rows:
                yield ConceptBatch(
                    batch.indices[rows],
                    np.full(len(rows), UNLABELLED, np.int32),
                    batch.pixels[torch.tensor(rows)],
                    tuple(batch.views[row] for row in rows),
                )
            if self._left(first=True) == self._left(first=False) == 0:
                return

    def _candidates(self) -> list[int]:
        """Return the images that may have one of the masks, so ordered that neither class comes late."""
        by_side = [
            [index for index in range(len(self.concepts)) if self.concepts.may_have(index, side)]
            for side in self.sides
        ]
        place = {index: rank for own in by_side for rank, index in enumerate(own)}
        return sorted(place, key=lambda index: (place[index], index))

    def _left(self, *, first: bool) -> int:
        return self.most - sum(own == first for own in self.of_first)

    def _take(self, index: int, view: ConceptView) -> bool:
        """Note an image that has one of the masks; whether it has, and is still wanted."""
        has = [side in view.masks for side in self.sides]
        if has[0] == has[1] or not self._left(first=has[0]):
            return False
        self.indices.append(index)
        self.of_first.append(has[0])
        self.masks.append(view.masks[self.sides[0] if has[0] else self.sides[1]])
        return True
