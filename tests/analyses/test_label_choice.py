"""The choice of one label a neuron: thresholds, pairs, signs, order of evidence, confirmation."""

from __future__ import annotations

from typing import Any

import numpy as np

from generator.analyses.concept_auc import Separation
from generator.analyses.label_choice import by_auc, by_overlap, decide
from generator.records import EVIDENCE, LayerDissection

MASKED = np.array([3, 5, 7], dtype=np.int32)
ALL = np.ones(3, dtype=bool)
NOT_DEAD = np.zeros(1, dtype=bool)


def overlap(choosing: list[float], scoring: list[float], **changes: Any) -> LayerDissection:
    values = {
        "active": np.ones((2, 1), np.int64),
        "iou": np.array([[choosing], [scoring]], np.float32),
        "shuffled_best": np.array([0.02], np.float32),
        "shuffled": np.full((1, 3), 0.01, np.float32),
        "pair": np.array([[-1, -1]], np.int32),
        "pair_iou": np.full((2, 1), np.nan, np.float32),
        "pair_shuffled": np.full((2, 1), np.nan, np.float32),
    }
    return LayerDissection(**(values | changes))


def told(choosing: list[float], scoring: list[float], best: float = 0.15) -> Separation:
    auc = np.array([[choosing], [scoring]], np.float32)
    return Separation(auc, np.array([best], np.float32), np.full((1, len(choosing)), 0.1, np.float32))


NOTHING = told([0.5, 0.5], [0.5, 0.5])
BOTH = np.ones(2, dtype=bool)


def label(dissection: LayerDissection, auc: Separation = NOTHING, fits: np.ndarray = ALL) -> tuple[Any, ...]:
    found = decide([by_overlap(dissection, fits, MASKED), by_auc(auc, BOTH)], NOT_DEAD)
    score = [round(float(value), 3) for value in found.score[:, 0]]
    return EVIDENCE[found.evidence[0]], found.concept[0].tolist(), score, bool(found.confirmed[0])


def test_the_best_concept_of_the_choosing_half_is_scored_on_the_other() -> None:
    assert label(overlap([0.1, 0.3, 0.05], [0.5, 0.25, 0.0])) == ("overlap", [5, -1], [0.3, 0.25], True)


def test_what_the_scoring_half_does_not_confirm_is_no_label_but_is_told() -> None:
    assert label(overlap([0.1, 0.3, 0.05], [0.5, 0.009, 0.0])) == ("overlap", [5, -1], [0.3, 0.009], False)


def test_an_iou_below_the_least_or_within_the_shuffles_is_no_candidate() -> None:
    assert label(overlap([0.01, 0.039, 0.0], [0.5, 0.5, 0.5]))[0] == "none"
    high = np.array([0.35], np.float32)
    assert label(overlap([0.1, 0.3, 0.05], [0.5, 0.25, 0.0], shuffled_best=high))[0] == "none"


def test_concepts_that_do_not_fit_or_were_not_measured_are_passed_over() -> None:
    fits = np.array([True, False, True])
    assert label(overlap([0.1, 0.3, np.nan], [0.1, 0.3, np.nan]), fits=fits)[1] == [3, -1]
    assert label(overlap([0.1, 0.3, 0.2], [0.1, 0.3, 0.2]), fits=~ALL)[0] == "none"


def test_a_clearly_better_union_names_both() -> None:
    pair = {"pair": np.array([[1, 0]], np.int32), "pair_shuffled": np.full((2, 1), 0.03, np.float32)}
    better = {**pair, "pair_iou": np.array([[0.4], [0.35]], np.float32)}
    hardly = {**pair, "pair_iou": np.array([[0.36], [0.35]], np.float32)}
    scores = [0.2, 0.3, 0.0], [0.2, 0.3, 0.0]
    assert label(overlap(*scores, **better)) == ("pair", [5, 3], [0.4, 0.35], True)
    assert label(overlap(*scores, **hardly))[:2] == ("overlap", [5, -1])


def test_auc_speaks_only_where_overlap_does_not() -> None:
    weak = overlap([0.01, 0.02, 0.0], [0.0, 0.0, 0.0])
    assert label(weak, told([0.6, 0.9], [0.5, 0.85])) == ("present", [1, -1], [0.9, 0.85], True)
    assert label(overlap([0.3, 0, 0], [0.3, 0, 0]), told([0.6, 0.9], [0.5, 0.85]))[0] == "overlap"


def test_a_low_auc_is_an_absent_concept_and_a_mirrored_one_counts_as_present() -> None:
    weak = overlap([0.0, 0.0, 0.0], [0.0, 0.0, 0.0])
    assert label(weak, told([0.1, 0.7], [0.2, 0.7])) == ("absent", [0, -1], [0.1, 0.2], True)
    assert label(weak, told([0.1, 0.7], [0.45, 0.7])) == ("absent", [0, -1], [0.1, 0.45], False)
    assert label(weak, told([0.125, 0.875], [0.1, 0.9])) == ("present", [1, -1], [0.875, 0.9], True)


def test_an_auc_must_be_far_from_chance_and_from_the_shuffles() -> None:
    weak = overlap([0.0, 0.0, 0.0], [0.0, 0.0, 0.0])
    assert label(weak, told([0.79, 0.5], [0.9, 0.5]))[0] == "none"
    assert label(weak, told([0.85, 0.5], [0.9, 0.5], best=0.36))[0] == "none"
    assert label(weak, told([np.nan, 0.5], [np.nan, 0.5]))[0] == "none"


def test_a_dead_neuron_has_no_label() -> None:
    candidates = [by_overlap(overlap([0.1, 0.3, 0.05], [0.5, 0.25, 0.0]), ALL, MASKED)]
    found = decide(candidates, np.ones(1, dtype=bool))
    assert EVIDENCE[found.evidence[0]] == "none"
    assert found.concept.tolist() == [[-1, -1]]
    assert np.isnan(found.score).all()
    assert not found.confirmed[0]
