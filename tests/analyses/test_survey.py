from __future__ import annotations

import dataclasses
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from generator.activations import sketch
from generator.activations.layers import choose_layers
from generator.analyses.base import Context
from generator.analyses.survey import Shard, SurveyAnalysis
from generator.inputs.batches import batches
from generator.inputs.images import open_images
from generator.recipe import Recipe
from generator.recipe_file import check_recipe
from generator.records import Layer, LayerSurvey, Survey
from tests.planted import SIDE, all_maps, assert_same_survey, slow_survey

ANALYSIS = SurveyAnalysis()
COLOURS = {"blue": (2,), "green": (1,), "red": (0,), "yellow": (0, 1)}
PER_CLASS = 6
IMAGES = len(COLOURS) * PER_CLASS


def context_of(recipe: Recipe) -> Context:
    context = Context(recipe, "cpu", (), open_images(recipe.images, recipe.seed, SIDE), {})
    layers = choose_layers(context.network(), recipe.layers, recipe.seed)
    return dataclasses.replace(context, layers=layers)


def recipe_of(folder: Path, model: str, side: int, **sections: dict[str, Any]) -> Recipe:
    values: dict[str, Any] = {
        "name": "test",
        "title": "Test",
        "network": {"model": model},
        "preprocess": {"resize": side, "crop": side, "mean": [0, 0, 0], "std": [1, 1, 1]},
        "images": {"source": "folder", "path": str(folder)},
        "exemplars": {"top": 4, "bottom": 3},
    }
    for key, section in sections.items():
        values[key] = {**values.get(key, {}), **section}
    return check_recipe(values, "test")


