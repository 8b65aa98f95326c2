"""Objectives and parametrizations on networks wired by hand: what they look for is known.

Pictures are raised by plain steps of Adam, without transforms: the truths do not hang on the loop's tuning.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from generator.activations.layers import list_layers
from generator.featurevis.maco import MagnitudeConstrained, power_law_spectrum
from generator.featurevis.objectives import (
    ChannelMean,
    ChannelPosition,
    Direction,
    Diverse,
    Negated,
    Objective,
    responding,
)
from generator.featurevis.parametrize import FourierBasis, Parametrization
from generator.featurevis.pixels import Pixels
from generator.records import Layer
from tests.planted import detectors, network_of

SIZE = 12  # pixels
RED, GREEN, BLUE = 0, 1, 2
STEPS = 64
DETECTORS = network_of(detectors())
COLOURS, RECTIFIED = (
    next(layer for layer in list_layers(DETECTORS) if layer.name == name) for name in ("colours", "rectified")
)
EITHER = Layer("either", "ReLU", "convolution", "ReLU", 3, SIZE, SIZE, ())

Respond = Callable[[Tensor], Tensor]


def ascend(
    respond: Respond,
    objective: Objective,
    parametrization: Parametrization,
    seeds: list[int],
    *,
    steps: int,
    step_size: float,
) -> Tensor:
    """Return pictures after plain steps of Adam, whose gradients have to be finite."""
    variables = parametrization.start(seeds).requires_grad_()
    adam = torch.optim.Adam([variables], lr=step_size, eps=1e-16)
    for _ in range(steps):
        scores = objective(respond(parametrization.pictures(variables)))
        (variables.grad,) = torch.autograd.grad(-scores.sum(), variables)
        assert variables.grad.isfinite().all()
        adam.step()
    return parametrization.pictures(variables).detach()


def raised(
    objective: Objective,
    parametrization: Parametrization,
    seeds: list[int],
    *,
    layer: Layer = COLOURS,
    steps: int = STEPS,
    step_size: float = 0.05,
) -> Tensor:
    """Return pictures that raise an objective of a layer of the colour detectors."""
    with responding(DETECTORS, layer) as respond:
        return ascend(respond, objective, parametrization, seeds, steps=steps, step_size=step_size)


def fourier(size: int) -> Parametrization:
    return FourierBasis(size, "cpu")


def maco(size: int) -> Parametrization:
    return MagnitudeConstrained(power_law_spectrum(size), "cpu")


def pixels(size: int) -> Parametrization:
    return Pixels(size, "cpu")


EVERY = pytest.mark.parametrize("parametrized", [fourier, maco, pixels])
FREE = pytest.mark.parametrize("parametrized", [fourier, pixels])  # the mean colour is not given
Parametrized = Callable[[int], Parametrization]


@EVERY
@pytest.mark.parametrize("size", [SIZE, SIZE + 1])
def test_colour_detectors_get_their_colour(parametrized: Parametrized, size: int) -> None:
    objective, parametrization = ChannelMean([RED, GREEN, BLUE], COLOURS), parametrized(size)
    before = raised(objective, parametrization, [1, 1, 1], steps=0).mean(dim=(2, 3))
    found = raised(objective, parametrization, [1, 1, 1])
    assert found.shape == (3, 3, size, size)
    means = found.mean(dim=(2, 3))
    excess = means - means.mean(dim=1, keepdim=True)
    assert excess.argmax(dim=0).tolist() == [RED, GREEN, BLUE]
    assert (means.diagonal() > before.diagonal() + 0.02).all()
    assert (means.diagonal() > 0.54).all()


@FREE
def test_the_negative_of_a_red_detector_has_no_red(parametrized: Parametrized) -> None:
    found = raised(Negated(ChannelMean([RED], COLOURS)), parametrized(SIZE), [1], steps=192)
    assert found[0, RED].mean() < 0.15
    assert found[0, RED].median() < 0.05


def test_the_negative_with_fixed_magnitudes_mirrors_the_positive() -> None:
    mean = ChannelMean([RED], COLOURS)
    negative = raised(Negated(mean), maco(SIZE), [1])[0, RED].mean().item()
    positive = raised(mean, maco(SIZE), [1])[0, RED].mean().item()
    assert positive > negative + 0.1
    assert positive - 0.5 == pytest.approx(0.5 - negative, abs=0.02)


def test_a_direction_of_red_and_blue_gives_purple() -> None:
    vectors = torch.zeros(1, 7)
    vectors[0, [RED, BLUE]] = 1.0
    means = raised(Direction(vectors, RECTIFIED), pixels(SIZE), [1], layer=RECTIFIED)[0].mean(dim=(1, 2))
    assert means[[RED, BLUE]].min() > 0.9
    assert means[GREEN] == pytest.approx(0.5, abs=0.01)  # nothing moved it
    sharp = Direction(vectors, RECTIFIED, power=4.0)
    means = raised(sharp, pixels(SIZE), [1], layer=RECTIFIED)[0].mean(dim=(1, 2))
    assert means[[RED, BLUE]].min() > 0.9
    assert means[GREEN] < 0.3  # green turns responses away from the direction
    means = raised(sharp, fourier(SIZE), [1], layer=RECTIFIED, steps=192)[0].mean(dim=(1, 2))
    assert means[[RED, BLUE]].min() > means[GREEN] + 0.1


def test_a_position_excites_that_cell_and_no_other() -> None:
    before = raised(ChannelPosition([RED, BLUE]), pixels(SIZE), [1, 2], steps=0)
    found = raised(ChannelPosition([RED, BLUE]), pixels(SIZE), [1, 2])
    centre = SIZE // 2
    assert found[0, RED, centre, centre] == found[1, BLUE, centre, centre] == 1.0
    changed = (found != before).nonzero().tolist()
    assert changed == [[0, RED, centre, centre], [1, BLUE, centre, centre]]
    spread = raised(ChannelPosition([RED], (2, 9)), fourier(SIZE), [1])
    assert spread[0, RED].argmax().item() == 2 * SIZE + 9


def test_pixels_from_a_picture_stay_at_it_without_steps_and_near_it_with_few() -> None:
    image = torch.rand(2, 3, SIZE, SIZE, generator=torch.Generator().manual_seed(3))
    image[:, :, 0] = 1.0
    start, objective = Pixels(SIZE, "cpu", image), ChannelMean([RED, BLUE], COLOURS)
    assert torch.equal(raised(objective, start, [1, 2], steps=0), image)
    moved = raised(objective, start, [1, 2], steps=4, step_size=0.02)
    torch.testing.assert_close(moved[0, RED], (image[0, RED] + 0.08).clamp(max=1.0))
    torch.testing.assert_close(moved[1, BLUE], (image[1, BLUE] + 0.08).clamp(max=1.0))
    assert torch.equal(moved[0, [GREEN, BLUE]], image[0, [GREEN, BLUE]])


@EVERY
def test_a_picture_depends_on_its_own_seed_alone(parametrized: Parametrized) -> None:
    together = raised(ChannelMean([RED, GREEN], COLOURS), parametrized(SIZE), [5, 6], steps=4)
    alone = raised(ChannelMean([GREEN], COLOURS), parametrized(SIZE), [6], steps=4)
    other = raised(ChannelMean([GREEN], COLOURS), parametrized(SIZE), [7], steps=4)
    torch.testing.assert_close(together[1:], alone, atol=1e-3, rtol=0)
    assert (alone - other).abs().max() > 0.01


def red_or_blue(pictures: Tensor) -> Tensor:
    """Return maps of a neuron for red, one for blue, and one that either of them excites."""
    weights = torch.tensor([[1.0, -1.0, -1.0], [-1.0, -1.0, 1.0]])[:, :, None, None]
    colours = torch.relu(functional.conv2d(4 * (pictures - 0.5), weights))
    return torch.cat([colours, colours.sum(dim=1, keepdim=True)], dim=1)


def shares_of_red(objective: Objective, seeds: list[int]) -> tuple[Tensor, Tensor]:
    """Return the share of red (groups, 2) in the response of the either-of-two neuron, and responses."""
    found = ascend(red_or_blue, objective, fourier(SIZE), seeds, steps=96, step_size=0.1)
    red, blue, either = red_or_blue(found).mean(dim=(2, 3)).T
    return (red / (red + blue)).reshape(-1, 2), either


def test_diversity_makes_one_facet_red_and_the_other_blue() -> None:
    seeds = list(range(48))
    groups = [seed // 2 for seed in seeds]
    mean = ChannelMean([2] * len(seeds), EITHER)
    without, plain = shares_of_red(mean, seeds)
    shares, diverse = shares_of_red(Diverse(mean, groups, weight=1.0), seeds)
    assert without.diff(dim=1).abs().median() < 0.15
    assert shares.diff(dim=1).abs().median() > 0.35
    apart = shares.amin(dim=1).lt(0.5) & shares.amax(dim=1).gt(0.5)
    assert apart.float().mean() > 0.75
    assert diverse.median() > 0.95 * plain.median()
