"""Pooling and projecting: the means that they say they are, and one footing for all features."""

from __future__ import annotations

import numpy as np
import torch

from generator.activations.pooled import (
    calibrated,
    colour_histogram,
    pooled_grid,
    pooled_mean,
    small_picture,
)


def test_means_and_quarters() -> None:
    maps = torch.randn(3, 5, 6, 4)
    expected = maps.numpy().mean(axis=(2, 3))
    np.testing.assert_allclose(pooled_mean(maps), expected, rtol=1e-5, atol=1e-6)
    quarters = pooled_grid(maps).reshape(3, 5, 2, 2)
    np.testing.assert_allclose(
        quarters[:, :, 0, 1], maps[:, :, :3, 2:].mean(dim=(2, 3)), rtol=1e-5, atol=1e-6
    )
    np.testing.assert_allclose(quarters.mean(axis=(2, 3)), expected, rtol=1e-5, atol=1e-6)


def test_a_single_position_fills_all_quarters() -> None:
    maps = torch.randn(2, 3, 1, 1)
    quarters = pooled_grid(maps).reshape(2, 3, 4)
    np.testing.assert_array_equal(quarters, np.repeat(maps.numpy()[:, :, 0], 4, axis=2))


def test_colours_are_counted_and_pictures_averaged() -> None:
    pixels = torch.zeros(1, 8, 8, 3, dtype=torch.uint8)
    pixels[0, :4, :, 0] = 255
    counts = colour_histogram(pixels, 4)
    assert counts.shape == (1, 64)
    assert counts[0, 48] == counts[0, 0] == 0.5
    small = small_picture(pixels, 2).reshape(3, 2, 2)
    np.testing.assert_array_equal(small[0], [[1, 1], [0, 0]])
    assert not small[1:].any()


def test_projections_are_linear_seeded_and_on_one_footing() -> None:
    random = np.random.default_rng(0)
    values = random.normal(size=(200, 30)) * np.geomspace(1e-3, 1e3, 30) + 5
    project = calibrated(values, 400, 1)
    found = project(values)
    assert found.shape == (200, 400)
    assert found.dtype == np.float32
    scaled = (values - values.mean(axis=0)) / np.maximum(
        values.std(axis=0), 0.1 * np.median(values.std(axis=0))
    )
    near = np.linalg.norm(found[:50, None] - found[None, :50], axis=2)
    true = np.linalg.norm(scaled[:50, None] - scaled[None, :50], axis=2)
    different = true > 0
    np.testing.assert_allclose(near[different] / true[different], 1, atol=0.35)
    np.testing.assert_array_equal(calibrated(values + 1, 400, 1).matrix, project.matrix)
    assert not np.array_equal(calibrated(values, 400, 2).matrix, project.matrix)


def test_features_that_never_vary_are_left_alone() -> None:
    values = np.full((40, 6), 3.0)
    np.testing.assert_array_equal(calibrated(values, 4, 0)(values), np.zeros((40, 4)))
