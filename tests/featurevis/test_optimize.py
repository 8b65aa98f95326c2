from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from generator.activations.layers import list_layers
from generator.errors import NetworkError
from generator.featurevis.measure import RANDOM_CONTRASTS, RANDOM_PICTURES, random_pictures
from generator.featurevis.objectives import own_maps, responding
from generator.featurevis.optimize import derive_seed
from generator.featurevis.visualize import Making, visualize
from generator.inputs.models import Network, load_network
from generator.recipe import NetworkSection, PreprocessSection
from generator.records import Layer, LayerVisualizations

Wire = Callable[..., Network]
SHORT = Making(size=16, steps=32, learning_rate=0.3, seed=0)
LONG = replace(SHORT, steps=96)
VERY_SHORT = replace(SHORT, steps=4)


def layer_of(network: Network, name: str) -> Layer:
    return next(layer for layer in list_layers(network) if layer.name == name)


def pictures_of(
    network: Network, name: str, neurons: Sequence[int], making: Making = SHORT
) -> LayerVisualizations:
    return visualize(network, layer_of(network, name), neurons, making)


def filters(*weights: object, bias: Sequence[float] | None = None, rectify: bool = True) -> nn.Module:
    """Return a convolution with these filters (channels, height, width) each, and perhaps a ReLU."""
    stacked = torch.stack([torch.tensor(weight, dtype=torch.float32) for weight in weights])
    convolution = nn.Conv2d(3, len(stacked), stacked.shape[2:])
    with torch.no_grad():
        convolution.weight.copy_(stacked)
        convolution.bias.copy_(torch.zeros(len(stacked)) if bias is None else torch.tensor(bias))
    return nn.Sequential(convolution, nn.ReLU(inplace=True)) if rectify else nn.Sequential(convolution)


RED = [[[1.0]], [[-1.0]], [[-1.0]]]
GREEN = [[[-1.0]], [[1.0]], [[-1.0]]]
BLUE = [[[-1.0]], [[-1.0]], [[1.0]]]
UPRIGHT = [[[-1.0, 0.0, 1.0]] * 3] * 3  # vertical edges: grey, dark on the left
LYING = [[[-1.0] * 3, [0.0] * 3, [1.0] * 3]] * 3


@pytest.fixture(scope="module")
def random_network(wire: Wire) -> Network:
    """A seeded network of two convolutions that nothing is known of."""
    with torch.random.fork_rng():
        torch.manual_seed(5)
        layers = (nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(inplace=True), nn.Conv2d(8, 12, 3, stride=2))
        return wire(nn.Sequential(*layers, nn.BatchNorm2d(12), nn.ReLU(inplace=True)))


@pytest.mark.parametrize("rectify", [True, False])
def test_colour_detectors_get_pictures_of_their_colour(wire: Wire, *, rectify: bool) -> None:
    network = wire(filters(RED, GREEN, BLUE, rectify=rectify))
    found = pictures_of(network, "1" if rectify else "0", [0, 1, 2], LONG)
    for channel in range(3):
        pixels = found.pictures[channel].reshape(-1, 3).astype(float) - 127.5
        responding_pixels = pixels[2 * pixels[:, channel] > pixels.sum(axis=1)]
        own, rest = responding_pixels[:, channel], np.delete(responding_pixels, channel, axis=1)
        assert len(own) > 0.5 * len(pixels)
        assert (own.mean() - rest.mean(axis=0)).min() > 30


@pytest.mark.parametrize("rectify", [True, False])
def test_edge_detectors_get_edges_of_their_orientation(wire: Wire, *, rectify: bool) -> None:
    network = wire(filters(UPRIGHT, LYING, rectify=rectify))
    found = pictures_of(network, "1" if rectify else "0", [0, 1])
    grey = found.pictures.astype(float).mean(axis=3)
    across = np.square(np.diff(grey, axis=2)).mean(axis=(1, 2))
    down = np.square(np.diff(grey, axis=1)).mean(axis=(1, 2))
    assert across[0] > 1.5 * down[0]
    assert down[1] > 1.5 * across[1]


def test_responses_rise_over_the_steps(random_network: Network) -> None:
    found = pictures_of(random_network, "4", range(12))
    middle = np.median(found.history, axis=0)
    assert found.history_steps[0] == 0
    assert found.history_steps[-1] == SHORT.steps
    assert (np.diff(middle) > 0).all()
    assert (found.mean_response > found.random_mean).all()
    assert (found.peak >= found.mean_response).all()


def test_measured_is_the_finished_8_bit_picture(random_network: Network) -> None:
    found = pictures_of(random_network, "4", [3, 1])
    with torch.no_grad():
        pixels = torch.from_numpy(found.pictures)
        maps = random_network.module(random_network.preprocess.normalize(pixels)).numpy()
    own = np.stack([maps[0, 3], maps[1, 1]])
    np.testing.assert_allclose(found.mean_response, own.mean(axis=(1, 2)), rtol=1e-4)
    np.testing.assert_allclose(found.peak, own.max(axis=(1, 2)), rtol=1e-4)
    np.testing.assert_allclose(found.mean_response, found.history.max(axis=1), rtol=0.03)
    assert found.neurons.tolist() == [3, 1]
    assert found.steps_run.tolist() == [SHORT.steps] * 2


