"""A neuron's label line and concepts section: what was measured, against what, and what was not."""

from __future__ import annotations

import pytest

from generator.pages.context_concepts import concepts, label_line
from generator.pages.layer_view import LayerView
from generator.pages.neuron_view import NeuronView
from generator.records import AtlasRecords
from tests.pages.fake_atlas import fake_atlas
from tests.pages.fake_concepts import HOSTILE

ATLAS = fake_atlas(neurons=8)


def view(row: int, layer: int = 0, atlas: AtlasRecords = ATLAS) -> NeuronView:
    return NeuronView(LayerView(atlas, atlas.subject.layers[layer]), row)


def sentence(row: int, layer: int = 0) -> str:
    values = concepts(view(row, layer))
    assert values is not None
    return str(values["sentence"])


def test_the_top_of_the_page_has_label_score_and_null() -> None:
    line = label_line(view(1))
    assert line is not None
    assert (line["text"], line["category"], line["measure"], line["anchor"]) == (
        "red",
        "colour",
        "IoU",
        "iou",
    )
    assert "on the held-out half, shuffled at most" in line["score"]
    assert line["candidate"] == ""


def test_an_unconfirmed_candidate_is_named_with_the_reason() -> None:
    line = label_line(view(5))
    assert line is not None
    assert (line["text"], line["category"]) == ("no label", "")
    assert line["candidate"] == f"{HOSTILE} (colour)"
    assert "was not confirmed, because on the held-out half its score does not beat all shuffles" in sentence(
        5
    )


@pytest.mark.parametrize(
    ("row", "part"),
    [
        (0, "A dead neuron has no label."),
        (1, "overlaps with the masks of red more than"),
        (2, "overlaps with the masks of red or blue, taken together"),
        (3, "peaks are lower on images with texture “stripes”"),
        (4, "peaks are higher on images with size “large”"),
    ],
)
def test_the_label_is_put_into_words(row: int, part: str) -> None:
    assert part in sentence(row)


def test_a_class_was_measured_on_the_atlas_s_own_images() -> None:
    assert sentence(2, layer=2).startswith("On the atlas's own images, its peaks are higher")
    assert sentence(1).startswith("On the concept images, ")


def test_bars_share_one_scale_and_nulls_stand_around_chance() -> None:
    values = concepts(view(1))
    assert values is not None
    assert values["overlap"][0]["style"].startswith("--part:1.0000;")
    assert " to " in values["separation"][0]["reach"]
    assert values["synthetic"] is True


def test_notes_say_what_was_not_measured() -> None:
    first, linear = concepts(view(1)), concepts(view(1, layer=2))
    assert first is not None
    assert linear is not None
    assert [note.split(",")[0] for note in first["notes"]] == ["Not measured: 1 of 14 concepts"]
    assert linear["notes"][0] == "Overlap with masks was not measured for this layer."
    assert linear["overlap"] == []


def test_without_records_there_is_no_line_and_no_section() -> None:
    bare = fake_atlas(without=("labels", "concept_responses", "dissection"))
    assert label_line(view(1, atlas=bare)) is None
    assert concepts(view(1, atlas=bare)) is None


def test_concepts_are_shown_without_labels_too() -> None:
    values = concepts(view(1, atlas=fake_atlas(without=("labels",))))
    assert values is not None
    assert values["label"] == values["sentence"] == ""
    assert values["overlap"]
