"""Pictures of which only the phases move: their magnitude spectrum is fixed to a natural one (MACO)."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from generator.featurevis.colour import colour_matrix, to_planes, to_rgb

POWER_LAW_CONTRAST = 1.0
"""Standard deviation of planes of the power law; Fel et al.'s code standardizes its planes to it."""

SYMMETRY_TOLERANCE = 1e-3
"""Largest difference of magnitudes that must be equal, as a share of the largest magnitude."""


class MagnitudeConstrained:
    """Phases of Fourier coefficients whose magnitudes never change.

    Magnitudes carry a picture's contrast and texture statistics, phases its edges and shapes: with
    natural magnitudes an optimization cannot resort to high frequencies. Colours are decorrelated
    as in `FourierBasis`. The magnitudes are exact before the squashing to RGB, whatever
    the phases: a real picture's spectrum is symmetric, so that coefficients which mirror each
    other share one phase (the difference of their two variables), and those which mirror
    themselves (the mean among them) have a sign only, which follows the cosine of the variable and
    passes the cosine's gradient. Fel et al.'s code leaves that to the inverse transform, which
    shrinks such coefficients, and standardizes pictures and phases instead; nothing needs that
    here. Phases start uniform over the circle.

    Args:
        spectrum: Magnitudes (3 planes or 1 for all, size, size // 2 + 1), at least zero, as
            `natural_spectrum` or `power_law_spectrum` return them.
        device: Where variables and pictures live.

    Raises:
        ValueError: The spectrum is not that of a real picture.

    Source:
        Fel, Boissin, Boutin, Picard, Novello et al., Unlocking Feature Visualization for Deeper
        Networks with MAgnitude Constrained Optimization, NeurIPS 2023.
    """

    def __init__(self, spectrum: Tensor, device: str) -> None:
        size = spectrum.shape[-2]
        if spectrum.ndim != 3 or spectrum.shape[0] not in (1, 3) or spectrum.shape[2] != size // 2 + 1:
            raise ValueError(
                "`spectrum` must be of the shape (3 or 1, size, size // 2 + 1), "
                f"got {tuple(spectrum.shape)}; `natural_spectrum` makes one"
            )
        half, mirror = torch.arange(size // 2 + 1), (-torch.arange(size)) % size
        shared = half[half == mirror[: len(half)]]  # columns that mirror themselves: one or two
        _check_magnitudes(spectrum.cpu(), mirror, shared)
        self.size = size
        self.device = device
        self._spectrum = spectrum.to(device, torch.float32)
        self._colour = colour_matrix(device)
        self._mirror, self._shared = mirror.to(device), shared.to(device)
        self._own = (mirror == torch.arange(size))[:, None].to(device)  # rows that do, too

    def start(self, seeds: Sequence[int]) -> Tensor:
        """Draw phases for every seed, the same on every device.

        Args:
            seeds: One seed a picture.

        Returns:
            Phases (pictures, 3, size, frequencies), radians from -π to π, float32.
        """
        shape = (3, self.size, self.size // 2 + 1)
        turns = [torch.rand(shape, generator=torch.Generator().manual_seed(seed)) for seed in seeds]
        return (math.pi * (2 * torch.stack(turns) - 1)).to(self.device)

    def pictures(self, variables: Tensor) -> Tensor:
        """Decode phases.

        Args:
            variables: As `start` returns them.

        Returns:
            Pictures (pictures, 3, size, size), RGB from 0 to 1.
        """
        columns = variables[..., self._shared]
        phases = columns - columns[:, :, self._mirror]
        cosines = torch.cos(columns)
        signs = cosines + (torch.where(cosines < 0, -1.0, 1.0) - cosines).detach()
        own = torch.where(self._own, signs, torch.cos(phases))
        real = torch.cos(variables).index_copy(3, self._shared, own)
        imaginary = torch.sin(variables).index_copy(3, self._shared, torch.sin(phases))
        spectra = torch.complex(self._spectrum * real, self._spectrum * imaginary)
        planes = torch.fft.irfft2(spectra, s=(self.size, self.size), norm="ortho")
        return to_rgb(planes, self._colour)


def natural_spectrum(pictures: Tensor) -> Tensor:
    """Average the magnitude spectra of natural pictures.

    Args:
        pictures: (pictures, 3, size, size), RGB from 0 to 1.

    Returns:
        Mean magnitudes (3, size, size // 2 + 1) of the decorrelated planes that give such
        pictures, float32; orthonormal transform.

    Source:
        Fel et al. 2023 (see `MagnitudeConstrained`), who average over ImageNet.
    """
    spectra: Tensor = torch.fft.rfft2(to_planes(pictures), norm="ortho")
    return spectra.abs().mean(dim=0)


def power_law_spectrum(size: int) -> Tensor:
    """Return magnitudes that fall with the frequency, for where there are no natural pictures.

    One spectrum for all planes: in the decorrelated basis they are equally strong in natural
    images. The mean colour is as strong as the lowest frequency.

    Args:
        size: Pixels a side.

    Returns:
        Magnitudes (1, size, size // 2 + 1), float32; planes without their mean have the standard
        deviation `POWER_LAW_CONTRAST`.

    Source:
        Field, Relations between the statistics of natural images and the response properties of
        cortical cells, Journal of the Optical Society of America A, 1987.
    """
    down, across = torch.fft.fftfreq(size)[:, None], torch.fft.rfftfreq(size)
    magnitudes = 1 / torch.hypot(down, across).clamp(min=1 / size)
    twice = (torch.arange(size // 2 + 1) % (size / 2) != 0) + 1.0  # these stand for their mirror images too
    energy = (magnitudes.square() * twice).sum() - magnitudes[0, 0].square()
    return (POWER_LAW_CONTRAST * size / energy.sqrt() * magnitudes)[None]


def _check_magnitudes(spectrum: Tensor, mirror: Tensor, shared: Tensor) -> None:
    """Make sure that a real picture can have these magnitudes."""
    if not (spectrum >= 0).all() or not spectrum.isfinite().all():
        raise ValueError(
            f"`spectrum` must be finite and at least zero, got {spectrum.min()} to {spectrum.max()}"
        )
    columns = spectrum[:, :, shared]
    gap = (columns - columns[:, mirror]).abs().max().item()
    if gap > SYMMETRY_TOLERANCE * spectrum.max().item():
        raise ValueError(
            "`spectrum` must be symmetric in rows where the frequency across is zero or the highest, "
            f"got a difference of {gap}; average magnitudes of real pictures with `natural_spectrum`"
        )
