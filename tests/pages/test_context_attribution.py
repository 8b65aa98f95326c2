"""What pages say of where in a picture a peak comes from: whom to believe, and when nobody."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from generator.pages.attribution_data import attribution_data, attribution_totals
from generator.pages.context_attribution import attribution, attribution_summary, verdict
from generator.pages.layer_view import LayerView
from generator.pages.neuron_view import NeuronView
from generator.pages.schema_attribution import ExplainedImage
from generator.records import METHODS, PAIRS, AtlasRecords
from tests.pages.fake_atlas import fake_atlas

SCORES = {"response": 0.1, "gradient": 0.5, "integrated": 0.7, "occlusion": 0.6}


@pytest.fixture(scope="module")
def atlas() -> AtlasRecords:
    return fake_atlas(layers=2)


@pytest.fixture(scope="module")
def view(atlas: AtlasRecords) -> LayerView:
    return LayerView(atlas, atlas.subject.layers[0])


def image_of(scores: dict[str, float | None], beats: set[str], *, silent: bool = False) -> ExplainedImage:
    methods: list[dict[str, Any]] = [
        {"method": name, "insertion": 0.8, "deletion": 0.2, "score": score, "beats_random": name in beats}
        | {"largest": 1.0, "map": ((0.5, 1.0), (0.0, -0.5))}
        for name, score in scores.items()
    ]
    return ExplainedImage(
        image="a.png", picture="a.webp", class_name=None, row=0, column=0,
        activation=None if silent else 2.0, baseline_activation=0.1, explained=1.0,
        methods=tuple(methods), random_scores=(0.2, -0.1), agreement=(),  # type: ignore[arg-type]
    )  # fmt: skip


def test_the_best_of_those_that_beat_random_is_to_be_believed() -> None:
    text = verdict(image_of(dict(SCORES), {"gradient", "occlusion", "integrated"}))
    assert text == (
        "Believe integrated gradients most, with the highest score, 0.700. Better than 2 random orders of "
        "the squares as well: occlusion and the gradient. Not better than 2 random orders: the response map."
    )


def test_scores_that_hardly_differ_single_none_out() -> None:
    text = verdict(image_of({**SCORES, "occlusion": 0.69}, {"gradient", "occlusion", "integrated"}))
    assert text.startswith(
        "Believe integrated gradients and occlusion alike, with the highest scores, up to 0.700."
    )
    assert "as well: the gradient." in text


def test_a_higher_score_does_not_help_who_does_not_beat_random() -> None:
    text = verdict(image_of(dict(SCORES), {"gradient"}))
    assert text.startswith("Believe the gradient most")
    assert "integrated gradients" in text.split("Not better than 2 random orders:")[1]


def test_where_none_beats_random_none_is_to_be_believed() -> None:
    assert verdict(image_of(dict(SCORES), set())).startswith("Believe none of these maps")


def test_what_is_not_defined_says_why() -> None:
    nothing: dict[str, float | None] = dict.fromkeys(SCORES)
    assert "the strongest response of the neuron is not above zero" in verdict(
        image_of(nothing, set(), silent=True)
    )
    assert "the map is the same everywhere" in verdict(image_of(nothing, set()))


def test_published_data_are_those_of_the_record(view: LayerView) -> None:
    data, found = attribution_data(view, 1), view.attribution
    assert data is not None
    assert found is not None
    assert len(data.images) == 2
    for entry, image in enumerate(data.images):
        assert view.exemplars is not None
        assert image.picture == view.picture_files[view.exemplars.top.picture[1, entry]]
        for at, one in enumerate(image.methods):
            assert one.method == METHODS[at]
            np.testing.assert_array_equal(np.array(one.map, np.float16), found.maps[1, entry, at])
            assert one.score == pytest.approx(found.score[1, entry, at])
            assert one.beats_random == found.beats[1, entry, at]
        assert [(one.first, one.second) for one in image.agreement] == list(PAIRS)
    assert [one.mean for one in data.scores] == pytest.approx(found.neuron_score.mean[1].tolist())


def test_a_neuron_beyond_those_measured_and_an_atlas_without_say_nothing(
    atlas: AtlasRecords, view: LayerView
) -> None:
    last = len(view.layer.neurons) - 1
    assert attribution_data(view, last) is None
    assert attribution(NeuronView(view, last)) is None
    without = fake_atlas(layers=1, without=("attribution",))
    bare = LayerView(without, without.subject.layers[0])
    assert attribution_data(bare, 0) is None
    assert attribution_summary(bare, "x.md") is None
    assert attribution_totals(without, bare.layer.name) is None
    assert attribution_totals(atlas, view.layer.name) is not None


def test_the_neuron_s_section_shows_the_image_and_every_map(view: LayerView) -> None:
    values = attribution(NeuronView(view, 1))
    assert values is not None
    assert [bool(figure["overlay"]) for figure in values["figures"]] == [False, True, True, True, True]
    assert len({figure["overlay"] for figure in values["figures"]}) == 5
    assert all(figure["alternative"] for figure in values["figures"])
    assert max(len(figure["overlay"]) for figure in values["figures"]) < 6000  # bytes, in the page
    assert len(values["rows"]) == len(METHODS)
    assert len(values["pairs"]) == len(PAIRS)
    assert values["means"]["images"] == "2 strongest images"


def test_a_dead_neuron_has_no_pictures_and_a_unit_without_positions_no_response_map(
    atlas: AtlasRecords, view: LayerView
) -> None:
    dead = attribution(NeuronView(view, 0))
    assert dead is not None
    assert dead["figures"] == []
    linear = attribution(NeuronView(LayerView(atlas, atlas.subject.layers[1]), 1))
    assert linear is not None
    assert [bool(figure["overlay"]) for figure in linear["figures"]] == [False, False, True, True, True]
    assert linear["rows"][0]["verdict"] == "not defined"


def test_the_layer_s_summary_counts_the_neurons_that_beat_random(view: LayerView) -> None:
    values, found = attribution_summary(view, "x.md"), view.attribution
    assert values is not None
    assert found is not None
    beats = found.beats[:, 0].sum(axis=0)
    defined = np.isfinite(found.score[:, 0]).sum(axis=0)
    assert [row["beats"] for row in values["rows"]] == [
        f"{a} of {b}" for a, b in zip(beats, defined, strict=True)
    ]
    assert defined.tolist() == [len(found.images) - 1] * len(METHODS)
