"""Without its planted neurons a network no longer tells the classes; without others it does."""

from __future__ import annotations

import dataclasses
import io
from pathlib import Path

import numpy as np
import pytest
import torch
from rich.console import Console
from torch import Tensor, nn

from generator.analyses.ablation import AblationAnalysis, contrast_images, late_layers, single_images
from generator.analyses.ablation_effects import ablated_set, set_measures, single_ablations, single_measures
from generator.analyses.ablation_sets import controls
from generator.analyses.base import Context
from generator.analyses.contrasts import ContrastsAnalysis
from generator.analyses.readout import ReadoutAnalysis
from generator.analyses.survey import SurveyAnalysis
from generator.pipeline import prepare
from generator.progress import Reporter
from generator.recipe_file import load_recipe
from generator.records import SET_MEASURES, Ablation, Layer, Readout
from tests.planted_contrast import CLASSES, DISTRACTED, PLANTED, PlantedContrast, network, write_pictures

EACH = 120  # pictures of a class
CHANCE = 0.5


class Untraceable(PlantedContrast):
    """The same network, which cannot be traced: it asks for values on its way."""

    def forward(self, pixels: Tensor) -> Tensor:
        """Return the same logits."""
        if float(pixels.sum()) < 0:
            raise ValueError("pixels are not below 0")
        return super().forward(pixels)


class Nameless(PlantedContrast):
    """The same network with outputs of other classes, so that a read-out must stand in."""

    def __init__(self) -> None:
        super().__init__()
        self.class_names = ("left", "right", "neither")
        self.head = nn.Linear(self.head.in_features, 3)


def untraceable() -> nn.Module:
    """Return a network that must be run whole, for recipes."""
    return Untraceable().eval()


def nameless() -> nn.Module:
    """Return a network whose outputs are not of the pictures' classes, for recipes."""
    return Nameless().eval()


def measured(folder: Path, model: str = "", batch_size: int = 64) -> tuple[Context, Ablation]:
    """Build the records that ablations rest on, and ablate."""
    path = write_pictures(folder, EACH, seed=11)
    recipe = load_recipe(str(path))
    compute = recipe.compute.model_copy(update={"batch_size": batch_size})
    recipe = recipe.model_copy(update={"compute": compute})
    if model:
        recipe = recipe.model_copy(update={"network": recipe.network.model_copy(update={"model": model})})
    context, _ = prepare(recipe, Reporter(Console(file=io.StringIO())))
    for analysis in (SurveyAnalysis(), ReadoutAnalysis(), ContrastsAnalysis(), AblationAnalysis()):
        parts = [analysis.run(context, task) for task in analysis.tasks(context)]  # type: ignore[attr-defined]
        record = analysis.combine(context, parts)  # type: ignore[attr-defined]
        context = dataclasses.replace(context, records={**context.records, analysis.name: record})
    return context, context.record("ablation", Ablation)


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Context, Ablation]:
    """Ablations of the planted network."""
    return measured(tmp_path_factory.mktemp("planted"))


def test_without_the_planted_neurons_the_classes_are_no_longer_told_apart(
    planted: tuple[Context, Ablation],
) -> None:
    _, ablation = planted
    assert ablation.layers["colours"].sets == (None,)
    assert ablation.layers["colours"].resumed is None
    for name in ("patterns", "objects"):
        assert ablation.layers[name].resumed
        (found,) = ablation.layers[name].sets
        assert found is not None
        assert found.channels.tolist() == list(PLANTED[name])
        for measure in ("pair_accuracy", "accuracy"):
            column = SET_MEASURES.index(measure)
            assert found.intact[column] == 1
            assert found.intact[column] + found.change[0, column] == pytest.approx(CHANCE)
        assert found.intact[2] + found.change[0, 2] == pytest.approx(0, abs=1e-5)
        assert all(found.exceeds(measure) for measure in SET_MEASURES)


