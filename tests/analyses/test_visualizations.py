from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image, ImageOps

from generator.activations.layers import choose_layers
from generator.analyses import visualizations
from generator.analyses.base import Context
from generator.analyses.visualizations import BATCH, LARGE_BATCH, VisualizationsAnalysis, VisualizationTask
from generator.errors import ImagesError
from generator.featurevis.variants import FULL_SIZE_STEPS
from generator.recipe import ImagesSection, LayersSection, NetworkSection, PreprocessSection, Recipe
from generator.recipe_sections import VisualizationSection
from generator.records import LayerVisualizations, Visualizations

HALF = (0.5, 0.5, 0.5)
VARIANTS = ("seed-1", "seed-2", "seed-3", "negative", "plain")
ALONE = {"seeds": 1, "negative": False, "plain": False}
ANALYSIS = VisualizationsAnalysis()


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """Run these small networks in one thread, which is faster than to wake others."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def recipe_of(neurons: int = 5, **visualization: Any) -> Recipe:
    return Recipe(
        name="tiny",
        title="Tiny",
        network=NetworkSection(model="tests.tiny:network"),
        preprocess=PreprocessSection(resize=16, crop=16, mean=HALF, std=HALF),
        images=ImagesSection(source="folder"),
        layers=LayersSection(select=("0.1", "0.2", "3"), neurons=neurons),
        visualization=VisualizationSection(**{"steps": 8, "batch": 2, **visualization}),
    )


def context_of(recipe: Recipe) -> Context:
    context = Context(recipe, "cpu", (), None, {})  # type: ignore[arg-type]
    return dataclasses.replace(context, layers=choose_layers(context.network(), recipe.layers, recipe.seed))


def record_of(context: Context) -> Visualizations:
    return ANALYSIS.combine(context, [ANALYSIS.run(context, task) for task in ANALYSIS.tasks(context)])


def test_tasks_are_batches_of_neurons_in_their_order() -> None:
    context = context_of(recipe_of())
    tasks = ANALYSIS.tasks(context)
    for layer in context.layers:
        for variant in VARIANTS:
            own = [task.neurons for task in tasks if (task.layer, task.variant) == (layer.name, variant)]
            assert sum(own, ()) == layer.neurons
            assert all(len(neurons) <= 2 for neurons in own)


def test_an_accelerator_gets_larger_batches_unless_the_recipe_states_one() -> None:
    for stated, device, batch in ((None, "cpu", BATCH), (None, "cuda", LARGE_BATCH), (3, "cuda", 3)):
        context = context_of(recipe_of(batch=stated))
        layers = tuple(dataclasses.replace(layer, neurons=tuple(range(200))) for layer in context.layers)
        elsewhere = dataclasses.replace(context, device=device, layers=layers)
        assert max(len(task.neurons) for task in ANALYSIS.tasks(elsewhere)) == batch


def test_fewer_neurons_share_their_first_batches() -> None:
    more, fewer = (ANALYSIS.tasks(context_of(recipe_of(neurons))) for neurons in (4, 2))
    assert set(fewer) < set(more)


@pytest.mark.parametrize(
    ("settings", "names"),
    [
        ({}, VARIANTS),
        (ALONE, ("seed-1",)),
        ({"seeds": 4, "plain": False}, ("seed-1", "seed-2", "seed-3", "seed-4", "negative")),
    ],
)
def test_tasks_and_record_have_the_variants_that_the_recipe_wants(
    settings: dict[str, Any], names: tuple[str, ...]
) -> None:
    context = context_of(recipe_of(1, **settings))
    assert tuple(dict.fromkeys(task.variant for task in ANALYSIS.tasks(context))) == names
    record = record_of(context)
    assert tuple(record.others) == names[1:]
    for layers in record.others.values():
        assert list(layers) == list(record.layers)


def test_a_further_variant_adds_tasks_and_changes_none() -> None:
    alone = set(ANALYSIS.tasks(context_of(recipe_of(**ALONE))))
    three, four = (set(ANALYSIS.tasks(context_of(recipe_of(seeds=seeds)))) for seeds in (3, 4))
    assert alone < three < four
    assert {task.variant for task in four - three} == {"seed-4"}
    assert {task.variant for task in three - alone} == set(VARIANTS[1:])


def test_variants_start_apart_and_random_pictures_are_measured_once() -> None:
    record = record_of(context_of(recipe_of(2)))
    for name, first in record.layers.items():
        found = [first, *(layers[name] for layers in record.others.values())]
        starts = {layer.pictures.tobytes() for layer in found}
        assert len(starts) == len(VARIANTS)
        assert np.isfinite(first.random_mean).all()
        assert np.isfinite(first.random_peak).all()
        for layer in found[1:]:
            assert layer.neurons.tolist() == first.neurons.tolist()
            assert np.isfinite(layer.mean_response).all()
            assert np.isnan(layer.random_mean).all()
            assert np.isnan(layer.random_peak).all()


def test_the_record_has_a_row_for_every_neuron_in_order() -> None:
    context = context_of(recipe_of())
    record = record_of(context)
    assert list(record.layers) == [layer.name for layer in context.layers]
    for layer in context.layers:
        found = record.layers[layer.name]
        count = len(layer.neurons)
        assert found.neurons.tolist() == list(layer.neurons)
        assert found.pictures.shape == (count, 16, 16, 3)
        assert found.pictures.dtype == np.uint8
        assert found.history.shape == (count, len(found.history_steps))
        for name in ("mean_response", "peak", "random_mean", "random_peak"):
            assert getattr(found, name).shape == (count,)
            assert getattr(found, name).dtype == np.float32
        assert (found.steps_run <= 8).all()


def test_batches_of_any_size_give_the_same_record() -> None:
    small, large = (record_of(context_of(recipe_of(batch=batch))) for batch in (1, 5))
    for name, found in small.layers.items():
        other = large.layers[name]
        np.testing.assert_array_equal(found.neurons, other.neurons)
        for field in ("mean_response", "peak", "random_mean", "random_peak", "history"):
            np.testing.assert_allclose(
                getattr(found, field), getattr(other, field), rtol=0.02, atol=1e-3, err_msg=field
            )


def test_size_is_the_networks_unless_the_recipe_states_one() -> None:
    assert ANALYSIS.identity(context_of(recipe_of()))["size"] == 16
    stated = context_of(recipe_of(size=24))
    assert ANALYSIS.identity(stated)["size"] == 24
    task = ANALYSIS.tasks(stated)[0]
    assert ANALYSIS.run(stated, task).pictures.shape[1:] == (24, 24, 3)


@pytest.mark.parametrize(
    "change",
    [
        {"size": 24},
        {"steps": 9},
        {"learning_rate": 0.2},
        {"precision": "bfloat16"},
        {"transparent": True},
    ],
)
def test_identity_has_every_setting_that_changes_results(change: dict[str, Any]) -> None:
    assert ANALYSIS.identity(context_of(recipe_of(**change))) != ANALYSIS.identity(context_of(recipe_of()))


def test_a_layer_without_neurons_yields_no_task_and_no_entry() -> None:
    context = context_of(recipe_of())
    layers = tuple(dataclasses.replace(layer, neurons=()) for layer in context.layers)
    empty = dataclasses.replace(context, layers=layers)
    assert ANALYSIS.tasks(empty) == []
    assert record_of(empty) == Visualizations({}, {})
    assert ANALYSIS.estimate(empty).seconds == 0


def test_the_estimate_counts_pictures_and_bytes() -> None:
    context = context_of(recipe_of())
    estimate = ANALYSIS.estimate(context)
    record = record_of(context)
    found = [layer for layers in (record.layers, *record.others.values()) for layer in layers.values()]
    count = sum(len(layer.neurons) for layer in found)
    assert estimate.work == f"{count} pictures of 16 × 16 pixels, at most 8 steps each"
    assert estimate.seconds > 0
    names = [field.name for field in dataclasses.fields(LayerVisualizations)]
    names.remove("history_steps")
    size = sum(getattr(layer, name).nbytes for layer in found for name in names)
    assert estimate.size == pytest.approx(size, rel=0.1)


@pytest.mark.parametrize("variants", [1, len(VARIANTS)])
def test_the_estimate_takes_layers_between_for_as_slow_as_they_are_deep(
    monkeypatch: pytest.MonkeyPatch, variants: int
) -> None:
    context = context_of(recipe_of(steps=1000, batch=5, **(ALONE if variants == 1 else {})))
    seconds = {layer.name: 2.0 + index for index, layer in enumerate(context.layers)}  # of a step: 2, 3, 4
    monkeypatch.setattr(visualizations, "_depths", lambda _network, _layers: [0.1, 0.2, 0.3])
    monkeypatch.setattr(visualizations, "_timed", lambda _context, layer, _batch: seconds[layer.name])
    times = 1 if variants == 1 else 4 + FULL_SIZE_STEPS  # plain pixels take fewer steps
    steps = times * sum(1000 * seconds[layer.name] * len(layer.neurons) for layer in context.layers)
    estimate = ANALYSIS.estimate(context)
    assert steps < estimate.seconds < 1.02 * steps  # what is measured beside the steps is little


def test_tasks_are_plain_values() -> None:
    task = VisualizationTask("0.1", (3, 1), "plain")
    assert dataclasses.asdict(task) == {"layer": "0.1", "neurons": (3, 1), "variant": "plain"}
    assert task == VisualizationTask("0.1", (3, 1), "plain")


def test_facets_become_variants_of_their_own() -> None:
    record = record_of(context_of(recipe_of(3, seeds=1, negative=False, plain=False, facets=2)))
    assert list(record.others) == ["facet-1", "facet-2"]
    for name, first in record.layers.items():
        one, two = (record.others[facet][name] for facet in ("facet-1", "facet-2"))
        assert one.neurons.tolist() == two.neurons.tolist() == first.neurons.tolist()
        assert (one.pictures != two.pictures).any(axis=(1, 2, 3)).all()


def test_masks_are_recorded_where_wanted() -> None:
    record = record_of(context_of(recipe_of(2, transparent=True)))
    for layers in (record.layers, *record.others.values()):
        for found in layers.values():
            assert found.alpha.shape == found.pictures.shape[:3]
            assert found.alpha.max() == 255
    assert record_of(context_of(recipe_of(2))).layers["3"].alpha.shape == (2, 0, 0)


def test_plain_pixels_start_from_the_recipes_image(tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (40, 20, 3)).astype(np.uint8)
    Image.fromarray(pixels).save(tmp_path / "start.png")
    settings = {"seeds": 1, "negative": False, "plain": False, "learning_rate": 1e-6}
    context = context_of(recipe_of(2, start_image=str(tmp_path / "start.png"), **settings))
    assert ANALYSIS.identity(context) != ANALYSIS.identity(context_of(recipe_of(2, **settings)))
    record = record_of(context)
    found = record.others["plain-from-image"]["3"]
    plain = record_of(context_of(recipe_of(2, **{**settings, "plain": True}))).others["plain"]["3"]
    cropped = np.asarray(ImageOps.fit(Image.fromarray(pixels), (16, 16), Image.Resampling.BILINEAR))
    for row in range(2):
        assert np.corrcoef(found.pictures[row].ravel(), cropped.ravel())[0, 1] > 0.7
        assert abs(np.corrcoef(plain.pictures[row].ravel(), cropped.ravel())[0, 1]) < 0.3


def test_a_start_image_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ImagesError, match=r"`visualization.start_image` must be .*which does not exist"):
        ANALYSIS.identity(context_of(recipe_of(start_image=str(tmp_path / "none.png"))))
    (tmp_path / "text.png").write_text("no picture")
    with pytest.raises(ImagesError, match=r"`visualization.start_image` must be .*not an image"):
        ANALYSIS.run(
            context := context_of(recipe_of(start_image=str(tmp_path / "text.png"))),
            ANALYSIS.tasks(context)[0],
        )
