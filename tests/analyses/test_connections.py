"""Connections: exact where the network is linear, against ablation; shuffles; what is on another branch."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from generator.activations.influence import influences
from generator.activations.layers import list_layers
from generator.analyses.connections import averaged, layer_connections
from generator.inputs.models import Network
from generator.records import NOBODY, Layer, LayerInfluence
from tests.planted import SIDE, network_of

HIDDEN = 4


class Wired(nn.Module):
    """Two layers with positive weights and a branch beside them; what follows `first` works in place."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.first = nn.Conv2d(3, HIDDEN, 1)
        self.rectified = nn.ReLU(inplace=True)
        self.second = nn.Conv2d(HIDDEN, 3, 1, bias=False)
        self.branch = nn.Conv2d(3, 2, 1)
        with torch.no_grad():
            self.second.weight.copy_(
                torch.tensor([[3.0, 0, -1, 0], [0, 0, 0, 0], [1, 1, 1, 1]])[..., None, None]
            )

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        return self.second(self.rectified(self.first(pixels))), self.branch(pixels)


@pytest.fixture(scope="module")
def wired() -> Network:
    return network_of(Wired())


def layer_of(network: Network, name: str, neurons: tuple[int, ...] = ()) -> Layer:
    (found,) = [layer for layer in list_layers(network) if layer.name == name]
    return Layer(**{**vars(found), "neurons": neurons})


def pictures(count: int = 5) -> Tensor:
    return torch.from_numpy(np.random.default_rng(0).integers(0, 256, (count, SIDE, SIDE, 3), dtype=np.uint8))


@pytest.mark.parametrize("before", ["first", "rectified"])
def test_shares_are_those_of_channels_taken_away(wired: Network, before: str) -> None:
    pixels, channels = pictures(), np.array([0, 0, 2, 2, 1])
    found = influences(wired, layer_of(wired, before), layer_of(wired, "second"), pixels, channels)
    module: Wired = wired.module  # type: ignore[assignment]
    with torch.no_grad():
        hidden = module.rectified(module.first(wired.preprocess.normalize(pixels)))
        outputs = module.second(hidden)
        for image, channel in enumerate(channels):
            flat = outputs[image, channel].flatten()
            at = int(flat.argmax())
            lost = []
            for taken in range(HIDDEN):
                without = hidden[image : image + 1].clone()
                without[:, taken] = 0
                lost.append(float(flat[at] - module.second(without)[0, channel].flatten()[at]))
            whole = np.abs(lost).sum()
            expected = np.array(lost) / whole if whole else np.zeros(HIDDEN)
            np.testing.assert_allclose(found[image], expected, atol=1e-5)


def test_a_layer_on_another_branch_has_no_share(wired: Network) -> None:
    found = influences(
        wired, layer_of(wired, "second"), layer_of(wired, "branch"), pictures(), np.zeros(5, int)
    )
    assert found.shape == (5, 3)
    assert not found.any()


def test_nothing_is_left_of_the_gradient(wired: Network) -> None:
    influences(wired, layer_of(wired, "first"), layer_of(wired, "second"), pictures(), np.zeros(5, int))
    assert all(not tensor.requires_grad and tensor.grad is None for tensor in wired.module.parameters())
    assert torch.is_grad_enabled()


def test_a_channel_that_is_strong_in_every_image_leaves_the_shuffles_behind() -> None:
    random = np.random.default_rng(0)
    shares = random.normal(0, 0.02, (30, 9, 40)).astype(np.float32)
    shares[:15, :, 7] += 0.3
    found = averaged(shares, [0, 1])
    low, high = found.shuffled.T
    assert (found.share[:15].argmax(axis=1) == 7).all()
    assert (found.low[:15, 7] > high[:15]).all()
    beaten = (found.share[15:].max(axis=1) > high[15:]) | (found.share[15:].min(axis=1) < low[15:])
    assert beaten.mean() < 0.4  # two sides, 1 in 20 each
    np.testing.assert_allclose(found.share, shares.mean(axis=1), atol=1e-6)


def test_outgoing_connections_are_the_incoming_ones_of_the_next_layer() -> None:
    layers = [
        Layer("one", "Conv2d", "convolution", "ReLU", 5, 2, 2, neurons=(4, 1)),
        Layer("two", "Conv2d", "convolution", "ReLU", 6, 2, 2, neurons=(5, 0, 3)),
    ]
    share = np.array([[0.1, 0.5, 0, 0.2, -0.2], [0, 0, 0.9, 0.1, 0], [0.3, -0.6, 0, 0, 0.1]], np.float32)
    nothing = np.zeros((2, 0), np.float32)
    parts = [
        LayerInfluence(nothing, nothing, nothing, np.full((2, 2), np.nan, np.float32)),
        LayerInfluence(share, share - 0.1, share + 0.1, np.zeros((3, 2), np.float32)),
    ]
    first, second = (layer_connections(layers, place, parts) for place in (0, 1))
    np.testing.assert_array_equal(first.outgoing.channel[:, :3], [[5, 3, NOBODY], [3, 5, NOBODY]])
    np.testing.assert_allclose(first.outgoing.value[:, :2], [[-0.2, 0.1], [-0.6, 0.5]], rtol=1e-6)
    assert (first.outgoing.layer[:, 0] == 1).all()
    assert (first.incoming.channel == NOBODY).all()
    assert first.even is None
    np.testing.assert_array_equal(second.incoming.channel[0, :4], [1, 3, 4, 0])
    assert (second.outgoing.channel == NOBODY).all()
    assert second.even == pytest.approx(0.2)
