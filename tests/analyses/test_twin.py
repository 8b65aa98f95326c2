"""Analyses on the randomly initialized twin: the same code, another network, fewer neurons and images."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from generator.analyses.base import Context
from generator.analyses.survey import SurveyAnalysis
from generator.analyses.twin import PREFIX, OnTwin, of_twin
from generator.analyses.visualizations import VisualizationsAnalysis
from generator.errors import NetworkError
from generator.inputs.twin import random_twin
from generator.pipeline import prepare
from generator.progress import Reporter
from generator.recipe_file import load_recipe
from generator.records import Survey
from tests.planted_detours import write_pictures


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Context:
    changes = {"visualization.twin": "3", "visualization.plain": "true"}
    recipe = load_recipe(str(write_pictures(tmp_path_factory.mktemp("twin"))), changes)
    return prepare(recipe, Reporter(Console(file=io.StringIO())))[0]


def test_the_twin_s_context_has_its_network_and_its_first_neurons(context: Context) -> None:
    own = of_twin(context)
    assert own.network() is random_twin(context.network(), context.recipe.seed)
    assert context.network() is not own.network()
    assert [layer.neurons for layer in own.layers] == [(0, 1, 2), (0, 1, 2)]
    assert not own.recipe.visualization.plain
    assert own.images is context.images  # fewer than the twin would be shown


def test_an_analysis_on_the_twin_is_that_analysis_in_the_twin_s_context(context: Context) -> None:
    inner = SurveyAnalysis()
    analysis = OnTwin(inner)
    assert analysis.name == "twin_survey"
    parts = [analysis.run(context, task) for task in analysis.tasks(context)]
    found = analysis.combine(context, parts)
    own = of_twin(context)
    expected = inner.combine(own, [inner.run(own, task) for task in inner.tasks(own)])
    trained = inner.combine(context, [inner.run(context, task) for task in inner.tasks(context)])
    for name, layer in found.layers.items():
        np.testing.assert_array_equal(layer.peaks, expected.layers[name].peaks)
        assert layer.peaks.shape[1] == 3
        assert np.abs(layer.peaks - trained.layers[name].peaks[:, :3]).max() > 0.01


def test_the_twin_has_pictures_of_the_seeds_alone(context: Context) -> None:
    analysis = OnTwin(VisualizationsAnalysis())
    assert {task.variant for task in analysis.tasks(context)} == {"seed-1", "seed-2", "seed-3"}
    assert {neuron for task in analysis.tasks(context) for neuron in task.neurons} == {0, 1, 2}
    assert analysis.requires == ()
    assert analysis.estimate(context).size < VisualizationsAnalysis().estimate(context).size


def test_records_of_the_twin_are_handed_on_by_their_own_names(context: Context, tmp_path: Path) -> None:
    marked = Context(context.recipe, "cpu", context.layers, context.images, {f"{PREFIX}survey": tmp_path})
    assert of_twin(marked).record("survey", Path) == tmp_path
    assert marked.found("paths", Path) is None


def test_a_twin_that_cannot_be_used_says_how_to_leave_it_out(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_self: SurveyAnalysis, _context: Context, _task: object) -> Survey:
        raise NetworkError("layer `hues` gives nothing finite")

    analysis = OnTwin(SurveyAnalysis())
    monkeypatch.setattr(SurveyAnalysis, "run", refuse)
    with pytest.raises(NetworkError, match=r"twin cannot be used: layer `hues` .*twin = 0"):
        analysis.run(context, analysis.tasks(context)[0])
