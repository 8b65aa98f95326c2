from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from generator.featurevis.colour import SIGMOID_SLOPE, colour_matrix, to_rgb
from generator.featurevis.maco import (
    POWER_LAW_CONTRAST,
    MagnitudeConstrained,
    natural_spectrum,
    power_law_spectrum,
)

SIZES = [16, 17]


def natural(size: int) -> Tensor:
    """Return pictures of moderate contrast that are smooth along one axis."""
    noise = torch.rand(5, 3, size, size, generator=torch.Generator().manual_seed(0))
    return 0.2 + 0.6 * noise.cumsum(dim=3) / noise.sum(dim=3, keepdim=True)


def magnitudes_of(pictures: Tensor) -> Tensor:
    """Undo the squashing and the colours exactly, and return magnitudes."""
    planes = torch.einsum("pr,brhw->bphw", colour_matrix("cpu").inverse(), torch.logit(pictures))
    return torch.fft.rfft2(planes, norm="ortho").abs()


def spectra_of(size: int) -> list[Tensor]:
    return [natural_spectrum(natural(size)), power_law_spectrum(size)]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("which", [0, 1])
def test_magnitudes_stay_those_given_while_phases_move(size: int, which: int) -> None:
    spectrum = spectra_of(size)[which]
    maco = MagnitudeConstrained(spectrum, "cpu")
    phases = maco.start([1, 2])
    moved = phases + 3 * torch.randn(phases.shape, generator=torch.Generator().manual_seed(0))
    for variables in (phases, moved):
        pictures = maco.pictures(variables)
        assert pictures.shape == (2, 3, size, size)
        found = magnitudes_of(pictures)
        torch.testing.assert_close(found, spectrum.expand(2, 3, -1, -1), atol=2e-4, rtol=1e-3)
    assert (maco.pictures(moved) - maco.pictures(phases)).abs().max() > 0.1


@pytest.mark.parametrize("size", SIZES)
def test_magnitudes_stay_through_steps_of_an_optimizer(size: int) -> None:
    spectrum = natural_spectrum(natural(size))
    maco = MagnitudeConstrained(spectrum, "cpu")
    variables = maco.start([3]).requires_grad_()
    adam = torch.optim.Adam([variables], lr=0.3)
    scores = []
    for _ in range(20):
        score = maco.pictures(variables)[0, 0, : size // 2].mean()
        (variables.grad,) = torch.autograd.grad(-score, variables)
        assert variables.grad.isfinite().all()
        adam.step()
        scores.append(score.item())
    assert scores[-1] > scores[0] + 0.05
    with torch.no_grad():
        found = magnitudes_of(maco.pictures(variables))
    torch.testing.assert_close(found, spectrum[None], atol=2e-4, rtol=1e-3)


@pytest.mark.parametrize("size", SIZES)
def test_a_picture_is_the_plain_transform_of_a_symmetric_spectrum(size: int) -> None:
    spectrum = power_law_spectrum(size)
    maco = MagnitudeConstrained(spectrum, "cpu")
    pixels = torch.randn(1, 3, size, size, generator=torch.Generator().manual_seed(0))
    phases = torch.fft.rfft2(pixels).angle()
    columns = [column for column in range(size // 2 + 1) if 2 * column % size == 0]
    halved = phases.clone()
    for column in columns:  # the phase there is a difference of two variables
        halved[..., column] /= 2
        for row in columns:
            halved[..., row, column] = phases[..., row, column]
    planes = torch.fft.irfft2(torch.polar(spectrum.expand_as(phases), phases), s=(size, size), norm="ortho")
    expected = to_rgb(planes, colour_matrix("cpu"))
    torch.testing.assert_close(maco.pictures(halved), expected, atol=1e-5, rtol=0)


def test_the_mean_colour_takes_either_sign_and_its_natural_strength() -> None:
    spectrum = power_law_spectrum(8)
    maco = MagnitudeConstrained(spectrum, "cpu")
    variables = maco.start([0])
    variables[0, :, 0, 0] = torch.tensor([0.3, math.pi - 0.3, 1.5])
    planes = torch.einsum(
        "pr,brhw->bphw", colour_matrix("cpu").inverse(), torch.logit(maco.pictures(variables))
    )
    strength = spectrum[0, 0, 0].item() / 8
    torch.testing.assert_close(
        planes.mean(dim=(0, 2, 3)), strength * torch.tensor([1.0, -1.0, 1.0]), atol=1e-4, rtol=1e-4
    )
    (gradient,) = torch.autograd.grad(maco.pictures(variables.requires_grad_()).mean(), variables)
    assert gradient[0, 0, 0, 0] < 0  # towards a phase of zero the mean grows


def test_start_depends_on_its_own_seed_alone_and_fills_the_circle() -> None:
    maco = MagnitudeConstrained(power_law_spectrum(32), "cpu")
    before = torch.get_rng_state()
    together = maco.start([3, 4, 5])
    assert torch.equal(before, torch.get_rng_state())
    assert torch.equal(together[1:2], maco.start([4]))
    assert not torch.equal(together[0], together[1])
    assert together.abs().max() <= math.pi
    assert together.std().item() == pytest.approx(math.pi / math.sqrt(3), rel=0.02)


@pytest.mark.parametrize("size", SIZES)
def test_natural_magnitudes_are_the_mean_over_pictures(size: int) -> None:
    pictures = natural(size).double()
    found = natural_spectrum(pictures)
    expected = torch.zeros_like(found)
    inverse = colour_matrix("cpu").double().inverse()
    for picture in pictures:
        planes = torch.stack(
            [sum(inverse[p, c] * (picture[c] - 0.5) / SIGMOID_SLOPE for c in range(3)) for p in range(3)]
        )
        whole = torch.fft.fft2(planes) / size
        expected += whole[:, :, : size // 2 + 1].abs() / len(pictures)
    torch.testing.assert_close(found, expected)


@pytest.mark.parametrize("size", SIZES)
def test_power_law_falls_with_the_frequency_at_the_stated_contrast(size: int) -> None:
    spectrum = power_law_spectrum(size)
    assert spectrum.shape == (1, size, size // 2 + 1)
    row = spectrum[0, 0]
    expected = row[1] / torch.arange(1.0, size // 2 + 1)
    torch.testing.assert_close(row[1:], expected)
    assert row[0] == row[1]
    assert spectrum[0, 2, 1].item() == pytest.approx(row[1].item() / math.sqrt(5), rel=1e-5)
    maco = MagnitudeConstrained(spectrum, "cpu")
    pictures = maco.pictures(maco.start([1]))
    planes = torch.einsum("pr,brhw->bphw", colour_matrix("cpu").inverse(), torch.logit(pictures))
    spread = planes.std(dim=(2, 3), unbiased=False).flatten()
    torch.testing.assert_close(spread, torch.full((3,), POWER_LAW_CONTRAST), atol=1e-3, rtol=0)


@pytest.mark.parametrize(
    ("spectrum", "rule"),
    [
        (torch.ones(1, 8, 8), "shape"),
        (torch.ones(2, 8, 5), "shape"),
        (-torch.ones(1, 8, 5), "at least zero"),
        (torch.full((1, 8, 5), float("nan")), "finite"),
        (torch.arange(40.0).reshape(1, 8, 5), "symmetric"),
    ],
)
def test_a_spectrum_that_no_picture_has_is_refused(spectrum: Tensor, rule: str) -> None:
    with pytest.raises(ValueError, match=f"`spectrum` must be .*{rule}"):
        MagnitudeConstrained(spectrum, "cpu")
