"""Counting of shared pixels against loops over every image, neuron, concept and pixel."""

from __future__ import annotations

import numpy as np
import torch

from generator.activations.overlap import FRACTION, MaskStack, RunningOverlap
from generator.records import LayerCentres

IMAGES, NEURONS, CONCEPTS, SIDE = 4, 3, 5, 12
FAMILIES = (0, 0, 1, 1, 1)


def world(seed: int) -> tuple[np.ndarray, list[dict[int, np.ndarray]]]:
    """Return response maps (images, neurons, 3, 4), and masks of which each image lacks some."""
    random = np.random.default_rng(seed)
    maps = random.normal(size=(IMAGES, NEURONS, 3, 4)).astype(np.float32)
    masks = [
        {column: random.random((SIDE, SIDE)) < 0.3 for column in range(CONCEPTS) if random.random() < 0.7}
        for _ in range(IMAGES)
    ]
    return maps, masks


def slow_upsampled(response: np.ndarray, centres: LayerCentres) -> np.ndarray:
    """Interpolate along one axis, then along the other."""
    places = np.arange(SIDE) + 0.5
    down = np.stack([np.interp(places, centres.rows, column) for column in response.T], axis=1)
    return np.stack([np.interp(places, centres.columns, row) for row in down])


def kin(one: int, other: int) -> bool:
    return FAMILIES[one] == FAMILIES[other]


def test_counts_are_those_of_loops_in_place_and_shuffled() -> None:
    centres = LayerCentres(np.array([1.5, 5.5, 9.5]), np.array([0.5, 3.5, 6.5, 9.5]))
    thresholds = np.array([0.4, 1.0, 9.0], dtype=np.float32)  # the last neuron never exceeds its own
    counted = RunningOverlap(thresholds, centres, SIDE, CONCEPTS, IMAGES)
    active = np.zeros((2, NEURONS), dtype=int)
    shared = np.zeros((2, IMAGES, NEURONS, CONCEPTS), dtype=int)
    spread = np.zeros(shared.shape)
    for seed, half in ((1, 0), (2, 1), (3, 0)):
        maps, masks = world(seed)
        counted.add(half, torch.from_numpy(maps), MaskStack(masks, FAMILIES, SIDE, torch.device("cpu")))
        for image in range(IMAGES):
            for neuron in range(NEURONS):
                region = slow_upsampled(maps[image, neuron], centres) > thresholds[neuron]
                active[half, neuron] += region.sum()
                for shift in range(IMAGES):
                    for column, mask in masks[(image + shift) % IMAGES].items():
                        shared[half, shift, neuron, column] += (region & mask).sum()
                        own = [mine for other, mine in masks[image].items() if kin(other, column)]
                        covered = sum((region & mine).sum() for mine in own)
                        density = covered / max(sum(mine.sum() for mine in own), 1)
                        spread[half, shift, neuron, column] += density * mask.sum()
    found_active, found_shared, found_spread = counted.result()
    np.testing.assert_allclose(found_spread / FRACTION, spread, atol=IMAGES)
    np.testing.assert_array_equal(found_active, active)
    np.testing.assert_array_equal(found_shared, shared)
    assert shared[:, :, :2].sum() > 0
    assert not active[:, 2].any()


def test_images_without_any_mask_count_as_active_only() -> None:
    centres = LayerCentres(np.array([6.0]), np.array([6.0]))
    counted = RunningOverlap(np.zeros(1, np.float32), centres, SIDE, CONCEPTS, IMAGES)
    nothing = MaskStack([{} for _ in range(IMAGES)], FAMILIES, SIDE, torch.device("cpu"))
    counted.add(0, torch.ones(IMAGES, 1, 1, 1), nothing)
    active, shared, spread = counted.result()
    assert active.tolist() == [[IMAGES * SIDE * SIDE], [0]]
    assert not shared.any()
    assert not spread.any()
