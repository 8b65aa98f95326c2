from __future__ import annotations

import pytest
import torch

from generator.featurevis.pixels import START_NOISE, Pixels


@pytest.mark.parametrize("size", [16, 17])
def test_start_is_small_noise_around_grey_of_its_own_seed_alone(size: int) -> None:
    pixels = Pixels(size, "cpu")
    before = torch.get_rng_state()
    together = pixels.start([3, 4, 5])
    assert torch.equal(before, torch.get_rng_state())
    assert together.shape == (3, 3, size, size)
    assert torch.equal(together[1:2], pixels.start([4]))
    assert not torch.equal(together[0], together[1])
    assert together.mean().item() == pytest.approx(0.5, abs=0.002)
    assert together.std().item() == pytest.approx(START_NOISE, rel=0.1)


def test_given_pictures_are_the_start_exactly_black_and_white_too() -> None:
    given = torch.rand(2, 3, 9, 9, generator=torch.Generator().manual_seed(0))
    given[0, :, 0] = 0.0
    given[1, :, 0] = 1.0
    pixels = Pixels(9, "cpu", given)
    start = pixels.start([1, 2])
    assert torch.equal(pixels.pictures(start), given)
    start.zero_()  # as an optimizer would move it
    assert torch.equal(pixels.start([1, 2]), given)


def test_pictures_stay_in_range_and_gradients_lead_back_to_it() -> None:
    variables = torch.tensor([-0.5, 0.0, 0.5, 1.0, 1.5]).repeat(2, 1).reshape(2, 1, 1, 5).requires_grad_()
    pictures = Pixels(5, "cpu").pictures(variables)
    assert pictures[0].flatten().tolist() == [0.0, 0.0, 0.5, 1.0, 1.0]
    loss = pictures[0].sum() - pictures[1].sum()  # descent lowers the first, raises the second
    (gradient,) = torch.autograd.grad(loss, variables)
    assert gradient[0].flatten().tolist() == [0.0, 0.0, 1.0, 1.0, 1.0]
    assert gradient[1].flatten().tolist() == [-1.0, -1.0, -1.0, 0.0, 0.0]


def test_pictures_to_start_from_must_fit() -> None:
    with pytest.raises(ValueError, match=r"`begin` must be of the shape \(pictures, 3, 8, 8\), got"):
        Pixels(8, "cpu", torch.zeros(1, 3, 9, 9))
    with pytest.raises(ValueError, match="each of the 3 seeds, got 2"):
        Pixels(8, "cpu", torch.zeros(2, 3, 8, 8)).start([1, 2, 3])
