from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.activations import sketch
from tests.planted import slow_sketch

LEVELS = np.array([0, 0.001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.995, 1])


def counts_of(values: np.ndarray) -> np.ndarray:
    return sketch.count(torch.from_numpy(values.astype(np.float32))).numpy()


@pytest.mark.parametrize("scale", [1e-7, 1e-3, 1.0, 500.0, 1e5])
@pytest.mark.parametrize("rectified", [False, True])
def test_counts_are_those_of_a_search_among_the_edges(scale: float, rectified: bool) -> None:
    values = (np.random.default_rng(0).normal(size=(3, 500)) * scale).astype(np.float32)
    values = np.maximum(values, 0) if rectified else values
    assert np.array_equal(counts_of(values), [slow_sketch(row) for row in values])


def test_edges_belong_to_the_bin_above_by_magnitude() -> None:
    edges = sketch.edges()
    assert len(edges) == sketch.BINS + 1
    assert np.all(np.diff(edges) > 0)
    assert np.array_equal(edges, -edges[::-1])
    positive = edges[sketch.ZERO_BIN + 1 : -1]
    found = counts_of(positive[:, None]).argmax(axis=1)
    assert np.array_equal(found, np.arange(sketch.ZERO_BIN + 1, sketch.BINS))
    assert np.array_equal(counts_of(-positive[:, None]).argmax(axis=1), sketch.BINS - 1 - found)
    widths = np.diff(edges[sketch.ZERO_BIN + 1 :]) / positive
    assert widths.max() == sketch.RELATIVE_WIDTH


def test_zeros_and_tiny_values_share_the_zero_bin_and_huge_ones_the_outermost() -> None:
    counts = counts_of(np.array([[0.0, -0.0, 1e-20, -9e-7, 1e-40, 4096.0, 1e30, -5000.0]]))[0]
    assert counts[sketch.ZERO_BIN] == 5
    assert counts[-1] == 2
    assert counts[0] == 1


def test_counts_of_parts_add_up_to_the_counts_of_the_whole() -> None:
    values = torch.randn(4, 5, 100)
    whole = sketch.count(values.transpose(0, 1).reshape(5, -1))
    parts = torch.zeros(5, sketch.BINS, dtype=torch.int64)
    for part in values.split(3):
        sketch.tally(parts, part)
    assert torch.equal(parts, whole)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(-4000, 4000, width=32), min_size=1, max_size=60),
    st.floats(0, 1),
)
def test_quantiles_are_within_a_bin_of_the_value_at_their_rank(numbers: list[float], level: float) -> None:
    values = np.array([numbers], dtype=np.float32)
    found = sketch.quantiles(counts_of(values), np.array([level]), values.min(axis=1), values.max(axis=1))
    below = np.sort(values[0])[int(np.floor(np.float64(level) * (values.size - 1)))]
    above = np.sort(values[0])[int(np.ceil(np.float64(level) * (values.size - 1)))]
    low = below - abs(below) * sketch.RELATIVE_WIDTH - 2.0**-20
    high = above + abs(above) * sketch.RELATIVE_WIDTH + 2.0**-20
    assert low <= found[0, 0] <= high


@pytest.mark.parametrize("draw", ["normal", "exponential", "rectified", "shifted"])
def test_quantiles_of_many_values_agree_with_numpy(draw: str) -> None:
    random = np.random.default_rng(1)
    values = (
        random.normal(size=(2, 20_000)) if draw != "exponential" else random.exponential(size=(2, 20_000))
    )
    values = np.maximum(values, 0) if draw == "rectified" else values + 30 * (draw == "shifted")
    values = values.astype(np.float32)
    found = sketch.quantiles(counts_of(values), LEVELS, values.min(axis=1), values.max(axis=1))
    expected = np.quantile(values, LEVELS, axis=1, method="lower").T
    error = np.abs(found - expected)
    assert np.all(error <= sketch.RELATIVE_WIDTH * np.abs(expected) + 2.0**-20)
    assert np.array_equal(found[:, [0, -1]], expected[:, [0, -1]].astype(np.float32))


def test_quantiles_beyond_the_outermost_edge_stay_between_minimum_and_maximum() -> None:
    values = np.linspace(5000, 90_000, 100, dtype=np.float32)[None]
    found = sketch.quantiles(counts_of(values), LEVELS, values.min(axis=1), values.max(axis=1))
    assert np.all(np.diff(found) >= 0)
    assert found[0, 0] == 5000
    assert found[0, -1] == 90_000


def test_quantiles_of_nothing_are_nan() -> None:
    nothing = np.zeros((1, sketch.BINS), dtype=np.int64)
    found = sketch.quantiles(nothing, LEVELS, np.array([np.inf]), np.array([-np.inf]))
    assert np.isnan(found).all()
