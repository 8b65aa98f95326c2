"""AUCs of concepts against scikit-learn's, and what shuffles leave of noise and of planted neurons."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import rankdata
from sklearn.metrics import roc_auc_score

from generator.analyses.concept_auc import FEWEST, SHUFFLES, aucs, separation

IMAGES = 400
HALVES = np.arange(IMAGES) // 20 % 2


@pytest.fixture(scope="module")
def present() -> np.ndarray:
    """Concepts in a half, a tenth and (the last) too few of the images."""
    random = np.random.default_rng(0)
    rare = np.zeros(IMAGES, dtype=bool)
    rare[: FEWEST - 1] = True
    return np.stack([random.random(IMAGES) < 0.5, random.random(IMAGES) < 0.1, rare], axis=1)


def test_aucs_are_those_of_scikit_learn_also_with_ties(present: np.ndarray) -> None:
    peaks = np.random.default_rng(1).integers(0, 6, (IMAGES, 4)).astype(np.float32)
    found = aucs(rankdata(peaks, axis=0), present)
    for neuron in range(4):
        for concept in range(2):
            expected = roc_auc_score(present[:, concept], peaks[:, neuron])
            assert found[neuron, concept] == pytest.approx(expected)
    assert np.isnan(found[:, 2]).all()


def test_a_planted_neuron_beats_every_shuffle_on_both_halves(present: np.ndarray) -> None:
    random = np.random.default_rng(2)
    noise = random.normal(size=(IMAGES, 2))
    peaks = np.stack([noise[:, 0] + 4 * present[:, 0], noise[:, 1] - 4 * present[:, 1]], axis=1)
    found = separation(peaks, present, HALVES, 0)
    assert (found.auc[:, 0, 0] > 0.95).all()
    assert (found.auc[:, 1, 1] < 0.05).all()
    assert (found.shuffled_best < 0.3).all()
    assert (np.abs(found.auc[1] - 0.5)[[0, 1], [0, 1]] > found.shuffled[[0, 1], [0, 1]]).all()


def test_a_shuffle_is_beaten_by_noise_in_one_of_twenty_cases(present: np.ndarray) -> None:
    peaks = np.random.default_rng(3).normal(size=(IMAGES, 2000))
    found = separation(peaks, present[:, :2], HALVES, 0)
    best = np.abs(found.auc[0] - 0.5).max(axis=1)
    assert (best > found.shuffled_best).mean() == pytest.approx(1 / (SHUFFLES + 1), abs=0.02)
    one = np.abs(found.auc[1, :, 0] - 0.5)
    assert (one > found.shuffled[:, 0]).mean() == pytest.approx(1 / (SHUFFLES + 1), abs=0.02)


def test_no_concepts_and_no_images_give_nothing() -> None:
    found = separation(np.zeros((0, 3), np.float32), np.zeros((0, 0), bool), np.zeros(0, int), 0)
    assert found.auc.shape == (2, 3, 0)
    assert found.shuffled_best.tolist() == [0, 0, 0]
