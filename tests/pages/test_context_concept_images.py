"""The page of concept images: every image, mask and concept of the records, and who is labelled with it."""

from __future__ import annotations

from typing import Any

import pytest

from generator.pages.context_concept_images import (
    SHOWN_NEURONS,
    concept_card,
    concept_images_context,
    has_concepts,
)
from generator.records import AtlasRecords, ConceptGallery, ConceptResponses, Dissection
from tests.pages.fake_atlas import fake_atlas
from tests.pages.fake_concepts import CONCEPTS, MASKED
from tests.pages.test_coverage import summaries

ATLAS = fake_atlas(neurons=16)


def context(atlas: AtlasRecords = ATLAS) -> dict[str, Any]:
    everything = [summary for own in summaries(atlas).values() for summary in own]
    return concept_images_context(atlas, everything)


@pytest.fixture(scope="module")
def values() -> dict[str, Any]:
    return context()


def test_every_image_and_every_mask_is_shown(values: dict[str, Any]) -> None:
    gallery = ATLAS.get("concept_gallery", ConceptGallery)
    assert gallery is not None
    assert [image["id"] for image in values["images"]] == list(gallery.ids)
    assert sum(len(image["masks"]) for image in values["masked"]) == len(gallery.masks)
    assert {mask["name"] for image in values["masked"] for mask in image["masks"]} < {
        concept.name for concept in CONCEPTS
    }


def test_every_concept_has_its_numbers(values: dict[str, Any]) -> None:
    responses, dissection = (
        ATLAS.get("concept_responses", ConceptResponses),
        ATLAS.get("dissection", Dissection),
    )
    assert responses is not None
    assert dissection is not None
    rows = values["concepts"]
    assert [(row["category"], row["name"]) for row in rows] == [(c.category, c.name) for c in CONCEPTS]
    assert [row["sort"]["choosing"] for row in rows] == responses.counts[0].tolist()
    share = float(rows[0]["sort"]["area"])
    assert share == pytest.approx(dissection.areas[:, 0].sum() / (2000 * 64 * 64))
    assert all(row["area"].reason and row["extent"].reason for row in rows[len(MASKED) :])


def test_neurons_are_counted_and_the_first_are_linked(values: dict[str, Any]) -> None:
    red = values["concepts"][0]
    # Rows 1 and 2 of 8 in two layers of maps: red itself, and red in a pair.
    assert red["count"] == "8"
    assert len(red["neurons"]) == SHOWN_NEURONS
    assert red["more"]
    assert all(link.endswith(".html") for _, link in red["neurons"])
    assert [row["name"] for row in values["classes"]] == [ATLAS.subject.images.class_names[0]]


def test_the_kind_of_images_is_said(values: dict[str, Any]) -> None:
    assert dict(values["facts"])["Kind"] == "synthetic: drawn by a program"
    card = concept_card(ATLAS, "fake-atlas/index.md")
    assert card is not None
    assert card["link"] == "concepts.html"


def test_without_gallery_or_masks_the_table_remains() -> None:
    found = context(fake_atlas(without=("concept_gallery", "dissection")))
    assert found["images"] == found["masked"] == []
    assert len(found["concepts"]) == len(CONCEPTS)


def test_without_responses_there_is_no_page() -> None:
    assert not has_concepts(fake_atlas(without=("concept_responses",)))
    empty = fake_atlas()
    empty.records["concept_responses"].layers.clear()
    assert not has_concepts(empty)
    assert concept_card(empty, "fake-atlas/index.md") is None
