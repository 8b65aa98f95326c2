from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from generator.activations.layers import list_layers
from generator.featurevis.objectives import LINEAR_SLOPE, ChannelMean, own_maps, responding
from generator.inputs.models import Network
from generator.records import Layer

Wire = Callable[..., Network]
RECTIFIED = Layer("x", "ReLU", "convolution", "ReLU", 3, 2, 2, ())
LINEAR = Layer("x", "Conv2d", "convolution", "", 3, 2, 2, ())


class Tokens(nn.Module):
    """Cuts a picture into tokens behind a class token, and passes them through a linear layer."""

    def __init__(self) -> None:
        super().__init__()
        self.patches = nn.Conv2d(3, 4, 8, 8)
        self.hidden = nn.Linear(4, 5)

    def forward(self, pictures: Tensor) -> Tensor:
        tokens = self.patches(pictures).flatten(2).transpose(1, 2)
        tokens = torch.cat([torch.full_like(tokens[:, :1], 100.0), tokens], dim=1)
        hidden: Tensor = self.hidden(tokens)
        return hidden.mean(dim=1)


def layer_of(network: Network, name: str) -> Layer:
    return next(layer for layer in list_layers(network) if layer.name == name)


def test_each_picture_is_scored_on_its_own_channel() -> None:
    maps = torch.arange(24.0).reshape(2, 3, 2, 2) - 6
    own = own_maps(maps, [2, 0])
    assert torch.equal(own, torch.stack([maps[0, 2], maps[1, 0]]))
    objective = ChannelMean([2, 0], RECTIFIED)
    assert objective(maps).tolist() == pytest.approx([3.5, 7.5])
    assert objective.report(maps).tolist() == pytest.approx([3.5, 7.5])


def test_negative_responses_count_less_where_the_output_is_linear() -> None:
    maps = torch.tensor([[4.0, -4.0], [0.0, -2.0]]).reshape(1, 1, 2, 2)
    objective = ChannelMean([0], LINEAR)
    assert objective(maps).item() == pytest.approx((4 - 6 * LINEAR_SLOPE) / 4)
    assert objective.report(maps).item() == pytest.approx(-0.5)


@pytest.mark.parametrize(("name", "shape"), [("patches", (4, 2, 2)), ("hidden", (5, 2, 2))])
def test_responses_are_laid_out_as_maps(wire: Wire, name: str, shape: tuple[int, ...]) -> None:
    network = wire(Tokens())
    pictures = torch.rand(2, 3, 16, 16, generator=torch.Generator().manual_seed(0))
    with responding(network, layer_of(network, name)) as respond:
        maps = respond(pictures)
    assert maps.shape == (2, *shape)
    inputs = (pictures - 0.5) / 0.25
    expected = network.module.get_submodule("patches")(inputs)
    if name == "hidden":
        hidden = network.module.get_submodule("hidden")
        expected = hidden(expected.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
    torch.testing.assert_close(maps, expected)


def test_responses_of_linear_layers_are_single_positions(wire: Wire) -> None:
    network = wire(nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(3, 4)))
    with responding(network, layer_of(network, "2")) as respond:
        assert respond(torch.rand(5, 3, 16, 16)).shape == (5, 4, 1, 1)


def test_pictures_are_normalized_as_images_are(wire: Wire) -> None:
    network = wire(nn.Sequential(nn.Conv2d(3, 3, 1)))
    pixels = torch.from_numpy(np.random.default_rng(0).integers(0, 256, (2, 16, 16, 3), dtype=np.uint8))
    with responding(network, layer_of(network, "0")) as respond:
        maps = respond(pixels.permute(0, 3, 1, 2) / 255)
    torch.testing.assert_close(maps, network.module(network.preprocess.normalize(pixels)))


def test_what_runs_in_place_after_the_layer_does_not_change_its_responses(wire: Wire) -> None:
    convolution = nn.Conv2d(3, 8, 3)
    network = wire(nn.Sequential(convolution, nn.ReLU(inplace=True), nn.Conv2d(8, 2, 3)))
    pictures = torch.rand(2, 3, 16, 16, generator=torch.Generator().manual_seed(0)).requires_grad_()
    with responding(network, layer_of(network, "0")) as respond:
        maps = respond(pictures)
    assert maps.min() < 0
    (gradient,) = torch.autograd.grad(maps.sum(), pictures)
    assert gradient.abs().sum() > 0
    assert not convolution._forward_hooks
