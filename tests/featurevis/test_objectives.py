from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from generator.activations.layers import list_layers
from generator.featurevis.objectives import (
    LINEAR_SLOPE,
    SMALLEST_COSINE,
    ChannelMean,
    ChannelPosition,
    Direction,
    Diverse,
    Negated,
    own_maps,
    responding,
)
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


def random_maps(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize(("height", "width", "centre"), [(4, 6, (2, 3)), (5, 3, (2, 1)), (1, 1, (0, 0))])
def test_a_position_is_the_centre_unless_named(height: int, width: int, centre: tuple[int, int]) -> None:
    maps = random_maps(2, 3, height, width)
    expected = torch.stack([maps[0, 2][centre], maps[1, 0][centre]])
    assert torch.equal(ChannelPosition([2, 0])(maps), expected)
    corner = ChannelPosition([2, 0], (0, 0))
    assert torch.equal(corner(maps), torch.stack([maps[0, 2, 0, 0], maps[1, 0, 0, 0]]))
    assert torch.equal(corner.report(maps), corner(maps))


@pytest.mark.parametrize("layer", [RECTIFIED, LINEAR])
def test_the_direction_of_a_channel_is_the_mean_of_that_channel(layer: Layer) -> None:
    maps = random_maps(2, 3, 4, 4)
    channels = [2, 0]
    direction, mean = Direction(torch.eye(3)[channels], layer), ChannelMean(channels, layer)
    torch.testing.assert_close(direction(maps), mean(maps))
    torch.testing.assert_close(direction.report(maps), mean.report(maps))


@pytest.mark.parametrize("scale", [1.0, 1e-12])
def test_directions_equal_a_slow_reference(scale: float) -> None:
    maps, vectors = scale * random_maps(2, 3, 4, 5), random_maps(2, 3, seed=1)
    expected = [0.0, 0.0]
    for picture in range(2):
        for row in range(4):
            for column in range(5):
                response = maps[picture, :, row, column].double().numpy()
                vector = vectors[picture].double().numpy()
                product = float(response @ vector)
                cosine = product / np.linalg.norm(response) / np.linalg.norm(vector)
                expected[picture] += product * max(cosine, SMALLEST_COSINE) ** 2 / 20
    found = Direction(vectors, RECTIFIED, power=2.0)(maps)
    assert found.tolist() == pytest.approx(expected, rel=1e-4)


def test_the_cosine_prefers_responses_that_point_in_the_direction() -> None:
    pure, mixed = torch.tensor([2.0, 0.0, 0.0]), torch.tensor([2.5, 5.0, 5.0])
    maps = torch.stack([pure, mixed])[:, :, None, None]
    vectors = torch.tensor([[1.0, 0.0, 0.0]] * 2)
    plain, sharp = Direction(vectors, RECTIFIED)(maps), Direction(vectors, RECTIFIED, power=1.0)(maps)
    assert plain[1] > plain[0]
    assert sharp[0] > sharp[1]


@pytest.mark.parametrize("layer", [RECTIFIED, LINEAR])
def test_negated_counts_negative_responses_as_the_objective_counts_positive_ones(layer: Layer) -> None:
    maps = random_maps(2, 3, 4, 4)
    mean = ChannelMean([1, 2], layer)
    assert torch.equal(Negated(mean)(maps), mean(-maps))
    assert torch.equal(Negated(mean).report(maps), mean.report(maps))


def slow_cosine(first: Tensor, second: Tensor) -> float:
    grams = [np.einsum("chw,dhw->cd", maps.double(), maps.double()).ravel() for maps in (first, second)]
    return float(grams[0] @ grams[1] / np.linalg.norm(grams[0]) / np.linalg.norm(grams[1]))


@pytest.mark.parametrize("scale", [1.0, 1e-12])
def test_facets_lose_their_mean_similarity_to_the_others_of_their_group(scale: float) -> None:
    maps = scale * random_maps(5, 3, 4, 4).abs()
    mean = ChannelMean([0, 0, 1, 0, 2], RECTIFIED)
    scores = mean(maps)
    found = Diverse(mean, [7, 7, 3, 7, 4], weight=0.5)(maps)
    trio = [0, 1, 3]
    for picture in trio:
        others = [slow_cosine(maps[picture], maps[other]) for other in trio if other != picture]
        expected = scores[picture].item() * (1 - 0.5 * sum(others) / 2)
        assert found[picture].item() == pytest.approx(expected, rel=1e-4)
    assert torch.equal(found[[2, 4]], scores[[2, 4]])
    assert torch.equal(Diverse(mean, [7, 7, 3, 7, 4], weight=0.5).report(maps), mean.report(maps))


def test_a_facet_does_not_move_the_others() -> None:
    maps = random_maps(3, 3, 4, 4).abs().requires_grad_()
    scores = Diverse(ChannelMean([0, 0, 0], RECTIFIED), [1, 1, 1], weight=1.0)(maps)
    (gradient,) = torch.autograd.grad(scores[0], maps)
    assert gradient[0].abs().max() > 0
    assert (gradient[1:] == 0).all()


@pytest.mark.parametrize("weight", [-0.1, 1.1, float("nan")])
def test_a_weight_outside_its_range_is_refused(weight: float) -> None:
    with pytest.raises(ValueError, match="`weight` must be from 0 to 1"):
        Diverse(ChannelMean([0], RECTIFIED), [0], weight)


@pytest.mark.parametrize("maps", [torch.zeros(2, 3, 4, 4), random_maps(2, 3, 4, 4)], ids=["silent", "awake"])
def test_gradients_are_finite_even_where_nothing_responds(maps: Tensor) -> None:
    objectives = [
        ChannelPosition([0, 1]),
        Direction(torch.ones(2, 3), RECTIFIED, power=2.0),
        Direction(torch.zeros(2, 3), RECTIFIED, power=2.0),
        Negated(ChannelMean([0, 1], LINEAR)),
        Diverse(ChannelMean([0, 0], RECTIFIED), [0, 0], weight=1.0),
    ]
    for objective in objectives:
        leaf = maps.clone().requires_grad_()
        scores = objective(leaf)
        assert scores.shape == (2,)
        (gradient,) = torch.autograd.grad(scores.sum(), leaf)
        assert gradient.isfinite().all()


def test_an_undefined_neuron_of_the_layer_does_not_disturb_facets_of_another() -> None:
    maps = random_maps(2, 3, 4, 4).abs()
    maps[:, 2] = 0.0
    spoilt = maps.clone()
    spoilt[0, 2], spoilt[1, 2] = float("nan"), float("inf")
    diverse = Diverse(ChannelMean([0, 0], RECTIFIED), [0, 0], weight=1.0)
    torch.testing.assert_close(diverse(spoilt), diverse(maps))


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
