"""How pictures are parametrized: where an optimization starts and how its variables become RGB values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import torch
from lucent.optvis.param.spatial import rfft2d_freqs
from torch import Tensor

from generator.featurevis.colour import colour_matrix, to_rgb

START_DEVIATION = 0.01
"""Standard deviation of the start spectrum; the default of Lucid and of torch-lucent."""

DARKEST = 1e-4
"""Smallest value of a pixel to start from, and distance from 1 of the largest: a sigmoid reaches neither."""

SATURATION = 4.0
"""Divisor of the decoded planes, which keeps the sigmoid off its ends; Lucid's `fft_image`."""


class Parametrization(Protocol):
    """Variables that an optimizer moves, and the pictures that they stand for."""

    def start(self, seeds: Sequence[int]) -> Tensor:
        """Return start variables (pictures, ...), each picture's from its own seed alone."""

    def pictures(self, variables: Tensor) -> Tensor:
        """Return the pictures (pictures, 3, size, size), RGB from 0 to 1; differentiable."""


class FourierBasis:
    """Fourier coefficients scaled by wavelength, in colours that are uncorrelated in natural images.

    An adapter to torch-lucent: its frequencies, its colour matrix and its map to RGB. Its
    `fft_image` itself is not called, for it draws one spectrum for a whole batch from the global
    generator and chooses its device when it is imported.

    Args:
        size: Pixels a side.
        device: Where variables and pictures live.
        begin: Pictures to start from (pictures, 3, size, size), RGB from 0 to 1; the seeds then
            decide nothing. Without them, a seeded random spectrum.
        decay_power: Exponent of the wavelength that scales a coefficient: 1 gives each
            octave of a natural image's spectrum the same step size, larger is smoother.

    Source:
        Olah, Mordvintsev & Schubert, Feature Visualization, Distill 2017, "Preconditioning and
        Parameterization".
    """

    def __init__(self, size: int, device: str, begin: Tensor | None = None, decay_power: float = 1.0) -> None:
        self.size = size
        self.device = device
        self._begin = begin
        frequencies = torch.from_numpy(rfft2d_freqs(size, size))
        scale = frequencies.clamp(min=1.0 / size) ** -decay_power
        self._scale = (scale / SATURATION).to(device, torch.float32)[..., None]
        self._colour = colour_matrix(device)

    def start(self, seeds: Sequence[int]) -> Tensor:
        """Return the spectra of the pictures to start from, or draw one for every seed.

        Args:
            seeds: One seed a picture.

        Returns:
            Real and imaginary parts (pictures, 3, size, frequencies, 2), float32.
        """
        if self._begin is not None:
            return self._spectra(self._begin.to(self.device, torch.float32))
        shape = (3, *self._scale.shape[:2], 2)
        spectra = [torch.randn(shape, generator=torch.Generator().manual_seed(seed)) for seed in seeds]
        return (START_DEVIATION * torch.stack(spectra)).to(self.device)

    def pictures(self, variables: Tensor) -> Tensor:
        """Decode spectra.

        Args:
            variables: As `start` returns them.

        Returns:
            Pictures (pictures, 3, size, size), RGB from 0 to 1.
        """
        spectra = torch.view_as_complex(variables * self._scale)
        planes = torch.fft.irfft2(spectra, s=(self.size, self.size), norm="ortho")
        return to_rgb(planes, self._colour)

    def _spectra(self, pictures: Tensor) -> Tensor:
        """Return the variables that `pictures` decodes to these pictures; black and white come near."""
        colours = torch.logit(pictures.clamp(DARKEST, 1 - DARKEST))
        planes = torch.einsum("pr,brhw->bphw", torch.linalg.inv(self._colour), colours)
        return torch.view_as_real(torch.fft.rfft2(planes, norm="ortho")) / self._scale
