"""The choice of images: planted ranks, ties, too few images, the shared pool."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from generator.analyses.exemplar_choice import EMPTY, Choice, ChosenImages, choose
from generator.recipe_sections import ExemplarsSection
from generator.records import Layer, LayerSurvey

SurveyOf = Callable[..., LayerSurvey]
SETTINGS = ExemplarsSection(top=4, bottom=3, strata=5, per_stratum=2, random=6, pool=40)


def layer_of(name: str, neurons: tuple[int, ...]) -> Layer:
    return Layer(name, "Conv2d", "convolution", "", 64, 1, 1, neurons)


def choose_for(peaks: np.ndarray, survey_of: SurveyOf, settings: ExemplarsSection, seed: int = 0) -> Choice:
    """Choose for one layer `conv` whose neurons 10, 11, ... have the peaks (images, neurons)."""
    layer = layer_of("conv", tuple(range(10, 10 + peaks.shape[1])))
    survey = survey_of(peaks[:, :, None, None].astype(np.float32))
    return choose([layer], {"conv": survey}, settings, seed)


@pytest.fixture(scope="module")
def peaks() -> np.ndarray:
    """Every neuron ranks the 100 images in its own order, without ties."""
    random = np.random.default_rng(2)
    return np.stack([random.permutation(100) for _ in range(7)], axis=1).astype(np.float32)


def test_top_and_bottom_are_the_extremes(peaks: np.ndarray, survey_of: SurveyOf) -> None:
    layer = choose_for(peaks, survey_of, SETTINGS).layers["conv"]
    rows = np.arange(7)[:, None]
    np.testing.assert_array_equal(peaks.T[rows, layer.top.images], np.tile([99, 98, 97, 96], (7, 1)))
    np.testing.assert_array_equal(peaks.T[rows, layer.bottom.images], np.tile([0, 1, 2], (7, 1)))


def test_quantile_is_the_share_of_images_with_a_smaller_peak(peaks: np.ndarray, survey_of: SurveyOf) -> None:
    tied = np.maximum(peaks - 50, 0)
    layer = choose_for(tied, survey_of, SETTINGS).layers["conv"]
    for group in (layer.top, layer.bottom, layer.strata, layer.random):
        for neuron in range(7):
            column = tied[:, neuron]
            expected = [(column < column[image]).mean() for image in group.images[neuron]]
            np.testing.assert_allclose(group.quantile[neuron], expected, rtol=1e-6)


def test_strata_are_bands_of_rank_strongest_first(peaks: np.ndarray, survey_of: SurveyOf) -> None:
    strata = choose_for(peaks, survey_of, SETTINGS).layers["conv"].strata.images.reshape(7, 5, 2)
    for neuron in range(7):
        shown = peaks[strata[neuron], neuron]
        np.testing.assert_array_equal(shown // 20, np.repeat([4, 3, 2, 1, 0], 2).reshape(5, 2))
        assert (shown[:, 0] > shown[:, 1]).all()


def test_strata_come_from_the_pool_and_random_images_are_the_same_for_all(
    peaks: np.ndarray, survey_of: SurveyOf
) -> None:
    layers = [layer_of("conv", (10, 11, 12)), layer_of("fc", (1, 2, 3, 4))]
    maps = peaks[:, :, None, None]
    surveys = {"conv": survey_of(maps[:, :3]), "fc": survey_of(maps[:, 3:])}
    choice = choose(layers, surveys, SETTINGS, 0)
    conv, fc = choice.layers["conv"], choice.layers["fc"]
    assert len({tuple(row) for group in (conv, fc) for row in group.random.images}) == 1
    assert len(set(conv.random.images[0])) == SETTINGS.random
    drawn = set(conv.strata.images.ravel()) | set(fc.strata.images.ravel()) | set(conv.random.images[0])
    assert len(drawn - {EMPTY}) <= SETTINGS.pool


def test_a_draw_depends_on_seed_layer_and_channel_alone(peaks: np.ndarray, survey_of: SurveyOf) -> None:
    whole = choose_for(peaks, survey_of, SETTINGS).layers["conv"].strata.images
    first = choose_for(peaks[:, :2], survey_of, SETTINGS).layers["conv"].strata.images
    np.testing.assert_array_equal(first, whole[:2])
    other = choose_for(peaks[:, :2], survey_of, SETTINGS, seed=1).layers["conv"].strata.images
    assert (other != first).any()
    twice = choose_for(peaks[:, [0, 0]], survey_of, SETTINGS).layers["conv"].strata.images
    assert (twice[0] != twice[1]).any()


def test_equal_peaks_fill_every_stratum_without_favouring_an_order(survey_of: SurveyOf) -> None:
    settings = SETTINGS.model_copy(update={"pool": 1000, "per_stratum": 20})
    strata = choose_for(np.zeros((1000, 1)), survey_of, settings).layers["conv"].strata
    assert (strata.images != EMPTY).all()
    assert (strata.quantile == 0).all()
    for images in strata.images.reshape(5, 20):
        assert 250 < images.mean() < 750


def test_too_few_images_leave_entries_empty(survey_of: SurveyOf) -> None:
    choice = choose_for(np.arange(3.0)[:, None], survey_of, SETTINGS)
    layer = choice.layers["conv"]
    np.testing.assert_array_equal(layer.top.images, [[2, 1, 0, EMPTY]])
    np.testing.assert_array_equal(layer.bottom.images, [[0, 1, 2]])
    assert (layer.random.images == EMPTY).sum() == SETTINGS.random - 3
    assert sorted(layer.random.images[0, :3]) == [0, 1, 2]
    assert (layer.strata.images == EMPTY).sum() == 10 - 3
    for group in (layer.top, layer.strata, layer.random):
        np.testing.assert_array_equal(np.isnan(group.quantile), group.images == EMPTY)
    np.testing.assert_array_equal(choice.images, [0, 1, 2])


def test_every_shown_pair_has_its_place(peaks: np.ndarray, survey_of: SurveyOf) -> None:
    choice = choose_for(peaks, survey_of, SETTINGS)
    layer = choice.layers["conv"]
    groups: list[ChosenImages] = [layer.top, layer.bottom, layer.strata, layer.random]
    wanted = {(image, row) for group in groups for row, images in enumerate(group.images) for image in images}
    assert {tuple(pair) for pair in layer.pairs} == wanted
    assert len(layer.pairs) == len(wanted)
    np.testing.assert_array_equal(choice.images, sorted({image for image, _ in wanted}))
    for group in groups:
        for row, places in enumerate(layer.place(group.images)):
            np.testing.assert_array_equal(layer.pairs[places, 0], group.images[row])
            assert (layer.pairs[places, 1] == row).all()
