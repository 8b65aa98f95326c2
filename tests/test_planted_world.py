"""The planted world and network are what they claim, by plain arithmetic on masks and response maps."""

from __future__ import annotations

import itertools
import tomllib
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from tests.planted_neurons import LAYERS, NOISE_NEURONS, SMOOTH_NOISE, TRUTH, Truth, placed, responses
from tests.planted_world import BLOCK, CATEGORIES, SIDE, World, make_world, write_world

TOP = 0.995  # quantile of activations above which a response map counts as active; Bau et al. 2017
CONCEPTS = [(category, name) for category, names in CATEGORIES.items() for name in names]
OVERLAPPING = [truth for truth in TRUTH if truth.evidence in ("overlap", "pair")]
FIGURES = [truth for truth in TRUTH if truth.role == "figure"]
NOISE = [truth for truth in TRUTH if truth.role == "noise"]

Maps = Mapping[str, NDArray[np.float32]]


@pytest.fixture(scope="module", params=(0, 1))
def world(request: pytest.FixtureRequest) -> World:
    return make_world(seed=request.param)


@pytest.fixture(scope="module")
def maps(world: World) -> Maps:
    return responses(world.pixels)


def own(maps: Maps, truth: Truth) -> NDArray[np.float32]:
    """The neuron's response maps, (n, side, side)."""
    return maps[truth.layer][:, truth.channel]


def active(maps: Maps, truth: Truth) -> NDArray[np.bool_]:
    """The pixels at which the neuron is above its top quantile, (n, 32, 32)."""
    values = own(maps, truth)
    return placed(values, truth.layer) > np.quantile(values, TOP)


