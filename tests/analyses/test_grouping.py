"""Groups: planted ones are found, one piece stays whole, the silhouette is that of scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import silhouette_score

from generator.analyses.grouping import (
    LEAST_POINTS,
    best_division,
    differences,
    divide,
    over_represented,
    silhouette,
)


def blobs(sizes: tuple[int, ...], apart: float, seed: int = 0, dimensions: int = 6) -> np.ndarray:
    random = np.random.default_rng(seed)
    middles = apart * np.eye(dimensions)[: len(sizes)]
    return np.concatenate(
        [middle + random.normal(size=(size, dimensions)) for middle, size in zip(middles, sizes, strict=True)]
    )


@pytest.mark.parametrize("sizes", [(30, 18), (20, 16, 12), (14, 12, 12, 10)])
def test_planted_groups_are_found_larger_ones_first(sizes: tuple[int, ...]) -> None:
    found = divide(blobs(sizes, apart=12), seed=0)
    assert found.counts
    np.testing.assert_array_equal(found.groups, np.repeat(np.arange(len(sizes)), sizes))


def test_one_piece_hardly_ever_counts_as_several() -> None:
    random = np.random.default_rng(0)
    shapes = [1.0, np.array([6, 2, 1, 1, 0.5])]
    counted = [
        divide(random.normal(size=(40, 5)) * shape, seed).counts for seed in range(30) for shape in shapes
    ]
    assert np.mean(counted) <= 0.05


def test_a_few_outliers_are_no_group() -> None:
    points = blobs((45, 3), apart=30)
    groups, _ = best_division(points)
    assert np.bincount(groups).min() != 3
    assert not divide(points, seed=0).counts or np.bincount(divide(points, seed=0).groups).min() > 6


def test_too_few_points_and_equal_points_are_not_divided() -> None:
    for points in (blobs((8, LEAST_POINTS - 9), apart=20), np.ones((40, 3)), np.zeros((40, 0))):
        found = divide(points, seed=0)
        assert not found.counts
        assert np.isnan([found.silhouette, found.null]).all()
        assert not found.groups.any()


def test_the_silhouette_is_that_of_scikit_learn() -> None:
    points = blobs((12, 9, 7), apart=2)
    groups = np.repeat(np.arange(3), (12, 9, 7))
    distances = np.linalg.norm(points[:, None] - points, axis=2)
    assert silhouette(distances, groups) == pytest.approx(silhouette_score(points, groups))


def test_the_class_of_a_group_is_tested_by_fisher_and_corrected() -> None:
    labels = np.array([0] * 9 + [1] + [1] * 8 + [0] * 2 + [-1] * 3)
    members = np.arange(len(labels)) < 10
    best, share, elsewhere, chance = over_represented(labels, members, tests=4)
    exact = stats.fisher_exact([[9, 1], [2, 8]], alternative="greater").pvalue
    assert (best, share, elsewhere) == (0, 0.9, 0.2)
    assert chance == pytest.approx(4 * exact)
    assert over_represented(np.full(20, -1), np.arange(20) < 9, tests=2)[0] == -1


def test_differences_are_in_standard_deviations() -> None:
    points = np.array([[0.0, 5], [0, 5], [2, 5], [2, 5]])
    np.testing.assert_allclose(differences(points, np.array([False, False, True, True])), [2, 0])
