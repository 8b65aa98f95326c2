"""Pictures of groups: directions and cosines by hand, what is kept."""

from __future__ import annotations

import numpy as np

from generator.analyses.group_pictures import cosines, direction
from generator.records import MOST_GROUPS, LayerGroupPictures


def layer_of(likeness: list[list[float]], groups: list[int]) -> LayerGroupPictures:
    rows = len(groups)
    values = np.full((rows, MOST_GROUPS), np.nan, np.float32)
    for row, own in enumerate(likeness):
        values[row, : len(own)] = own
    none = np.zeros(rows, np.float32)
    return LayerGroupPictures(
        np.zeros(rows, np.int32), np.array(groups, np.int8), np.zeros((rows, 4, 4, 3), np.uint8),
        none, none, values,
    )  # fmt: skip


def test_a_direction_is_the_neuron_and_the_way_to_its_group() -> None:
    centres = np.array([[9.0, 4.0, 1.0], [9.0, 0.0, 1.0]])
    found = direction(0, centres, 0, np.array([2.0, 4.0, 1.0]))
    np.testing.assert_allclose(found, [1 / 2, 2 / 4, 0])
    np.testing.assert_allclose(direction(0, centres, 1, np.ones(3)), [1, -2, 0])
    np.testing.assert_allclose(direction(2, centres[:1].repeat(2, 0), 1, np.ones(3)), [0, 0, 1])


def test_cosines_are_taken_from_the_middle_of_the_groups() -> None:
    centres = np.array([[3.0, 1.0], [1.0, 1.0]])
    found = cosines(np.array([10.0, 1.0]), centres)
    np.testing.assert_allclose(found[:2], [1, -1])
    assert np.isnan(found[2:]).all()
    np.testing.assert_allclose(cosines(np.array([2.0, 5.0]), centres)[:2], [0, 0])
    three = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    np.testing.assert_allclose(cosines(np.array([0.0, 2.0, 0.0]), three)[:3].argmax(), 1)


def test_without_a_direction_there_is_no_likeness() -> None:
    centres = np.array([[1.0, 1.0], [1.0, 1.0]])
    assert cosines(np.array([4.0, 2.0]), centres)[:2].tolist() == [0, 0]
    assert cosines(np.array([1.0, 1.0]), np.array([[2.0, 1.0], [0.0, 1.0]]))[:2].tolist() == [0, 0]


def test_a_picture_keeps_to_its_group_if_it_is_most_like_that() -> None:
    layer = layer_of([[0.5, -0.5], [0.2, -0.2], [0.1, 0.3, -0.4]], [0, 1, 1])
    assert layer.kept.tolist() == [True, False, True]
    assert layer_of([], []).kept.tolist() == []
