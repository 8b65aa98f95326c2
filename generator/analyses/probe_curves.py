"""Turns the outcomes of probes into curves with intervals, and finds where a task emerges."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from generator.analyses.probe_fits import Outcome, Split, score, stacked, without_features
from generator.analyses.probe_tasks import Question
from generator.records import NOWHERE, Curve, Emergence, Floats, ProbeCurves

Doubles = NDArray[np.float64]

LEVEL = 0.95
"""Of all intervals."""

REACHED = 0.9
"""Share of a task's best selectivity at which it counts as read."""

RESAMPLES = 1000
"""Of the test images, for the interval of emergence."""

BLOCK = 100  # resamples at once: bounds memory


def interval(values: Floats, training: int, testing: int) -> Curve:
    """Return means over splits with corrected t intervals.

    Halves of different splits share images, so their scores are not independent: the variance of
    their mean is taken as (1 / splits + testing / training) times that of the scores.

    Args:
        values: (l, splits).
        training: Images of a training half.
        testing: Images of a testing half.

    Source:
        Nadeau & Bengio 2003, "Inference for the generalization error".
    """
    count = values.shape[1]
    mean = values.mean(axis=1)
    error = values.std(axis=1, ddof=1) * np.sqrt(1 / count + testing / training)
    reach = stats.t.ppf((1 + LEVEL) / 2, count - 1) * error
    return Curve(mean, mean - reach, mean + reach)


def curves(question: Question, splits: Sequence[Split], outcomes: Sequence[Sequence[Outcome]]) -> ProbeCurves:
    """Score probes.

    Args:
        question: The task.
        splits: Of its images.
        outcomes: For every split those of all (l) kinds of features.
    """
    once = np.ones((len(question.rows), 1))
    scores, controls = scored(question, splits, outcomes, once)
    selective = selectivity(scores, controls, featureless(question, splits, once))[:, :, 0]
    scores, controls = scores[:, :, 0], controls[:, :, 0]
    sizes = (len(splits[0].training), len(splits[0].testing))
    return ProbeCurves(
        score=interval(scores, *sizes),
        control=interval(controls, *sizes),
        selectivity=interval(selective, *sizes),
        scores=scores,
        controls=controls,
        strengths=np.array([[one.strength for one in own] for own in outcomes]).T,
    )


def scored(
    question: Question, splits: Sequence[Split], outcomes: Sequence[Sequence[Outcome]], weights: Doubles
) -> tuple[Doubles, Doubles]:
    """Return scores and control scores, each (l, splits, w), for weightings of the images (n, w)."""
    tasks, controls = [], []
    for split, own in zip(splits, outcomes, strict=True):
        task, control = stacked(own)
        tasks.append(score(question, split, task, weights, shuffled=False))
        controls.append(score(question, split, control, weights, shuffled=True))
    return np.stack(tasks, axis=1), np.stack(controls, axis=1)


def featureless(question: Question, splits: Sequence[Split], weights: Doubles) -> Doubles:
    """Return the score of the most frequent answer, or of the mean: (splits, w)."""
    return np.concatenate(
        [
            score(question, split, without_features(question, split)[None], weights, shuffled=False)
            for split in splits
        ]
    )


def selectivity(scores: Doubles, controls: Doubles, floor: Doubles) -> Doubles:
    """Return scores (l, splits, w) less their controls, or less the score without features if higher.

    A probe that fits shuffled answers too closely does worse on others than one that knows nothing;
    that must not count in favour of its features.
    """
    return scores - np.maximum(controls, floor)


def emergence(
    question: Question,
    splits: Sequence[Split],
    outcomes: Sequence[Sequence[Outcome]],
    found: ProbeCurves,
    seed: int,
) -> Emergence:
    """Find the first layer that reaches `REACHED` of the best selectivity, and its interval.

    The interval resamples images (all splits alike), so it tells how far the choice of images
    decides, not how far the twin's or the network's random start does.
    """
    layers = len(found.score.mean)
    best = int(found.selectivity.mean.argmax())
    if found.selectivity.low[best] <= 0:
        return Emergence(NOWHERE, NOWHERE, NOWHERE, np.zeros(layers))
    random = np.random.default_rng(seed)
    count = len(question.rows)
    firsts = []
    for _ in range(RESAMPLES // BLOCK):
        drawn = random.integers(count, size=(BLOCK, count))
        weights = np.stack([np.bincount(row, minlength=count) for row in drawn], axis=1).astype(np.float64)
        tasks, controls = scored(question, splits, outcomes, weights)
        selective = selectivity(tasks, controls, featureless(question, splits, weights))
        firsts.append(first_reaching(selective.mean(axis=1)))
    drawn_firsts = np.concatenate(firsts)
    low, high = np.quantile(drawn_firsts, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], method="nearest")
    return Emergence(
        layer=int(first_reaching(found.selectivity.mean[:, None])[0]),
        low=int(low),
        high=int(high),
        shares=np.bincount(drawn_firsts, minlength=layers) / len(drawn_firsts),
    )


def first_reaching(selectivity: Floats) -> NDArray[np.int64]:
    """Return the first row that reaches `REACHED` of its column's best, (w,), for (l, w) values."""
    reached: NDArray[np.int64] = (selectivity >= REACHED * selectivity.max(axis=0)).argmax(axis=0)
    return reached
