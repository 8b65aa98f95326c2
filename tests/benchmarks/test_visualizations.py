"""Time of feature visualization per neuron: many neurons at a time against one at a time."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from generator.activations.layers import choose_layers, list_layers
from generator.analyses.base import Context
from generator.analyses.visualizations import VisualizationsAnalysis
from generator.featurevis.objectives import ChannelMean, responding
from generator.featurevis.optimize import Schedule, optimize
from generator.featurevis.parametrize import FourierBasis
from generator.featurevis.transforms import RandomViews
from generator.inputs.models import Network
from generator.recipe import ImagesSection, LayersSection, NetworkSection, PreprocessSection, Recipe
from generator.recipe_sections import VisualizationSection
from generator.records import Layer

pytestmark = pytest.mark.benchmark

NEURONS = range(12)
SCHEDULE = Schedule(steps=8, learning_rate=0.1)
FACTOR = 2.5  # by which an estimate may be off
NOISE = 1.1  # how much slower a batch may seem on a busy machine


@pytest.fixture(scope="module")
def context(shared: Path) -> Context:
    """Two neurons in every automatic layer of the shared ResNet-18."""
    mean, std = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
    recipe = Recipe(
        name="speed",
        title="Speed",
        network=NetworkSection(
            model="resnet18", weights=str(shared / "models" / "resnet18-tinyimagenet.pth")
        ),
        preprocess=PreprocessSection(resize=64, crop=64, mean=mean, std=std),
        images=ImagesSection(source="folder"),
        layers=LayersSection(neurons=2),
        visualization=VisualizationSection(steps=16),
    )
    bare = Context(recipe, "cpu", (), None, {})  # type: ignore[arg-type]
    return replace(bare, layers=choose_layers(bare.network(), recipe.layers, recipe.seed))


def seconds_per_neuron(network: Network, layer: Layer, batches: Sequence[Sequence[int]]) -> float:
    start = time.perf_counter()
    for neurons in batches:
        with responding(network, layer) as respond:
            optimize(
                respond,
                ChannelMean(neurons, layer),
                parametrization=FourierBasis(64, "cpu"),
                views=RandomViews(),
                schedule=SCHEDULE,
                seeds=neurons,
            )
    return (time.perf_counter() - start) / sum(map(len, batches))


@pytest.mark.parametrize("name", ["layer1.1", "layer4.1"])
def test_a_batch_is_no_slower_than_its_neurons_one_at_a_time(context: Context, name: str) -> None:
    network = context.network()
    layer = next(layer for layer in list_layers(network) if layer.name == name)
    seconds_per_neuron(network, layer, [[0]])
    rounds = [
        (
            seconds_per_neuron(network, layer, [[neuron] for neuron in NEURONS[:3]]),
            seconds_per_neuron(network, layer, [NEURONS]),
        )
        for _ in range(2)
    ]
    alone, together = (min(seconds) for seconds in zip(*rounds, strict=True))
    print(
        f"{name}: {1000 * together:.0f} ms a neuron in a batch of {len(NEURONS)}, "
        f"{1000 * alone:.0f} ms alone; {alone / together:.2f} x faster"
    )
    assert together <= NOISE * alone


def test_the_estimate_is_near_the_time_taken(context: Context) -> None:
    """Estimated before and after, since what else the machine does changes in between."""
    analysis = VisualizationsAnalysis()
    before = analysis.estimate(context)
    start = time.perf_counter()
    for task in analysis.tasks(context):
        analysis.run(context, task)
    taken = time.perf_counter() - start
    estimates = sorted((before.seconds, analysis.estimate(context).seconds))
    print(f"{before.work}: estimated {estimates[0]:.1f} to {estimates[1]:.1f} s, took {taken:.1f} s")
    assert taken / FACTOR < estimates[1]
    assert estimates[0] < taken * FACTOR
