from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from generator.activations.probe import probe
from generator.records import Layer
from tests.planted import ColourDetectors, network_of, shapes_of


def layers_of(module: nn.Module, side: int = 32) -> dict[str, Layer]:
    return {layer.name: layer for layer in probe(network_of(module, side)).layers}


def summary(layer: Layer) -> tuple[str, str, int, int, int]:
    return layer.kind, layer.activation, layer.size, layer.height, layer.width


def test_kinds_sizes_and_activations_of_a_hand_wired_network() -> None:
    found = probe(network_of(ColourDetectors()))
    assert [layer.name for layer in found.layers] == ["colours", "rectified", "mean", "flat", "grey"]
    assert [summary(layer) for layer in found.layers] == [
        ("convolution", "", 7, 8, 8),
        ("convolution", "ReLU", 7, 8, 8),
        ("convolution", "", 7, 1, 1),
        ("linear", "", 7, 1, 1),
        ("linear", "", 1, 1, 1),
    ]
    assert found.untappable == {}
    assert all(layer.neurons == () for layer in found.layers)


class Functions(nn.Module):
    """Applies functions where other networks have modules."""

    def __init__(self) -> None:
        super().__init__()
        self.part = Part()
        self.copy = nn.Identity()
        self.sum = Sum()
        self.joined = Joined()
        self.rearranged = nn.Flatten()

    def forward(self, inputs: Tensor) -> Tensor:
        outputs = self.copy(self.part(inputs))
        self.rearranged(self.joined(outputs))
        return self.sum(outputs)


class Part(nn.Module):
    def forward(self, inputs: Tensor) -> Tensor:
        return functional.relu(inputs - 0.5)


class Sum(nn.Module):
    def forward(self, inputs: Tensor) -> Tensor:
        inputs += 1
        return inputs


class Joined(nn.Module):
    def forward(self, inputs: Tensor) -> Tensor:
        return torch.cat([inputs.sigmoid(), torch.sigmoid(inputs)], dim=1)


def test_the_nonlinearity_is_the_one_applied_last_to_that_very_output() -> None:
    found = {name: layer.activation for name, layer in layers_of(Functions()).items()}
    assert found == {"part": "ReLU", "copy": "ReLU", "sum": "", "joined": "Sigmoid", "rearranged": "Sigmoid"}


@pytest.mark.parametrize(
    "module",
    [nn.ReLU(True), nn.ReLU6(True), nn.GELU(), nn.SiLU(), nn.Hardswish(True), nn.PReLU(), nn.Softmax(1)],
)
def test_nonlinearity_modules_go_by_their_class(module: nn.Module) -> None:
    found = layers_of(nn.Sequential(nn.Conv2d(3, 4, 1), module, nn.MaxPool2d(2)))
    assert [found[name].activation for name in "012"] == ["", type(module).__name__, ""]


class Odd(nn.Module):
    """Has every kind of module that cannot be tapped."""

    def __init__(self) -> None:
        super().__init__()
        self.idle = nn.Linear(1, 1)
        self.twice = nn.ReLU()
        self.video = nn.Unflatten(1, (1, 3))
        self.places = Places()
        self.windows = nn.Unflatten(0, (-1, 1))

    def forward(self, inputs: Tensor) -> Tensor:
        outputs = self.twice(self.twice(inputs))
        self.places(outputs)
        self.windows(outputs)
        return self.video(outputs)


class Places(nn.Module):
    def forward(self, inputs: Tensor) -> Tensor:
        return inputs.argmax(dim=1)


def test_what_cannot_be_tapped_is_named_with_the_reason() -> None:
    found = probe(network_of(Odd()))
    assert found.layers == ()
    assert found.untappable == {
        "idle": "a Linear, is not called in a forward pass",
        "twice": "a ReLU, is called 2 times in a forward pass",
        "video": "a Unflatten, yields no response maps (shape 2 × 1 × 3 × 8 × 8)",
        "places": "a Places, yields no response maps (shape 2 × 8 × 8)",
        "windows": "a Unflatten, yields no response maps (shape 2 × 1 × 3 × 8 × 8)",
    }


def test_what_does_not_depend_on_the_image_is_no_layer() -> None:
    found = layers_of(shapes_of("swin_v2_t"), side=64)
    assert "features.1.0.attn" in found
    assert not [name for name in found if "cpb_mlp" in name]


class Tokens(nn.Module):
    """A convolution's positions as tokens behind `prefix` others."""

    def __init__(self, prefix: int) -> None:
        super().__init__()
        self.patches = nn.Conv2d(3, 5, 4, stride=4)
        self.tokens = nn.Linear(5, 6)
        self.prefix = prefix

    def forward(self, inputs: Tensor) -> Tensor:
        flat = self.patches(inputs).flatten(2).transpose(1, 2)
        start = flat.new_zeros(len(flat), self.prefix, 5)
        return self.tokens(torch.cat([start, flat], dim=1))


@pytest.mark.parametrize(("prefix", "grid"), [(0, (8, 8)), (1, (8, 8)), (8, (8, 8)), (9, (1, 73))])
def test_tokens_are_laid_on_the_grid_of_the_latest_maps(prefix: int, grid: tuple[int, int]) -> None:
    layer = layers_of(Tokens(prefix))["tokens"]
    assert summary(layer) == ("tokens", "", 6, *grid)


@pytest.mark.parametrize("model", ["swin_t", "convnext_tiny"])
def test_channels_last_maps_are_recognized_even_where_shapes_do_not_tell(model: str) -> None:
    module = shapes_of(model)
    found = layers_of(module, side=384)  # the first stage has 96 channels at 96 × 96 positions
    stage = found["features.1.0"]
    assert (stage.size, stage.height, stage.width) == (96, 96, 96)
    kinds = {name: layer.kind for name, layer in found.items()}
    assert kinds["features.0.0"] == "convolution"
    if model == "swin_t":
        assert kinds["features.0"] == kinds["features.1.0"] == kinds["features.2.norm"] == "tokens"
        assert kinds["permute"] == kinds["avgpool"] == "convolution"
    else:
        assert kinds["features.1.0.block.1"] == kinds["features.1.0.block.4"] == "tokens"
        assert kinds["features.1.0"] == kinds["features.0.1"] == kinds["features.2.0"] == "convolution"


def test_the_probe_leaves_the_network_as_it_was() -> None:
    module = ColourDetectors()
    probe(network_of(module))
    assert all(len(part._forward_hooks) == 0 for part in module.modules())