def test_without_as_many_others_nothing_is_lost(planted: tuple[Context, Ablation]) -> None:
    _, ablation = planted
    for name in ("patterns", "objects"):
        (found,) = ablation.layers[name].sets
        assert found is not None
        np.testing.assert_allclose(found.draws, 0, atol=1e-5)
        np.testing.assert_allclose(found.excess, np.tile(found.change[0], (2, 1)), atol=1e-5)
        assert not np.isin(found.drawn, found.channels).any()


def test_only_planted_neurons_matter_one_at_a_time_and_for_their_class_alone(
    planted: tuple[Context, Ablation],
) -> None:
    context, ablation = planted
    assert [context.images.info.class_names[label] for label in ablation.classes] == list(CLASSES)
    single = ablation.layers["objects"].single
    assert single is not None
    score = single.change[1]
    for channels, own, other in (((0, 1), 0, 1), ((2, 3), 1, 0)):
        assert (score[channels, own] < 0).all()
        assert (single.high[1][channels, own] < 0).all()
        assert (score[channels, other] < 0).all()  # at its mean it speaks for the class that is not there
    others = np.setdiff1d(np.arange(score.shape[0]), PLANTED["objects"])
    assert DISTRACTED in others
    np.testing.assert_allclose(score[others], 0, atol=1e-5)
    np.testing.assert_allclose(single.overall[1], score.mean(axis=1), atol=1e-6)


def by_hooks(context: Context, layer: str, channel: int | None, images: np.ndarray) -> np.ndarray:
    """Return logits (m, 2) of whole passes, image by image, perhaps with a channel's map at its mean."""
    module = network()
    pictures = [context.images.read(int(index)) for index in images]
    reference = [context.images.read(int(index)) for index in reference_of(context)]

    def inputs_of(picture: object) -> Tensor:
        return torch.from_numpy(np.array(picture)).permute(2, 0, 1)[None].float() / 255

    if channel is None:
        with torch.no_grad():
            return torch.cat([module(inputs_of(picture)) for picture in pictures]).numpy()
    kept: list[Tensor] = []
    hooked = module.get_submodule(layer)
    with torch.no_grad():
        handle = hooked.register_forward_hook(lambda _m, _i, output: kept.append(output[0, channel].clone()))
        for picture in reference:
            module(inputs_of(picture))
        handle.remove()
        mean = torch.stack(kept).mean(dim=0)

        def replace(_module: nn.Module, _inputs: object, output: Tensor) -> Tensor:
            output = output.clone()
            output[:, channel] = mean
            return output

        hooked.register_forward_hook(replace)
        return torch.cat([module(inputs_of(picture)) for picture in pictures]).numpy()


