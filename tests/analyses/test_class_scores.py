"""AUC, its bootstrap interval and class selectivity against scikit-learn and planted truths."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from generator.analyses import class_scores
from generator.analyses.class_scores import class_auc_intervals, class_aucs, class_selectivity


def slow_aucs(values: np.ndarray, labels: np.ndarray, classes: int, weights: np.ndarray) -> np.ndarray:
    """AUC of each class for one neuron by scikit-learn, images weighted."""
    kept = (labels >= 0) & (weights > 0)
    result = np.full(classes, np.nan)
    for label in range(classes):
        member = labels[kept] == label
        if member.any() and not member.all():
            result[label] = roc_auc_score(member, values[kept], sample_weight=weights[kept])
    return result


def slow_intervals(
    values: np.ndarray, labels: np.ndarray, classes: int, resamples: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Percentile bootstrap, one resample, neuron and class at a time, from the same draws."""
    random = np.random.default_rng(seed)
    rows = np.flatnonzero(labels >= 0)
    scores = np.full((resamples, values.shape[1], classes), np.nan)
    for resample in range(resamples):
        weights = np.zeros(len(labels))
        np.add.at(weights, rows[random.integers(len(rows), size=len(rows))], 1)
        for neuron in range(values.shape[1]):
            scores[resample, neuron] = slow_aucs(values[:, neuron], labels, classes, weights)
    low, high = np.full((2, values.shape[1], classes), np.nan)
    for neuron in range(values.shape[1]):
        for label in range(classes):
            known = scores[:, neuron, label]
            known = known[~np.isnan(known)]
            if len(known):
                low[neuron, label], high[neuron, label] = np.quantile(known, [0.025, 0.975])
    return low, high


def tied_case(seed: int = 0, images: int = 60) -> tuple[np.ndarray, np.ndarray]:
    """Values with many ties (rectified, rounded) and labels of 4 classes, one of them empty."""
    random = np.random.default_rng(seed)
    values = np.maximum(random.normal(size=(images, 3)), 0).round(1).astype(np.float16)
    return values, random.choice([-1, 0, 1, 3], size=images).astype(np.int32)


def test_auc_agrees_with_scikit_learn_with_ties_unlabelled_images_and_an_empty_class() -> None:
    values, labels = tied_case()
    expected = [slow_aucs(values[:, neuron], labels, 4, np.ones(len(labels))) for neuron in range(3)]
    np.testing.assert_allclose(class_aucs(values, labels, 4), expected, rtol=0, atol=1e-12)
    assert np.isnan(class_aucs(values, labels, 4)[:, 2]).all()


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(-1, 2), st.sampled_from([-2.0, -0.0, 0.0, 0.5, 3.0])), min_size=2, max_size=20
    )
)
def test_auc_counts_wins_and_half_ties(images: list[tuple[int, float]]) -> None:
    labels = np.array([label for label, _ in images], dtype=np.int32)
    values = np.array([[value] for _, value in images], dtype=np.float32)
    result = class_aucs(values, labels, 3)[0]
    for label in range(3):
        inside = [value for other, value in images if other == label]
        rest = [value for other, value in images if other not in (label, -1)]
        wins = [(a > b) + (a == b) / 2 for a in inside for b in rest]
        assert result[label] == pytest.approx(np.mean(wins) if wins else np.nan, nan_ok=True)


def test_unlabelled_images_change_nothing() -> None:
    values, labels = tied_case()
    kept = labels >= 0
    np.testing.assert_array_equal(class_aucs(values, labels, 4), class_aucs(values[kept], labels[kept], 4))
    with_unlabelled = class_auc_intervals(values, labels, 4, resamples=30, seed=1)
    without = class_auc_intervals(values[kept], labels[kept], 4, resamples=30, seed=1)
    np.testing.assert_array_equal(with_unlabelled, without)


def test_one_class_or_no_label_gives_nan_or_no_columns() -> None:
    values = np.arange(6, dtype=np.float32).reshape(3, 2)
    alone = np.zeros(3, dtype=np.int32)
    unlabelled = np.full(3, -1, dtype=np.int32)
    assert np.isnan(class_aucs(values, alone, 1)).all()
    assert np.isnan(class_auc_intervals(values, alone, 1, resamples=20, seed=0)).all()
    assert np.isnan(class_aucs(values, unlabelled, 2)).all()
    assert np.isnan(class_auc_intervals(values, unlabelled, 2, resamples=20, seed=0)).all()
    assert class_aucs(values, unlabelled, 0).shape == (2, 0)
    assert class_auc_intervals(values, unlabelled, 0, resamples=20, seed=0)[0].shape == (2, 0)


def test_intervals_agree_with_a_slow_bootstrap() -> None:
    values, labels = tied_case()
    expected = slow_intervals(values, labels, 4, resamples=20, seed=7)
    result = class_auc_intervals(values, labels, 4, resamples=20, seed=7)
    np.testing.assert_allclose(result, expected, rtol=0, atol=1e-12)


def test_a_class_missing_from_some_resamples_is_scored_on_the_others() -> None:
    values, labels = tied_case(images=12)
    labels[:] = 0
    labels[3] = 1
    expected = slow_intervals(values, labels, 2, resamples=25, seed=3)
    result = class_auc_intervals(values, labels, 2, resamples=25, seed=3)
    assert not np.isnan(result).any()
    np.testing.assert_allclose(result, expected, rtol=0, atol=1e-12)


def test_memory_limit_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    values, labels = tied_case()
    whole = class_auc_intervals(values, labels, 4, resamples=25, seed=2)
    monkeypatch.setattr(class_scores, "MAX_VALUES", 3 * 8 * len(labels))
    np.testing.assert_array_equal(class_auc_intervals(values, labels, 4, resamples=25, seed=2), whole)


def test_interval_of_a_noise_neuron_covers_one_half_as_often_as_it_says() -> None:
    random = np.random.default_rng(5)
    values = random.normal(size=(200, 300)).astype(np.float32)
    labels = np.arange(200, dtype=np.int32) % 2
    low, high = class_auc_intervals(values, labels, 2, resamples=200, seed=0)
    covered = ((low <= 0.5) & (high >= 0.5))[:, 0].mean()
    assert 0.91 <= covered <= 0.98


def test_perfect_neuron_has_auc_one_and_a_point_interval() -> None:
    labels = np.repeat(np.arange(4, dtype=np.int32), 5)
    values = (labels == 3).astype(np.float32)[:, None]
    low, high = class_auc_intervals(values, labels, 4, resamples=50, seed=0)
    assert class_aucs(values, labels, 4)[0, 3] == low[0, 3] == high[0, 3] == 1


def test_selectivity_of_planted_neurons() -> None:
    means = np.array(
        [
            [0.0, 0.0, 4.0, 0.0],  # one class alone
            [2.0, 2.0, 2.0, 2.0],  # all alike
            [0.0, 0.0, 0.0, 0.0],  # silent
            [3.0, 1.0, np.nan, 2.0],  # (3 - 1.5) / (3 + 1.5), a class without images
            [3.0, np.nan, np.nan, np.nan],  # nothing to compare with
        ]
    )
    np.testing.assert_allclose(class_selectivity(means), [1, 0, np.nan, 1 / 3, np.nan])
    assert np.isnan(class_selectivity(np.empty((2, 0)))).all()
