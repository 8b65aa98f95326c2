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
        decay_power: Exponent of the wavelength that scales a coefficient: 1 gives each
            octave of a natural image's spectrum the same step size, larger is smoother.

    Source:
        Olah, Mordvintsev & Schubert, Feature Visualization, Distill 2017, "Preconditioning and
        Parameterization".
    """

    def __init__(self, size: int, device: str, decay_power: float = 1.0) -> None:
        self.size = size
        self.device = device
        frequencies = torch.from_numpy(rfft2d_freqs(size, size))
        scale = frequencies.clamp(min=1.0 / size) ** -decay_power
        self._scale = scale.to(device, torch.float32)[..., None]
        self._colour = colour_matrix(device)

    def start(self, seeds: Sequence[int]) -> Tensor:
        """Draw a start spectrum for every seed, the same on every device.

        Args:
            seeds: One seed a picture.

        Returns:
            Real and imaginary parts (pictures, 3, size, frequencies, 2), float32.
        """
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
        planes = torch.fft.irfft2(spectra, s=(self.size, self.size), norm="ortho") / SATURATION
        return to_rgb(planes, self._colour)
