"""Beside lucent: its pictures excite, its hooks and seeds stay its own, one rule measures both pictures."""

from __future__ import annotations

import random

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from generator.activations.layers import list_layers
from generator.featurevis.beside_lucent import (
    DRAWS,
    SHOWN,
    SIZES,
    lucents_picture,
    measured,
)
from generator.inputs.models import Network, load_network
from generator.recipe import NetworkSection, PreprocessSection
from generator.records import Layer


@pytest.fixture(scope="module")
def network() -> Network:
    mean = std = (0.5, 0.5, 0.5)
    section = PreprocessSection(resize=16, crop=16, mean=mean, std=std)
    return load_network(NetworkSection(model="tests.tiny:network"), section, 0, "cpu")


@pytest.fixture(scope="module")
def layer(network: Network) -> Layer:
    return next(layer for layer in list_layers(network) if layer.name == "0.1")


def slow_response(network: Network, layer: Layer, channel: int, picture: torch.Tensor) -> float:
    """Run the whole network and read the layer's output with a hook of our own."""
    caught: list[torch.Tensor] = []
    module = network.module.get_submodule(layer.name)
    handle = module.register_forward_hook(lambda *parts: caught.append(parts[2].clone()))
    with torch.no_grad():
        network.module((picture[None] - 0.5) / 0.5)
    handle.remove()
    return float(caught[0][0, channel].mean())


def test_the_clean_measure_is_the_best_over_sizes(network: Network, layer: Layer) -> None:
    picture = torch.rand(3, 40, 40, generator=torch.Generator().manual_seed(0))
    clean, _ = measured(network, layer, 2, picture)
    sized = [
        functional.interpolate(picture[None], size=(size, size), mode="bilinear", antialias=True)[0]
        for size in SIZES
    ]
    assert clean == pytest.approx(max(slow_response(network, layer, 2, one) for one in sized), rel=1e-4)


def test_the_robust_measure_is_the_mean_over_lucents_transforms(network: Network, layer: Layer) -> None:
    from lucent.optvis import transform

    picture = torch.rand(3, 128, 128, generator=torch.Generator().manual_seed(1))
    _, robust = measured(network, layer, 2, picture)
    torch.manual_seed(0), np.random.seed(0), random.seed(0)
    enlarge = nn.Upsample(size=SHOWN, mode="bilinear", align_corners=True)
    view = transform.compose([*transform.standard_transforms, enlarge])
    found = [slow_response(network, layer, 2, view(picture[None])[0]) for _ in range(DRAWS)]
    assert robust == pytest.approx(np.mean(found), rel=1e-4)


def test_lucent_raises_the_response_and_leaves_no_trace(network: Network, layer: Layer) -> None:
    states = torch.get_rng_state(), np.random.get_state()[1].copy(), random.getstate()
    start, end = (lucents_picture(network, layer, 2, steps=steps, seed=5) for steps in (1, 25))
    assert end.shape == (3, 128, 128)
    assert measured(network, layer, 2, end)[1] > measured(network, layer, 2, start)[1]
    assert all(not module._forward_hooks for module in network.module.modules())
    assert torch.equal(states[0], torch.get_rng_state())
    assert np.array_equal(states[1], np.random.get_state()[1])
    assert states[2] == random.getstate()
    assert torch.equal(start, lucents_picture(network, layer, 2, steps=1, seed=5))