def iou(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> float:
    return float((first & second).sum() / (first | second).sum())


def only(role: str) -> Truth:
    (truth,) = [truth for truth in TRUTH if role in (truth.role, truth.evidence, *truth.names)]
    return truth


def test_every_combination_of_concepts_is_equally_frequent(world: World) -> None:
    for first, second in itertools.combinations(CATEGORIES, 2):
        names = itertools.product(CATEGORIES[first], CATEGORIES[second])
        for one, other in names:
            share = world.present(first, one) & world.present(second, other)
            expected = world.present(first, one).mean() * world.present(second, other).mean()
            assert share.mean() == pytest.approx(expected)


def test_masks_are_the_shape_and_nothing_else(world: World) -> None:
    regions = world.masks["shape"] > 0
    assert all(np.array_equal(masks > 0, regions) for masks in world.masks.values())
    spread = np.ptp(world.pixels.astype(int), axis=3)  # of red, green and blue: none in grey
    assert spread[regions].min() > spread[~regions].max()
    areas = regions.sum(axis=(1, 2))
    assert (
        20 <= areas[world.present("size", "small")].min() <= areas[world.present("size", "small")].max() <= 30
    )
    assert 45 <= areas[world.present("size", "large")].min() <= areas.max() <= 60


def test_position_and_brightness_tell_nothing(world: World) -> None:
    grey = np.array([np.median(pixels) for pixels in world.pixels])
    nuisances = np.column_stack([world.centres, grey])
    deviations = nuisances.std(axis=0)
    assert (deviations > [4, 4, 5]).all()
    for category, name in CONCEPTS:
        has = world.present(category, name)
        difference = nuisances[has].mean(axis=0) - nuisances[~has].mean(axis=0)
        error = deviations * np.sqrt(1 / has.sum() + 1 / (~has).sum())
        assert (np.abs(difference) < 4 * error).all(), (category, name)


def test_a_larger_world_begins_like_a_smaller_one_and_seeds_differ() -> None:
    assert np.array_equal(make_world(BLOCK + 10).pixels[:50], make_world(50).pixels)
    assert not np.array_equal(make_world(5, seed=1).pixels, make_world(5).pixels)


def test_files_hold_the_world(tmp_path: Path) -> None:
    recipe = write_world(tmp_path, images=6, seed=3)
    world = make_world(6, seed=3)
    settings = tomllib.loads(recipe.read_text(encoding="utf-8"))
    assert settings["seed"] == 3
    folder = tmp_path / settings["concepts"]["path"]
    assert folder / "images" == tmp_path / settings["images"]["path"]
    for index, name in enumerate(world.names):
        assert np.array_equal(np.array(Image.open(folder / "images" / name)), world.pixels[index])
        for category, masks in world.masks.items():
            picture = Image.open(folder / "masks" / category / name)
            assert picture.mode == "L"
            assert np.array_equal(np.array(picture), masks[index])
    lines = (folder / "masks" / "size.txt").read_text(encoding="utf-8")
    assert lines == "1\tsmall\n2\tlarge\n"


def test_the_truth_lists_every_channel_of_every_layer(maps: Maps) -> None:
    listed = [(truth.layer, truth.channel) for truth in TRUTH]
    assert listed == [(name, channel) for name in LAYERS for channel in range(maps[name].shape[1])]
    assert [maps[name].shape[2] for name in LAYERS] == [layer.side for layer in LAYERS.values()]
    assert all(values.min() >= 0 for values in maps.values())
    assert len(NOISE) == NOISE_NEURONS >= 24


@pytest.mark.parametrize("truth", OVERLAPPING, ids=str)
def test_the_strongest_responses_lie_on_the_concept(truth: Truth, world: World, maps: Maps) -> None:
    above = active(maps, truth)
    on_concept = above & world.mask(truth.category, *truth.names)
    tolerance = {"colours": 1.0, "textures": 0.8, "objects": 0.7}[truth.layer]  # by the size of a cell
    assert above.sum() > 500
    assert on_concept.sum() >= tolerance * above.sum()
    others = own(maps, truth)[~world.present(truth.category, *truth.names)]
    assert others.max() <= 0.001 * own(maps, truth).max()


@pytest.mark.parametrize("truth", OVERLAPPING, ids=str)
def test_the_concept_overlaps_best_by_a_clear_margin(truth: Truth, world: World, maps: Maps) -> None:
    above = active(maps, truth)
    scores = {concept: iou(above, world.mask(*concept)) for concept in CONCEPTS}
    ranked = sorted(CONCEPTS, key=lambda concept: -scores[concept])
    right = {(truth.category, name) for name in truth.names}
    assert set(ranked[: len(right)]) == right
    assert min(scores[concept] for concept in right) > 1.5 * scores[ranked[len(right)]]
    whole = iou(above, world.mask(truth.category, *truth.names))
    assert whole > 0.2
    assert whole >= 1.3 * scores[ranked[0]] or len(right) == 1


def test_where_cells_lie_matters(world: World, maps: Maps) -> None:
    checks = next(truth for truth in TRUTH if truth.names == ("checks",))
    maps_of_it = own(maps, checks)
    places = np.arange(SIDE) * LAYERS[checks.layer].side // SIDE  # as if the cells filled the picture
    stretched = maps_of_it[:, places][:, :, places] > np.quantile(maps_of_it, TOP)
    mask = world.mask("texture", "checks")
    assert iou(active(maps, checks), mask) > 1.2 * iou(stretched, mask)


def test_the_size_neuron_is_silent_on_small_shapes(world: World, maps: Maps) -> None:
    peaks = own(maps, only("large")).max(axis=(1, 2))
    assert (peaks[world.present("size", "small")] == 0).all()
    assert (peaks[world.present("size", "large")] > 0).all()


@pytest.mark.parametrize("truth", FIGURES, ids=str)
def test_neurons_of_any_shape_answer_to_every_concept_alike(truth: Truth, world: World, maps: Maps) -> None:
    above = active(maps, truth)
    assert above.sum() > 500
    assert (above & (world.masks["shape"] > 0)).sum() >= 0.7 * above.sum()
    peaks = own(maps, truth).max(axis=(1, 2))
    for category, name in CONCEPTS:
        with_it = world.present(category, name)
        assert peaks[with_it].mean() == pytest.approx(peaks[~with_it].mean(), rel=0.15)


def test_the_dead_neuron_is_never_above_zero(maps: Maps) -> None:
    assert own(maps, only("dead")).max() == 0
    random = np.random.default_rng(0).integers(0, 2, (64, SIDE, SIDE, 3), dtype=np.uint8) * np.uint8(255)
    assert own(responses(random), only("dead")).max() == 0


def test_a_duplicate_equals_its_original_up_to_a_factor(maps: Maps) -> None:
    duplicates = [truth for truth in TRUTH if truth.duplicate_of is not None]
    assert duplicates
    for truth in duplicates:
        first, second = own(maps, truth).ravel(), maps[truth.layer][:, truth.duplicate_of].ravel()
        assert np.corrcoef(first, second)[0, 1] == pytest.approx(1)
        assert first.max() < 0.5 * second.max()


def test_the_negative_neuron_falls_silent_where_red_is(world: World, maps: Maps) -> None:
    peaks = own(maps, only("absent")).max(axis=(1, 2))
    red = world.present("colour", "red")
    assert (peaks[red] == 0).all()
    assert (peaks[~red] > 1).all()
    assert len(np.unique(peaks[~red])) > 0.9 * (~red).sum()


@pytest.mark.parametrize("truth", NOISE, ids=str)
def test_noise_tells_nothing_of_concepts(truth: Truth, world: World, maps: Maps) -> None:
    values = own(maps, truth)
    peaks = values.max(axis=(1, 2))
    spread = placed(values, truth.layer)
    for category, name in CONCEPTS:
        has = world.present(category, name)
        error = peaks.std() * np.sqrt(1 / has.sum() + 1 / (~has).sum())
        assert abs(peaks[has].mean() - peaks[~has].mean()) < 5 * error
        inside = spread[world.mask(category, name)]
        independent = has.sum()  # at least one cell of independent noise a picture
        assert abs(inside.mean() - values.mean()) < 5 * values.std() / np.sqrt(independent)


def test_noise_of_different_pictures_and_neurons_is_unrelated(maps: Maps) -> None:
    rough, smooth = maps["whole"][:, 1:-SMOOTH_NOISE], maps["whole"][:, -SMOOTH_NOISE:, 1::2, 1::2]
    for noise in (rough, smooth):
        pictures = noise.reshape(len(noise), -1)
        neurons = noise.swapaxes(0, 1).reshape(noise.shape[1], -1)
        for rows in (pictures, neurons):
            related = np.atleast_2d(np.corrcoef(rows))[np.triu_indices(len(rows), 1)]
            assert np.abs(related).max() < 6 / np.sqrt(rows.shape[1])
            assert related.std() < 1.5 / np.sqrt(rows.shape[1])
    places = rough.reshape(-1, LAYERS["whole"].side ** 2)
    related = np.corrcoef(places.T) - np.eye(places.shape[1])
    assert np.abs(related).max() < 6 / np.sqrt(len(places))


def test_a_small_change_anywhere_changes_the_noise_altogether(world: World, maps: Maps) -> None:
    changed = world.pixels[:32].copy()
    changed[:, 0, :8] = 255 - changed[:, 0, :8]
    before, after = maps["whole"][:32, 1:].ravel(), responses(changed)["whole"][:, 1:].ravel()
    assert abs(np.corrcoef(before, after)[0, 1]) < 0.05
