"""The exported network agrees with PyTorch, and one that does not is left out with the reason."""

from __future__ import annotations

import dataclasses

import numpy as np
import onnxruntime
import pytest
import torch

from generator.activations.layers import choose_layers
from generator.activations.onnx_export import exported
from generator.analyses.explorer import agreement, agrees, checked
from generator.inputs.batches import Batch
from generator.inputs.models import Network, load_network
from generator.recipe import LayersSection, NetworkSection, PreprocessSection
from generator.records import Layer


@pytest.fixture(scope="module")
def network() -> Network:
    section = PreprocessSection(resize=16, crop=16, mean=(0.5,) * 3, std=(0.5,) * 3)
    return load_network(NetworkSection(model="tests.tiny:network"), section, 0, "cpu")


@pytest.fixture(scope="module")
def layers(network: Network) -> tuple[Layer, ...]:
    return choose_layers(network, LayersSection(neurons=3), 0)


@pytest.fixture(scope="module")
def file(network: Network, layers: tuple[Layer, ...]) -> bytes:
    return exported(network, layers)


@pytest.fixture
def images() -> list[Batch]:
    pixels = torch.from_numpy(np.random.default_rng(0).integers(0, 256, (3, 1, 16, 16, 3), dtype=np.uint8))
    return [Batch(np.array([at]), np.array([-1], np.int32), one) for at, one in enumerate(pixels)]


def test_the_export_agrees_though_rectifiers_work_in_place(
    network: Network, layers: tuple[Layer, ...], file: bytes, images: list[Batch]
) -> None:
    found = checked(file, onnxruntime.InferenceSession(file), network, layers, images)
    assert found.problem == ""
    assert found.file == file
    assert set(found.layers) == {layer.name for layer in layers}
    assert found.classes is not None
    assert all(agrees(one) and one.correlation > 0.9999 for one in found.layers.values())


def test_a_network_that_differs_is_left_out(
    network: Network, layers: tuple[Layer, ...], file: bytes, images: list[Batch]
) -> None:
    swapped = tuple(dataclasses.replace(layer, neurons=layer.neurons[::-1]) for layer in layers)
    found = checked(file, onnxruntime.InferenceSession(file), network, swapped, images)
    assert "differs from PyTorch at layer" in found.problem
    assert found.file == b""


def test_nothing_agrees_with_what_is_not_finite() -> None:
    values = np.array([0.0, 1.0, 2.0], np.float32)
    assert agrees(agreement(values, values))
    with np.errstate(invalid="ignore"):
        assert not agrees(agreement(values, np.array([0.0, np.nan, 2.0], np.float32)))
    assert not agrees(agreement(values, values[::-1]))
    assert agrees(agreement(np.ones(3, np.float32), np.ones(3, np.float32)))


def test_the_file_names_no_folder_of_this_machine(file: bytes) -> None:
    assert b"/site-packages/" not in file
    assert b".py" not in file
