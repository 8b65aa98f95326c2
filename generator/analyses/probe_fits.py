"""Fits probes: halves, L2 strength by cross-validation, logistic regression and ridge regression."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, Ridge, RidgeCV
from sklearn.model_selection import ShuffleSplit, StratifiedKFold, StratifiedShuffleSplit

from generator.analyses.probe_tasks import Question
from generator.records import Floats, Integers

Doubles = NDArray[np.float64]

STRENGTHS = (0.002, 0.02, 0.2, 2.0)
"""Values of C (inverse L2 strength) of logistic regression, on standardized features."""

ALPHAS = (0.1, 1.0, 10.0, 100.0, 1000.0, 10000.0)
"""L2 strengths of ridge regression, on standardized features."""

FOLDS = 3
MOST_STEPS = 300  # of the solver
TOLERANCE = 1e-3  # largest gradient at which the solver may stop
ROUGH = 3e-3  # the same in cross-validation, which only compares strengths
TRAINING_SHARE = 0.5


@dataclass(frozen=True, eq=False)
class Split:
    """One way to halve the images (n) of a task, and the shuffled answers that go with it.

    Attributes:
        training: (t,) int64, rows.
        testing: (e,) int64, rows.
        shuffled: (n,) int64, the row whose answer each row has in the control task.
        seed: Of the folds.
    """

    training: Integers
    testing: Integers
    shuffled: Integers
    seed: int


@dataclass(frozen=True, eq=False)
class Outcome:
    """What one probe and its control gave on the testing half (e).

    For classes 1 where the answer is right, else 0; for numbers and angles the squared error.
    """

    task: Doubles  # (e,)
    control: Doubles  # (e,)
    strength: float
    fits: int
    cut_short: int


def splits(question: Question, count: int, seed: int) -> list[Split]:
    """Halve a task's images in `count` ways, stratified by answer for classes."""
    rows = len(question.rows)
    result = []
    for number in range(count):
        own = int(np.random.SeedSequence([seed, number]).generate_state(1)[0])
        kind = StratifiedShuffleSplit if question.kind == "classes" else ShuffleSplit
        halves = kind(n_splits=1, train_size=TRAINING_SHARE, random_state=own)
        strata = question.labels if question.kind == "classes" else None
        training, testing = next(halves.split(np.zeros(rows), strata))
        shuffled = np.random.default_rng([seed, number]).permutation(rows)
        result.append(Split(np.sort(training), np.sort(testing), shuffled, own))
    return result


def standardized(features: Floats, split: Split) -> tuple[Doubles, Doubles]:
    """Return the features (n, d) of both halves, with mean 0 and deviation 1 on the training half."""
    values = features.astype(np.float64)
    training = values[split.training]
    spread = training.std(axis=0)
    spread[spread == 0] = 1
    centre = training.mean(axis=0)
    return (training - centre) / spread, (values[split.testing] - centre) / spread


def fit(question: Question, features: Floats, split: Split) -> Outcome:
    """Fit a probe and its control: the same probe, of the same strength, for shuffled answers.

    Args:
        question: The task (n images).
        features: (n, d).
        split: Of the images.
    """
    training, testing = standardized(features, split)
    if question.kind == "classes":
        return _fit_classes(question.labels, training, testing, split)
    return _fit_numbers(question.targets, training, testing, split)


def _fit_classes(labels: Integers, training: Doubles, testing: Doubles, split: Split) -> Outcome:
    known = labels[split.training]
    strength, steps = cross_validated(training, known, split.seed)
    hits = []
    for answers in (labels, labels[split.shuffled]):
        model = logistic(strength, TOLERANCE)
        converge(model, training, answers[split.training])
        steps.append(int(model.n_iter_.max()))
        hits.append((model.predict(testing) == answers[split.testing]).astype(np.float64))
    cut_short = sum(count >= MOST_STEPS for count in steps)
    return Outcome(hits[0], hits[1], strength, len(steps), cut_short)


