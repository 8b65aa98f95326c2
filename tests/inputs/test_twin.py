from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from generator.inputs.models import Network, load_network
from generator.inputs.twin import random_twin
from generator.recipe import NetworkSection, PreprocessSection


@pytest.fixture(scope="module")
def demo() -> Network:
    section = NetworkSection(model="generator.inputs.scene_network:network")
    view = PreprocessSection(crop=64, mean=(0.5, 0.5, 0.5), std=(0.25, 0.25, 0.25))
    return load_network(section, view, 0, "cpu")


def state(network: Network) -> dict[str, Tensor]:
    return network.module.state_dict()


def test_all_weights_are_new_and_the_structure_is_kept(demo: Network) -> None:
    twin = random_twin(demo, 3)
    before, after = state(demo), state(twin)
    assert {name: tensor.shape for name, tensor in before.items()} == {
        name: tensor.shape for name, tensor in after.items()
    }
    for name, tensor in before.items():
        if tensor.ndim > 1:
            assert abs(torch.corrcoef(torch.stack([tensor.flatten(), after[name].flatten()]))[0, 1]) < 0.2
    assert not twin.module.training
    assert not any(parameter.requires_grad for parameter in twin.module.parameters())


def test_a_seed_is_one_twin_and_leaves_generator_and_network_alone(demo: Network) -> None:
    before = {name: tensor.clone() for name, tensor in state(demo).items()}
    torch.manual_seed(1)
    expected = torch.rand(1)
    torch.manual_seed(1)
    first = random_twin.__wrapped__(demo, 3)
    assert torch.equal(torch.rand(1), expected)
    again, other = random_twin.__wrapped__(demo, 3), random_twin.__wrapped__(demo, 4)
    assert all(torch.equal(state(again)[name], tensor) for name, tensor in state(first).items())
    assert any(not torch.equal(state(other)[name], tensor) for name, tensor in state(first).items())
    assert all(torch.equal(state(demo)[name], tensor) for name, tensor in before.items())
    assert random_twin(demo, 3) is random_twin(demo, 3)


def test_normalization_starts_as_the_identity(demo: Network) -> None:
    twin = random_twin(demo, 3)
    norm = next(part for part in twin.module.modules() if isinstance(part, nn.BatchNorm2d))
    assert torch.equal(norm.running_mean, torch.zeros_like(norm.running_mean))
    assert torch.equal(norm.running_var, torch.ones_like(norm.running_var))
    assert torch.equal(norm.weight, torch.ones_like(norm.weight))


def test_parameters_of_a_module_s_own_are_drawn_anew(demo: Network) -> None:
    class Token(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.token = nn.Parameter(torch.linspace(4, 6, 1000))
            self.scale = nn.Parameter(torch.full((3,), 2.0))

    own = Network(Token(), demo.preprocess, demo.info, None)
    twin = random_twin(own, 0).module
    assert not torch.equal(twin.token, own.module.token)
    assert twin.token.mean().item() == pytest.approx(5, abs=0.1)
    assert twin.token.std().item() == pytest.approx(own.module.token.std().item(), rel=0.1)
    assert twin.scale.tolist() == [2.0] * 3  # no spread, so nothing to draw


def test_responses_of_a_large_twin_stay_finite(shared: Path) -> None:
    section = NetworkSection(model="resnet18", weights=str(shared / "models" / "resnet18-tinyimagenet.pth"))
    view = PreprocessSection(resize=64, crop=64, mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225))
    twin = random_twin(load_network(section, view, 0, "cpu"), 0)
    outputs = twin.module(torch.randn(2, 3, 64, 64, generator=torch.Generator().manual_seed(0)))
    assert outputs.isfinite().all()
    assert outputs.std() > 1e-3
