from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torchvision.models import VisionTransformer

from generator.activations.layers import as_maps, choose_layers, list_layers
from generator.activations.trace import tapped
from generator.errors import LayerError
from generator.inputs.models import Network
from generator.recipe import LayersSection
from generator.records import Layer
from tests.planted import ColourDetectors, network_of, shapes_of


@pytest.fixture(scope="module")
def resnet() -> Network:
    return network_of(shapes_of("resnet18"), 32)


def choose(network: Network, *select: str, seed: int = 0, **settings: object) -> tuple[Layer, ...]:
    return choose_layers(network, LayersSection(select=select, **settings), seed)


def names(layers: tuple[Layer, ...]) -> list[str]:
    return [layer.name for layer in layers]


def test_names_globs_and_auto_come_once_in_order_of_execution(resnet: Network) -> None:
    found = choose(resnet, "layer4.*.conv2", "auto", "layer1.?", "conv1", "fc")
    blocks = [f"layer{stage}.{block}" for stage in range(1, 5) for block in range(2)]
    assert names(found) == [
        "conv1",
        *blocks[:6],
        "layer4.0.conv2",
        "layer4.0",
        "layer4.1.conv2",
        "layer4.1",
        "fc",
    ]
    assert set(names(found)) <= set(names(list_layers(resnet)))


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        (
            "layer1.O",
            r"`layer1.O` must be one of the network's \(did you mean `layer1.\d`\?\); it has conv1, ",
        ),
        ("block*", r"`block\*` must be one of .* and \d+ more$"),
        (
            "layer1.0.relu",
            r"cannot be tapped: it is a ReLU, is called 2 times in a forward pass; `neuron-atlas",
        ),
    ],
)
def test_a_pattern_that_fits_no_layer_is_an_error(resnet: Network, pattern: str, message: str) -> None:
    with pytest.raises(LayerError, match=message) as caught:
        choose(resnet, "conv1", pattern)
    assert caught.value.wanted == pattern
    assert caught.value.valid == tuple(names(list_layers(resnet)))
    assert "\n" not in str(caught.value)


def test_all_and_listed_neurons() -> None:
    network = network_of(ColourDetectors())
    assert choose(network, "colours", neurons="all")[0].neurons == tuple(range(7))
    assert choose(network, "colours", neurons=(5, 0))[0].neurons == (5, 0)
    with pytest.raises(LayerError, match=r"must be below 1 for layer `grey`, got 5"):
        choose(network, "colours", "grey", neurons=(0, 5))


def test_the_first_neurons_are_the_lowest_channels(resnet: Network) -> None:
    assert choose(resnet, "conv1", neurons=3, rule="first")[0].neurons == (0, 1, 2)
    assert choose(resnet, "conv1", neurons=1000, rule="first")[0].neurons == tuple(range(64))


def test_random_neurons_are_drawn_by_seed_and_layer_and_grow_with_their_count(resnet: Network) -> None:
    few, other = choose(resnet, "layer1.0", "layer1.1", neurons=5)
    many = choose(resnet, "layer1.0", neurons=1000)[0]
    assert few.neurons == many.neurons[:5]
    assert sorted(many.neurons) == list(range(64))
    assert few.neurons != other.neurons
    assert few.neurons != choose(resnet, "layer1.0", neurons=5, seed=1)[0].neurons
    assert few.neurons == (45, 54, 46, 26, 56), "the draw is part of what a recipe means: keep it"


def maps_of(network: Network, name: str, inputs: Tensor) -> tuple[Tensor, Tensor, Layer]:
    layer = next(layer for layer in list_layers(network) if layer.name == name)
    caught: list[Tensor] = []
    with tapped(network.module, {name: caught.append}) as forward, torch.no_grad():
        forward(inputs)
    return caught[0], as_maps(caught[0], layer), layer


def test_maps_of_convolutions_and_linear_layers() -> None:
    network, inputs = network_of(ColourDetectors()), torch.rand(2, 3, 8, 8)
    _, maps, _ = maps_of(network, "colours", inputs)
    torch.testing.assert_close(maps[:, :3], inputs)
    output, maps, _ = maps_of(network, "grey", inputs)
    assert torch.equal(maps, output[:, :, None, None])


class Patches(nn.Module):
    """Each patch's mean as a token behind two others; channels last, then as tokens."""

    def __init__(self) -> None:
        super().__init__()
        self.patches = nn.AvgPool2d(2)
        self.last = nn.LayerNorm(3, elementwise_affine=False, eps=1e9)
        self.tokens = nn.Linear(3, 3, bias=False)
        nn.init.eye_(self.tokens.weight)

    def forward(self, inputs: Tensor) -> Tensor:
        maps = self.patches(inputs).permute(0, 2, 3, 1)
        self.last(maps)
        tokens = maps.flatten(1, 2)
        return self.tokens(torch.cat([9 + tokens[:, :2], tokens], dim=1))


def test_tokens_and_channels_last_maps_lie_as_the_image_does() -> None:
    network, inputs = network_of(Patches()), torch.rand(2, 3, 8, 8)
    pooled = nn.functional.avg_pool2d(inputs, 2)
    output, maps, layer = maps_of(network, "tokens", inputs)
    assert output.shape == (2, 18, 3)
    assert (layer.height, layer.width) == (4, 4)
    torch.testing.assert_close(maps, pooled)
    output, maps, _ = maps_of(network, "last", inputs)
    assert output.shape == (2, 4, 4, 3)
    assert torch.equal(maps, output.permute(0, 3, 1, 2))
    torch.testing.assert_close(maps * 1e9**0.5, pooled - pooled.mean(1, keepdim=True), atol=1e-3, rtol=0)


def test_a_convolution_may_see_another_size_but_tokens_may_not() -> None:
    layer = list_layers(network_of(ColourDetectors()))[0]
    assert as_maps(torch.zeros(1, 7, 12, 9), layer).shape == (1, 7, 12, 9)
    tokens = list_layers(network_of(Patches()))[-1]
    with pytest.raises(LayerError, match=r"`tokens` must yield 3 channels at 4 × 4 positions, got 9 × 3"):
        as_maps(torch.zeros(1, 9, 3), tokens)
    with pytest.raises(LayerError, match="`colours` must yield 7 channels"):
        as_maps(torch.zeros(1, 8, 12, 9), layer)


def test_the_tokens_of_a_vision_transformer_answer_where_the_image_changes() -> None:
    shape = {"patch_size": 8, "num_layers": 1, "num_heads": 2, "hidden_dim": 16, "mlp_dim": 32}
    network = network_of(VisionTransformer(image_size=56, **shape), 56)
    inputs = torch.zeros(2, 3, 56, 56)
    inputs[1, :, 8:16, 40:48] = 1  # the patch in row 1, column 5
    name = "encoder.layers.encoder_layer_0.ln_1"
    _, maps, layer = maps_of(network, name, inputs)
    assert (layer.kind, layer.size, layer.height, layer.width) == ("tokens", 16, 7, 7)
    changed = (maps[0] != maps[1]).any(dim=0).nonzero()
    assert changed.tolist() == [[1, 5]]