def survey(context: Context, **compute: int) -> Survey:
    settings = context.recipe.compute.model_copy(update=compute)
    context = dataclasses.replace(context, recipe=context.recipe.model_copy(update={"compute": settings}))
    return ANALYSIS.combine(context, [ANALYSIS.run(context, task) for task in ANALYSIS.tasks(context)])


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pictures of one colour, ever brighter, with one brightest pixel at (number, 2)."""
    folder = tmp_path_factory.mktemp("pictures")
    for name, channels in COLOURS.items():
        (folder / name).mkdir()
        for number in range(PER_CLASS):
            pixels = np.zeros((SIDE, SIDE, 3), dtype=np.uint8)
            for channel in channels:
                pixels[..., channel] = 40 * number
                pixels[number, 2, channel] = 40 * number + 51
            Image.fromarray(pixels).save(folder / name / f"{number}.png")
    return folder


@pytest.fixture(scope="module")
def planted(pictures: Path) -> Context:
    layers = {"select": ["colours", "rectified"], "neurons": "all"}
    return context_of(recipe_of(pictures, "tests.planted:detectors", SIDE, layers=layers))


def test_a_planted_truth_is_found(planted: Context) -> None:
    found = survey(planted, batch_size=5, shard=9).layers["rectified"]
    red, blue, no_red, constant = 0, 2, 3, 6
    names = [planted.images.ids[image] for image in found.top_images[red]]
    assert names == ["red/5.png", "yellow/5.png", "red/4.png", "yellow/4.png"], "ties by id"
    np.testing.assert_allclose(found.top_peaks[red], np.array([251, 251, 211, 211]) / 255, rtol=1e-6)
    assert found.top_positions[red].tolist() == [[5, 2], [5, 2], [4, 2], [4, 2]]
    assert found.bottom_images[red].tolist() == [0, 1, 2, 3], "the first of those without any red"
    assert found.bottom_peaks[red].tolist() == [0, 0, 0, 0]
    assert planted.images.info.class_names == ("blue", "green", "red", "yellow")
    of_class = sum(40 * number + 51 for number in range(PER_CLASS)) / 255
    np.testing.assert_allclose(found.class_peak_sum[blue], [of_class, 0, 0, 0], rtol=1e-6)
    assert found.class_counts.tolist() == [PER_CLASS] * 4
    assert found.maximum[no_red] == 0
    assert found.zeros[no_red] == found.positions == IMAGES * SIDE**2
    assert found.mean[constant] == 0.5
    assert found.variance[constant] == 0
    assert found.response_sum[constant] == IMAGES / 2


@pytest.mark.parametrize("batch_size", [1, 7, 64])
@pytest.mark.parametrize("shard", [5, 1000])
def test_batches_and_shards_change_nothing(planted: Context, batch_size: int, shard: int) -> None:
    found = survey(planted, batch_size=batch_size, shard=shard)
    network = planted.network()
    source = batches(planted.images, range(IMAGES), network.preprocess, 8)
    maps, labels = all_maps(network, planted.layers, source)
    for name, layer_maps in maps.items():
        assert_same_survey(found.layers[name], slow_survey(layer_maps, labels, len(COLOURS), kept=4))


def test_tasks_are_shards_and_the_shard_size_is_no_setting(planted: Context) -> None:
    assert ANALYSIS.tasks(planted) == [Shard(0, IMAGES)]
    settings = planted.recipe.compute.model_copy(update={"shard": 10, "batch_size": 3})
    other = dataclasses.replace(planted, recipe=planted.recipe.model_copy(update={"compute": settings}))
    assert ANALYSIS.tasks(other) == [Shard(0, 10), Shard(10, 20), Shard(20, IMAGES)]
    assert ANALYSIS.identity(other) == ANALYSIS.identity(planted)
    assert ANALYSIS.identity(planted)["kept"] == 4
    task = pickle.loads(pickle.dumps(ANALYSIS.tasks(other)[1]))
    part = ANALYSIS.run(pickle.loads(pickle.dumps(other)), task)
    assert part.layers["colours"].first_image == 10
    assert part.layers["colours"].peaks.shape == (10, 7)


def test_the_estimate_covers_what_is_stored(planted: Context) -> None:
    estimate = ANALYSIS.estimate(planted)
    assert estimate.work == "24 images, 14 neurons of 2 layers"
    assert 0 < estimate.seconds < 60
    layers = survey(planted).layers.values()
    arrays = [value for layer in layers for value in vars(layer).values() if isinstance(value, np.ndarray)]
    assert estimate.size == pytest.approx(sum(array.nbytes for array in arrays), rel=0.05)


def test_images_without_classes_are_surveyed(pictures: Path) -> None:
    layers = {"select": ["grey"]}
    recipe = recipe_of(pictures / "red", "tests.planted:detectors", SIDE, layers=layers)
    found = survey(context_of(recipe), batch_size=4).layers["grey"]
    assert found.class_peak_sum.shape == (1, len(found.class_counts))
    assert found.images == PER_CLASS
    assert found.top_positions[0].tolist() == [[0, 0]] * 4


@pytest.fixture(scope="module")
def cifar(shared: Path) -> Context:
    recipe = recipe_of(
        shared / "data" / "cifar10" / "test",
        "resnet18",
        64,
        network={"weights": str(shared / "models" / "resnet18-tinyimagenet.pth")},
        images={"limit": 200},
        layers={"select": ["conv1", "layer2.0", "layer4.1", "fc"], "neurons": 6},
    )
    return context_of(recipe)


@pytest.fixture(scope="module")
def stored(cifar: Context) -> dict[str, tuple[np.ndarray, LayerSurvey]]:
    """Every map of every layer, all in memory, and what is to be said of them."""
    source = batches(cifar.images, range(200), cifar.network().preprocess, 50)
    stored, labels = all_maps(cifar.network(), cifar.layers, source)
    return {name: (maps, slow_survey(maps, labels, 10, kept=4)) for name, maps in stored.items()}


@pytest.mark.parametrize("batch_size", [1, 7, 64])
def test_a_trained_network_on_real_images(
    cifar: Context, stored: dict[str, tuple[np.ndarray, LayerSurvey]], batch_size: int
) -> None:
    found = survey(cifar, batch_size=batch_size, shard=128)
    for layer in cifar.layers:
        maps, expected = stored[layer.name]
        assert_nearly_the_same(layer, found.layers[layer.name], maps, expected)


def assert_nearly_the_same(layer: Layer, found: LayerSurvey, maps: np.ndarray, expected: LayerSurvey) -> None:
    """Compare surveys of activations that rounding may have changed: torch computes batches differently."""
    spread = float(np.abs(maps).max())
    for name in (
        "mean",
        "variance",
        "minimum",
        "maximum",
        "strongest_mean",
        "response_sum",
        "class_peak_sum",
    ):
        left, right = getattr(found, name), getattr(expected, name)
        np.testing.assert_allclose(left, right, rtol=1e-4, atol=1e-5 * spread, err_msg=f"{layer.name} {name}")
    assert np.array_equal(found.class_counts, expected.class_counts)
    np.testing.assert_allclose(found.zeros, expected.zeros, rtol=1e-3, atol=2)
    for side in ("top", "bottom"):
        images, peaks = getattr(found, f"{side}_images"), getattr(found, f"{side}_peaks")
        rows, columns = np.moveaxis(getattr(found, f"{side}_positions"), -1, 0)
        neurons = np.arange(len(layer.neurons))[:, None]
        np.testing.assert_allclose(peaks, getattr(expected, f"{side}_peaks"), rtol=1e-4, atol=1e-5 * spread)
        np.testing.assert_allclose(maps[images, neurons, rows, columns], peaks, rtol=1e-4, atol=1e-5 * spread)
    levels = np.array([0.01, 0.5, 0.9, 0.995])
    quantiles = sketch.quantiles(found.sketch, levels, found.minimum, found.maximum)
    values = np.moveaxis(maps, 1, 0).reshape(len(layer.neurons), -1)
    low, high = (np.quantile(values, levels, axis=1, method=method).T for method in ("lower", "higher"))
    slack = sketch.RELATIVE_WIDTH * np.maximum(np.abs(low), np.abs(high)) + 1e-5 * spread
    assert np.all((quantiles >= low - slack) & (quantiles <= high + slack)), layer.name
