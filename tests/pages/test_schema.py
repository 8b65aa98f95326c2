"""The published JSON: valid against its schema, exact, without NaN."""

from __future__ import annotations

import json

import jsonschema
import numpy as np
import pytest

from generator.pages.layer_view import LayerView
from generator.pages.neuron_view import NeuronView
from generator.pages.numbers import value
from generator.pages.schema import canonical, json_schema
from generator.records import AtlasRecords, Statistics
from tests.pages.fake_atlas import fake_atlas


def views(atlas: AtlasRecords) -> list[NeuronView]:
    layers = [LayerView(atlas, layer) for layer in atlas.subject.layers]
    return [NeuronView(layer, row) for layer in layers for row in range(len(layer.layer.neurons))]


@pytest.mark.parametrize(
    "without",
    [
        (),
        ("statistics",),
        ("exemplars", "receptive_fields"),
        ("visualizations", "reliability", "paths", "badges"),
        ("badges",),
        ("labels",),
        ("concept_responses", "dissection"),
        ("dissection",),
        ("levels",),
    ],
)
def test_every_file_is_valid(without: tuple[str, ...]) -> None:
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for view in views(fake_atlas(without=without)):
        validator.validate(json.loads(view.json))


def test_the_file_holds_the_records_exactly() -> None:
    atlas = fake_atlas()
    view = views(atlas)[1]
    record = atlas.get("statistics", Statistics)
    assert record is not None
    data, found = json.loads(view.json), record.layers[view.neuron.layer]
    assert np.float32(data["statistics"]["sparseness"]) == found.sparseness[1]
    assert [np.float32(edge) for edge in data["statistics"]["histogram_edges"]] == found.histogram_edges[
        1
    ].tolist()
    assert [entry["auc"] for entry in data["classes"]] == [float(str(auc)) for auc in found.class_auc[1]]
    assert data["neuron"] == str(view.neuron)


def test_what_is_not_defined_is_null() -> None:
    dead = json.loads(views(fake_atlas())[0].json)
    assert dead["statistics"]["dead"] is True
    assert dead["statistics"]["sparseness"] is None
    assert dead["visualization"]["mean_ratio"] is None


def test_empty_entries_of_exemplars_are_left_out() -> None:
    atlas = fake_atlas()
    atlas.records["exemplars"].layers["fc"].top.picture[1, 3:] = -1
    data = next(view for view in views(atlas) if view.neuron.layer == "fc" and view.row == 1).data
    assert data.exemplars is not None
    assert len(data.exemplars.top) == 3
    assert len(data.exemplars.strata) == 5


def test_a_value_is_the_shortest_decimal_that_gives_it_back() -> None:
    assert value(np.float32(0.1)) == 0.1
    assert value(np.float32(np.nan)) is None
    assert value(np.float32(np.inf)) is None


def test_a_file_name_that_is_no_unicode_still_gives_valid_json() -> None:
    assert json.loads(canonical({"image": "bad\udcff"})) == {"image": "bad\udcff"}
