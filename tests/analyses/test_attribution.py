"""The whole analysis on networks whose answer is known: who wins, what is undefined, what changes nothing."""

from __future__ import annotations

import dataclasses
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from rich.console import Console
from torch import nn

from generator.analyses.attribution import AttributionAnalysis, layer_attribution
from generator.analyses.attribution_pairs import PairAttribution
from generator.analyses.base import Context
from generator.analyses.receptive_fields import ReceptiveFieldsAnalysis
from generator.analyses.survey import SurveyAnalysis
from generator.pipeline import prepare
from generator.progress import Reporter
from generator.recipe_file import load_recipe
from generator.records import METHODS, Attribution, LayerAttribution
from generator.store.artifacts import load_record, save_record
from tests.planted_patch import FOR, SIDE, Cells, Patches, mask_of
from tests.tiny import write_world

RESPONSE, GRADIENT, INTEGRATED, OCCLUSION = range(len(METHODS))
IMAGES = 12
SHAPES: dict[str, tuple[int, ...]] = {
    **dict.fromkeys(("whole", "nothing", "explained"), ()),
    **dict.fromkeys(("reach", "insertion", "deletion"), (4,)),
    **dict.fromkeys(("random_insertion", "random_deletion"), (3,)),
    "maps": (4, 5, 5),
}
"""Of what is found for one activation."""

RECIPE = """
name = "patches"
title = "Patches"

[network]
model = "tests.analyses.test_attribution:{network}"

[preprocess]
resize = {side}
crop = {side}
mean = [0.0, 0.0, 0.0]
std = [1.0, 1.0, 1.0]

[images]
source = "folder"
path = "pictures"

[concepts]
source = "none"

[layers]
select = ["rectified"]
neurons = "all"
"""


def patches() -> nn.Module:
    return Patches()


def cells() -> nn.Module:
    return Cells()


def context_of(recipe: Path, **changes: str) -> Context:
    overrides = {key.replace("__", "."): value for key, value in changes.items()}
    context, _ = prepare(load_recipe(str(recipe), overrides), Reporter(Console(file=io.StringIO())))
    records: dict[str, Any] = {}
    for analysis in (SurveyAnalysis(), ReceptiveFieldsAnalysis()):
        records[analysis.name] = record_of(analysis, dataclasses.replace(context, records=records))
    return dataclasses.replace(context, records=records)


def record_of(analysis: Any, context: Context) -> Any:
    return analysis.combine(context, [analysis.run(context, task) for task in analysis.tasks(context)])


def attribution_of(recipe: Path, **changes: str) -> Attribution:
    record = record_of(AttributionAnalysis(), context_of(recipe, **changes))
    assert isinstance(record, Attribution)
    return record


