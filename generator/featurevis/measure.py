"""What pictures reach: responses to finished pictures, and to random ones for comparison."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from generator.featurevis.objectives import own_maps
from generator.featurevis.optimize import Respond, derive_seed
from generator.featurevis.parametrize import FourierBasis
from generator.records import Floats

RANDOM_CONTRASTS = (1.0, 4.0, 16.0, 64.0)
"""Factors on a start spectrum: from the almost grey start picture to saturated colours."""

RANDOM_PICTURES = 16
"""Random pictures of which the strongest is what a visualization has to beat."""

BRIGHTEST = 255
"""Of an 8-bit picture."""


@torch.no_grad()
def measure(respond: Respond, pictures: Tensor, neurons: Sequence[int]) -> tuple[Floats, Floats]:
    """Return mean response and peak (pictures,) float32 of 8-bit pictures, each of its own neuron."""
    own = own_maps(respond(pictures / BRIGHTEST), neurons)
    return own.mean(dim=(1, 2)).cpu().numpy(), own.amax(dim=(1, 2)).cpu().numpy()


@torch.no_grad()
def strongest(respond: Respond, pictures: Tensor, neurons: Sequence[int]) -> tuple[Floats, Floats]:
    """Return the largest mean response and peak (neurons,) float32 among pictures, RGB from 0 to 1."""
    means, peaks = [], []
    for some in torch.split(pictures, len(neurons)):
        maps = respond(some)[:, list(neurons)]
        means.append(maps.mean(dim=(2, 3)))
        peaks.append(maps.amax(dim=(2, 3)))
    return torch.cat(means).amax(dim=0).cpu().numpy(), torch.cat(peaks).amax(dim=0).cpu().numpy()


def random_pictures(size: int, device: str, seed: int) -> Tensor:
    """Return random pictures (pictures, 3, size, size): start spectra at several contrasts."""
    basis = FourierBasis(size, device)
    spectra = basis.start([derive_seed(seed, "random picture", index) for index in range(RANDOM_PICTURES)])
    contrasts = spectra.new_tensor(RANDOM_CONTRASTS).repeat(RANDOM_PICTURES // len(RANDOM_CONTRASTS))
    return basis.pictures(spectra * contrasts[:, None, None, None, None])
