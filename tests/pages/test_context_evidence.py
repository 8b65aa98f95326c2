"""The section on where evidence lies: what it says, what it draws, what it withholds."""

from __future__ import annotations

import base64
import html
import io
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from PIL import Image

from generator.pages.context_contrast import layer_contrasts
from generator.pages.context_evidence import SIZE, evidence_contexts
from generator.pages.contrast_data import contrasts_data
from generator.pages.evidence_data import evidence_data, evidence_files, write_directions
from generator.pages.evidence_text import (
    NO_DIRECTION,
    NO_LAYER,
    NO_MASKS,
    control_sentences,
    direction_sentences,
    favours,
)
from generator.pages.layer_view import LayerView
from generator.pages.overlays import clipped_scale, coloured, resampled
from generator.records import AtlasRecords, Evidence
from tests.pages.fake_atlas import fake_atlas
from tests.pages.fake_evidence import VERDICTS


@pytest.fixture(scope="module")
def atlas() -> AtlasRecords:
    """Several layers with maps, the first four of other verdicts."""
    return fake_atlas(layers=7, neurons=12)


@pytest.fixture(scope="module")
def sections(atlas: AtlasRecords) -> list[dict[str, Any]]:
    """The values of both contrasts."""
    found = evidence_contexts(atlas, contrasts_data(atlas).contrasts)
    return [section for section in found if section is not None]


def record_of(atlas: AtlasRecords) -> Evidence:
    record = atlas.get("evidence", Evidence)
    assert record is not None
    return record


def pixels_of(address: str) -> np.ndarray:
    with Image.open(io.BytesIO(base64.b64decode(address.partition(",")[2]))) as picture:
        return np.asarray(picture).astype(int)


def test_published_evidence_fits_its_schema_and_is_that_of_the_records(atlas: AtlasRecords) -> None:
    files = evidence_files(atlas)
    data = json.loads(files["evidence.json"])
    jsonschema.validate(data, json.loads(files["evidence.schema.json"]))
    record = record_of(atlas)
    for found, pair in zip(data["pairs"], record.pairs, strict=True):
        assert [image["image"] for image in found["images"]] == list(pair.image_ids)
        for layer in found["layers"]:
            own = pair.layers[layer["layer"]]
            for place, image in enumerate(layer["images"]):
                np.testing.assert_array_equal(np.float32(image["evidence"]), own.evidence[place])
                np.testing.assert_array_equal(np.float32(image["grad_cam"]), own.grad_cam[place])
            np.testing.assert_array_equal(np.float16(layer["evidence"]["second"]), own.mean_evidence[1])
    assert data["pairs"][0]["layers"][0]["images"][0]["agreement"] is None
    assert data["pairs"][1]["masked"] is data["pairs"][1]["direction"] is None


def test_every_picture_of_a_direction_is_a_file(atlas: AtlasRecords, tmp_path: Path) -> None:
    (tmp_path / "fake-atlas").mkdir()
    write_directions(tmp_path, atlas)
    direction = evidence_data(atlas).pairs[0].direction
    assert direction is not None
    assert len(direction.pictures) == 4
    assert [picture.towards for picture in direction.pictures].count("cat") == 2
    for picture in direction.pictures:
        with Image.open(tmp_path / "fake-atlas" / picture.picture) as found:
            assert found.size == (64, 64)


def test_words_follow_the_verdict(atlas: AtlasRecords) -> None:
    pair = evidence_data(atlas).pairs[0]
    assert pair.masked is not None
    text = {}
    for layer in pair.layers:
        assert layer.control is not None
        text[layer.control.verdict] = " ".join(control_sentences(layer, pair.masked))
    assert set(text) == set(VERDICTS)
    assert "the contrast lives on the object." in text["object"]
    assert "the contrast lives on the background." in text["background"]
    assert "not shown to live on either" in text["neither"]
    assert "nothing follows for where the contrast lives" in text["absent"]
    assert not any("lives on the" in text[verdict] for verdict in ("neither", "absent"))
    assert "62% (58% to 66%) of the evidence" in text["object"]
    assert "28% to 36%" in text["object"]
    assert "\N{MINUS SIGN}9% (\N{MINUS SIGN}19% to 1%)" in text["background"]


def test_most_evidence_elsewhere_is_not_kept_quiet(atlas: AtlasRecords) -> None:
    pair = evidence_data(atlas).pairs[0]
    assert pair.masked is not None
    layer = next(layer for layer in pair.layers if layer.control and layer.control.verdict == "object")
    assert layer.control is not None
    mass = layer.control.mass.model_copy(update={"share": 0.45})
    less = layer.model_copy(update={"control": layer.control.model_copy(update={"mass": mass})})
    assert "most of its evidence lies beside it" in " ".join(control_sentences(less, pair.masked))