def write(folder: Path, network: str) -> Path:
    (folder / "pictures" / "all").mkdir(parents=True)
    random = np.random.default_rng(2)
    for index in range(IMAGES):
        pixels = random.integers(80, 256, (SIDE, SIDE, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / "pictures" / "all" / f"{index:02}.png")
    recipe = folder / "patches.toml"
    recipe.write_text(RECIPE.format(network=network, side=SIDE), encoding="utf-8")
    return recipe


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> LayerAttribution:
    recipe = write(tmp_path_factory.mktemp("patches"), "patches")
    return attribution_of(recipe, attribution__exemplars="3").layers["rectified"]


def test_the_exact_methods_are_best_and_random_lies_in_the_middle(planted: LayerAttribution) -> None:
    assert planted.score.shape == (3, 3, len(METHODS))
    best = 1 - 1 / 8
    for method in (GRADIENT, INTEGRATED):
        np.testing.assert_allclose(planted.score[0, :, method], best, atol=1e-3)
    assert (planted.score[0, :, OCCLUSION] > 0.6).all()
    assert planted.beats[0, :, GRADIENT:].all()
    assert np.abs(planted.random[0]).max() < 0.6
    assert abs(planted.random[0].mean()) < 0.15
    seen = mask_of(FOR)
    for method in (GRADIENT, INTEGRATED):
        mass = np.abs(planted.maps[0, :, method].astype(float))
        assert (mass[:, seen].sum(axis=1) > 0.999 * mass.sum(axis=(1, 2))).all()


def test_signs_matter_where_a_patch_speaks_against(planted: LayerAttribution) -> None:
    """Of the second neuron only signed methods put the patch against it last."""
    assert (planted.score[1, :, INTEGRATED] > planted.score[1, :, GRADIENT] + 0.2).all()
    assert planted.layer_score.mean[INTEGRATED] == pytest.approx(
        np.nanmean(planted.score[:2, :, INTEGRATED]), abs=1e-5
    )
    np.testing.assert_allclose(planted.explained[:2], 1, atol=1e-4)
    np.testing.assert_allclose(planted.nothing[:2], 0, atol=1e-6)


def test_a_dead_neuron_and_a_map_of_one_cell_are_not_defined(planted: LayerAttribution) -> None:
    for field in dataclasses.fields(LayerAttribution):
        values = getattr(planted, field.name)
        if isinstance(values, np.ndarray) and values.dtype.kind == "f":
            assert np.isnan(values[2]).all(), field.name
    assert not planted.beats[2].any()
    assert np.isnan(planted.score[:2, :, RESPONSE]).all()
    assert np.isfinite(planted.score[:2, :, GRADIENT:]).all()
    assert np.isnan(planted.agreement[:2, :, :3]).all()
    assert np.isfinite(planted.agreement[:2, :, 3:]).all()


def test_the_peak_is_what_is_explained_and_the_response_map_can_win(tmp_path: Path) -> None:
    context = context_of(write(tmp_path, "cells"), attribution__exemplars="4")
    found = record_of(AttributionAnalysis(), context).layers["rectified"]
    survey = context.records["survey"].layers["rectified"]
    np.testing.assert_allclose(found.whole, survey.top_peaks[:, :4], rtol=1e-5)
    assert (found.images == survey.top_images[:, :4]).all()
    for entry in range(4):
        row, column = found.position[0, entry] * 4
        own = np.zeros((SIDE, SIDE), bool)
        own[row : row + 4, column : column + 4] = True
        assert (found.maps[0, entry, INTEGRATED] != 0)[own].all()
        assert not found.maps[0, entry, INTEGRATED][~own].any()
    assert found.beats[0, :, GRADIENT:].all()
    assert found.neuron_score.mean[0] == pytest.approx(found.score[0].mean(axis=0), abs=1e-5)
    assert (found.neuron_score.low <= found.neuron_score.mean).all()


def test_a_method_has_to_exceed_the_magnitude_of_every_random_score() -> None:
    """A random order that is very bad shows as much as one that is very good: reversed it would be that."""
    found = PairAttribution(
        **{
            field.name: np.ones((1, *SHAPES[field.name]), np.float32)
            for field in dataclasses.fields(PairAttribution)
        }
    )
    maps = np.random.default_rng(0).uniform(size=found.maps.shape).astype(np.float16)
    insertion = np.array([[0.5, 0.6, 0.7, 0.8]], np.float32)
    random = np.array([[0.1, -0.65, 0.3]], np.float32)
    found = dataclasses.replace(
        found,
        maps=maps,
        insertion=insertion,
        deletion=insertion * 0,
        random_insertion=random,
        random_deletion=random * 0,
    )
    laid = layer_attribution(np.zeros((1, 1), int), np.zeros((1, 1, 2), int), found)
    assert laid.beats[0, 0].tolist() == [False, False, True, True]


def test_more_points_of_integration_explain_more(tmp_path: Path) -> None:
    recipe = write_world(tmp_path)
    few, many = (attribution_of(recipe, attribution__integration=points) for points in ("2", "300"))
    for name in few.layers:
        missed = [np.nanmean(np.abs(found.layers[name].explained - 1)) for found in (few, many)]
        assert missed[1] < max(0.02, missed[0])
    last = list(few.layers)[-1]
    assert np.nanmax(np.abs(few.layers[last].explained - 1)) > 0.01
    assert np.nanmax(np.abs(many.layers[last].explained - 1)) < 0.01


def test_batch_size_and_chunks_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recipe = write_world(tmp_path)
    whole = attribution_of(recipe, attribution__exemplars="2", compute__batch_size="50")
    monkeypatch.setattr("generator.analyses.attribution.NEURONS_A_TASK", 2)
    parts = attribution_of(recipe, attribution__exemplars="2", compute__batch_size="1")
    for name, expected in whole.layers.items():
        found = parts.layers[name]
        for field in dataclasses.fields(LayerAttribution):
            left, right = getattr(found, field.name), getattr(expected, field.name)
            if isinstance(left, np.ndarray):
                np.testing.assert_allclose(left, right, atol=2e-3, err_msg=f"{name} {field.name}")


def test_fewer_neurons_give_the_same_rows_and_the_record_is_read_back(tmp_path: Path) -> None:
    recipe = write_world(tmp_path)
    all_rows, fewer = attribution_of(recipe), attribution_of(recipe, attribution__neurons="2")
    for name, found in fewer.layers.items():
        np.testing.assert_allclose(found.score, all_rows.layers[name].score[:2], atol=1e-6)
    save_record(tmp_path / "record", fewer)
    again = load_record(tmp_path / "record", Attribution)
    assert again.steps == 8
    for name, found in fewer.layers.items():
        np.testing.assert_array_equal(again.layers[name].maps, found.maps)
        np.testing.assert_array_equal(again.layers[name].layer_score.low, found.layer_score.low)


def test_it_is_left_out_on_request_and_says_what_it_costs(tmp_path: Path) -> None:
    recipe, analysis = write_world(tmp_path), AttributionAnalysis()
    assert not analysis.wanted(context_of(recipe, attribution__enabled="false"))
    context = context_of(recipe, attribution__exemplars="64")
    assert analysis.wanted(context)
    estimate = analysis.estimate(context)
    pairs = 3 * sum(len(layer.neurons) for layer in context.layers)  # three strongest images are shown
    assert estimate.work.startswith(f"{pairs} peaks, 184 pictures each")
    assert estimate.seconds > 0
