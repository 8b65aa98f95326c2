"""Speed of class AUCs with intervals, and against one scikit-learn call a class."""

from __future__ import annotations

import time

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from generator.analyses.class_scores import class_auc_intervals, class_aucs

pytestmark = pytest.mark.benchmark

RESAMPLES = 200


def rectified_peaks(images: int, neurons: int) -> np.ndarray:
    random = np.random.default_rng(0)
    return np.maximum(random.normal(size=(images, neurons)), 0).astype(np.float16)


def test_resamples_for_intervals_against_as_many_plain_evaluations() -> None:
    values = rectified_peaks(10_000, 24)
    labels = (np.arange(10_000) % 200).astype(np.int32)
    start = time.process_time()
    class_aucs(values, labels, 200)
    plain = RESAMPLES * (time.process_time() - start)
    start = time.process_time()
    low, high = class_auc_intervals(values, labels, 200, resamples=RESAMPLES, seed=0)
    seconds = time.process_time() - start
    print(f"24 neurons x 10,000 images x 200 classes x {RESAMPLES} resamples: {seconds:.2f} s of one core,")
    print(f"{plain / seconds:.1f} times faster than {RESAMPLES} plain evaluations")
    assert (low <= high).all()
    assert seconds < plain


def test_faster_than_one_scikit_learn_call_a_class() -> None:
    values = rectified_peaks(2000, 2)
    labels = (np.arange(2000) % 50).astype(np.int32)
    start = time.perf_counter()
    ours = class_aucs(values, labels, 50)
    fast = time.perf_counter() - start
    start = time.perf_counter()
    theirs = [[roc_auc_score(labels == label, row) for label in range(50)] for row in values.T]
    slow = time.perf_counter() - start
    print(f"2 neurons x 2,000 images x 50 classes: {slow / fast:.0f} times faster than scikit-learn")
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-12)
    assert fast < slow