def test_the_best_state_is_kept(wire: Wire) -> None:
    grey = [[[0.5]]] * 3
    bright = filters(grey, grey, bias=[0.0, -0.5])
    tent = nn.Conv2d(2, 1, 1, bias=False)  # highest where the first reaches 0.5, falls beyond
    with torch.no_grad():
        tent.weight.copy_(torch.tensor([1.0, -3.0]).reshape(1, 2, 1, 1))
    network = wire(nn.Sequential(bright, tent, nn.ReLU()))
    found = pictures_of(network, "2", [0], replace(SHORT, steps=40, learning_rate=3.0))
    course = found.history[0][np.isfinite(found.history[0])]
    assert course[-1] < 0.8 * course.max()
    assert found.mean_response[0] == pytest.approx(course.max(), rel=0.03)


def test_pictures_do_not_depend_on_their_batch(random_network: Network) -> None:
    def at(making: Making, neurons: Sequence[int]) -> LayerVisualizations:
        return pictures_of(random_network, "4", neurons, making)

    together, alone = at(VERY_SHORT, [7, 2, 5]), at(VERY_SHORT, [2])
    np.testing.assert_allclose(together.history[1], alone.history[0], rtol=1e-3, atol=1e-6)
    assert np.abs(together.pictures[1].astype(int) - alone.pictures[0].astype(int)).max() <= 1
    together, alone = at(SHORT, [7, 2, 5]), at(SHORT, [2])
    np.testing.assert_allclose(together.mean_response[1], alone.mean_response[0], rtol=0.02)
    np.testing.assert_allclose(together.random_mean[1], alone.random_mean[0], rtol=1e-5)


def test_the_seed_and_nothing_global_decides(random_network: Network) -> None:
    before = torch.get_rng_state()
    first = pictures_of(random_network, "4", [2], VERY_SHORT)
    assert torch.equal(before, torch.get_rng_state())
    torch.rand(1)
    again = pictures_of(random_network, "4", [2], VERY_SHORT)
    other = pictures_of(random_network, "4", [2], replace(VERY_SHORT, seed=1))
    np.testing.assert_array_equal(first.pictures, again.pictures)
    assert (first.pictures != other.pictures).any()


def test_the_network_is_left_as_it_was(random_network: Network) -> None:
    module = random_network.module
    before = {name: values.clone() for name, values in module.state_dict().items()}
    pictures_of(random_network, "4", [0, 1], VERY_SHORT)
    assert not module.training
    for name, values in module.state_dict().items():
        assert torch.equal(values, before[name])
    for part in module.modules():
        assert not part._forward_hooks
    for parameter in module.parameters():
        assert parameter.grad is None
        assert not parameter.requires_grad


def test_a_neuron_that_its_start_leaves_silent_wakes_up(wire: Wire) -> None:
    network = wire(filters(RED, GREEN, bias=[-1.0, -1.0]))
    with responding(network, layer_of(network, "1")) as respond, torch.no_grad():
        assert respond(torch.full((1, 3, 16, 16), 0.5)).max() == 0
    found = pictures_of(network, "1", [0, 1])
    assert (found.history[:, 0] == 0).all()
    assert (found.mean_response > 0.1).all()


def test_a_neuron_that_wakes_late_is_still_followed(wire: Wire) -> None:
    network = wire(filters(RED, bias=[-1.5]))
    slow = replace(SHORT, steps=96, learning_rate=0.08)
    found = pictures_of(network, "1", [0], slow)
    assert found.history[0, found.history_steps <= 18].max() == 0
    assert found.mean_response[0] > 0


def test_the_scale_of_responses_does_not_matter(wire: Wire) -> None:
    usual = pictures_of(wire(filters(UPRIGHT)), "1", [0])
    tiny = pictures_of(wire(filters((1e-9 * np.array(UPRIGHT)).tolist())), "1", [0])
    np.testing.assert_allclose(1e9 * tiny.mean_response, usual.mean_response, rtol=0.02)


def test_a_dead_neuron_yields_what_was_measured(wire: Wire) -> None:
    found = pictures_of(wire(filters(RED, RED, bias=[0.0, -100.0])), "1", [0, 1])
    assert found.mean_response[0] > found.random_mean[0]
    assert found.mean_response[1] == found.peak[1] == found.random_mean[1] == 0
    assert np.isfinite(found.history).all()


def test_one_neuron_of_infinite_response_does_not_disturb_others(wire: Wire) -> None:
    network = wire(filters(RED, RED, bias=[0.0, float("inf")], rectify=False))
    both, alone = pictures_of(network, "0", [0, 1]), pictures_of(network, "0", [0])
    np.testing.assert_allclose(both.mean_response[0], alone.mean_response[0], rtol=0.02)


