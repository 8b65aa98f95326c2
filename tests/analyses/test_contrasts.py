"""Class contrasts find exactly the neurons that were planted, by formulas that agree with slow ones."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy.stats import mannwhitneyu

from generator.analyses.contrast_halves import CONFIRMATION, DISCOVERY, half_of
from generator.analyses.contrast_pairs import check_contrasts, choose_pairs
from generator.analyses.contrast_statistics import (
    Ranked,
    aucs,
    cohens_d,
    confirm,
    discoveries,
    effect_intervals,
    p_values,
)
from generator.analyses.contrasts import ContrastsAnalysis
from generator.analyses.linear import fit_linear
from generator.errors import ImagesError
from generator.recipe_sections import ContrastsSection
from generator.records import Contrast, Layer, Readout, Survey
from tests.analyses.conftest import RecordsContext, SurveyOf

EACH = 60  # images of a class
CAT, DOG = (0, 1), (2, 3)  # planted neurons
ANALYSIS = ContrastsAnalysis()


def responses(seed: int, neurons: int = 40) -> np.ndarray:
    """Return mean responses (2 × EACH, neurons): planted neurons differ by two deviations, others not."""
    values = np.random.default_rng(seed).normal(size=(2 * EACH, neurons))
    values[:EACH, CAT] += 2
    values[EACH:, DOG] += 2
    return values


def slow_d(first: np.ndarray, second: np.ndarray) -> float:
    pooled = (first.var(ddof=1) * (len(first) - 1) + second.var(ddof=1) * (len(second) - 1)) / (
        len(first) + len(second) - 2
    )
    return float((first.mean() - second.mean()) / np.sqrt(pooled))


def test_effects_aucs_and_p_values_are_those_of_the_definitions() -> None:
    random = np.random.default_rng(0)
    values = random.integers(0, 5, (70, 6)) + np.arange(6) * 0.1  # many ties
    members = random.permutation(70) < 30
    ranked = Ranked.of(values, members)
    score = aucs(ranked, members[:, None])
    for neuron in range(6):
        first, second = values[members, neuron], values[~members, neuron]
        wins = (first[:, None] > second).mean() + (first[:, None] == second).mean() / 2
        assert score[neuron, 0] == pytest.approx(wins)
        found = cohens_d(values, np.ones((70, 1)), members)[neuron, 0]
        assert found == pytest.approx(slow_d(first, second))
        expected = mannwhitneyu(first, second, method="asymptotic", use_continuity=False).pvalue
        assert p_values(ranked, score)[neuron, 0] == pytest.approx(expected)


def test_weights_count_an_image_as_often_as_it_was_drawn() -> None:
    values, members = responses(1, 5), np.arange(2 * EACH) < EACH
    drawn = np.random.default_rng(2).integers(2 * EACH, size=2 * EACH)
    weights = np.bincount(drawn, minlength=2 * EACH)[:, None].astype(float)
    expected = cohens_d(values[drawn], np.ones((2 * EACH, 1)), members[drawn])
    np.testing.assert_allclose(cohens_d(values, weights, members), expected)


def test_a_neuron_that_does_not_vary_has_no_effect_and_is_never_found() -> None:
    values, members = np.ones((20, 1)), np.arange(20) < 10
    ranked = Ranked.of(values, members)
    score = aucs(ranked, members[:, None])
    assert np.isnan(cohens_d(values, np.ones((20, 1)), members)).all()
    assert (score[0, 0], p_values(ranked, score)[0, 0]) == (0.5, 1.0)
    assert np.isnan(effect_intervals(values, members, resamples=50, seed=0)).all()


def test_discoveries_are_those_of_the_step_up_procedure() -> None:
    p = np.random.default_rng(3).uniform(size=50) ** 3
    order = np.sort(p)
    passing = np.flatnonzero(order <= 0.05 * np.arange(1, 51) / 50)
    expected = p <= order[passing[-1]] if len(passing) else np.zeros(50, bool)
    np.testing.assert_array_equal(discoveries(p, 0.05), expected)


def test_over_fifty_seeds_planted_neurons_are_confirmed_and_hardly_any_other() -> None:
    planted, members = [*CAT, *DOG], np.arange(2 * EACH) < EACH
    confirmed = np.zeros((50, 40), dtype=bool)
    for seed in range(50):
        halves = [Ranked.of(responses(1000 * half + seed), members) for half in (0, 1)]
        scores = [aucs(half, members[:, None]) for half in halves]
        chances = [p_values(half, score) for half, score in zip(halves, scores, strict=True)]
        both = [(score[:, 0], chance[:, 0]) for score, chance in zip(scores, chances, strict=True)]
        _, confirmed[seed] = confirm(both[0], both[1], 0.05)
    assert confirmed[:, planted].all()
    false = np.delete(confirmed, planted, axis=1).sum()
    assert false / confirmed.sum() <= 0.05


def test_the_other_direction_on_the_other_half_does_not_confirm() -> None:
    strong = np.full(3, 1e-9)
    found, confirmed = confirm((np.array([0.9, 0.9, 0.1]), strong), (np.array([0.9, 0.1, 0.1]), strong), 0.05)
    assert found.all()
    assert confirmed.tolist() == [True, False, True]


def test_halves_share_nothing_and_do_not_depend_on_other_classes() -> None:
    labels = np.repeat([0, 1, 2], [31, 40, 20])
    first, second = (half_of(labels, 0, half, 5) for half in (DISCOVERY, CONFIRMATION))
    assert sorted([*first, *second]) == list(range(31))
    np.testing.assert_array_equal(half_of(np.append(labels[:31], 9), 0, DISCOVERY, 5), first)


def test_a_linear_read_out_needs_no_common_scale() -> None:
    values, labels = responses(4, 6), (np.arange(2 * EACH) < EACH).astype(np.int64)
    units = np.array([1e-6, 1, 1e6, 1, 1, 1])
    one, other = (fit_linear(each, labels, 0)(each) for each in (values, values * units + units))
    np.testing.assert_allclose(one, other, atol=1e-2)


@pytest.fixture(scope="module")
def contrast(survey_of: SurveyOf, records_context: RecordsContext) -> Contrast:
    """The contrast of two classes in an early layer of noise and a late layer with planted neurons."""
    random = np.random.default_rng(7)
    labels = np.repeat(np.arange(3, dtype=np.int32), 2 * EACH)
    early = random.normal(size=(len(labels), 12, 2, 2)).astype(np.float32)
    late = random.normal(size=(len(labels), 12, 2, 2)).astype(np.float32)
    late[labels == 0, :2] += 1
    late[labels == 1, 2:4] += 1
    maps = {"early": early, "late": late}
    layers = [Layer(name, "Conv2d", "convolution", "", 12, 2, 2, tuple(range(12))) for name in maps]
    survey = Survey({name: survey_of(values, labels, 3) for name, values in maps.items()})
    readout = _readout("fitted", labels, labels)
    context = records_context(layers, labels, 3, {"survey": survey, "readout": readout})
    pairs = context.recipe.model_copy(update={"contrasts": ContrastsSection(pairs=(("class 0", "class 1"),))})
    context = dataclasses.replace(context, recipe=pairs)
    (task,) = ANALYSIS.tasks(context)
    assert (task.first, task.second, task.rule) == (0, 1, "recipe")
    return ANALYSIS.combine(context, [ANALYSIS.run(context, task)]).contrasts[0]


def test_the_planted_layer_and_its_neurons_stand_out(contrast: Contrast) -> None:
    early, late = contrast.layers["early"], contrast.layers["late"]
    assert not early.confirmed.any()
    assert np.flatnonzero(late.confirmed).tolist() == [0, 1, 2, 3]
    assert (late.effect[1, :2] > 1).all()
    assert (late.effect[1, 2:4] < -1).all()
    assert late.joint.auc > 0.97 > late.single.auc > 0.85 > late.chance
    assert abs(early.joint.auc - 0.5) < 0.15  # noise of 120 images has a deviation of 0.05
    assert contrast.depth[1] < contrast.depth[0] < contrast.depth[2]
    assert contrast.chance_confirmed.mean() < 0.2


def test_weights_are_of_the_confirmed_neurons_and_point_to_their_class(contrast: Contrast) -> None:
    late = contrast.layers["late"]
    assert (late.weights[:2] > 0).all()
    assert (late.weights[2:4] < 0).all()
    assert not late.weights[4:].any()


def test_intervals_hold_what_was_measured(contrast: Contrast) -> None:
    for layer in contrast.layers.values():
        assert (layer.effect_low < layer.effect[1]).all()
        assert (layer.effect[1] < layer.effect_high).all()
        assert layer.single.low <= layer.single.auc <= layer.single.high


def _readout(source: str, said: np.ndarray, truth: np.ndarray) -> Readout:
    none = np.zeros(0)
    images = np.arange(len(said))
    scores = np.eye(3, dtype=np.float32)[said]
    classes = np.arange(3, dtype=np.int32)
    return Readout(
        source,
        "late",
        classes,
        classes,
        none,
        none,
        images,
        scores,
        truth.astype(np.int32),
        0,  # type: ignore[arg-type]
    )


def test_without_cat_and_dog_the_most_confused_pair_is_taken_where_outputs_are_of_the_classes(
    survey_of: SurveyOf, records_context: RecordsContext
) -> None:
    labels = np.repeat(np.arange(3, dtype=np.int32), 30)
    maps = np.random.default_rng(0).normal(size=(90, 4, 1, 1)).astype(np.float32)
    maps[labels == 0] += 3  # classes 1 and 2 respond alike
    said = labels.copy()
    said[labels == 2] = 0
    survey = Survey({"late": survey_of(maps, labels, 3)})
    layer = Layer("late", "Conv2d", "convolution", "", 4, 1, 1, (0, 1, 2, 3))
    for source, expected in (("outputs", (0, 2, "confused")), ("fitted", (1, 2, "alike"))):
        records = {"survey": survey, "readout": _readout(source, said, labels)}
        (task,) = choose_pairs(records_context([layer], labels, 3, records))
        assert (task.first, task.second, task.rule) == expected


def test_a_pair_must_be_of_classes_with_enough_images(records_context: RecordsContext) -> None:
    images = records_context([], np.repeat([0, 1], [30, 5]).astype(np.int32), 2, {}).images
    with pytest.raises(ImagesError, match="got `class 2`"):
        check_contrasts(ContrastsSection(pairs=(("class 0", "class 2"),)), images)
    with pytest.raises(ImagesError, match="at least 20 images, got `class 1` with 5"):
        check_contrasts(ContrastsSection(pairs=(("class 0", "class 1"),)), images)
    with pytest.raises(ValueError, match="two different classes"):
        ContrastsSection(pairs=(("a", "a"),))
