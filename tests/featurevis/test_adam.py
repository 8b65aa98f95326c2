"""Adam with a step size for each picture, against torch's own where it can do the same."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from generator.featurevis.adam import DECAYS, EPSILON, BatchAdam


def gradients(steps: int, pictures: int) -> list[Tensor]:
    generator = torch.Generator().manual_seed(0)
    return [torch.randn(pictures, 3, 4, generator=generator) for _ in range(steps)]


def theirs(steps: list[Tensor], size: float) -> Tensor:
    variables = torch.zeros_like(steps[0]).requires_grad_()
    adam = torch.optim.Adam([variables], lr=size, betas=DECAYS, eps=EPSILON)
    for step in steps:
        variables.grad = step
        adam.step()
    return variables.detach()


def test_every_picture_moves_as_with_torchs_adam_of_its_own_step_size() -> None:
    steps, sizes = gradients(9, 3), (0.5, 0.1, 2.0)
    adam = BatchAdam(torch.zeros(3, 3, 4).requires_grad_())
    for step in steps:
        adam.step(step, torch.tensor(sizes))
    for row, size in enumerate(sizes):
        expected = theirs([step[row : row + 1] for step in steps], size)[0]
        torch.testing.assert_close(adam.variables[row].detach(), expected)


@pytest.mark.parametrize("wanted", [True, False])
def test_pictures_that_stay_go_on_as_if_the_others_had_never_been(wanted: bool) -> None:
    steps, stay = gradients(8, 3), torch.tensor([0, 2])
    adam = BatchAdam(torch.zeros(3, 3, 4).requires_grad_(wanted))
    for index, step in enumerate(steps):
        if index == 5:
            adam.keep(stay)
        adam.step(step if index < 5 else step[stay], torch.full((3 if index < 5 else 2,), 0.3))
    torch.testing.assert_close(adam.variables.detach(), theirs([step[stay] for step in steps], 0.3))
    assert adam.variables.requires_grad == wanted
