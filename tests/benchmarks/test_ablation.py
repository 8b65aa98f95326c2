"""What ablations cost beside the bare passes through the rest of the network that they need."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import numpy as np
import pytest
import torch
from torchvision.models import get_model

from generator.activations.mean_ablation import mean_output, replacing
from generator.activations.resume import NETWORK, Resumed, cut_at
from generator.analyses.ablation_effects import single_ablations, single_measures
from generator.records import Layer
from tests.planted import network_of, random_batches

pytestmark = pytest.mark.benchmark

SIDE, IMAGES, NEURONS = 64, 32, 8
ROUNDS = 5  # each timed bare and ablated, in turn
MOST = 1.3  # times the bare passes
LAYERS = (
    Layer("layer3.1", "BasicBlock", "convolution", "", 256, 4, 4, tuple(range(NEURONS))),
    Layer("layer2.1", "BasicBlock", "convolution", "", 128, 8, 8, tuple(range(NEURONS))),
)


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.name)
def test_single_ablations_cost_little_more_than_the_passes_they_need(layer: Layer) -> None:
    torch.manual_seed(0)
    network = network_of(get_model("resnet18", weights=None), SIDE)
    (batch,) = random_batches(IMAGES, IMAGES, SIDE, classes=10)
    inputs = network.preprocess.normalize(batch.pixels)
    mean = mean_output(network, layer, [batch])
    resumed = Resumed(network.module, layer.name, NETWORK, inputs)
    cut = cut_at(network.module, layer.name, NETWORK)
    assert resumed.cut
    assert cut is not None
    truth = np.arange(IMAGES) % 10

    def bare() -> None:
        with torch.inference_mode():
            kept = cut.before(inputs)
            for _ in range(1 + NEURONS):
                cut.after(*kept)

    def ablated() -> None:
        sets = [np.zeros(0, np.int32), *np.array(layer.neurons)[:, None]]
        changes = [replacing(mean, layer, channels) for channels in sets]
        measured = [single_measures(found.numpy(), truth) for found in resumed.outputs(inputs, changes)]
        single_ablations(np.array(measured), truth, (0,))

    bare()
    ablated()
    ratios = []
    for _ in range(ROUNDS):
        plain = seconds(bare)
        ratios.append(seconds(ablated) / plain)
    found = statistics.median(ratios)
    print(f"{layer.name}: {NEURONS} neurons x {IMAGES} images at {found:.2f} times the passes needed")
    assert found <= MOST
