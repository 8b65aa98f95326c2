"""The contact sheet: both pictures of every drawn neuron, kept as they come, made once."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from generator import comparison
from generator.errors import LayerError
from generator.pages.comparison_page import comparison_context
from generator.progress import Reporter
from generator.recipe import Recipe
from generator.recipe_file import load_recipe
from generator.records import Comparison
from generator.store.layout import Layout
from generator.store.manifest import read_comparisons
from tests.tiny import write_world

STEPS, NEURONS = 2, 2


@pytest.fixture
def recipe(tmp_path: Path) -> Recipe:
    return load_recipe(str(write_world(tmp_path)))


def compare(recipe: Recipe, output: Path, neurons: int = NEURONS) -> Comparison:
    reporter = Reporter(Console(file=io.StringIO()))
    comparison.compare(recipe, Layout(output), reporter, steps=STEPS, neurons=neurons)
    (record,) = read_comparisons(Layout(output))
    return record


def test_every_drawn_neuron_has_both_pictures_measured(recipe: Recipe, tmp_path: Path) -> None:
    record = compare(recipe, tmp_path / "out")
    layers = list(dict.fromkeys(neuron.layer for neuron in record.neurons))
    assert len(layers) == 3
    assert [neuron.layer for neuron in record.neurons] == [name for name in layers for _ in range(NEURONS)]
    assert len({(neuron.layer, neuron.channel) for neuron in record.neurons}) == len(record.neurons)
    for neuron in record.neurons:
        assert neuron.ours.pixels.shape == (224, 224, 3)
        assert neuron.theirs.pixels.shape == (128, 128, 3)
        for picture in (neuron.ours, neuron.theirs):
            assert picture.seconds > 0
            assert np.isfinite([picture.clean, picture.robust]).all()
            assert picture.pixels.std() > 0
    assert (record.our_steps, record.their_steps) == (8, STEPS)
    assert comparison_context([record])["sheets"][0]["layers"][0]["name"] == layers[0]


def test_what_is_finished_is_not_made_again(
    recipe: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []
    real = comparison.lucents_picture

    def interrupted(*arguments: object, **settings: object) -> object:
        made.append(1)
        if len(made) == 3:
            raise KeyboardInterrupt
        return real(*arguments, **settings)  # type: ignore[arg-type]

    monkeypatch.setattr(comparison, "lucents_picture", interrupted)
    with pytest.raises(KeyboardInterrupt):
        compare(recipe, tmp_path / "out")
    assert read_comparisons(Layout(tmp_path / "out")) == ()
    first = compare(recipe, tmp_path / "out")
    assert len(made) == 1 + len(first.neurons)
    again = compare(recipe, tmp_path / "out")
    assert len(made) == 1 + len(first.neurons)
    assert [neuron.theirs.seconds for neuron in again.neurons] == [n.theirs.seconds for n in first.neurons]


def test_other_settings_take_the_place_of_the_sheet(recipe: Recipe, tmp_path: Path) -> None:
    compare(recipe, tmp_path / "out")
    smaller = compare(recipe, tmp_path / "out", neurons=1)
    assert len(smaller.neurons) == 3


def test_neurons_are_drawn_by_the_seed_and_more_only_add(recipe: Recipe) -> None:
    from generator.inputs.models import load_network

    network = load_network(recipe.network, recipe.preprocess, recipe.seed, "cpu")
    few, many = (comparison.drawn(network, recipe, count) for count in (1, 3))
    assert [layer.neurons for layer in few] == [layer.neurons[:1] for layer in many]
    other = recipe.model_copy(update={"seed": recipe.seed + 1})
    assert [layer.neurons for layer in comparison.drawn(network, other, 3)] != [
        layer.neurons for layer in many
    ]
    linear = recipe.model_copy(
        update={"layers": recipe.layers.model_copy(update={"select": (many[-1].name, "3")})}
    )
    assert [layer.name for layer in comparison.drawn(network, linear, 1)] == [many[-1].name]
    with pytest.raises(LayerError, match="convolutional"):
        comparison.drawn(
            network,
            recipe.model_copy(update={"layers": recipe.layers.model_copy(update={"select": ("3",)})}),
            1,
        )


def test_the_command_makes_a_sheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from click.testing import CliRunner

    from generator.cli import cli

    write_world(tmp_path)
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(cli, ["compare", "tiny.toml", "--steps", "1", "--neurons", "1"])
    assert done.exit_code == 0, done.output
    (record,) = read_comparisons(Layout(tmp_path / "atlas"))
    assert (record.atlas, record.their_steps, len(record.neurons)) == ("tiny", 1, 3)
