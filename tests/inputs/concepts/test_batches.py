"""Batches of concept images: order, independence of the batch size, no thread left behind."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from generator.errors import ImagesError
from generator.inputs.concepts import ConceptSet, concept_batches, open_concepts
from generator.inputs.preprocess import Preprocess
from generator.recipe import ConceptsSection
from tests.planted_world import write_world

PREPROCESS = Preprocess(24, 20, "bilinear", (0.5, 0.5, 0.5), (0.5, 0.5, 0.5))


def opened(folder: Path) -> ConceptSet:
    write_world(folder, images=40)
    return open_concepts(ConceptsSection(source="folder", path=str(folder / "world")), 0, 24)


@pytest.fixture(scope="module")
def photographed(tmp_path_factory: pytest.TempPathFactory) -> ConceptSet:
    return opened(tmp_path_factory.mktemp("concepts"))


@pytest.fixture(scope="module")
def drawn() -> ConceptSet:
    return open_concepts(ConceptsSection(limit=40), 0, 32)


@pytest.mark.parametrize("source", ["photographed", "drawn"])
@pytest.mark.parametrize("batch_size", [1, 16, 17, 100])
def test_batches_are_the_views_in_the_order_asked_for(
    source: str, batch_size: int, request: pytest.FixtureRequest, own_threads: Callable[[], list[str]]
) -> None:
    concepts: ConceptSet = request.getfixturevalue(source)
    indices = np.append(np.random.default_rng(1).permutation(40)[:33], [5, 5])
    found = list(concept_batches(concepts, indices, PREPROCESS, batch_size))
    assert len(found) == -(-35 // batch_size)
    assert all(len(batch.views) == len(batch.indices) <= batch_size for batch in found)
    assert np.concatenate([batch.indices for batch in found]).tolist() == indices.tolist()
    pixels = torch.cat([batch.pixels for batch in found])
    assert (pixels.dtype, pixels.shape) == (torch.uint8, (35, 20, 20, 3))
    views = [view for batch in found for view in batch.views]
    for index, shown, view in zip(indices.tolist(), pixels.numpy(), views, strict=True):
        wanted = concepts.view(index, PREPROCESS)
        np.testing.assert_array_equal(shown, wanted.pixels)
        np.testing.assert_array_equal(view.pixels, wanted.pixels)
        assert view.facts == wanted.facts
        assert list(view.masks) == list(wanted.masks)
        for number, mask in wanted.masks.items():
            np.testing.assert_array_equal(view.masks[number], mask)
    assert not own_threads()


def test_concept_images_have_no_class(photographed: ConceptSet) -> None:
    for batch in concept_batches(photographed, np.arange(10), PREPROCESS, 4):
        assert batch.labels.dtype == np.int32
        assert batch.labels.tolist() == [-1] * len(batch.indices)


def test_no_images_give_no_batches(photographed: ConceptSet) -> None:
    assert list(concept_batches(photographed, np.arange(0), PREPROCESS, 4)) == []


def test_an_image_that_changed_is_named_and_leaves_no_thread(
    tmp_path: Path, own_threads: Callable[[], list[str]]
) -> None:
    concepts = opened(tmp_path)
    (tmp_path / "world" / "images" / concepts.ids[33]).unlink()
    with pytest.raises(ImagesError, match=rf"concept image `{concepts.ids[33]}` does not exist"):
        list(concept_batches(concepts, np.arange(40), PREPROCESS, 8))
    assert not own_threads()
