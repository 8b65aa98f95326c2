from __future__ import annotations

import pytest
import torch

from generator.featurevis.transparency import Transparency

BOTH = torch.arange(2)


def test_opaque_is_where_gradients_led_and_signs_do_not_cancel() -> None:
    gradient = torch.zeros(2, 3, 6, 6)
    gradient[0, :, :3, :3] = 1.0
    gradient[1, 1, 4, 4] = -2.0
    mask = Transparency(2)
    mask.add(gradient, BOTH)
    mask.add(-0.5 * gradient, BOTH)
    alpha = mask.alpha()
    assert alpha.shape == (2, 1, 6, 6)
    expected = torch.zeros(2, 1, 6, 6)
    expected[0, 0, :3, :3] = 1.0
    expected[1, 0, 4, 4] = 1.0
    assert torch.equal(alpha, expected)


def test_the_strongest_fifth_is_opaque_and_the_rest_in_proportion() -> None:
    gradient = torch.arange(1.0, 101.0).reshape(1, 1, 10, 10).repeat(2, 3, 1, 1)
    gradient[1] *= 1e-9
    mask = Transparency(2)
    mask.add(gradient, BOTH)
    expected = (torch.arange(1.0, 101.0) / 80).clamp(max=1.0).reshape(1, 1, 10, 10).repeat(2, 1, 1, 1)
    torch.testing.assert_close(mask.alpha(), expected)


def test_channels_are_averaged_and_steps_summed() -> None:
    generator = torch.Generator().manual_seed(0)
    steps = [torch.randn(2, 3, 5, 5, generator=generator) for _ in range(3)]
    mask = Transparency(2)
    for step in steps:
        mask.add(step, BOTH)
    total = sum(step.abs().sum(dim=1, keepdim=True) / 3 for step in steps)
    for picture, alpha in zip(total, mask.alpha(), strict=True):
        limit = picture.flatten().sort().values[19]  # the 20th of 25 pixels
        torch.testing.assert_close(alpha, (picture / limit).clamp(max=1.0))


def test_a_picture_without_gradients_is_transparent_and_undefined_ones_count_as_zero() -> None:
    gradient = torch.zeros(2, 3, 4, 4)
    gradient[1, :, 0, 0] = torch.tensor([float("nan"), float("inf"), -float("inf")])
    gradient[1, :, 1, 1] = 1.0
    mask = Transparency(2)
    mask.add(gradient, BOTH)
    alpha = mask.alpha()
    assert (alpha[0] == 0).all()
    assert alpha[1].sum() == alpha[1, 0, 1, 1] == 1


def test_a_mask_of_no_steps_is_refused() -> None:
    with pytest.raises(ValueError, match="`alpha` must be asked for after a step"):
        Transparency(1).alpha()


def test_pictures_that_leave_early_keep_what_they_had_and_larger_ones_repeat_it() -> None:
    small, large = torch.ones(1, 3, 2, 2), torch.zeros(1, 3, 4, 4)
    large[0, :, 3, 3] = 9.0
    mask = Transparency(2)
    mask.add(small.repeat(2, 1, 1, 1), BOTH)
    mask.add(small, torch.tensor([1]))
    mask.add(large, torch.tensor([1]))
    assert torch.equal(mask.total[0, 0], torch.ones(4, 4))
    expected = torch.full((4, 4), 2.0)
    expected[3, 3] = 11.0
    assert torch.equal(mask.total[1, 0], expected)
