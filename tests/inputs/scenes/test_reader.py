"""Scenes as an image source."""

from __future__ import annotations

import json
import pickle

import numpy as np
import pytest

from generator.errors import ImagesError
from generator.inputs.scenes import ScenesReader, draw, draw_factors, list_scenes
from generator.inputs.scenes import reader as scenes_reader


def test_pictures_are_the_scenes() -> None:
    reader = pickle.loads(pickle.dumps(ScenesReader(seed=3, size=48)))
    picture = reader.picture(reader.content(7))
    assert picture.mode == "RGB"
    np.testing.assert_array_equal(np.asarray(picture), draw(3, 7, 48).pixels)


def test_content_is_an_identity() -> None:
    contents = {
        ScenesReader(seed, size).content(position)
        for seed in (0, 1)
        for size in (32, 64)
        for position in (0, 1)
    }
    assert len(contents) == 8
    assert ScenesReader(0, 64).content(5) == b'{"index": 5, "scenes": 1, "seed": 0, "size": 64}'


def test_another_version_is_refused() -> None:
    reader = ScenesReader(0, 64)
    made_from = json.loads(reader.content(0)) | {"scenes": 0}
    for refuse in (reader.picture, reader.check):
        with pytest.raises(ImagesError, match="version"):
            refuse(json.dumps(made_from).encode())


def test_checking_a_scene_does_not_draw_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def drawn(*_: object) -> None:
        raise AssertionError("a scene was drawn")

    monkeypatch.setattr(scenes_reader, "draw_pixels", drawn)
    reader = ScenesReader(0, 64)
    reader.check(reader.content(0))
    with pytest.raises(AssertionError, match="a scene was drawn"):
        reader.picture(reader.content(0))


def test_listing_is_sorted_and_labelled() -> None:
    listing = list_scenes(5, 60)
    assert list(listing.ids) == sorted(listing.ids)
    assert sorted(listing.positions.tolist()) == list(range(60))
    for name, label, position in zip(listing.ids, listing.labels, listing.positions, strict=True):
        kind = draw_factors(5, int(position)).object
        assert name == f"{kind}/{position:06d}"
        assert listing.class_names[label] == kind
