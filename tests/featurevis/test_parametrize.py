from __future__ import annotations

import pytest
import torch
from lucent.optvis.param.color import to_valid_rgb
from lucent.optvis.param.spatial import fft_image

from generator.featurevis.parametrize import START_DEVIATION, FourierBasis


@pytest.mark.parametrize("size", [16, 17])
def test_pictures_are_those_of_lucent_for_the_same_spectra(size: int) -> None:
    with torch.random.fork_rng():
        (spectra,), decode = fft_image([2, 3, size, size])
        expected = to_valid_rgb(decode, decorrelate=True)().detach()
    found = FourierBasis(size, str(spectra.device)).pictures(spectra.detach())
    torch.testing.assert_close(found, expected)


def test_start_depends_on_its_own_seed_alone() -> None:
    basis = FourierBasis(16, "cpu")
    together = basis.start([3, 4, 5])
    assert torch.equal(together[1:2], basis.start([4]))
    assert not torch.equal(together[0], together[1])


def test_start_leaves_the_global_generator_alone() -> None:
    before = torch.get_rng_state()
    first = FourierBasis(16, "cpu").start([3])
    torch.rand(1)
    assert torch.equal(first, FourierBasis(16, "cpu").start([3]))
    torch.set_rng_state(before)
    FourierBasis(16, "cpu").start([3])
    assert torch.equal(before, torch.get_rng_state())


def test_start_has_the_stated_deviation_and_an_almost_grey_picture() -> None:
    basis = FourierBasis(32, "cpu")
    start = basis.start([1, 2])
    assert start.std().item() == pytest.approx(START_DEVIATION, rel=0.05)
    pictures = basis.pictures(start)
    assert pictures.shape == (2, 3, 32, 32)
    assert (pictures - 0.5).abs().max() < 0.05


def test_pictures_stay_in_range_and_pass_gradients() -> None:
    basis = FourierBasis(16, "cpu")
    spectra = (1000 * basis.start([7])).requires_grad_()
    pictures = basis.pictures(spectra)
    assert pictures.min() >= 0
    assert pictures.max() <= 1
    (gradient,) = torch.autograd.grad(pictures.square().sum(), spectra)
    assert gradient.abs().max() > 0


def test_larger_decay_makes_smoother_pictures() -> None:
    def roughness(decay_power: float) -> float:
        basis = FourierBasis(32, "cpu", decay_power=decay_power)
        pictures = basis.pictures(basis.start([1]))
        return (pictures.diff(dim=3).std() / pictures.std()).item()

    assert roughness(2.0) < roughness(1.0) < roughness(0.0)


def test_pictures_to_start_from_come_back_and_larger_ones_are_repeated() -> None:
    basis = FourierBasis(16, "cpu")
    pictures = basis.pictures(200 * basis.start([1, 2]))
    again = FourierBasis(16, "cpu", pictures)
    torch.testing.assert_close(again.pictures(again.start([3, 4])), pictures)
    tiled = pictures.repeat(1, 1, 2, 2)
    large = FourierBasis(32, "cpu", tiled)
    torch.testing.assert_close(large.pictures(large.start([3, 4])), tiled)


def test_black_and_white_to_start_from_come_near() -> None:
    pictures = (torch.rand(1, 3, 8, 8, generator=torch.Generator().manual_seed(0)) > 0.5).float()
    basis = FourierBasis(8, "cpu", pictures)
    torch.testing.assert_close(basis.pictures(basis.start([0])), pictures, rtol=0, atol=2e-4)