def cross_validated(training: Doubles, known: Integers, seed: int) -> tuple[float, list[int]]:
    """Choose the strength with the most right answers over the folds; of equals, the strongest penalty.

    Returns:
        C, and the solver's steps in every fit.
    """
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    right = np.zeros(len(STRENGTHS))
    steps = []
    for inner, outer in folds.split(training, known):
        model = logistic(STRENGTHS[0], ROUGH)
        for place, strength in enumerate(STRENGTHS):
            model.C = strength
            converge(model, training[inner], known[inner])
            steps.append(int(model.n_iter_.max()))
            right[place] += (model.predict(training[outer]) == known[outer]).sum()
    return STRENGTHS[int(right.argmax())], steps


def logistic(strength: float, tolerance: float) -> LogisticRegression:
    """Return logistic regression with C = `strength`, not yet fitted."""
    return LogisticRegression(C=strength, max_iter=MOST_STEPS, tol=tolerance, warm_start=True)


def converge(model: LogisticRegression, features: Doubles, labels: Integers) -> None:
    """Fit a model; that it may be cut short is counted and told, not warned of."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(features, labels)


def _fit_numbers(targets: Floats, training: Doubles, testing: Doubles, split: Split) -> Outcome:
    model = RidgeCV(alphas=ALPHAS).fit(training, targets[split.training])
    strength = float(model.alpha_)
    shuffled = targets[split.shuffled]
    control = Ridge(alpha=strength).fit(training, shuffled[split.training])
    errors = [
        _squares(found.predict(testing), answers[split.testing])
        for found, answers in ((model, targets), (control, shuffled))
    ]
    return Outcome(errors[0], errors[1], strength, len(ALPHAS) + 1, 0)


def _squares(predicted: Doubles, targets: Floats) -> Doubles:
    result: Doubles = ((predicted.reshape(targets.shape) - targets) ** 2).sum(axis=1)
    return result


def without_features(question: Question, split: Split) -> Doubles:
    """Return the outcome (e,) of the training half's most frequent answer, or of its mean."""
    if question.kind == "classes":
        best = np.bincount(question.labels[split.training]).argmax()
        right: Doubles = (question.labels[split.testing] == best).astype(np.float64)
        return right
    mean = question.targets[split.training].mean(axis=0)
    return _squares(np.broadcast_to(mean, (len(split.testing), len(mean))), question.targets[split.testing])


def score(
    question: Question, split: Split, outcomes: Doubles, weights: Doubles, *, shuffled: bool
) -> Doubles:
    """Return accuracy, or R², in several weightings of the images at once.

    Args:
        question: The task (n images).
        split: Of the images.
        outcomes: (l, e), of several probes.
        weights: (n, w), how often each image counts.
        shuffled: Whether the outcomes are those of the control task.

    Returns:
        (l, w).
    """
    own = weights[split.testing]
    total = own.sum(axis=0)
    if question.kind == "classes":
        accuracy: Doubles = (outcomes @ own) / total
        return accuracy
    targets = question.targets[split.shuffled] if shuffled else question.targets
    tested = targets[split.testing]
    squares = (tested**2).sum(axis=1) @ own - ((tested.T @ own) ** 2).sum(axis=0) / total
    explained: Doubles = 1 - (outcomes @ own) / squares
    return explained


def best_columns(question: Question, features: Floats, split: Split) -> Integers:
    """Rank single features by how far they tell answers apart on the training half, best first.

    For classes by the F statistic of one-way analysis of variance, for numbers by the squared
    correlation, for angles by the sum of those of cosine and sine; ties in their own order.

    Returns:
        (d,) int64.
    """
    training, _ = standardized(features, split)
    if question.kind == "classes":
        known = question.labels[split.training]
        groups = np.eye(len(question.values))[known]
        means = (groups.T @ training) / groups.sum(axis=0)[:, None]
        explained = groups.sum(axis=0) @ means**2
    else:
        targets = question.targets[split.training]
        centred = (targets - targets.mean(axis=0)) / np.maximum(targets.std(axis=0), 1e-12)
        explained = ((training.T @ centred) ** 2).sum(axis=1)
    return np.argsort(-explained, kind="stable")


def stacked(outcomes: Sequence[Outcome]) -> tuple[Doubles, Doubles]:
    """Return the outcomes of several probes on one split, task and control, each (l, e)."""
    return np.stack([one.task for one in outcomes]), np.stack([one.control for one in outcomes])
