"""Variants on networks whose answers are known: seeds differ, negative lowers, plain pixels climb."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from generator.activations.layers import list_layers
from generator.featurevis.variants import FIRST_VARIANT, Variant, chosen_variants
from generator.featurevis.visualize import Making, visualize
from generator.inputs.models import Network
from generator.recipe_sections import VisualizationSection
from generator.records import Layer, LayerVisualizations
from tests.planted import detectors, network_of

SIDE = 16  # pixels
MAKING = Making(size=SIDE, steps=48, learning_rate=0.3, seed=0)
COLOURS = range(3)  # channels 0 to 2 respond to red, green and blue alone, 3 to 5 to less of them
GREY = 127.5
CLEARLY = 40  # levels of 255
ALL = {
    variant.name: variant
    for variant in chosen_variants(VisualizationSection(negative=True, constrained=True, plain=True))
}


@pytest.fixture(scope="module")
def colours() -> Network:
    return network_of(detectors(), SIDE)


def layer_of(network: Network, name: str) -> Layer:
    return next(layer for layer in list_layers(network) if layer.name == name)


def made(network: Network, name: str, variant: Variant, neurons: range | list[int]) -> LayerVisualizations:
    layer = layer_of(network, name)
    return visualize(network, layer, neurons, MAKING, variant)


def own_colour(found: LayerVisualizations) -> np.ndarray:
    """Return the mean level of each picture's own colour."""
    return np.array([found.pictures[row, :, :, row].mean() for row in range(len(found.pictures))])


@pytest.mark.parametrize(
    ("seeds", "wanted", "names"),
    [
        (1, (False, False, False), ["seed-1"]),
        (2, (False, False, True), ["seed-1", "seed-2", "plain"]),
        (3, (True, False, True), ["seed-1", "seed-2", "seed-3", "negative", "plain"]),
        (1, (True, True, True), ["seed-1", "negative", "magnitude-constrained", "plain"]),
    ],
)
def test_the_wanted_variants_are_chosen_in_order(
    seeds: int, wanted: tuple[bool, bool, bool], names: list[str]
) -> None:
    negative, constrained, plain = wanted
    section = VisualizationSection(seeds=seeds, negative=negative, constrained=constrained, plain=plain)
    chosen = chosen_variants(section)
    assert [variant.name for variant in chosen] == names
    assert chosen[0] == FIRST_VARIANT


@pytest.mark.parametrize("layer", ["colours", "rectified"])
def test_negative_has_less_of_the_colour_than_grey_and_the_others_more(colours: Network, layer: str) -> None:
    found = {name: made(colours, layer, variant, COLOURS) for name, variant in ALL.items()}
    assert (own_colour(found["negative"]) < GREY - CLEARLY).all()
    for name in ("seed-1", "seed-2", "seed-3", "plain"):
        assert (own_colour(found[name]) > GREY + CLEARLY).all(), name


def test_pixels_of_plain_activation_maximization_reach_the_colour_itself(colours: Network) -> None:
    found = made(colours, "rectified", ALL["plain"], COLOURS)
    assert (own_colour(found) > 254).all()
    for channel in COLOURS:  # what the neuron does not see stays as it started, near grey
        rest = np.delete(found.pictures[channel], channel, axis=2)
        assert np.abs(rest - GREY).max() < 20


def test_responses_fall_for_negative_and_rise_for_the_others(colours: Network) -> None:
    for name, variant in ALL.items():
        found = made(colours, "colours", variant, COLOURS)
        moved = found.mean_response - found.history[:, 0]
        if name == "magnitude-constrained":  # whose mean colour keeps its strength: only its sign can change
            assert moved.min() >= 0
            assert moved.max() > 0.1
        else:
            assert ((moved < -0.1) if name == "negative" else (moved > 0.1)).all(), name


def test_a_negative_of_a_silent_neuron_stays_at_its_start(colours: Network) -> None:
    found = made(colours, "rectified", ALL["negative"], [3])  # 0 for every colour
    assert found.mean_response[0] == found.peak[0] == 0
    assert (found.history == 0).all()
    assert np.abs(found.pictures - GREY).mean() < 10  # the almost grey start


def test_seeds_reach_the_same_response_with_different_pictures(colours: Network) -> None:
    first, second = (made(colours, "rectified", ALL[name], COLOURS) for name in ("seed-1", "seed-2"))
    np.testing.assert_allclose(first.mean_response, second.mean_response, rtol=0.1)
    assert (first.history[:, 0] != second.history[:, 0]).all()
    assert (first.pictures != second.pictures).any(axis=(1, 2, 3)).all()


def test_plain_pixels_are_seen_as_they_are() -> None:
    pictures = torch.rand(2, 3, 9, 12, generator=torch.Generator().manual_seed(0))
    views = ALL["plain"].views()
    seen = views.apply(pictures, views.draw([1, 2], steps=1)[0])
    torch.testing.assert_close(seen, pictures, rtol=0, atol=1e-5)
