"""The prepared copy answers as the network does, in values and in gradients, whatever the network is like."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from torchvision.models import get_model

from generator.activations.layers import list_layers
from generator.featurevis.objectives import ChannelMean, responding
from generator.featurevis.prepared import prepared
from generator.inputs.models import Network
from tests.planted import network_of

SIDE = 32


def normalized(module: nn.Module, side: int = SIDE) -> Network:
    """Return a network whose normalizations have statistics and weights of their own."""
    generator = torch.Generator().manual_seed(0)
    for part in module.modules():
        if isinstance(part, nn.BatchNorm2d):
            for tensor, low in ((part.running_var, 0.5), (part.running_mean, -0.5)):
                tensor.copy_(torch.rand(tensor.shape, generator=generator) + low)
            with torch.no_grad():
                part.weight.copy_(torch.rand(part.weight.shape, generator=generator) + 0.5)
                part.bias.copy_(torch.rand(part.bias.shape, generator=generator) - 0.5)
    return network_of(module, side)


def answers(network: Network, name: str, size: int = SIDE) -> tuple[Tensor, Tensor]:
    """Return a layer's responses to random pictures, and the gradient of a channel's mean."""
    layer = next(layer for layer in list_layers(network) if layer.name == name)
    pictures = torch.rand(2, 3, size, size, generator=torch.Generator().manual_seed(1)).requires_grad_()
    with responding(network, layer) as respond:
        maps = respond(pictures)
        (gradient,) = torch.autograd.grad(ChannelMean([0, 1], layer)(maps).sum(), pictures)
    return maps.detach(), gradient


def assert_same(network: Network, name: str, size: int = SIDE) -> Network:
    quick = prepared(network, name)
    (maps, gradient), (quick_maps, quick_gradient) = answers(network, name, size), answers(quick, name, size)
    torch.testing.assert_close(quick_maps, maps, rtol=1e-3, atol=1e-4 * maps.abs().max().item())
    torch.testing.assert_close(quick_gradient, gradient, rtol=1e-3, atol=1e-3 * gradient.abs().max().item())
    return quick


def count(network: Network, kind: type[nn.Module]) -> int:
    return sum(isinstance(part, kind) for part in network.module.modules())


@pytest.mark.parametrize("name", ["conv1", "bn1", "relu", "layer1.0.conv1", "layer1.0", "layer3.1", "fc"])
@pytest.mark.parametrize("size", [SIDE, 45])
def test_every_layer_of_a_residual_network_answers_as_before(name: str, size: int) -> None:
    torch.manual_seed(0)
    network = normalized(get_model("resnet18"))
    before = {key: tensor.clone() for key, tensor in network.module.state_dict().items()}
    assert_same(network, name, size)
    assert all(torch.equal(tensor, before[key]) for key, tensor in network.module.state_dict().items())
    assert count(network, nn.BatchNorm2d) == 20


def test_normalizations_are_folded_and_the_stem_loses_its_stride() -> None:
    torch.manual_seed(0)
    quick = assert_same(normalized(get_model("resnet18")), "layer4.1")
    assert count(quick, nn.BatchNorm2d) == 0
    assert not isinstance(quick.module.conv1, nn.Conv2d)
    assert isinstance(quick.module.relu, nn.Identity)


@pytest.mark.parametrize("model", ["mobilenet_v2", "densenet121", "vit_b_16"])
def test_other_architectures_answer_as_before(model: str) -> None:
    torch.manual_seed(0)
    settings = {"image_size": SIDE} if model == "vit_b_16" else {}
    network = normalized(get_model(model, **settings))
    assert_same(network, list_layers(network)[-4].name)


class TwoReaders(nn.Module):
    """A convolution whose output a normalization reads, and something else too."""

    def __init__(self) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(3, 4, 3)
        self.norm = nn.BatchNorm2d(4)
        self.sum = nn.Identity()

    def forward(self, pictures: Tensor) -> Tensor:
        maps = self.convolution(pictures)
        return self.sum(self.norm(maps) + maps)


def test_a_convolution_that_others_read_too_keeps_its_normalization() -> None:
    torch.manual_seed(0)
    quick = assert_same(normalized(TwoReaders()), "sum")
    assert count(quick, nn.BatchNorm2d) == 1


def test_one_kind_of_rewriting_that_fails_leaves_the_others() -> None:
    torch.manual_seed(0)
    tail = nn.Sequential(nn.ReLU(inplace=True), nn.MaxPool2d(2), nn.Conv2d(4, 4, 3))
    quick = assert_same(normalized(nn.Sequential(TwoReaders(), tail)), "1")
    assert count(quick, nn.BatchNorm2d) == 1
    assert isinstance(quick.module[1][0], nn.Identity)


class ReadBeforePooling(nn.Module):
    """A ReLU whose output goes to a pooling and past it."""

    def __init__(self) -> None:
        super().__init__()
        self.convolution, self.relu = nn.Conv2d(3, 4, 3), nn.ReLU()
        self.pool, self.sum = nn.MaxPool2d(3, stride=1, padding=1), nn.Identity()

    def forward(self, pictures: Tensor) -> Tensor:
        maps = self.relu(self.convolution(pictures))
        return self.sum(self.pool(maps) + maps)


def test_a_relu_that_others_read_too_stays_before_the_pooling() -> None:
    torch.manual_seed(0)
    quick = assert_same(network_of(ReadBeforePooling(), SIDE), "sum")
    assert isinstance(quick.module.relu, nn.ReLU)


def test_in_bfloat16_gradients_point_the_same_way() -> None:
    torch.manual_seed(0)
    network = normalized(get_model("resnet18"))
    layer = next(layer for layer in list_layers(network) if layer.name == "layer1.0")
    _, expected = answers(network, layer.name)
    pictures = torch.rand(2, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(1)).requires_grad_()
    with (
        responding(prepared(network, layer.name, "bfloat16"), layer) as respond,
        torch.autocast("cpu", dtype=torch.bfloat16),
    ):
        scores = ChannelMean([0, 1], layer)(respond(pictures).float())
    (found,) = torch.autograd.grad(scores.sum(), pictures)
    assert torch.nn.functional.cosine_similarity(found.flatten(), expected.flatten(), dim=0) > 0.99


@pytest.mark.parametrize(
    "settings",
    [
        {"kernel_size": 7, "stride": 2, "padding": 3},
        {"kernel_size": 4, "stride": 4},
        {"kernel_size": (5, 3), "stride": 2, "padding": (2, 0), "bias": False},
        {"kernel_size": 2, "stride": 3, "padding": 1},
        {"kernel_size": 3, "stride": (2, 1)},
        {"kernel_size": 3, "stride": 2, "dilation": 2},
        {"kernel_size": 3, "stride": 2, "padding": 1, "padding_mode": "reflect"},
        {"kernel_size": 3, "stride": 1, "padding": "same"},
    ],
)
@pytest.mark.parametrize("size", [24, 25, 26, 31])
def test_stems_of_every_shape(settings: dict[str, object], size: int) -> None:
    torch.manual_seed(0)
    network = network_of(nn.Sequential(nn.Conv2d(3, 6, **settings), nn.ReLU()), 24)  # type: ignore[arg-type]
    assert_same(network, "1", size)


def test_the_copy_of_a_real_network_is_the_same_to_rounding(shared: Path) -> None:
    from generator.inputs.models import load_network
    from generator.recipe import NetworkSection, PreprocessSection

    section = NetworkSection(model="resnet18", weights=str(shared / "models" / "resnet18-tinyimagenet.pth"))
    view = PreprocessSection(resize=64, crop=64, mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225))
    network = load_network(section, view, 0, "cpu")
    quick = assert_same(network, "layer4.1", 64)
    assert count(quick, nn.BatchNorm2d) == 0
