"""Torch-lucent's own pictures as its users make them, and one way to measure its pictures and ours."""

from __future__ import annotations

import copy
import random
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import torch
from torch import Tensor
from torch.nn import Upsample, functional

from generator.activations.trace import device_of
from generator.featurevis.objectives import responding
from generator.inputs.devices import tensor_float
from generator.inputs.models import Network
from generator.records import Layer

STEPS = 512
"""Of lucent's `render_vis` by default."""

SIZES = (96, 128, 160, 224)
"""Sides at which a whole picture is shown, pixels; the best counts."""

SHOWN = 224
"""Side to which lucent enlarges its pictures before the network sees them, and that of ours."""

DRAWS = 64
"""Of lucent's standard transforms, of which the mean counts."""


def lucents_picture(network: Network, layer: Layer, channel: int, *, steps: int, seed: int) -> Tensor:
    """Return lucent's picture (3, 128, 128) of a neuron, RGB from 0 to 1, with all of its defaults.

    It gets a copy of the network, for its hooks stay, with weights that take gradients, as a network has
    whose user does not freeze it (lucent's examples do not); and it picks its device by itself when it is
    imported. It normalizes as networks of torchvision expect, whatever this one does.

    Args:
        network: Left as it is.
        layer: A convolutional or linear layer.
        channel: The neuron.
        steps: Of optimization.
        seed: Of start and transforms.
    """
    with warnings.catch_warnings(), _seeded(seed), tensor_float():
        warnings.simplefilter("ignore")  # of lucent's own code
        from lucent.optvis import render  # noqa: PLC0415  # picks its device when imported

        images = render.render_vis(
            copy.deepcopy(network.module).to(_lucents_device()).requires_grad_(requires_grad=True),
            f"{layer.name.replace('.', '_')}:{channel}",
            thresholds=(steps,),
            show_image=False,
            progress=False,
        )
    return torch.from_numpy(np.asarray(images[0])[0]).permute(2, 0, 1).float()


def measured(network: Network, layer: Layer, channel: int, picture: Tensor) -> tuple[float, float]:
    """Return what a picture reaches: the mean response, clean and under lucent's own transforms.

    Args:
        network: Left as it is.
        layer: The neuron's.
        channel: The neuron.
        picture: (3, height, width), RGB from 0 to 1.

    Returns:
        The best over `SIZES`; and the mean over `DRAWS` of lucent's standard transforms, after which a
        smaller picture is enlarged to `SHOWN`, as lucent does.
    """
    shown = picture[None].to(device_of(network.module))
    with responding(network, layer) as respond, torch.no_grad(), _seeded(0), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of lucent's own code
        sized = [
            functional.interpolate(shown, size=(size, size), mode="bilinear", antialias=True)
            for size in SIZES
        ]
        return (
            max(_response(respond, view, channel) for view in sized),
            float(np.mean([_response(respond, view, channel) for view in _transformed(shown)])),
        )


def _transformed(shown: Tensor) -> Iterator[Tensor]:
    from lucent.optvis import transform  # noqa: PLC0415  # picks its device when imported

    steps = list(transform.standard_transforms)
    if shown.shape[-1] < SHOWN:
        steps.append(Upsample(size=SHOWN, mode="bilinear", align_corners=True))
    view = transform.compose(steps)
    return (view(shown) for _ in range(DRAWS))


def _response(respond: Callable[[Tensor], Tensor], view: Tensor, channel: int) -> float:
    return float(respond(view)[0, channel].mean())


def _lucents_device() -> torch.device:
    return torch.device("cuda:0" if torch.cuda.is_available() else "cpu")


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Seed the three generators that lucent draws from, and put them back afterwards."""
    numbers, plain = np.random.get_state(), random.getstate()
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        np.random.seed(seed % 2**32)
        random.seed(seed)
        try:
            yield
        finally:
            np.random.set_state(numbers)
            random.setstate(plain)