class Roots(nn.Module):
    """Takes the root of its second channel, whose gradient is not finite where it is zero."""

    def forward(self, maps: Tensor) -> Tensor:
        return torch.cat([maps[:, :1], maps[:, 1:].sqrt()], dim=1)


def test_a_gradient_that_is_not_finite_moves_nothing(wire: Wire) -> None:
    network = wire(nn.Sequential(filters(RED, RED, bias=[0.0, -1.0]), Roots()))
    found = pictures_of(network, "1", [0, 1])
    assert found.mean_response[0] > found.random_mean[0]
    assert (found.history[1] == 0).all()
    assert found.mean_response[1] == 0


@pytest.mark.parametrize("rectify", [True, False])
def test_one_undefined_neuron_yields_nan_and_the_others_their_pictures(wire: Wire, *, rectify: bool) -> None:
    network = wire(filters(RED, RED, bias=[0.0, float("nan")], rectify=rectify))
    found = pictures_of(network, "1" if rectify else "0", [0, 1])
    assert found.mean_response[0] > found.random_mean[0]
    assert np.isnan(found.mean_response[1])
    assert np.isnan(found.history[1]).all()


def test_a_network_without_any_finite_response_is_an_error(wire: Wire) -> None:
    network = wire(filters(RED, bias=[float("nan")]))
    with pytest.raises(NetworkError, match="finite numbers, gives none"):
        pictures_of(network, "1", [0], VERY_SHORT)


def test_a_network_that_passes_no_gradient_is_an_error(wire: Wire) -> None:
    class Detached(nn.Module):
        def forward(self, inputs: Tensor) -> Tensor:
            return inputs.detach() * 2

    with pytest.raises(NetworkError, match="must pass gradients"):
        pictures_of(wire(nn.Sequential(Detached())), "0", [0], VERY_SHORT)


def test_any_size_that_the_network_takes(random_network: Network) -> None:
    assert pictures_of(random_network, "4", [0], replace(VERY_SHORT, size=21)).pictures.shape == (
        1,
        21,
        21,
        3,
    )


def test_a_size_that_the_network_does_not_take_is_an_error(wire: Wire) -> None:
    network = wire(nn.Sequential(nn.Flatten(), nn.Linear(3 * 16 * 16, 2)))
    assert pictures_of(network, "1", [1], VERY_SHORT).pictures.shape == (1, 16, 16, 3)
    with pytest.raises(NetworkError, match=r"`visualization.size` must be .* got 20 .* network's own 16"):
        pictures_of(network, "1", [1], replace(VERY_SHORT, size=20))


def test_the_random_baseline_is_the_strongest_of_random_pictures(random_network: Network) -> None:
    found = pictures_of(random_network, "4", [6, 9], replace(VERY_SHORT, seed=3))
    pictures = random_pictures(16, "cpu", 3)
    assert pictures.shape == (RANDOM_PICTURES, 3, 16, 16)
    spread = pictures.flatten(1).std(dim=1).reshape(-1, len(RANDOM_CONTRASTS)).mean(dim=0)
    assert (spread.diff() > 0).all()
    for row, neuron in enumerate([6, 9]):
        with responding(random_network, layer_of(random_network, "4")) as respond, torch.no_grad():
            own = own_maps(respond(pictures), [neuron] * RANDOM_PICTURES)
        assert found.random_mean[row] == pytest.approx(own.mean(dim=(1, 2)).max().item(), rel=1e-5)
        assert found.random_peak[row] == pytest.approx(own.max().item(), rel=1e-5)


def test_derived_seeds_differ_in_every_part() -> None:
    seeds = {derive_seed(seed, layer, neuron) for seed in (0, 1) for layer in ("a", "b") for neuron in (0, 1)}
    assert len(seeds) == 8
    assert derive_seed(1, "2") != derive_seed("12")
    assert derive_seed(0, "layer", 3) == derive_seed(0, "layer", 3)
    assert all(0 <= seed < 2**63 for seed in seeds)


def test_sixteen_neurons_of_a_real_network_beat_every_random_picture(shared: Path) -> None:
    weights = str(shared / "models" / "resnet18-tinyimagenet.pth")
    mean, std = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
    section = PreprocessSection(resize=64, crop=64, mean=mean, std=std)
    network = load_network(NetworkSection(model="resnet18", weights=weights), section, 0, "cpu")
    layer = layer_of(network, "layer2.1")
    neurons = np.random.default_rng(0).permutation(layer.size)[:16].tolist()
    found = visualize(network, layer, neurons, Making(size=64, steps=24, learning_rate=0.8, seed=0))
    noise = torch.rand(16, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    with responding(network, layer) as respond, torch.no_grad():
        uniform = respond(noise)[:, neurons].mean(dim=(2, 3)).amax(dim=0).numpy()
    assert (found.mean_response > 0).all()
    assert (found.mean_response > found.random_mean).all()
    assert (found.mean_response > uniform).all()
