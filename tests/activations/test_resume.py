"""Going on from a changed layer gives what a hook on the whole network gives, for any architecture."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torchvision.models import VisionTransformer, get_model

from generator.activations.resume import NETWORK, Resumed, cut_at
from generator.activations.trace import first_tensor

CASES = (
    ("resnet18", ("conv1", "bn1", "layer2.0", "layer4.1.conv1", "layer4.1"), 64),
    ("transformer", ("encoder.layers.encoder_layer_0.mlp.1", "encoder.layers.encoder_layer_2.mlp.1"), 32),
    ("densenet121", ("features.conv0", "features.denseblock3.denselayer2.conv1"), 64),
    ("mobilenet_v3_small", ("features.2", "features.7.block.1"), 64),
    ("swin_t", ("features.1.0.mlp.1", "features.5.1.mlp.1"), 64),
    ("convnext_tiny", ("features.1.0", "features.5.2.block.4"), 64),
    ("googlenet", ("inception3a", "inception4c.branch2"), 64),
)


def transformer() -> nn.Module:
    """Return a small vision transformer, whose head does not start at 0 as torchvision's do."""
    module = VisionTransformer(
        image_size=32, patch_size=8, num_layers=3, num_heads=2, hidden_dim=16, mlp_dim=32, num_classes=5
    )
    nn.init.normal_(module.heads.head.weight)
    return module


def zero_first(output: Tensor) -> Tensor:
    """Set a channel to 0, in place, whichever axis channels lie on."""
    (output if output.ndim == 4 else output.transpose(1, 2))[:, 0] = 0
    return output


def as_it_is(output: Tensor) -> Tensor:
    """Change nothing."""
    return output


def by_hook(module: nn.Module, layer: str, inputs: Tensor) -> Tensor:
    """Run the whole network with a plain hook that sets a channel to 0."""
    handle = module.get_submodule(layer).register_forward_hook(
        lambda _m, _i, output: zero_first(output.clone())
    )
    with torch.no_grad():
        found = first_tensor(module(inputs))
    handle.remove()
    assert found is not None
    return found


@pytest.mark.parametrize(("model", "layers", "side"), CASES)
def test_the_rest_of_a_network_gives_what_hooks_give(model: str, layers: tuple[str, ...], side: int) -> None:
    torch.manual_seed(0)
    settings = {"init_weights": True, "aux_logits": False} if model == "googlenet" else {}
    module = (transformer() if model == "transformer" else get_model(model, weights=None, **settings)).eval()
    inputs = torch.randn(2, 3, side, side)
    for layer in layers:
        resumed = Resumed(module, layer, NETWORK, inputs)
        assert resumed.cut, layer
        with torch.no_grad():
            intact = module(inputs)
        plain, zeroed, again = resumed.outputs(
            inputs, [lambda output: output, zero_first, lambda output: output]
        )
        torch.testing.assert_close(plain, intact, rtol=1e-4, atol=1e-5)
        torch.testing.assert_close(zeroed, by_hook(module, layer, inputs), rtol=1e-4, atol=1e-5)
        torch.testing.assert_close(again, plain, rtol=0, atol=0)  # nothing kept was written over


class Branching(nn.Module):
    """Cannot be traced: which way it goes depends on the values."""

    def __init__(self) -> None:
        super().__init__()
        self.early = nn.Conv2d(3, 4, 3)
        self.late = nn.Conv2d(4, 2, 3)

    def forward(self, inputs: Tensor) -> Tensor:
        maps = self.early(inputs)
        return (self.late(maps) if maps.sum() > 0 else self.late(-maps)).mean(dim=(2, 3))


class Misleading(nn.Module):
    """Can be traced, but what is traced is not what it computes: it counts its calls."""

    def __init__(self) -> None:
        super().__init__()
        self.early = nn.Conv2d(3, 4, 3)
        self.late = nn.Conv2d(4, 2, 3)
        self.calls = 0

    def forward(self, inputs: Tensor) -> Tensor:
        self.calls += 1
        return self.late(self.early(inputs)).mean(dim=(2, 3)) * (1 if self.calls == 1 else 2)


@pytest.mark.parametrize("kind", [Branching, Misleading])
def test_networks_that_cannot_be_cut_are_run_whole(kind: type[nn.Module]) -> None:
    torch.manual_seed(1)
    module, inputs = kind().eval(), torch.randn(3, 3, 8, 8)
    resumed = Resumed(module, "early", NETWORK, inputs)
    assert not resumed.cut
    (found,) = resumed.outputs(inputs, [zero_first])
    torch.testing.assert_close(found, by_hook(module, "early", inputs))


@pytest.mark.parametrize("traced", [True, False])
def test_a_later_layer_may_be_the_end_and_so_may_the_layer_itself(*, traced: bool) -> None:
    torch.manual_seed(2)
    inputs = torch.randn(2, 3, 32, 32)
    module = get_model("resnet18", weights=None).eval() if traced else Branching().eval()
    first, last = ("layer1.0", "layer3.1") if traced else ("early", "late")
    caught: list[Tensor] = []
    module.get_submodule(last).register_forward_hook(lambda _m, _i, output: caught.append(output.clone()))
    by_hook(module, first, inputs)
    resumed = Resumed(module, first, last, inputs)
    assert resumed.cut == traced
    (found,) = resumed.outputs(inputs, [zero_first])
    torch.testing.assert_close(found, caught[0], rtol=1e-4, atol=1e-5)
    itself = Resumed(module, last, last, inputs)
    plain, zeroed = itself.outputs(inputs, [as_it_is, zero_first])
    assert not zeroed[:, 0].any()
    torch.testing.assert_close(zeroed[:, 1:], plain[:, 1:])


def test_what_follows_runs_nothing_of_what_comes_before() -> None:
    module = get_model("resnet18", weights=None).eval()
    cut = cut_at(module, "layer3.1", NETWORK)
    assert cut is not None
    names = {name for name, _ in cut.after.named_modules()}
    assert "layer4.1.conv2" in names
    assert not any(name.startswith(("conv1", "layer1", "layer3")) for name in names)
    assert not any(name.startswith(("layer4", "fc")) for name, _ in cut.before.named_modules())
