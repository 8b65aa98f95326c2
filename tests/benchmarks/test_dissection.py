"""Dissection with all its shuffles against one neuron, image and concept at a time without any."""

from __future__ import annotations

import time

import numpy as np
import pytest
import torch
from torch.nn.functional import interpolate

from generator.activations.overlap import MaskStack, RunningOverlap
from generator.geometry import even
from generator.inputs.concepts import HALF, open_concepts
from generator.inputs.preprocess import Preprocess
from generator.recipe import ConceptsSection
from generator.records import LayerCentres

SIDE, CELLS, NEURONS = 64, 16, 64
LEAST = 5.0


@pytest.mark.benchmark
def test_all_neurons_at_once_with_shuffles_against_loops_without() -> None:
    concepts = open_concepts(ConceptsSection(limit=40), 0, SIDE)
    preprocess = Preprocess(SIDE, SIDE, "bilinear", (0.5, 0.5, 0.5), (0.25, 0.25, 0.25))
    views = [concepts.view(index, preprocess) for index in range(HALF)]
    numbers = sorted({number for view in views for number in view.masks})
    columns = {number: column for column, number in enumerate(numbers)}
    masks = [{columns[number]: mask for number, mask in view.masks.items()} for view in views]
    random = torch.Generator().manual_seed(0)
    strengths = (
        torch.randn(HALF, NEURONS, 1, 1, generator=random).mul(1.5).exp()
    )  # few images excite a neuron
    maps = torch.randn(HALF, NEURONS, CELLS, CELLS, generator=random) * strengths
    families = [len(concepts.info.concepts[number].category) for number in numbers]
    thresholds = np.quantile(maps.numpy().transpose(1, 0, 2, 3).reshape(NEURONS, -1), 0.995, axis=1)

    start = time.perf_counter()
    slow = np.zeros((NEURONS, len(columns)), dtype=np.int64)
    for image in range(HALF):
        for neuron in range(NEURONS):
            large = interpolate(maps[image, neuron][None, None], SIDE, mode="bilinear")[0, 0].numpy()
            region = large > thresholds[neuron]
            for column, mask in masks[image].items():
                slow[neuron, column] += np.logical_and(region, mask).sum()
    loops = time.perf_counter() - start

    times = []
    for _ in range(5):
        centres = LayerCentres(even(CELLS, SIDE), even(CELLS, SIDE))
        running = RunningOverlap(thresholds, centres, SIDE, len(columns), HALF)
        start = time.perf_counter()
        running.add(0, maps, MaskStack(masks, families, SIDE, torch.device("cpu")))
        times.append(time.perf_counter() - start)
    _, shared, _ = running.result()
    assert np.abs(shared[0, 0] - slow).max() <= 2
    ratio = loops / float(np.median(times))
    print(f"\ndissection: loops without shuffles take {ratio:.1f} × as long as all with {HALF - 1} shuffles")
    assert ratio > LEAST
