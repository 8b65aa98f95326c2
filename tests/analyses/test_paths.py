"""Paths through a network: which images and pictures are shown, pooled how, and in which order."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
import torch
from rich.console import Console

from generator.analyses.base import Context
from generator.analyses.path_similarity import Pooled, agreement, paths
from generator.analyses.paths import RANDOM_IMAGES, TOP_IMAGES, PathsAnalysis, random_images, top_images
from generator.pipeline import build_records, prepare
from generator.progress import Reporter
from generator.recipe_file import load_recipe
from generator.records import LayerPaths, Survey, Visualizations
from generator.store.layout import Layout
from generator.store.manifest import read_atlas
from tests.planted_detours import SIDE, Detours, write_pictures

CHANNELS = (3, 0, 7, 12)  # not in the order of the layer


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Context:
    changes = {"layers.neurons": str(list(CHANNELS)), "layers.select": '["units"]'}
    recipe = load_recipe(
        str(write_pictures(tmp_path_factory.mktemp("paths"))),
        {**changes, "visualization.steps": "8", "visualization.twin": "0"},
    )
    layout, reporter = Layout(tmp_path_factory.mktemp("output")), Reporter(Console(file=io.StringIO()))
    build_records(recipe, layout, reporter)
    records: Mapping[str, Any] = read_atlas(layout, recipe.name).records
    wanted = {name: records[name] for name in ("survey", "visualizations", "paths")}
    return replace(prepare(recipe, reporter)[0], records=wanted)


def computed(context: Context) -> LayerPaths:
    analysis = PathsAnalysis()
    parts = [analysis.run(context, task) for task in analysis.tasks(context)]
    return analysis.combine(context, parts).layers["units"]


def assert_same(found: LayerPaths, expected: LayerPaths) -> None:
    for field in fields(LayerPaths):
        left, right = getattr(found, field.name), getattr(expected, field.name)
        np.testing.assert_allclose(left, right, rtol=1e-3, atol=1e-5, err_msg=field.name)


def slow_responses(pictures: np.ndarray) -> np.ndarray:
    """Return the mean responses of all units to pictures (n, side, side, 3), one at a time."""
    with torch.no_grad():
        inputs = torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 255
        return np.concatenate([Detours()(one[None]).numpy() for one in inputs])


def test_paths_as_by_the_slow_way(context: Context) -> None:
    survey = context.record("survey", Survey).layers["units"]
    record = context.record("visualizations", Visualizations)
    images = [np.asarray(context.images.read(index)) for index in range(len(context.images))]
    assert images[0].shape == (SIDE, SIDE, 3)
    responses = slow_responses(np.stack(images))
    means = np.asarray(survey.means, np.float32)
    top = np.array(
        [sorted(range(len(images)), key=lambda i: (-column[i], i))[:TOP_IMAGES] for column in means.T]
    )
    np.testing.assert_array_equal(top_images(survey), top)
    seeds = [record.layers["units"], *(layers["units"] for layers in record.others.values())]
    shown = np.stack([slow_responses(found.pictures) for found in seeds], axis=1)
    drawn = random_images(len(images), context.recipe.seed)
    assert len(set(drawn.tolist())) == RANDOM_IMAGES
    agreed = agreement(shown, np.array(CHANNELS), context.recipe.seed)
    expected = paths([Pooled(responses, shown)], top, drawn, survey.strongest_mean > 0, agreed)
    assert_same(computed(context), expected)
    assert np.isfinite(expected.summary).all()


@pytest.mark.parametrize("changes", [{"batch_size": 7}, {"batch_size": 500, "workers": 2}])
def test_how_the_work_is_cut_does_not_matter(context: Context, changes: dict[str, int]) -> None:
    compute = context.recipe.compute.model_copy(update=changes)
    other = replace(context, recipe=context.recipe.model_copy(update={"compute": compute}))
    assert_same(computed(other), computed(context))


def test_few_images_have_few_top_images(context: Context) -> None:
    survey = context.record("survey", Survey).layers["units"]
    few = replace(survey, images=20, means=survey.means[:20])
    assert top_images(few).shape == (len(CHANNELS), 5)


def test_the_estimate_counts_what_is_kept(context: Context) -> None:
    estimate = PathsAnalysis().estimate(replace(context, records={}))
    found = computed(context)
    assert estimate.size == sum(getattr(found, field.name).nbytes for field in fields(LayerPaths))
    assert estimate.seconds > 0
