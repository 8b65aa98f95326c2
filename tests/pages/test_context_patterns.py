"""Pages and data of images through the layers."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from generator.pages.context_patterns import image_context, patterns_of
from generator.pages.pattern_data import image_patterns
from generator.pages.pattern_files import SCHEMA_FILE, write_patterns
from generator.records import AtlasRecords
from generator.store.layout import image_json, image_page, images_page
from tests.pages.fake_atlas import fake_atlas


@pytest.fixture(scope="module")
def atlas() -> AtlasRecords:
    return fake_atlas()


def test_an_image_shows_each_layer_and_its_strongest_neurons(atlas: AtlasRecords) -> None:
    record = patterns_of(atlas)
    found = [image_patterns(atlas, record, at) for at in range(3)]
    values = image_context(atlas, found, 1)
    assert (values["previous"]["name"], values["following"]["name"]) == (found[0].image, found[2].image)
    for layer, shown in zip(atlas.subject.layers, values["layers"], strict=True):
        neurons = [f"{layer.name}/{channel}" for channel in layer.neurons[1:3]]
        assert [entry["name"] for entry in shown["neurons"]] == neurons  # the empty place is left out
        assert len(shown["heatmaps"]) == (2 if layer.height > 1 else 0)
        assert shown["drawable"] == (layer.height > 1)


def test_files_follow_their_schema_and_hold_the_maps(atlas: AtlasRecords, tmp_path: Path) -> None:
    (tmp_path / atlas.subject.atlas).mkdir()
    write_patterns(tmp_path, atlas)
    schema = json.loads((tmp_path / atlas.subject.atlas / SCHEMA_FILE).read_text())
    record = patterns_of(atlas)
    for at, file in enumerate(record.picture_files):
        data = json.loads((tmp_path / image_json(atlas.subject.atlas, file)).read_text())
        jsonschema.validate(data, schema)
        for layer in data["layers"]:
            kept = record.layers[layer["layer"]]
            np.testing.assert_array_equal(np.array(layer["mean"], np.float16), kept.mean[at])
            for place, neuron in enumerate(layer["strongest"]):
                np.testing.assert_array_equal(np.array(neuron["map"], np.float16), kept.maps[at, place])
        text = (tmp_path / image_page(atlas.subject.atlas, file)).read_text()
        assert "<img src=x" not in text
    assert "named in the recipe" in (tmp_path / images_page(atlas.subject.atlas)).read_text()
