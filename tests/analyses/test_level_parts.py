"""Parts of a level: gratings and colours whose answer is known, a slow spectrum, ranks counted by hand."""

from __future__ import annotations

import cmath
import math

import numpy as np
import pytest
from scipy.stats import spearmanr

from generator.analyses.level_parts import (
    OPPONENT,
    RUNG_OF,
    depth_correlation,
    mean_frequency,
    mean_of_defined,
    picture_parts,
    quantiles,
    scaled,
)
from generator.inputs.scenes.names import CATEGORIES
from generator.records import LEVEL_PARTS, LEVEL_RUNGS

SIDE = 32


def grating(across: int, down: int, contrast: tuple[float, float, float], side: int = SIDE) -> np.ndarray:
    """Return a picture of so many cycles across and down, around grey."""
    rows, columns = np.mgrid[0:side, 0:side] / side
    wave = np.cos(2 * np.pi * (across * columns + down * rows) + 0.4)
    return np.round(127.5 + 127.5 * wave[..., None] * np.array(contrast)).astype(np.uint8)


def flat(red: int, green: int, blue: int) -> np.ndarray:
    return np.full((SIDE, SIDE, 3), (red, green, blue), dtype=np.uint8)


def slow_frequency(planes: np.ndarray) -> float:
    """Sum every Fourier coefficient of every plane over every pixel, as the definition has it."""
    height, width, count = planes.shape
    weighted = total = 0.0
    for row in range(height):
        for column in range(width):
            down, across = min(row, height - row) / height, min(column, width - column) / width
            if down == across == 0:
                continue
            for plane in range(count):
                coefficient = sum(
                    planes[y, x, plane] * cmath.exp(-2j * math.pi * (row * y / height + column * x / width))
                    for y in range(height)
                    for x in range(width)
                )
                weighted += math.hypot(down, across) * abs(coefficient) ** 2
                total += abs(coefficient) ** 2
    return weighted / total


@pytest.mark.parametrize(("across", "down"), [(1, 0), (0, 5), (3, 4), (16, 0)])
@pytest.mark.parametrize("contrast", [(0.8, 0.8, 0.8), (0.6, -0.6, 0.0)])
def test_a_grating_has_its_own_frequency(
    across: int, down: int, contrast: tuple[float, float, float]
) -> None:
    frequency, _ = picture_parts(grating(across, down, contrast))
    assert frequency == pytest.approx(math.hypot(across, down) / SIDE, abs=2e-3)


def test_the_frequency_is_that_of_a_slow_spectrum() -> None:
    planes = np.random.default_rng(0).normal(size=(6, 7, 3))
    assert mean_frequency(planes) == pytest.approx(slow_frequency(planes))


def test_two_gratings_count_by_their_power() -> None:
    picture = (grating(2, 0, (0.6, 0.6, 0.6)).astype(int) + grating(0, 8, (0.3, 0.3, 0.3)) - 127).astype(
        np.uint8
    )
    frequency, _ = picture_parts(picture)
    assert frequency == pytest.approx((2 * 4 + 8 * 1) / 5 / SIDE, abs=2e-3)


def test_the_share_of_chroma_tells_grey_from_colour() -> None:
    assert picture_parts(grating(2, 1, (0.8, 0.8, 0.8)))[1] == pytest.approx(0, abs=1e-4)
    assert picture_parts(flat(220, 30, 40)) == (0.0, 1.0)
    # The same wave in red alone: a third of its energy is brightness, two thirds are chroma.
    assert picture_parts(grating(2, 1, (0.8, 0, 0)))[1] == pytest.approx(2 / 3, abs=0.01)
    for level in (0, 128, 255):
        assert np.isnan(picture_parts(flat(level, level, level))).all()


def test_the_opponent_axes_keep_energy() -> None:
    np.testing.assert_allclose(OPPONENT @ OPPONENT.T, np.eye(3), atol=1e-12)


def test_scales_start_at_nothing_end_at_the_whole_input_and_rise() -> None:
    rungs = len(LEVEL_RUNGS) - 1
    ends = scaled(np.array([[0, 0, 0, 0, 0], [64, 32, 0.5, rungs, 1], [90, 40, 1, rungs, 1]], float), 64)
    np.testing.assert_allclose(ends[0], 0)
    np.testing.assert_allclose(ends[1], 1)
    np.testing.assert_allclose(ends[2], [1, 1, 0, 1, 1])
    steps = np.linspace(0, 1, 9)[:, None] * np.array([64, 32, 0.5, rungs, 1])
    assert (np.diff(scaled(steps, 64), axis=0) > 0).all()
    assert np.isnan(scaled(np.full((1, len(LEVEL_PARTS)), np.nan), 64)).all()


def test_a_neuron_s_scales_do_not_depend_on_others() -> None:
    measured = np.random.default_rng(1).uniform(0, 1, (9, len(LEVEL_PARTS)))
    np.testing.assert_array_equal(scaled(measured, 64)[:3], scaled(measured[:3], 64))


def test_the_mean_is_over_what_is_defined_if_that_is_enough() -> None:
    parts = np.array([[0.1, 0.3, np.nan, np.nan, 0.8], [0.5, np.nan, np.nan, np.nan, 1], [1, 0, 1, 0, 0.5]])
    np.testing.assert_allclose(mean_of_defined(parts, 3), [0.4, np.nan, 0.5])


def test_quantiles_count_the_others_below_and_half_of_those_equal() -> None:
    values = np.array([0.2, np.nan, 0.9, 0.5, 0.5])
    np.testing.assert_allclose(quantiles(values), [0, np.nan, 1, 0.5, 0.5])
    assert np.isnan(quantiles(np.array([0.3, np.nan]))).all()


def test_the_correlation_is_scipy_s_and_its_interval_holds_it() -> None:
    random = np.random.default_rng(2)
    depths = np.repeat(np.arange(4.0), 10)
    values = np.where(random.uniform(size=40) < 0.1, np.nan, depths + random.normal(0, 2, 40))
    known = np.isfinite(values)
    rho, low, high = depth_correlation(values, depths, 0)
    assert rho == pytest.approx(spearmanr(values[known], depths[known]).statistic)
    slow = [
        spearmanr(values[known][rows], depths[known][rows]).statistic
        for rows in np.random.default_rng(3).integers(0, known.sum(), (400, known.sum()))
    ]
    assert (low, high) == pytest.approx(tuple(np.percentile(slow, (2.5, 97.5))), abs=0.05)
    assert low < rho < high


def test_blocks_of_resamples_do_not_change_the_correlation(monkeypatch: pytest.MonkeyPatch) -> None:
    depths = np.repeat(np.arange(3.0), 4)
    values = depths + np.random.default_rng(4).normal(0, 1, 12)
    whole = depth_correlation(values, depths, 5)
    monkeypatch.setattr("generator.analyses.level_parts.MAX_VALUES", 12 * 7)
    assert depth_correlation(values, depths, 5) == pytest.approx(whole)


@pytest.mark.parametrize("values", [np.full(6, np.nan), np.ones(6), np.array([1.0, 2, 3, *[np.nan] * 3])])
def test_no_correlation_where_nothing_varies(values: np.ndarray) -> None:
    depths = np.array([0.0, 0, 0, 1, 1, 1])
    assert np.isnan(depth_correlation(values, depths, 0)).all()


def test_every_category_of_scenes_has_a_rung() -> None:
    assert {*CATEGORIES, "class"} <= set(RUNG_OF)
    assert set(RUNG_OF.values()) == set(range(len(LEVEL_RUNGS)))
