"""Tasks have the answers that scenes, masks and images have, and say why they are left out."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from generator.analyses.base import Context
from generator.analyses.pixel_attributes import ATTRIBUTES
from generator.analyses.probe_tasks import classes, numbers, questions
from generator.inputs.answers import Answers
from generator.inputs.concepts.scenes import SceneConcepts
from generator.inputs.scenes import draw_factors
from generator.pipeline import prepare
from generator.progress import Reporter
from generator.recipe_file import load_recipe
from generator.records import ProbeFeatures, ProbeSet
from tests.planted_world import write_world


def features_of(context: Context, count: int) -> ProbeFeatures:
    """Features of which only indices, concepts and attributes are looked at."""
    assert context.concepts is not None
    nothing, preprocess = np.zeros((count, 0)), context.network().preprocess
    present = np.zeros((count, len(context.concepts.info.concepts)), dtype=bool)
    for index in range(count):
        view = context.concepts.view(index, preprocess)
        present[index, [*view.masks, *view.facts]] = True
    chosen = np.arange(count)
    attributes = np.random.default_rng(0).random((count, len(ATTRIBUTES)))
    none = np.zeros((count, 0), dtype=bool)
    return ProbeFeatures(
        {
            "concepts": ProbeSet(chosen, nothing, nothing, present, nothing, {}),
            "images": ProbeSet(chosen, nothing, nothing, none, attributes, {}),
        }
    )


def opened(recipe: str, **overrides: str) -> Context:
    changes = {key.replace("__", "."): value for key, value in overrides.items()}
    return prepare(load_recipe(recipe, changes), Reporter(Console(file=io.StringIO())))[0]


@pytest.fixture(scope="module")
def scenes() -> Context:
    return opened("demo", concepts__limit="200", images__limit="200")


def test_scenes_are_asked_for_what_they_were_drawn_from(scenes: Context) -> None:
    asked, left_out = questions(scenes, features_of(scenes, 200))
    by_name = {question.name: question for question in asked}
    assert scenes.concepts is not None
    reader = scenes.concepts.reader
    assert isinstance(reader, SceneConcepts)
    drawn = [draw_factors(reader.seed, position) for position in scenes.concepts.positions.tolist()]
    colour = by_name["colour"]
    assert [colour.values[label] for label in colour.labels] == [
        drawn[row].colour for row in colour.rows.tolist()
    ]
    np.testing.assert_allclose(by_name["position across"].targets[:, 0], [scene.x for scene in drawn])
    assert by_name["position across"].pooling == "grid"
    assert {"shape", "texture", "background", "part: eye", "size", "orientation", "hue", "superclass"} <= set(
        by_name
    )
    assert not {question.name for question in asked} & {one.name for one in left_out}


def test_masks_of_any_folder_are_asked_for_categories_with_one_concept(tmp_path: Path) -> None:
    context = opened(str(write_world(tmp_path, images=120)))
    asked, _ = questions(context, features_of(context, 120))
    by_name = {question.name: question for question in asked}
    assert {"colour", "texture", "shape", "size"} <= set(by_name)
    assert by_name["shape"].values == ("square", "disc", "bar")
    assert context.concepts is not None
    ids = [context.concepts.ids[row] for row in by_name["shape"].rows.tolist()]
    shown = [by_name["shape"].values[label] for label in by_name["shape"].labels]
    assert [name.split("/")[0] for name in ids] == shown


def test_rare_answers_are_left_out() -> None:
    labels = np.array([0] * 9 + [1] * 20 + [-1] * 5 + [2] * 10)
    question = classes(Answers("rare", ("a", "b", "c"), labels), "", "images")
    assert question.values == ("b", "c")
    assert question.labels.tolist() == [0] * 20 + [1] * 10
    assert question.rows.tolist() == [*range(9, 29), *range(34, 44)]


def test_undefined_values_are_left_out_and_directions_come_back_after_half_a_turn() -> None:
    values = np.array([0.0, np.nan, np.pi])
    question = numbers("edge direction", "", "images", values)
    assert question.rows.tolist() == [0, 2]
    np.testing.assert_allclose(question.targets[0], question.targets[1], atol=1e-9)


def test_what_cannot_be_asked_is_named_with_the_reason(scenes: Context) -> None:
    few = features_of(scenes, 30)
    asked, left_out = questions(scenes, few)
    reasons = {one.name: one.reason for one in left_out}
    assert reasons["object"] == "fewer than two answers have at least 10 images"
    assert reasons["size"] == "fewer than 40 images have a value"
    assert "size" not in {question.name for question in asked}
