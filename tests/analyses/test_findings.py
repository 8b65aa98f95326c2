"""Findings: tests against scipy and planted effects, surprise, and questions without records."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from scipy import stats

from generator.analyses.case_rules import Sources
from generator.analyses.finding_selectivity import selective_and_needed
from generator.analyses.finding_tests import (
    corrected,
    median_ratio,
    rank_correlation,
    share_against_rate,
    share_against_share,
)
from generator.analyses.findings import QUESTIONS, class_half_way, find, two_minds
from generator.records import (
    MOST_GROUPS,
    NOWHERE,
    Ablation,
    Curve,
    Emergence,
    Finding,
    Layer,
    LayerAblation,
    LayerMinds,
    Minds,
    Probe,
    ProbeCurves,
    Probes,
    SingleAblations,
    Statistics,
)

LAYERS = tuple(Layer(name, "Conv2d", "convolution", "ReLU", 40, 2, 2, tuple(range(40))) for name in "abc")


def test_shares_are_tested_as_scipy_does() -> None:
    found = share_against_share(12, 40, 3, 40)
    assert (found.effect, found.null, found.count) == (0.3, 0.075, 40)
    assert found.chance == pytest.approx(stats.fisher_exact([[12, 28], [3, 37]]).pvalue)
    assert found.low < 0.3 < found.high
    rate = share_against_rate(12, 40, 0.05)
    assert rate.chance == pytest.approx(stats.binom.sf(11, 40, 0.05))
    assert share_against_rate(2, 40, 0.05).chance > 0.05


def test_planted_correlations_are_found_and_none_where_there_is_none() -> None:
    random = np.random.default_rng(0)
    depth = np.repeat(np.arange(4.0), 30)
    values = depth + random.normal(size=120)
    strong = rank_correlation(values, depth, seed=0)
    assert strong is not None
    assert strong.effect == pytest.approx(stats.spearmanr(values, depth)[0])
    assert strong.low > 0.5
    assert strong.chance == 0.001  # as low as 999 shuffles go
    chances = [rank_correlation(random.normal(size=120), depth, seed) for seed in range(40)]
    assert np.mean([answer.chance < 0.05 for answer in chances if answer is not None]) < 0.2
    assert rank_correlation(np.ones(120), depth, seed=0) is None
    assert rank_correlation(np.full(120, np.nan), depth, seed=0) is None


def test_the_median_ratio_is_one_where_both_are_alike() -> None:
    wholes = np.linspace(0.2, 0.9, 12)
    assert median_ratio(wholes, wholes, seed=0).chance == 1
    half = median_ratio(wholes / 2, wholes, seed=0)
    assert (half.effect, half.low, half.high) == pytest.approx((0.5, 0.5, 0.5))
    assert half.chance < 0.01


def test_p_values_are_corrected_for_their_number() -> None:
    np.testing.assert_allclose(corrected(np.array([0.01, 0.02, 0.9])), [0.03, 0.03, 0.9])


@pytest.mark.parametrize(
    ("low", "high", "surprise"), [(0.2, 0.6, 0.0), (0.5, 0.6, 0.5), (0.9, 0.95, 2.5), (-0.4, 0.0, 2.0)]
)
def test_surprise_counts_half_widths_from_the_middle_of_what_was_expected(
    low: float, high: float, surprise: float
) -> None:
    finding = Finding("any", (low + high) / 2, low, high, 0.0, 0.01, 9, 0.2, 0.6)
    assert finding.surprise == pytest.approx(surprise)


def minds_of(several: int) -> Sources:
    """Return 40 neurons a layer: the first of each have two groups, the last one has too few images."""
    groups = np.ones(40, np.int8)
    groups[:several], groups[-1] = 2, 0
    whole, each = np.zeros((40, MOST_GROUPS)), np.zeros(40)
    layer = LayerMinds(
        each, groups, each, each, whole, whole, whole, whole, whole, whole, whole, whole, whole
    )  # fmt: skip
    nothing = np.zeros(0, np.int64)
    return Sources(
        LAYERS, {"minds": Minds(19, nothing, (), (), nothing, {}, {one.name: layer for one in LAYERS})}
    )


def test_neurons_with_too_few_images_are_not_counted() -> None:
    answer = two_minds(minds_of(13), 0)
    assert answer is not None
    assert (answer.effect, answer.count) == (pytest.approx(13 / 39), 3 * 39)
    assert answer.chance < 1e-6


def test_only_questions_with_records_are_answered() -> None:
    found = find(minds_of(5), seed=0).findings
    assert [finding.slug for finding in found] == ["two-minds"]
    assert find(Sources(LAYERS, {}), seed=0).findings == ()
    assert all(low < high for _, (low, high) in QUESTIONS.values())


def probe_of(scores: list[list[float]], controls: list[list[float]]) -> Sources:
    nothing = Curve(np.zeros(3), np.zeros(3), np.zeros(3))
    values = (np.array(scores), np.array(controls))
    curves = ProbeCurves(nothing, nothing, nothing, *values, np.zeros((3, 5)))
    majority = Curve(np.array([0.2]), np.array([0.2]), np.array([0.2]))
    probe = Probe(
        "class", "", "images", "classes", "mean", ("a", "b"), (50, 50), 50, 50, curves, curves, curves,
        majority, nothing, Emergence(NOWHERE, NOWHERE, NOWHERE, np.zeros(3)), None, 0, 0,
    )  # fmt: skip
    return Sources(LAYERS, {"probes": Probes(("a", "b", "c"), 8, 5, 10, 0, (probe,), ())})


def ablations_of(selectivity: np.ndarray, lost: np.ndarray) -> Sources:
    """Return selectivity and what is lost (2, 40) of layers b and c; a is not ablated."""
    layers = {"a": LayerAblation(resumed=None, sets=(), single=None)}
    statistics = {"a": SimpleNamespace(selectivity=np.full(40, 0.5))}
    for name, selective, fall in zip("bc", selectivity, lost, strict=True):
        overall = np.stack([np.zeros(40), -fall])
        nothing = np.zeros((2, 40, 0))
        single = SingleAblations(np.zeros((2, 0)), nothing, nothing, nothing, overall, overall, overall)
        layers[name] = LayerAblation(resumed=True, sets=(), single=single)
        statistics[name] = SimpleNamespace(selectivity=selective)
    none = np.zeros(0, np.int64)
    ablation = Ablation(100, 10, np.zeros((0, 2), np.int64), none, none, layers)
    return Sources(LAYERS, {"statistics": Statistics(statistics), "ablation": ablation})  # type: ignore[arg-type]


def test_selective_neurons_that_matter_more_are_seen_and_layers_alone_do_not_make_them_so() -> None:
    random = np.random.default_rng(5)
    selectivity = random.uniform(size=(2, 40)) + np.array([[0.0], [5.0]])  # one layer is more selective
    planted = selective_and_needed(ablations_of(selectivity, selectivity), 0)
    assert planted is not None
    assert planted.effect == pytest.approx(1)
    assert (planted.count, planted.chance) == (80, 0.001)
    unrelated = random.uniform(size=(2, 40)) + np.array([[0.0], [9.0]])  # and loses more, for another reason
    found = selective_and_needed(ablations_of(selectivity, unrelated), 0)
    assert found is not None
    assert abs(found.effect) < 0.3
    assert found.low < 0 < found.high
    assert selective_and_needed(Sources(LAYERS, {}), 0) is None


def test_half_way_is_a_share_of_the_best_skill() -> None:
    wobble = np.array([-0.02, -0.01, 0, 0.01, 0.02])
    scores = [(mean + wobble).tolist() for mean in (0.3, 0.5, 0.8)]
    answer = class_half_way(probe_of(scores, [(0.2 + wobble[::-1]).tolist()] * 3), 0)
    assert answer is not None
    assert answer.effect == pytest.approx(0.5)  # (0.5 - 0.2) / (0.8 - 0.2)
    assert answer.null == pytest.approx(0, abs=1e-9)
    assert answer.low < 0.5 < answer.high
    assert answer.chance < 0.01
    chance = class_half_way(probe_of([scores[0], scores[1], scores[2]], [scores[1]] * 3), 0)
    assert chance is not None
    assert chance.null == pytest.approx(0.5)
