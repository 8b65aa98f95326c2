"""Fits are those of scikit-learn, scores those of its metrics, and no answer of the testing half leaks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.feature_selection import f_classif, f_regression
from sklearn.linear_model import LogisticRegressionCV
from sklearn.metrics import accuracy_score, r2_score
from sklearn.model_selection import StratifiedKFold

from generator.analyses.probe_fits import (
    FOLDS,
    STRENGTHS,
    Split,
    best_columns,
    fit,
    score,
    splits,
    standardized,
    without_features,
)
from generator.analyses.probe_tasks import Question, classes, numbers
from generator.inputs.answers import Answers

RANDOM = np.random.default_rng(0)
FEATURES = RANDOM.normal(size=(300, 12)).astype(np.float32) * np.linspace(0.1, 50, 12, dtype=np.float32) + 7
SCALED = (FEATURES - FEATURES.mean(axis=0)) / FEATURES.std(axis=0)
LABELS = (SCALED[:, :4] @ RANDOM.normal(size=(4, 3)) + RANDOM.gumbel(size=(300, 3))).argmax(axis=1)
ANGLES = np.arctan2(SCALED[:, 0] + 0.2 * RANDOM.normal(size=300), SCALED[:, 1])


@pytest.fixture
def three() -> Question:
    return classes(Answers("three", ("a", "b", "c"), LABELS), "", "images")


@pytest.fixture
def angle() -> Question:
    return numbers("hue", "", "images", ANGLES)


def test_halves_are_disjoint_stratified_and_differ_by_seed(three: Question) -> None:
    found = splits(three, 5, 0)
    for split in found:
        assert sorted([*split.training, *split.testing]) == list(range(300))
        shares = [np.bincount(three.labels[half]) / len(half) for half in (split.training, split.testing)]
        np.testing.assert_allclose(shares[0], shares[1], atol=0.01)
        assert sorted(split.shuffled) == list(range(300))
    assert len({split.training.tobytes() for split in found}) == 5
    assert splits(three, 5, 1)[0].training.tobytes() != found[0].training.tobytes()


def test_features_are_standardized_on_the_training_half_alone(three: Question) -> None:
    split = splits(three, 1, 0)[0]
    changed = FEATURES.copy()
    changed[split.testing] *= 1000
    training, testing = standardized(FEATURES, split)
    np.testing.assert_array_equal(standardized(changed, split)[0], training)
    np.testing.assert_allclose(training.mean(axis=0), 0, atol=1e-9)
    np.testing.assert_allclose(training.std(axis=0), 1)
    assert np.abs(testing.mean(axis=0)).max() > 1e-3


def test_answers_of_the_testing_half_change_nothing_but_its_score(three: Question) -> None:
    split = splits(three, 1, 0)[0]
    split = replace(split, shuffled=np.arange(300))
    other = three.labels.copy()
    other[split.testing] = (other[split.testing] + 1) % 3
    before = fit(three, FEATURES, split)
    after = fit(replace(three, labels=other), FEATURES, split)
    assert after.strength == before.strength
    assert before.task.mean() > 0.6
    assert after.task.mean() < 0.3


def test_strength_and_answers_are_those_of_scikit_learns_cross_validation(three: Question) -> None:
    for split in splits(three, 3, 0):
        training, testing = standardized(FEATURES, split)
        known = three.labels[split.training]
        folds = StratifiedKFold(FOLDS, shuffle=True, random_state=split.seed)
        model = LogisticRegressionCV(
            Cs=list(STRENGTHS), cv=folds, l1_ratios=(0.0,), scoring="accuracy", use_legacy_attributes=False
        ).fit(training, known)
        found = fit(three, FEATURES, split)
        hits = model.predict(testing) == three.labels[split.testing]
        assert abs(found.task.mean() - hits.mean()) < 0.03
        assert found.fits == FOLDS * len(STRENGTHS) + 2
        assert found.cut_short == 0


def test_scores_are_accuracy_and_r2(three: Question, angle: Question) -> None:
    once = np.ones((300, 1))
    for question in (three, angle):
        split = splits(question, 1, 0)[0]
        if question.kind == "classes":
            predicted = RANDOM.integers(0, 3, len(split.testing))
            outcome = (predicted == question.labels[split.testing]).astype(float)
            expected = accuracy_score(question.labels[split.testing], predicted)
        else:
            truth = question.targets[split.testing]
            guess = truth + RANDOM.normal(size=truth.shape) * 0.3
            outcome = ((guess - truth) ** 2).sum(axis=1)
            weights = truth.var(axis=0)
            expected = r2_score(truth, guess, multioutput=weights)
        found = score(question, split, outcome[None], once, shuffled=False)
        assert found[0, 0] == pytest.approx(expected)


@pytest.mark.parametrize("kind", ["three", "angle"])
def test_a_weight_is_as_many_copies_of_the_image(kind: str, request: pytest.FixtureRequest) -> None:
    question: Question = request.getfixturevalue(kind)
    split = splits(question, 1, 0)[0]
    outcome = fit(question, FEATURES, split).task
    weights = RANDOM.integers(0, 4, (300, 2)).astype(float)
    found = score(question, split, outcome[None], weights, shuffled=False)
    for column in range(2):
        copies = np.repeat(np.arange(len(split.testing)), weights[split.testing, column].astype(int))
        if question.kind == "classes":
            expected = outcome[copies].mean()
        else:
            truth = question.targets[split.testing][copies]
            expected = 1 - outcome[copies].sum() / ((truth - truth.mean(axis=0)) ** 2).sum()
        assert found[0, column] == pytest.approx(expected)


def test_without_features_it_is_the_most_frequent_answer_or_the_mean(
    three: Question, angle: Question
) -> None:
    split = splits(three, 1, 0)[0]
    most = np.bincount(three.labels[split.training]).argmax()
    assert without_features(three, split).mean() == (three.labels[split.testing] == most).mean()
    once = np.ones((300, 1))
    split = splits(angle, 1, 0)[0]
    found = score(angle, split, without_features(angle, split)[None], once, shuffled=False)
    assert -0.05 < found[0, 0] <= 0


def test_an_angle_is_read_around_the_circle(angle: Question) -> None:
    split = splits(angle, 1, 0)[0]
    once = np.ones((300, 1))
    found = fit(angle, FEATURES, split)
    assert score(angle, split, found.task[None], once, shuffled=False)[0, 0] > 0.6
    assert score(angle, split, found.control[None], once, shuffled=True)[0, 0] < 0.1


def test_best_columns_are_ranked_as_scikit_learn_ranks_them(three: Question) -> None:
    split = splits(three, 1, 0)[0]
    values, _ = f_classif(FEATURES[split.training], three.labels[split.training])
    np.testing.assert_array_equal(best_columns(three, FEATURES, split), np.argsort(-values))
    number = numbers("size", "", "images", SCALED[:, 3] + 0.5 * SCALED[:, 7])
    split = splits(number, 1, 0)[0]
    values, _ = f_regression(FEATURES[split.training], number.targets[split.training, 0])
    assert best_columns(number, FEATURES, split)[:2].tolist() == [3, 7]
    np.testing.assert_array_equal(best_columns(number, FEATURES, split), np.argsort(-values))


def test_a_column_without_variance_does_no_harm(three: Question) -> None:
    flat = FEATURES.copy()
    flat[:, 5] = 3
    split = splits(three, 1, 0)[0]
    assert isinstance(split, Split)
    assert np.isfinite(standardized(flat, split)[0]).all()
    assert fit(three, flat, split).task.mean() > 0.5
