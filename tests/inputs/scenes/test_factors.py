"""Factors: their ranges, their independence, and that (seed, index) decides them."""

from __future__ import annotations

from dataclasses import asdict, fields
from itertools import combinations

import numpy as np
import pytest
from scipy.stats import chi2

from generator.inputs.scenes import Factors, draw_factors
from generator.inputs.scenes import factors as ranges

COUNT = 3000


@pytest.fixture(scope="module")
def many() -> list[Factors]:
    return [draw_factors(12, index) for index in range(COUNT)]


def binned(values: list[object]) -> np.ndarray:
    """Categories as numbers; numbers in four bins of equal counts."""
    kinds = sorted(set(values), key=str)
    if len(kinds) <= 32:
        return np.array([kinds.index(value) for value in values])
    numbers = np.array(values, dtype=float)
    return np.searchsorted(np.unique(np.quantile(numbers, [0.25, 0.5, 0.75])), numbers)


def test_every_two_factors_are_independent(many: list[Factors]) -> None:
    columns = {field.name: binned([asdict(scene)[field.name] for scene in many]) for field in fields(Factors)}
    pairs = list(combinations(columns, 2))
    unlikely = 0.001 / len(pairs)
    for one, other in pairs:
        table = np.zeros((columns[one].max() + 1, columns[other].max() + 1))
        np.add.at(table, (columns[one], columns[other]), 1)
        expected = table.sum(1, keepdims=True) * table.sum(0, keepdims=True) / COUNT
        statistic = ((table - expected) ** 2 / expected).sum()
        assert chi2.sf(statistic, (table.shape[0] - 1) * (table.shape[1] - 1)) > unlikely, (one, other)


@pytest.mark.parametrize(
    "name", ["object", "colour", "texture", "accent", "outline", "background", "tone", "light", "mirrored"]
)
def test_categories_are_uniform(many: list[Factors], name: str) -> None:
    counts = np.bincount(binned([getattr(scene, name) for scene in many]))
    expected = COUNT / len(counts)
    assert chi2.sf(((counts - expected) ** 2 / expected).sum(), len(counts) - 1) > 1e-5


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("size", *ranges.SIZES),
        ("x", 0.5 - ranges.SHIFT, 0.5 + ranges.SHIFT),
        ("y", 0.5 - ranges.SHIFT, 0.5 + ranges.SHIFT),
        ("rotation", -ranges.ROTATION, ranges.ROTATION),
        ("stretch", -ranges.STRETCH, ranges.STRETCH),
        ("period", *ranges.PERIODS),
        ("texture_angle", 0, 360),
    ],
)
def test_numbers_are_uniform_over_their_range(
    many: list[Factors], name: str, low: float, high: float
) -> None:
    share = (np.array([getattr(scene, name) for scene in many]) - low) / (high - low)
    assert share.min() >= 0
    assert share.max() <= 1
    quantiles = np.quantile(share, [0.1, 0.3, 0.5, 0.7, 0.9])
    np.testing.assert_allclose(quantiles, [0.1, 0.3, 0.5, 0.7, 0.9], atol=0.035)


@pytest.mark.parametrize(("name", "largest"), [("blur", ranges.BLUR), ("noise", ranges.NOISE)])
def test_half_of_the_scenes_are_clean(many: list[Factors], name: str, largest: float) -> None:
    values = np.array([getattr(scene, name) for scene in many])
    assert abs((values == 0).mean() - 0.5) < 0.04
    assert 0.98 * largest < values.max() <= largest


def test_decided_by_seed_and_index() -> None:
    assert draw_factors(3, 4) == draw_factors(3, 4)
    found = {draw_factors(seed, index).x for seed in range(20) for index in range(20)}
    assert len(found) == 400


def test_golden_factors() -> None:
    scene = draw_factors(0, 0)
    assert (scene.object, scene.colour, scene.texture, scene.outline, scene.background) == (
        "airplane",
        "pink",
        "stripes",
        "smooth",
        "sea",
    )
