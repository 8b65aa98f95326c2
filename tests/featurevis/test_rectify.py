from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from generator.featurevis.rectify import redirected_gradients

Rectifier = Callable[[Tensor], Tensor]
INFINITE = float("inf")

RELUS: dict[str, Rectifier] = {
    "functional": functional.relu,
    "functional in place": lambda values: functional.relu(values, inplace=True),
    "by keyword": lambda values: functional.relu(input=values),
    "torch": torch.relu,
    "torch in place": torch.relu_,
    "method": lambda values: values.relu(),
    "method in place": lambda values: values.relu_(),
    "module": nn.ReLU(),
    "module in place": nn.ReLU(inplace=True),
}
OTHERS: dict[str, tuple[Rectifier, float, float]] = {
    "relu6": (nn.ReLU6(), 0.0, 6.0),
    "relu6 in place": (nn.ReLU6(inplace=True), 0.0, 6.0),
    "functional relu6": (functional.relu6, 0.0, 6.0),
    "hardtanh": (nn.Hardtanh(-2.0, 3.0), -2.0, 3.0),
    "hardtanh in place": (lambda values: functional.hardtanh_(values, -2.0, 3.0), -2.0, 3.0),
}
EVERY = {**{name: (call, 0.0, INFINITE) for name, call in RELUS.items()}, **OTHERS}


def slow_gradient(values: np.ndarray, gradient: np.ndarray, low: float, high: float) -> np.ndarray:
    """Lucid's rule, number by number."""
    result = np.zeros_like(gradient)
    for item in range(len(values)):
        for at in np.ndindex(values.shape[1:]):
            if low < values[item][at] < high:
                result[item][at] = gradient[item][at]
        if not result[item].any():
            for at in np.ndindex(values.shape[1:]):
                value, slope = values[item][at], gradient[item][at]
                if (value <= low and slope < 0) or (value >= high and slope > 0):
                    result[item][at] = slope
    return result


def gradient_through(rectifier: Rectifier, values: Tensor, gradient: Tensor) -> tuple[Tensor, Tensor]:
    leaf = values.clone().requires_grad_()
    output = rectifier(leaf * 1.0)
    (found,) = torch.autograd.grad(output, leaf, gradient)
    return output.detach(), found


def cases() -> tuple[Tensor, Tensor]:
    """Items that are mixed, blocked below, blocked above, and blocked with a mixed gradient."""
    values = 8 * torch.randn(5, 3, 2, 2, generator=torch.Generator().manual_seed(0))
    values[1] = -values[1].abs() - 3
    values[2] = values[2].abs() + 7
    values[3] = -values[3].abs() - 3
    gradient = torch.randn(values.shape, generator=torch.Generator().manual_seed(1))
    gradient[1] = -gradient[1].abs()
    gradient[4, :, 0] = 0.0
    return values, gradient


@pytest.mark.parametrize("name", EVERY)
def test_values_stay_and_gradients_follow_the_rule(name: str) -> None:
    rectifier, low, high = EVERY[name]
    values, gradient = cases()
    plain, _ = gradient_through(rectifier, values, gradient)
    with redirected_gradients(torch.ones(5, dtype=torch.bool)):
        output, found = gradient_through(rectifier, values, gradient)
    assert torch.equal(output, plain)
    np.testing.assert_array_equal(found.numpy(), slow_gradient(values.numpy(), gradient.numpy(), low, high))
    assert found[1].abs().min() > 0


@pytest.mark.parametrize("name", EVERY)
def test_items_that_are_not_named_keep_their_plain_gradient(name: str) -> None:
    rectifier, _, _ = EVERY[name]
    values, gradient = cases()
    _, plain = gradient_through(rectifier, values, gradient)
    with redirected_gradients(torch.tensor([True, False, False, True, True])):
        _, found = gradient_through(rectifier, values, gradient)
    assert torch.equal(found[1:3], plain[1:3])
    assert not torch.equal(found[3], plain[3])
    _, after = gradient_through(rectifier, values, gradient)
    assert torch.equal(after, plain)


def test_where_the_first_axis_is_not_the_batch_gradients_are_plain() -> None:
    values, gradient = cases()
    with redirected_gradients(torch.ones(2, dtype=torch.bool)):
        _, found = gradient_through(nn.ReLU(), values, gradient)
    assert torch.equal(found, gradient * (values > 0))


def test_in_place_calls_change_their_argument_as_before() -> None:
    values = torch.tensor([[-1.0, 2.0]])
    with redirected_gradients(torch.ones(1, dtype=torch.bool)):
        returned = functional.relu(values, inplace=True)
    assert returned is values
    assert values.tolist() == [[0.0, 2.0]]


def test_other_functions_are_left_alone() -> None:
    values = torch.linspace(-2, 2, 5)[None].requires_grad_()
    with redirected_gradients(torch.ones(1, dtype=torch.bool)):
        found = torch.autograd.grad(functional.leaky_relu(values, 0.5).sum(), values)[0]
    assert found.tolist() == [[0.5, 0.5, 0.5, 1.0, 1.0]]
