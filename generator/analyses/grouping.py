"""Formulas that ask whether points fall into groups: Ward's clustering, silhouette, a null without groups."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from scipy.cluster.hierarchy import fcluster, ward
from scipy.spatial.distance import pdist, squareform

from generator.records import MOST_GROUPS, Floats, Integers

LEAST_POINTS = 16
"""With fewer there is nothing to divide."""

LEAST_SHARE = 0.15
"""Of all points, in the smallest group: a few outliers are no group."""

LEAST_SILHOUETTE = 0.25
"""Below it there is no substantial structure. Source: Kaufman & Rousseeuw 1990, table 4."""

LEAST_GAIN = 0.05
"""Of the silhouette over the best of the null: responses are not normal even where they have no groups."""

NO_DIVISION = -1.0
"""Silhouette of points of which every division has a tiny group."""

COMPONENTS = 10
"""Principal components that points are compared in, at most."""

SAMPLES = 19
"""Of the null, so that points without groups surpass it in 1 of 20 cases."""


@dataclass(frozen=True)
class Division:
    """The best division of some points (m): group of each, from 0 on, larger groups first.

    `silhouette` is its mean silhouette and `null` the best of any sample without groups; both are NaN for
    fewer than `LEAST_POINTS` points, or points that are all alike.
    """

    groups: NDArray[np.intp]
    silhouette: float
    null: float

    @property
    def counts(self) -> bool:
        """Whether the points fall into these groups, as far as can be told."""
        return self.silhouette > max(self.null + LEAST_GAIN, LEAST_SILHOUETTE)


def divide(points: Floats, seed: int) -> Division:
    """Return the best division of points (m, d) into two to four groups, beside a null.

    The null are samples of a normal distribution with the points' own principal components and
    variances: as long and as flat, but of one piece.

    Source:
        Ward 1963; Rousseeuw 1987 (silhouette); Liu, Hayes, Nobel & Marron 2008 (a single Gaussian as the
        null of clustering).
    """
    count = len(points)
    nothing = Division(np.zeros(count, dtype=np.intp), np.nan, np.nan)
    if count < LEAST_POINTS:
        return nothing
    centred = points.astype(np.float64) - points.mean(axis=0, dtype=np.float64)
    left, sizes, _ = np.linalg.svd(centred, full_matrices=False)
    known = int((sizes[:COMPONENTS] > 1e-6 * max(sizes.max(initial=0.0), 1.0)).sum())
    if known == 0:
        return nothing
    groups, silhouette = best_division(left[:, :known] * sizes[:known])
    random, spread = np.random.default_rng(seed), sizes[:known] / np.sqrt(count)
    samples = (random.normal(size=(count, known)) * spread for _ in range(SAMPLES))
    null = max(best_division(sample)[1] for sample in samples)
    return Division(_by_size(groups), silhouette if silhouette > NO_DIVISION else np.nan, null)


def best_division(points: Floats) -> tuple[NDArray[np.intp], float]:
    """Return groups (m,) of the highest mean silhouette, and this; -1 where every one has a tiny group."""
    distances = pdist(points)
    tree, square = ward(distances), squareform(distances)
    least = LEAST_SHARE * len(points)
    best, highest = np.zeros(len(points), dtype=np.intp), NO_DIVISION
    for wanted in range(2, MOST_GROUPS + 1):
        groups = fcluster(tree, wanted, "maxclust").astype(np.intp) - 1
        sizes = np.bincount(groups)
        if len(sizes) < 2 or sizes.min() < least:
            continue
        found = silhouette(square, groups)
        if found > highest:
            best, highest = groups, found
    return best, highest


def silhouette(distances: Floats, groups: Integers) -> float:
    """Return the mean silhouette of groups of two or more points each.

    Args:
        distances: (m, m).
        groups: (m,), from 0 on.

    Source:
        Rousseeuw 1987, "Silhouettes: a graphical aid to the interpretation and validation of cluster
        analysis".
    """
    members = np.eye(groups.max() + 1)[groups]
    sizes = members.sum(axis=0)
    sums = distances @ members
    rows = np.arange(len(groups))
    own = sums[rows, groups] / (sizes[groups] - 1)
    others = sums / sizes
    others[rows, groups] = np.inf
    nearest = others.min(axis=1)
    scale = np.maximum(own, nearest)
    return float(np.divide(nearest - own, scale, out=np.zeros_like(own), where=scale > 0).mean())


def _by_size(groups: Integers) -> NDArray[np.intp]:
    """Number groups anew, the largest first, ties by their first point."""
    numbers, first, sizes = np.unique(groups, return_index=True, return_counts=True)
    order = np.lexsort((first, -sizes))
    rank = np.empty(len(numbers), dtype=np.intp)
    rank[order] = np.arange(len(numbers))
    return rank[np.searchsorted(numbers, groups)]


def differences(points: Floats, members: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return how much higher each coordinate is in a group than elsewhere, in standard deviations.

    Args:
        points: (m, d).
        members: (m,), which points are in the group.

    Returns:
        (d,): difference of means over the standard deviation of all points; 0 for a constant coordinate.
    """
    values = points.astype(np.float64)
    spread = values.std(axis=0)
    gap = values[members].mean(axis=0) - values[~members].mean(axis=0)
    found: NDArray[np.float64] = np.divide(gap, spread, out=np.zeros_like(gap), where=spread > 0)
    return found


def over_represented(
    labels: Integers, members: NDArray[np.bool_], tests: int
) -> tuple[int, float, float, float]:
    """Return the class that a group has most more of than chance gives, by Fisher's exact test.

    Args:
        labels: (m,), class of each point, -1 for none.
        members: (m,), which points are in the group.
        tests: How many classes and groups are looked at, for Bonferroni's correction.

    Returns:
        The class (-1 without any), its share in the group and elsewhere, and the corrected p value.
    """
    known = labels >= 0
    inside, outside = labels[known & members], labels[known & ~members]
    if not len(inside) or not len(outside):
        return -1, np.nan, np.nan, np.nan
    classes = np.unique(inside)
    counts = np.array([(inside == label).sum() for label in classes])
    whole = np.array([(labels == label).sum() for label in classes])
    chance = stats.hypergeom.sf(counts - 1, known.sum(), whole, len(inside))
    best = int(np.argmin(chance))
    elsewhere = (whole[best] - counts[best]) / len(outside)
    corrected = min(1.0, float(chance[best]) * tests)
    return int(classes[best]), float(counts[best] / len(inside)), float(elsewhere), corrected
