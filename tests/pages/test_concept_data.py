"""A neuron's published label and concepts: exactly the records, best first, nothing made up."""

from __future__ import annotations

import numpy as np
import pytest

from generator.pages.concept_data import PUBLISHED, concepts_data, label_data
from generator.pages.layer_view import LayerView
from generator.records import AtlasRecords, ConceptResponses, Dissection, Labels
from tests.pages.fake_atlas import fake_atlas
from tests.pages.fake_concepts import CONCEPTS, MASKED, RARE


def view(atlas: AtlasRecords, layer: int = 0) -> LayerView:
    return LayerView(atlas, atlas.subject.layers[layer])


@pytest.fixture(scope="module")
def atlas() -> AtlasRecords:
    return fake_atlas(neurons=8)


def test_a_label_is_the_confirmed_candidate(atlas: AtlasRecords) -> None:
    found = [label_data(view(atlas), row) for row in range(6)]
    texts = [label.text if label else "" for label in found]
    assert texts == [None, "red", "red or blue", "not stripes", "large", None]
    pair = found[2]
    record = atlas.get("labels", Labels)
    assert pair is not None
    assert record is not None
    assert [concept.name for concept in pair.concepts] == ["red", "blue"]
    assert np.float32(pair.score_scoring or 0) == record.layers[view(atlas).layer.name].score[1, 2]


def test_an_unconfirmed_candidate_keeps_its_concept_but_gives_no_label(atlas: AtlasRecords) -> None:
    label = label_data(view(atlas), 5)
    assert label is not None
    assert (label.text, label.category, label.confirmed) == (None, None, False)
    assert label.evidence == "overlap"
    assert [concept.name for concept in label.concepts] == [CONCEPTS[2].name]


def test_a_class_of_the_atlas_can_be_a_label(atlas: AtlasRecords) -> None:
    label = label_data(view(atlas, 2), 2)
    assert label is not None
    assert label.concepts[0].kind == "class"
    assert label.concepts[0].name == atlas.subject.images.class_names[0]


def test_concepts_stand_best_first_on_the_scoring_half(atlas: AtlasRecords) -> None:
    data = concepts_data(view(atlas), 1)
    assert data is not None
    assert data.overlap is not None
    overlap = [entry.scoring or 0 for entry in data.overlap]
    separation = [abs((entry.scoring or 0) - 0.5) for entry in data.separation]
    assert overlap == sorted(overlap, reverse=True)
    assert separation == sorted(separation, reverse=True)
    assert len(overlap) == len(separation) == PUBLISHED
    record = atlas.get("dissection", Dissection)
    assert record is not None
    assert np.float32(overlap[0]) == np.nanmax(record.layers[view(atlas).layer.name].iou[1, 1])


def test_concepts_without_enough_images_are_left_out(atlas: AtlasRecords) -> None:
    data = concepts_data(view(atlas), 1)
    assert data is not None
    assert data.overlap is not None
    assert MASKED[RARE].name not in {entry.name for entry in (*data.overlap, *data.separation)}


def test_a_dead_neuron_has_no_concepts(atlas: AtlasRecords) -> None:
    data = concepts_data(view(atlas), 0)
    assert data is not None
    assert data.overlap == ()
    assert data.separation == ()


def test_what_was_not_measured_is_null(atlas: AtlasRecords) -> None:
    linear = concepts_data(view(atlas, 2), 1)
    assert linear is not None
    assert linear.overlap is None
    absent = view(fake_atlas(without=("labels", "concept_responses")))
    assert label_data(absent, 1) is None
    assert concepts_data(absent, 1) is None
    empty = fake_atlas()
    record = empty.get("concept_responses", ConceptResponses)
    assert record is not None
    empty.records["concept_responses"].layers.clear()
    assert concepts_data(view(empty), 1) is None
