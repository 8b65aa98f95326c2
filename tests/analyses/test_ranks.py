"""Ranks: as counted by hand, exact in every type."""

from __future__ import annotations

import numpy as np
import pytest

from generator.analyses.ranks import ranks


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64, np.int64])
def test_ranks_are_counted_exactly_in_every_type(kind: type[np.generic]) -> None:
    values = np.repeat(np.arange(2000), 3).astype(kind)
    np.testing.assert_array_equal(ranks(values), np.repeat(3.0 * np.arange(2000) + 2, 3), strict=True)


def test_ranks_along_an_axis() -> None:
    np.testing.assert_array_equal(ranks(np.array([[2.0, 5], [1, 5]]), axis=0), [[2, 1.5], [1, 1.5]])
