"""Images for the background control: exactly one of two masks, as many of each class, in the set's order."""

from __future__ import annotations

import numpy as np
import pytest

from generator.analyses.masked_images import MaskedSource, concepts_named
from generator.inputs.concepts import ConceptSet, open_concepts
from generator.inputs.preprocess import Preprocess
from generator.recipe import ConceptsSection

SIDE, MOST = 32, 3
PREPROCESS = Preprocess(SIDE, SIDE, "bilinear", (0.0, 0.0, 0.0), (1.0, 1.0, 1.0))


@pytest.fixture(scope="module")
def concepts() -> ConceptSet:
    """A few scenes."""
    return open_concepts(ConceptsSection(limit=120), 0, SIDE)


def test_concepts_are_found_by_the_classes_names(concepts: ConceptSet) -> None:
    sides = concepts_named(concepts, "Cat", "dog")
    assert sides is not None
    assert [str(concepts.info.concepts[side]) for side in sides] == ["object:cat", "object:dog"]
    assert concepts_named(concepts, "cat", "wolf") is None


def test_what_cannot_be_in_an_image_is_not(concepts: ConceptSet) -> None:
    sides = concepts_named(concepts, "cat", "dog")
    assert sides is not None
    for index in range(40):
        view = concepts.view(index, PREPROCESS)
        assert all(concepts.may_have(index, number) for number in view.masks)
        for side in sides:
            assert concepts.may_have(index, side) or side not in view.masks


def test_images_have_one_mask_and_no_class_has_more_than_wanted(concepts: ConceptSet) -> None:
    sides = concepts_named(concepts, "cat", "dog")
    assert sides is not None
    source = MaskedSource(concepts, sides, MOST)
    given = [index for batch in source.batches(PREPROCESS, 4) for index in batch.indices.tolist()]
    assert given == source.indices
    has = [[side in concepts.view(index, PREPROCESS).masks for side in sides] for index in range(120)]
    for place, side in enumerate(sides):
        own = [index for index, first in zip(given, source.of_first, strict=True) if first == (place == 0)]
        assert own == [index for index, found in enumerate(has) if found[place]][:MOST]
        for index in own:
            mask = source.masks[given.index(index)]
            np.testing.assert_array_equal(mask, concepts.view(index, PREPROCESS).masks[side])