def test_without_masks_or_neurons_it_says_so(atlas: AtlasRecords, sections: list[dict[str, Any]]) -> None:
    assert sections[1]["sentences"] == [NO_MASKS]
    assert sections[1]["controls"] == []
    assert sections[1]["direction"]["sentences"] == [NO_DIRECTION]
    assert sections[1]["layers"]
    record = record_of(atlas)
    nothing = replace(record, pairs=tuple(replace(pair, layers={}) for pair in record.pairs))
    bare = replace(atlas, records={**atlas.records, "evidence": nothing})
    found = evidence_contexts(bare, contrasts_data(bare).contrasts)
    assert [section["sentences"] for section in found if section] == [[NO_LAYER], [NO_LAYER]]
    without = replace(atlas, records={name: own for name, own in atlas.records.items() if name != "evidence"})
    assert evidence_contexts(without, contrasts_data(without).contrasts) == [None, None]
    assert evidence_files(without) == {}


def test_the_layer_that_tells_best_is_open_and_no_other(sections: list[dict[str, Any]]) -> None:
    for section in sections:
        assert [layer["open"] for layer in section["layers"]] == [False] * (len(section["layers"]) - 1) + [
            True
        ]


def test_drawn_maps_are_those_of_a_direct_computation(
    atlas: AtlasRecords, sections: list[dict[str, Any]]
) -> None:
    pair = record_of(atlas).pairs[0]
    for name, layer in zip(pair.layers, sections[0]["layers"], strict=True):
        own, view = pair.layers[name], LayerView(atlas, atlas.subject.layer(name))
        evidence = layer["tiles"][1]
        means = own.mean_evidence.astype(np.float64)
        between = means[0] - means[1]
        drawn = pixels_of(evidence["sides"][2]["source"])
        scale = clipped_scale(between, 0.98)
        expected = coloured(resampled(between, view.placement, SIZE, SIZE), scale)[..., :3].astype(int)
        assert drawn.shape == (SIZE, SIZE, 3)
        assert np.abs(drawn - expected).mean() < 6  # of 255: lossy
        for place, image in enumerate(layer["images"]):
            drawn = pixels_of(image["maps"][0]["overlay"])
            values = resampled(own.evidence[place].astype(np.float64), view.placement, SIZE, SIZE)
            expected = coloured(values, clipped_scale(own.evidence, 0.98)).astype(int)
            assert np.abs(drawn[..., 3] - expected[..., 3]).mean() < 2


def test_a_and_b_share_a_scale_and_signed_ones_are_even(sections: list[dict[str, Any]]) -> None:
    for tile in (tile for layer in sections[0]["layers"] for tile in layer["tiles"]):
        first, second, difference = tile["sides"]
        assert (first["low"], first["high"]) == (second["low"], second["high"])
        assert difference["low"] == f"\N{MINUS SIGN}{difference['high']}"
        assert tile["link"] == "" or first["low"] == "0"


def test_alternatives_say_what_was_measured(sections: list[dict[str, Any]]) -> None:
    layer = sections[0]["layers"][0]
    texts = [side["alternative"] for tile in layer["tiles"] for side in tile["sides"]]
    texts += [drawn["alternative"] for image in layer["images"] for drawn in image["maps"]]
    assert len(set(texts)) == len(texts)
    assert all(re.search(r"at row \d+, column \d+ of the \d+ × \d+ map", text) for text in texts)
    constant = next(
        image for image in sections[0]["layers"][0]["images"] if image["agreement"].text == "not defined"
    )
    assert constant["agreement"].reason == "one of the maps is the same everywhere"


def test_a_picture_that_random_ones_beat_is_no_success(
    atlas: AtlasRecords, sections: list[dict[str, Any]]
) -> None:
    ways = sections[0]["direction"]["ways"]
    assert [[picture["failed"] for picture in way["pictures"]] for way in ways] == [
        [False, True],
        [False, False],
    ]
    pair = evidence_data(atlas).pairs[0]
    assert pair.direction is not None
    text = " ".join(direction_sentences(pair, pair.direction))
    assert "1 picture is no success" in text
    assert f"of the atlas have {chr(0x2212)}3.00 to 4.00" in text
    assert favours(-2.5, ("cat", "dog")).text == "2.50 for dog"


def test_a_layer_tells_what_the_contrasts_find_in_it(atlas: AtlasRecords) -> None:
    view = LayerView(atlas, atlas.subject.layers[0])
    found = layer_contrasts(view, "fake-atlas/layer/index.md")
    assert found is not None
    data = contrasts_data(atlas).contrasts[0]
    assert found["sentences"][0].startswith(f"cat against {html.unescape(data.second)}: ")
    assert f"{data.layers[0].confirmed} of 12 neurons confirmed." in found["sentences"][0]
