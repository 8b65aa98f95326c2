"""Batches of concept images as the network sees them, with their masks, decoded ahead in threads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

import numpy as np
import torch

from generator.inputs.batches import UNLABELLED, Batch, looked_at
from generator.inputs.concepts.sets import ConceptSet, ConceptView
from generator.inputs.preprocess import Preprocess
from generator.records import Booleans, Integers


@dataclass(frozen=True, eq=False)
class ConceptBatch(Batch):
    """Some concept images in the order asked for; `views` are in the order of `indices`."""

    views: tuple[ConceptView, ...]

    def present(self, concepts: int) -> Booleans:
        """Return which of so many concepts are in the images, (images, concepts)."""
        present = np.zeros((len(self.views), concepts), dtype=bool)
        for row, view in enumerate(self.views):
            present[row, [*view.masks, *view.facts]] = True
        return present


def concept_batches(
    concepts: ConceptSet, indices: Integers, preprocess: Preprocess, batch_size: int
) -> Iterator[ConceptBatch]:
    """Yield concept images as the network sees them, in the order of `indices`.

    Raises:
        ImagesError: An image has gone or changed since the set was opened.
    """

    def look(index: int) -> ConceptView:
        return concepts.view(index, preprocess)

    with closing(looked_at(look, indices, batch_size)) as groups:
        for group, views in groups:
            pixels = torch.from_numpy(np.stack([view.pixels for view in views]))
            yield ConceptBatch(group, np.full(len(group), UNLABELLED, np.int32), pixels, tuple(views))
