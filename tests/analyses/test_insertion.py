"""Insertion and deletion against a loop over pixels, on a network that sees one patch."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from generator.analyses.attribution_maps import square_of
from generator.analyses.insertion import Courses, area, courses, ranks
from tests.planted_patch import FOR, SIDE, Patches, mask_of, pictures

STEPS, ORDERS, COUNT = 8, 3, 2
QUARTERS = SIDE * SIDE


def module() -> Patches:
    return Patches().eval().requires_grad_(False)


def respond_of(neuron: int, shown: list[int] | None = None) -> object:
    network = module()

    def respond(inputs: Tensor, place: int) -> Tensor:
        assert 0 <= place < COUNT
        if shown is not None:
            shown.append(len(inputs))
        return network.rectified(network.seen(inputs))[:, neuron, 0, 0]

    return respond


def random_orders(seed: int = 0) -> np.ndarray:
    random = np.random.default_rng(seed)
    return np.stack([[random.permutation(QUARTERS) for _ in range(ORDERS)] for _ in range(COUNT)])


def slow_courses(neuron: int, inputs: Tensor, nothing: Tensor, order: np.ndarray, steps: int) -> Courses:
    """Go square by square, pixel by pixel, one picture at a time."""
    network, lie = module(), square_of(SIDE)
    found = np.zeros((2, *order.shape[:2], steps + 1))
    for picture in range(order.shape[0]):
        for number in range(order.shape[1]):
            for step in range(steps + 1):
                come = {
                    s
                    for s in range(order.shape[2])
                    if order[picture, number, s] < round(step * QUARTERS / steps)
                }
                for kind in (0, 1):
                    image = (nothing if kind == 0 else inputs)[picture].clone()
                    other = (inputs if kind == 0 else nothing)[picture]
                    for row in range(SIDE):
                        for column in range(SIDE):
                            if int(lie[row]) * SIDE + int(lie[column]) in come:
                                image[:, row, column] = other[:, row, column]
                    outputs = network.rectified(network.seen(image[None]))
                    found[kind, picture, number, step] = float(outputs[0, neuron, 0, 0])
    return Courses(found[0], found[1])


@pytest.mark.parametrize(("steps", "batch_size"), [(8, 64), (5, 3)])
def test_courses_are_those_of_a_loop_over_pixels(steps: int, batch_size: int) -> None:
    inputs, order = pictures(COUNT), random_orders()
    nothing = torch.full_like(inputs, 0.1)
    found = courses(respond_of(1), inputs, nothing, order, steps=steps, batch_size=batch_size)
    slow = slow_courses(1, inputs, nothing, order, steps)
    np.testing.assert_allclose(found.insertion, slow.insertion, atol=1e-6)
    np.testing.assert_allclose(found.deletion, slow.deletion, atol=1e-6)
    np.testing.assert_allclose(found.whole, slow.deletion[:, 0, 0], atol=1e-6)
    np.testing.assert_allclose(found.nothing, slow.insertion[:, 0, 0], atol=1e-6)


def test_no_picture_is_shown_twice() -> None:
    shown: list[int] = []
    inputs = pictures(COUNT)
    courses(
        respond_of(0, shown), inputs, torch.zeros_like(inputs), random_orders(), steps=STEPS, batch_size=7
    )
    assert sum(shown) == COUNT * (2 + 2 * ORDERS * (STEPS - 1))
    assert max(shown) == 7


def test_the_patch_first_is_best_the_patch_last_is_worst_and_random_lies_between() -> None:
    inputs = pictures(COUNT)
    seen = np.tile(mask_of(FOR).ravel().astype(float), (COUNT, 1))
    ties = np.stack([np.random.default_rng(5).permutation(QUARTERS)] * COUNT)
    exact, wrong = ranks(seen, ties), ranks(-seen, ties)
    random = np.stack(
        [[np.random.default_rng([i, j]).permutation(QUARTERS) for j in range(200)] for i in range(COUNT)]
    )
    order = np.concatenate([exact[:, None], wrong[:, None], random], axis=1)
    found = courses(respond_of(0), inputs, torch.zeros_like(inputs), order, steps=STEPS, batch_size=64)
    score = area(found.insertion, found.whole) - area(found.deletion, found.whole)
    best = 1 - 1 / STEPS  # all in the first of the steps
    np.testing.assert_allclose(score[:, 0], best, atol=1e-5)
    np.testing.assert_allclose(score[:, 1], -best, atol=1e-5)
    assert np.abs(score[:, 2:].mean(axis=1)).max() < 0.03
    assert np.abs(score[:, 2:]).max() < 0.6


def test_reversing_an_order_turns_its_score() -> None:
    inputs, order = pictures(COUNT), random_orders()
    both = np.concatenate([order, QUARTERS - 1 - order], axis=1)
    found = courses(respond_of(1), inputs, torch.zeros_like(inputs), both, steps=STEPS, batch_size=64)
    score = area(found.insertion, found.whole) - area(found.deletion, found.whole)
    np.testing.assert_allclose(score[:, :ORDERS], -score[:, ORDERS:], atol=1e-5)


def test_ranks_put_the_largest_first_and_break_ties_as_told() -> None:
    found = ranks(np.array([[0.5, 2.0, 0.5, -3.0]]), np.array([[3, 0, 1, 2]]))
    assert found.tolist() == [[2, 0, 1, 3]]


def test_an_area_is_a_share_of_the_whole_picture_s_response() -> None:
    course = np.array([[[0.0, 1.0, 4.0]], [[1.0, 1.0, 0.0]]])
    found = area(course, course[:, 0, -1])
    np.testing.assert_allclose(found[0], (0.5 + 2.5) / 2 / 4)
    assert np.isnan(found[1]).all()
