from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.activations.extremes import Ranked, RunningExtremes, Side, merge_ranked

NEURONS = 3


def ranked_by_sorting(peaks: np.ndarray, side: Side, kept: int) -> np.ndarray:
    sign = -1 if side == "top" else 1
    return np.array([sorted(range(len(row)), key=lambda i: (sign * row[i], i))[:kept] for row in peaks.T])


def run(peaks: np.ndarray, first: int, size: int, side: Side, kept: int) -> Ranked:
    """Feed peaks (images, neurons) in batches; the position of an image's peak is (image, neuron)."""
    running = RunningExtremes(peaks.shape[1], kept, side)
    for start in range(0, len(peaks), size):
        images = np.arange(first + start, first + min(start + size, len(peaks)))

        def locate(rows: np.ndarray, neurons: np.ndarray, images: np.ndarray = images) -> np.ndarray:
            return np.stack([images[rows], neurons], axis=1).astype(np.int32)

        running.add(images, peaks[start : start + size], locate)
    return running.result()


@settings(max_examples=80, deadline=None)
@given(
    st.integers(1, 25).flatmap(
        lambda images: st.lists(
            st.lists(st.sampled_from([0.0, 0.5, 1.0, -2.0]), min_size=NEURONS, max_size=NEURONS),
            min_size=images,
            max_size=images,
        )
    ),
    st.integers(1, 6),
    st.integers(1, 8),
    st.sampled_from(["top", "bottom"]),
    st.integers(0, 24),
)
def test_ranking_is_exact_for_any_batches_and_shards(
    rows: list[list[float]], kept: int, size: int, side: Side, cut: int
) -> None:
    peaks = np.array(rows, dtype=np.float32)
    expected = ranked_by_sorting(peaks, side, kept)
    whole = run(peaks, 0, size, side, kept)
    cut = min(cut, len(peaks))
    shards = [run(part, first, size, side, kept) for part, first in ((peaks[:cut], 0), (peaks[cut:], cut))]
    for ranked in (whole, merge_ranked(shards, side, kept)):
        assert np.array_equal(ranked.images, expected)
        assert np.array_equal(ranked.peaks, peaks[expected, np.arange(NEURONS)[:, None]])
        assert np.array_equal(ranked.positions[..., 0], expected)
        assert np.array_equal(
            ranked.positions[..., 1], np.tile(np.arange(NEURONS)[:, None], expected.shape[1])
        )


@pytest.mark.parametrize("side", ["top", "bottom"])
def test_only_candidates_are_located(side: Side) -> None:
    peaks = np.zeros((100, NEURONS), dtype=np.float32)
    peaks[99, 1] = 1 if side == "top" else -1
    located = []
    running = RunningExtremes(NEURONS, 4, side)
    for start in range(0, 100, 10):

        def locate(rows: np.ndarray, _: np.ndarray) -> np.ndarray:
            located.append(len(rows))
            return np.zeros((len(rows), 2), dtype=np.int32)

        running.add(np.arange(start, start + 10), peaks[start : start + 10], locate)
    assert located == [4 * NEURONS, 1]
    assert running.result().images.tolist() == [[0, 1, 2, 3], [99, 0, 1, 2], [0, 1, 2, 3]]
