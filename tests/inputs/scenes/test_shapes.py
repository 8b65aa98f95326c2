"""Outlines: areas and distances known from geometry."""

from __future__ import annotations

import math

import numpy as np
import pytest

from generator.inputs.scenes.shapes import (
    area,
    box,
    curve,
    ellipse,
    finished,
    polygon,
    smooth,
    tube,
    widened,
)


def test_ellipse_has_its_area_and_turn() -> None:
    points = ellipse(1, 2, 0.6, 0.3, 90)
    assert area(points) == pytest.approx(math.pi * 0.18, rel=0.02)
    np.testing.assert_allclose(points.mean(axis=0), [1, 2], atol=1e-12)
    np.testing.assert_allclose(np.ptp(points, axis=0), [0.6, 1.2], atol=0.01)


def test_curves_pass_through_their_points() -> None:
    path = "0,0 1,0 1,1 0.4,0.7"
    for points in (smooth(path), curve(path)):
        for knot in polygon(path):
            assert np.linalg.norm(points - knot, axis=1).min() < 1e-12


def test_tube_is_as_wide_as_told() -> None:
    points = tube(curve("0,0 1,0"), 0.2)
    assert np.ptp(points[:, 1]) == pytest.approx(0.2)
    assert abs(area(points)) == pytest.approx(0.2 + math.pi * 0.01, rel=0.05)


def test_widened_square() -> None:
    for square in (box(0, 0, 1, 1), box(0, 0, 1, 1)[::-1]):
        grown = widened(square, 0.1)
        np.testing.assert_allclose([grown.min(), grown.max()], [-0.1, 1.1])
        assert abs(area(grown)) == pytest.approx(1.44)


def test_sharp_corners_are_not_drawn_out() -> None:
    needle = polygon("0,0 4,0.1 0,0.2")
    assert widened(needle, 0.1)[:, 0].max() < 4.3


def test_finishes() -> None:
    square, disc = box(-1, -1, 1, 1), ellipse(0, 0, 0.7, 0.7)
    assert len(finished(square, "angular")) == 4
    faceted = finished(disc, "angular")
    assert len(faceted) < 12
    assert area(faceted) > 0.85 * area(disc)
    rounded = finished(square, "smooth")
    assert np.linalg.norm(rounded, axis=1).max() < math.sqrt(2) - 0.04
    np.testing.assert_array_equal(finished(disc, "smooth"), disc)
    scalloped = finished(disc, "scalloped")
    reach = np.linalg.norm(scalloped, axis=1)
    inner = reach[1:-1]
    hollows = ((inner < reach[:-2]) & (inner <= reach[2:])).sum()
    assert 18 <= hollows <= 24, "a bow every 0.2 units of 4.4"
    assert area(scalloped) == pytest.approx(area(disc), rel=0.06)
