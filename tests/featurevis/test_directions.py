"""Pictures of directions on colour detectors: what a direction looks for is known."""

from __future__ import annotations

import numpy as np
import torch

from generator.activations.layers import list_layers
from generator.featurevis.directions import mean_responses, random_responses, visualize_directions
from generator.featurevis.visualize import Making
from tests.planted import detectors, network_of

SIZE = 16  # pixels
RED, GREEN, BLUE = 0, 1, 2
NETWORK = network_of(detectors(), SIZE)
RECTIFIED = next(layer for layer in list_layers(NETWORK) if layer.name == "rectified")
MAKING = Making(size=SIZE, steps=64, learning_rate=0.5, seed=0)


def test_opposite_directions_of_two_colours_give_one_each() -> None:
    vectors = np.zeros((2, 7))
    vectors[0, [RED, BLUE]] = 1.0, -1.0
    vectors[1] = -vectors[0]
    found = visualize_directions(NETWORK, RECTIFIED, vectors, [1, 2], MAKING)
    assert found.shape == (2, SIZE, SIZE, 3)
    assert found.dtype == np.uint8
    colours = found.mean(axis=(1, 2))
    assert colours[0, RED] > colours[0, BLUE] + 100
    assert colours[1, BLUE] > colours[1, RED] + 100
    reached = mean_responses(NETWORK, RECTIFIED, found)
    random = random_responses(NETWORK, RECTIFIED, SIZE, 0)
    for row in range(2):
        assert reached[row] @ vectors[row] > (random @ vectors[row]).max()


def test_a_picture_does_not_depend_on_the_others_of_its_batch() -> None:
    vectors = np.eye(2, 7)
    both = visualize_directions(NETWORK, RECTIFIED, vectors, [1, 2], MAKING)
    alone = visualize_directions(NETWORK, RECTIFIED, vectors[1:], [2], MAKING)
    assert np.abs(both[1].astype(int) - alone[0].astype(int)).max() <= 1


def test_mean_responses_are_of_the_pictures_as_they_are() -> None:
    pictures = np.random.default_rng(0).integers(0, 256, (3, SIZE, SIZE, 3), dtype=np.uint8)
    with torch.no_grad():
        inputs = torch.from_numpy(pictures).permute(0, 3, 1, 2) / 255
        direct = NETWORK.module.rectified(NETWORK.module.colours(inputs)).mean(dim=(2, 3))
    np.testing.assert_allclose(mean_responses(NETWORK, RECTIFIED, pictures), direct, rtol=1e-5)
