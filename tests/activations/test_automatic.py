from __future__ import annotations

from collections import Counter

import pytest
import torch
from torch import nn

from generator.activations.automatic import automatic_names
from generator.activations.probe import probe
from generator.errors import LayerError
from tests.planted import network_of, shapes_of

BLOCKS = {
    "resnet18": (64, ["conv1", "layer1.0", "layer1.1", "layer2.0", "layer2.1", "layer3.0", "layer3.1"]),
    "resnet50": (64, ["conv1", "layer1.0", "layer1.1", "layer1.2", "layer2.0"]),
    "vgg11": (64, ["features.0", "features.3", "features.6", "features.8"]),
    "alexnet": (64, ["features.0", "features.3", "features.6", "features.8", "features.10"]),
    "mobilenet_v3_small": (64, ["features.0.0", "features.1", "features.2"]),
    "densenet121": (64, ["features.conv0", "features.denseblock1", "features.transition1"]),
    "convnext_tiny": (64, ["features.0.0", "features.1.0.block.4", "features.1.1.block.4"]),
    "swin_t": (64, ["features.0.0", "features.1.0.mlp.1", "features.1.1.mlp.1"]),
    "vit_b_16": (224, ["conv_proj", "encoder.layers.encoder_layer_0.mlp.1"]),
    "efficientnet_b0": (64, ["features.0.0", "features.1.0", "features.2.0", "features.2.1"]),
    "googlenet": (64, ["conv1.conv", "conv2", "conv3", "inception3a"]),
    "squeezenet1_0": (64, ["features.0", "features.3", "features.4"]),
    "maxvit_t": (224, ["stem.0.0", "stem.1", "blocks.0", "blocks.1", "blocks.2", "blocks.3"]),
}
COUNTS = {
    "resnet18": 9,
    "resnet50": 17,
    "vgg11": 8,
    "alexnet": 5,
    "mobilenet_v3_small": 13,
    "densenet121": 8,
    "convnext_tiny": 19,
    "swin_t": 13,
    "vit_b_16": 13,
    "efficientnet_b0": 18,
    "googlenet": 12,
    "squeezenet1_0": 9,
    "maxvit_t": 6,
}


def automatic(module: nn.Module, side: int) -> tuple[str, ...]:
    return automatic_names(module, probe(network_of(module, side)).layers)


@pytest.mark.parametrize("model", BLOCKS)
def test_automatic_layers_of_torchvision_networks(model: str) -> None:
    side, first = BLOCKS[model]
    extra = {"init_weights": False} if model == "googlenet" else {}
    module = shapes_of(model, **extra)
    names = automatic(module, side)
    assert list(names[: len(first)]) == first
    assert len(names) == COUNTS[model]
    assert max(Counter(names).values()) == 1
    assert not [name for name in names if name.startswith(("classifier", "head", "fc"))]


def test_a_plain_network_gives_its_convolutions_and_without_any_its_linear_layers() -> None:
    plain = nn.Sequential(nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU()), nn.Conv2d(4, 4, 3), nn.Flatten())
    assert automatic(plain, 8) == ("0.0", "1")
    assert automatic(nn.Sequential(nn.Flatten(), nn.Linear(192, 5), nn.ReLU(), nn.Linear(5, 2)), 8) == (
        "1",
        "3",
    )


def test_stages_are_seen_through_to_their_blocks() -> None:
    class Stage(nn.Sequential):
        pass

    class Block(nn.Sequential):
        pass

    def block() -> Block:
        return Block(nn.Conv2d(3, 3, 1), nn.ReLU())

    module = nn.Sequential(Block(nn.Conv2d(3, 3, 1)), Stage(block()), Stage(block(), block()))
    assert automatic(module, 8) == ("0.0", "1.0", "2.0", "2.1"), "and the stem is its convolution"


def test_a_gate_that_widens_again_is_no_mlp() -> None:
    class Gate(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.narrow, self.widen, self.gate = nn.Linear(3, 1), nn.Linear(1, 3), nn.Sigmoid()

        def forward(self, inputs: torch.Tensor) -> torch.Tensor:
            return inputs * self.gate(self.widen(self.narrow(inputs.mean((2, 3)))))[:, :, None, None]

    assert automatic(nn.Sequential(nn.Conv2d(3, 3, 1), Gate(), Gate()), 8) == ("0", "1", "2")


def test_a_network_without_layers_to_choose_is_an_error() -> None:
    with pytest.raises(LayerError, match=r"`layers.select` must name layers"):
        automatic(nn.Sequential(nn.ReLU(), nn.MaxPool2d(2)), 8)
