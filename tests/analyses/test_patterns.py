"""Activation patterns against slow references and planted truths."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from generator.analyses.patterns import NOBODY, chosen_images, layer_patterns
from generator.errors import ImagesError
from generator.inputs.images import check_named
from generator.recipe_sections import PatternsSection
from generator.records import Layer, Patterns
from tests.analyses.conftest import RecordsContext, SurveyOf
from tests.building import built
from tests.tiny import write_world

IMAGES, NEURONS, SIDE = 40, 5, 4
DEAD = 3
IS_DEAD = np.arange(NEURONS) == DEAD
CHANNELS = np.array([2, 9, 4, 7, 1])


@pytest.fixture(scope="module")
def maps() -> np.ndarray:
    found = np.random.default_rng(0).gamma(1.0, size=(IMAGES, NEURONS, SIDE, SIDE)).astype(np.float32)
    found[:, 1] *= 100  # loud
    found[:, DEAD] = 0
    found[7, 4, 2, 1] = 50  # planted: the strongest of this neuron by far
    return found


def test_patterns_are_those_of_a_slow_computation(maps: np.ndarray, survey_of: SurveyOf) -> None:
    images = np.array([3, 7, 21])
    found = layer_patterns(maps[images], images, survey_of(maps), dead=IS_DEAD, channels=CHANNELS, count=3)
    alive = [row for row in range(NEURONS) if row != DEAD]
    scaled = {row: (maps[:, row] - maps[:, row].mean()) / maps[:, row].std() for row in alive}
    for place, image in enumerate(images):
        own = np.array([scaled[row][image] for row in alive])
        np.testing.assert_allclose(found.mean[place], own.mean(axis=0), rtol=2e-3, atol=2e-3)
        np.testing.assert_allclose(found.maximum[place], own.max(axis=0), rtol=2e-3, atol=2e-3)
        peaks = maps.max(axis=(2, 3)).astype(np.float16)
        shares = {row: float((peaks[:, row] < peaks[image, row]).mean()) for row in alive}
        order = sorted(alive, key=lambda row: (-shares[row], -scaled[row][image].max()))[:3]
        assert found.neurons[place].tolist() == CHANNELS[order].tolist()
        np.testing.assert_allclose(found.quantile[place], [shares[row] for row in order], rtol=1e-6)
        np.testing.assert_allclose(found.peak[place], [maps[image, row].max() for row in order])
        np.testing.assert_allclose(found.maps[place], maps[image, order], rtol=1e-3)


def test_the_planted_response_leads_and_the_loud_neuron_does_not(
    maps: np.ndarray, survey_of: SurveyOf
) -> None:
    images = np.array([7])
    survey = survey_of(maps)
    found = layer_patterns(
        maps[images],
        images,
        survey,
        dead=IS_DEAD,
        channels=CHANNELS,
        count=4,
    )
    assert found.neurons[0, 0] == CHANNELS[4]
    assert np.unravel_index(found.mean[0].argmax(), (SIDE, SIDE)) == (2, 1)
    assert np.unravel_index(found.maximum[0].argmax(), (SIDE, SIDE)) == (2, 1)
    louder = maps.copy()
    louder[:, 1] *= 20
    again = layer_patterns(
        louder[images], images, survey_of(louder), dead=IS_DEAD, channels=CHANNELS, count=4
    )
    np.testing.assert_allclose(again.mean, found.mean, rtol=2e-3, atol=2e-3)


def test_dead_neurons_are_left_out_and_a_dead_layer_is_not_defined(
    maps: np.ndarray, survey_of: SurveyOf
) -> None:
    images = np.array([0, 1])
    found = layer_patterns(
        maps[images], images, survey_of(maps), dead=IS_DEAD, channels=CHANNELS, count=NEURONS
    )
    assert (found.neurons != CHANNELS[DEAD]).all()
    assert (found.neurons[:, -1] == NOBODY).all()
    assert np.isnan(found.maps[:, -1]).all()
    dead = layer_patterns(
        maps[images], images, survey_of(maps), dead=np.ones(NEURONS, bool), channels=CHANNELS, count=2
    )
    assert np.isnan(dead.mean).all()
    assert np.isnan(dead.maximum).all()
    assert (dead.neurons == NOBODY).all()


def test_images_are_drawn_evenly_from_the_classes_and_named_ones_are_there(
    records_context: RecordsContext,
) -> None:
    labels = np.repeat(np.arange(4, dtype=np.int32), [3, 30, 30, 37])
    layers = [Layer("a", "Conv2d", "convolution", "", 1, 2, 2, (0,))]
    context = records_context(layers, labels, 4, {})

    def chosen(**settings: object) -> np.ndarray:
        section = PatternsSection.model_validate(settings)
        recipe = context.recipe.model_copy(update={"patterns": section})
        return chosen_images(dataclasses.replace(context, recipe=recipe))

    assert np.bincount(labels[chosen(drawn=8)]).tolist() == [2, 2, 2, 2]
    assert np.bincount(labels[chosen(drawn=18)], minlength=4).tolist() == [3, 5, 5, 5]
    assert set(chosen(drawn=8)) <= set(chosen(drawn=18))
    assert chosen(drawn=0, images=("00042.png",)).tolist() == [42]
    unlabelled = dataclasses.replace(context.images, labels=np.full(100, -1, np.int32))
    context = dataclasses.replace(context, images=unlabelled)
    assert len(chosen(drawn=5)) == 5


def test_an_unknown_image_is_named(records_context: RecordsContext) -> None:
    images = records_context([], np.zeros(3, np.int32), 1, {}).images
    check_named(("00001.png",), "patterns.images", images)
    with pytest.raises(ImagesError, match=r"`patterns.images` must hold ids .* got `0001.png`"):
        check_named(("0001.png",), "patterns.images", images)


def test_batches_change_nothing(tmp_path: Path) -> None:
    recipe = write_world(tmp_path)
    found = []
    fast = {"visualization.twin": "0", "attribution.enabled": "false", "probes.enabled": "false"}
    for batch in ("1", "9"):
        atlas = built(recipe, tmp_path / batch, {"compute.batch_size": batch, **fast})
        record = atlas.get("patterns", Patterns)
        assert record is not None
        found.append(record)
    first, second = found
    assert (first.image_ids, first.picture_files) == (second.image_ids, second.picture_files)
    for name, layer in first.layers.items():
        for field in dataclasses.fields(layer):
            one, other = (getattr(record.layers[name], field.name) for record in (first, second))
            np.testing.assert_allclose(one, other, rtol=2e-3, atol=2e-3)