def reference_of(context: Context) -> np.ndarray:
    """Return the first images of each class in the order of the discovery half, all of them here."""
    labels, seed = context.images.labels, context.recipe.seed
    halves = []
    for label in (0, 1):
        order = np.random.default_rng([seed, label]).permutation(np.flatnonzero(labels == label))
        halves.append(order[: len(order) // 2])
    return np.concatenate(halves)


def test_single_ablations_are_those_of_hooks_on_the_whole_network(planted: tuple[Context, Ablation]) -> None:
    context, ablation = planted
    images = single_images(context)
    truth = context.images.labels[images]
    intact = by_hooks(context, "objects", None, images)
    for layer in ("patterns", "objects"):
        single = ablation.layers[layer].single
        assert single is not None
        for channel in (0, 3, DISTRACTED, 9):
            logits = by_hooks(context, layer, channel, images)
            score, before = (own[np.arange(len(truth)), truth] - own.mean(axis=1) for own in (logits, intact))
            for label in (0, 1):
                expected = (score - before)[truth == label].mean()
                assert single.change[1, channel, label] == pytest.approx(expected, abs=1e-5)
                assert single.intact[1, label] == pytest.approx(before[truth == label].mean(), abs=1e-5)


def test_neither_the_way_nor_the_batches_change_what_comes_out(
    planted: tuple[Context, Ablation], tmp_path: Path
) -> None:
    _, expected = planted
    _, found = measured(tmp_path, "tests.analyses.test_ablation:untraceable", batch_size=37)
    for name in ("patterns", "objects"):
        assert found.layers[name].resumed is False
        ours, theirs = found.layers[name].sets[0], expected.layers[name].sets[0]
        assert ours is not None
        assert theirs is not None
        for field in dataclasses.fields(theirs):
            np.testing.assert_allclose(getattr(ours, field.name), getattr(theirs, field.name), atol=1e-5)
        singles = found.layers[name].single, expected.layers[name].single
        assert singles[0] is not None
        assert singles[1] is not None
        np.testing.assert_allclose(singles[0].change, singles[1].change, atol=1e-5)


def test_a_read_out_stands_in_where_outputs_are_of_other_classes(tmp_path: Path) -> None:
    context, ablation = measured(tmp_path, "tests.analyses.test_ablation:nameless")
    assert context.record("readout", Readout).source == "fitted"
    for name in ("patterns", "objects"):
        assert ablation.layers[name].resumed
        (found,) = ablation.layers[name].sets
        assert found is not None
        assert found.intact[0] == 1
        assert found.intact[0] + found.change[0, 0] < 0.7  # what is left is the read-out's weights of noise
        assert found.exceeds("margin")
    assert (found.draws[..., 0] > -0.05).all()  # of the last layer, from which the read-out is linear


def test_held_out_images_are_of_the_two_classes_and_as_many_as_the_recipe_says(
    planted: tuple[Context, Ablation],
) -> None:
    context, ablation = planted
    (contrast,) = context.records["contrasts"].contrasts
    few = context.recipe.ablation.model_copy(update={"images": 12})
    fewer = dataclasses.replace(context, recipe=context.recipe.model_copy(update={"ablation": few}))
    assert len(contrast_images(fewer, contrast)) == 24
    assert ablation.images.tolist() == [[60, 60]]
    assert not set(contrast_images(context, contrast)) & set(reference_of(context))


def test_controls_are_other_channels_none_twice_and_matched_ones_are_of_like_activation() -> None:
    activation = np.random.default_rng(0).exponential(size=60)
    confirmed = np.array([5, 17, 40, 41])
    drawn = controls(confirmed, activation, 50, (3, 1))
    assert drawn.shape == (2, 50, 4)
    assert not np.isin(drawn, confirmed).any()
    assert all(len(set(row)) == 4 for row in drawn.reshape(-1, 4).tolist())
    away = np.abs(activation[drawn].mean(axis=2) - activation[confirmed].mean()).mean(axis=1)
    assert away[1] < away[0] / 3
    assert len({tuple(row) for row in drawn[1].tolist()}) > 25
    np.testing.assert_array_equal(controls(confirmed, activation, 50, (3, 1)), drawn)


def test_without_enough_other_channels_there_is_no_control_and_nothing_is_claimed() -> None:
    activation = np.ones(7)
    drawn = controls(np.arange(4), activation, 10, (0,))
    assert drawn.shape == (2, 0, 4)
    measured_here = np.stack([np.ones((20, 3)), np.zeros((20, 3))])
    sides = np.repeat([0, 1], 10)
    found = ablated_set(np.arange(4), drawn, activation, measured_here, sides=sides, seed=(0,))
    assert found.change[0].tolist() == [-1, -1, -1]
    assert np.isnan(found.change[1:]).all()
    assert np.isnan(found.excess_high).all()
    assert not found.exceeds("margin")


def test_measures_are_those_of_their_definitions() -> None:
    scores = np.array([[2.0, 1.0, 0.0], [1.0, 1.0, 3.0], [0.0, 2.0, 1.0]])
    found = set_measures(scores, np.array([0, 1, 2]), np.array([1, 0, 1]))
    assert found.tolist() == [[1, 1, 1], [0.5, 0, 0], [0, 0, -1]]
    assert single_measures(scores, np.array([0, 1, 2])).tolist() == [
        [1, 1],
        [0, pytest.approx(1 - 5 / 3)],
        [0, 0],
    ]


def test_changes_count_both_classes_alike_and_draws_are_those_of_slow_means() -> None:
    random = np.random.default_rng(1)
    sides = np.repeat([0, 1], [30, 10])
    draws = 4
    values = random.normal(size=(2 + 2 * draws, 40, 3))
    drawn = np.zeros((2, draws, 2), dtype=np.int32)
    found = ablated_set(np.arange(2), drawn, np.ones(9), values, sides=sides, seed=(1,))

    def slow(row: int) -> np.ndarray:
        change = values[row] - values[0]
        return (change[sides == 0].mean(axis=0) + change[sides == 1].mean(axis=0)) / 2

    np.testing.assert_allclose(found.change[0], slow(1))
    expected = np.array([[slow(2 + kind * draws + draw) for draw in range(draws)] for kind in (0, 1)])
    np.testing.assert_allclose(found.draws, expected)
    np.testing.assert_allclose(found.change[1:], expected.mean(axis=1))
    np.testing.assert_allclose(found.excess, found.change[0] - found.change[1:])


def test_intervals_hold_the_truth_as_often_as_they_say_and_controls_alike_are_never_exceeded() -> None:
    random = np.random.default_rng(2)
    sides, draws, runs = np.repeat([0, 1], 50), 10, 100
    held, exceeded = 0, 0
    for run in range(runs):
        values = random.normal(size=(2 + 2 * draws, 100, 3))
        values[0] = 0
        values[1:] -= 1  # nothing but noise tells the confirmed ones from the draws
        drawn = np.zeros((2, draws, 2), dtype=np.int32)
        found = ablated_set(np.arange(2), drawn, np.ones(9), values, sides=sides, seed=(run,))
        held += int(found.low[0, 2] <= -1 <= found.high[0, 2])
        exceeded += found.exceeds("margin")
    assert held >= 88  # of 100, 95 expected
    assert exceeded <= 6  # 2.5 expected of either control alone


def test_single_ablations_are_means_by_class_with_intervals_about_them() -> None:
    random = np.random.default_rng(3)
    groups = np.array([0, 1, 2] * 15)
    values = random.normal(size=(1 + 6, 45, 2))
    found = single_ablations(values, groups, (0,))
    for neuron in range(6):
        for place in range(3):
            own = (values[1 + neuron] - values[0])[groups == place].mean(axis=0)
            np.testing.assert_allclose(found.change[:, neuron, place], own, rtol=1e-5, atol=1e-6)
    assert (found.low < found.change).all()
    assert (found.change < found.high).all()
    assert (found.overall_high - found.overall_low < (found.high - found.low).mean(axis=2)).all()


def layers_of(*shapes: tuple[int, int]) -> list[Layer]:
    """Return layers of (channels, side)."""
    return [
        Layer(f"{place}", "Conv2d", "convolution", "", size, side, side, (0,))
        for place, (size, side) in enumerate(shapes)
    ]


@pytest.mark.parametrize(
    ("shapes", "expected"),
    [
        ([(64, 32), (64, 16), (64, 16), (128, 8), (128, 8), (256, 4), (256, 4)], "3456"),
        ([(64, 14), *[(3072, 14)] * 12], ["11", "12"]),  # blocks of a vision transformer
        ([(8, 4)], "0"),
        ([(8, 4), (8, 4)], "01"),
        ([(16, 8), (32, 4)], "01"),
        ([(64, 32), *[(256, 8)] * 2, *[(1024, 4)] * 23, *[(2048, 2)] * 3], ["25", "26", "27", "28"]),
    ],
)
def test_the_last_two_stages(shapes: list[tuple[int, int]], expected: list[str] | str) -> None:
    assert [layer.name for layer in late_layers(layers_of(*shapes))] == list(expected)
