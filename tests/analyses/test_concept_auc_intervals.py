"""Intervals of AUCs are those of plain resampling, ties and rare concepts included."""

from __future__ import annotations

import numpy as np
from sklearn.metrics import roc_auc_score

from generator.analyses.concept_auc_intervals import RESAMPLES, auc_intervals

RANDOM = np.random.default_rng(0)
IMAGES = 120
PEAKS = np.maximum(RANDOM.normal(size=(IMAGES, 4)), 0).round(1).astype(np.float32)
PRESENT = np.stack(
    [RANDOM.random(IMAGES) < 0.5, PEAKS[:, 0] > 0.5, np.arange(IMAGES) < 9, np.arange(IMAGES) < 12], axis=1
)


def test_ends_are_those_of_plain_resampling() -> None:
    low, high = auc_intervals(PEAKS, PRESENT, 3)
    random = np.random.default_rng(3)
    draws = [random.integers(IMAGES, size=IMAGES) for _ in range(RESAMPLES)]
    for neuron in range(4):
        for concept in (0, 1, 3):
            known = [PRESENT[draw, concept] for draw in draws]
            scores = [
                roc_auc_score(truth, PEAKS[draw, neuron])
                for draw, truth in zip(draws, known, strict=True)
                if 0 < truth.sum() < IMAGES
            ]
            expected = np.quantile(scores, [0.025, 0.975])
            np.testing.assert_allclose([low[neuron, concept], high[neuron, concept]], expected, atol=1e-6)


def test_a_rare_concept_has_no_interval() -> None:
    low, high = auc_intervals(PEAKS, PRESENT, 0)
    assert np.isnan(low[:, 2]).all()
    assert np.isnan(high[:, 2]).all()
    assert low[0, 1] > 0.99
