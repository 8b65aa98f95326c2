from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from generator.activations.layers import list_layers
from generator.analyses.base import Context
from generator.analyses.filters import FiltersAnalysis, first_filters
from generator.inputs.models import Network
from generator.inputs.preprocess import Preprocess
from generator.recipe import ImagesSection, NetworkSection, PreprocessSection, Recipe
from generator.records import NetworkInfo

HALF = (0.5, 0.5, 0.5)


def wired(module: nn.Module) -> Network:
    info = NetworkInfo("wired", "", "0" * 64, 0, 8, 8, "bilinear", HALF, HALF, (), "", "1" * 64)
    return Network(module.eval().requires_grad_(False), Preprocess(8, 8, "bilinear", HALF, HALF), info)


class Crossed(nn.Module):
    """Registers its convolutions in another order than that in which they run."""

    def __init__(self) -> None:
        super().__init__()
        self.later = nn.Conv2d(4, 2, 1)
        self.sooner = nn.Conv2d(3, 4, 3)

    def forward(self, inputs: Tensor) -> Tensor:
        result: Tensor = self.later(self.sooner(inputs))
        return result


class Doubled(nn.Module):
    """Passes double precision on."""

    def forward(self, inputs: Tensor) -> Tensor:
        return inputs.double()


def tiny_recipe() -> Recipe:
    return Recipe(
        name="tiny",
        title="Tiny",
        network=NetworkSection(model="tests.tiny:network"),
        preprocess=PreprocessSection(resize=16, crop=16, mean=HALF, std=HALF),
        images=ImagesSection(source="folder"),
    )


def test_the_filters_are_those_of_the_convolution_that_runs_first() -> None:
    module = Crossed()
    found = first_filters(wired(module))
    assert found.layer == "sooner"
    assert found.weights.dtype == np.float32
    np.testing.assert_array_equal(found.weights, module.sooner.weight.numpy())
    found.weights[:] = 0
    assert module.sooner.weight.abs().max() > 0


def test_weights_of_another_precision_come_as_float32() -> None:
    network = wired(nn.Sequential(Doubled(), nn.Conv2d(3, 2, 1, dtype=torch.float64)))
    assert first_filters(network).weights.dtype == np.float32


def test_a_network_without_a_convolution_has_no_filters() -> None:
    found = first_filters(wired(nn.Sequential(nn.Flatten(), nn.Linear(3 * 8 * 8, 2))))
    assert found.layer == ""
    assert found.weights.shape == (0, 0, 0, 0)


@pytest.mark.parametrize("neurons", [(), (1,)])
def test_the_analysis_gives_all_filters_whichever_neurons_are_chosen(neurons: tuple[int, ...]) -> None:
    context = Context(tiny_recipe(), "cpu", (), None, {})  # type: ignore[arg-type]
    context = replace(context, layers=(replace(list_layers(context.network())[0], neurons=neurons),))
    analysis = FiltersAnalysis()
    parts = [analysis.run(context, task) for task in analysis.tasks(context)]
    record = analysis.combine(context, parts)
    assert record.layer == "0.0.convolution"
    assert record.weights.shape == (4, 3, 3, 3)
    assert analysis.estimate(context).size == record.weights.nbytes
