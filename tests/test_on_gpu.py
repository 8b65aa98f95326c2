"""On an Nvidia GPU an atlas is the same as on a processor up to rounding, and its pictures reach as much."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torchvision.models import get_model

from generator.activations.layers import list_layers
from generator.featurevis.memory import pictures_at_once
from generator.featurevis.objectives import responding
from generator.featurevis.prepared import prepared
from generator.featurevis.visualize import Making, visualize
from generator.inputs.models import Network, load_network
from generator.recipe import NetworkSection, PreprocessSection
from generator.records import AtlasRecords, Exemplars, Layer, Statistics
from tests.building import built, contents
from tests.tiny import write_world

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="this machine has no Nvidia GPU")

ROUNDING = 1e-4  # of the largest response; TensorFloat-32 is at 1e-3
SAME_REACH = 0.1  # by which the median of what pictures reach may differ: they settle in other places
MAKING = Making(size=64, steps=64, learning_rate=0.5, seed=0)
NEURONS = range(24)
BUILDS = {"cpu": "cpu", "cuda": "cuda", "again": "cuda"}  # the device of each
WITHOUT_GRADIENTS = {"survey", "statistics", "exemplars", "filters", "patterns", "similar", "neuron_map"}


def resnet(device: str) -> Network:
    half = (0.5, 0.5, 0.5)
    section = PreprocessSection(resize=64, crop=64, mean=half, std=half)
    return load_network(NetworkSection(model="resnet18", weights="random"), section, 0, device)


def layer_of(network: Network, name: str) -> Layer:
    return next(layer for layer in list_layers(network) if layer.name == name)


@pytest.mark.parametrize("name", ["layer1.0", "layer4.1"])
def test_responses_are_those_of_a_processor(name: str) -> None:
    found = []
    for device in ("cpu", "cuda"):
        network = resnet(device)
        with responding(network, layer_of(network, name)) as respond, torch.no_grad():
            pictures = torch.rand(4, 3, 64, 64, generator=torch.Generator().manual_seed(0))
            found.append(respond(pictures.to(device)).cpu())
    assert (found[0] - found[1]).abs().max() < ROUNDING * found[0].abs().max()


def test_the_prepared_copy_is_rewritten_as_on_a_processor() -> None:
    kinds = [
        [type(part) for part in prepared(resnet(device), "layer4.1").module.modules()]
        for device in ("cpu", "cuda")
    ]
    assert kinds[0] == kinds[1]
    assert kinds[0] != [type(part) for part in get_model("resnet18").modules()]


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
@pytest.mark.parametrize("name", ["layer1.0", "layer4.1"])
def test_pictures_reach_what_they_reach_on_a_processor(name: str, precision: str) -> None:
    making = replace(MAKING, precision=precision)
    reached = []
    for device, made in (("cpu", MAKING), ("cuda", making), ("cuda", making)):
        network = resnet(device)
        reached.append(visualize(network, layer_of(network, name), NEURONS, made).mean_response)
    on_processor, on_gpu, again = (float(np.median(means)) for means in reached)
    print(f"{name} {precision}: {on_gpu / on_processor:.3f}, again {again / on_processor:.3f}", end="; ")
    print(f"repeated exactly: {np.array_equal(reached[1], reached[2])}")
    assert abs(on_gpu - on_processor) < SAME_REACH * on_processor


def test_memory_holds_a_large_batch() -> None:
    network = resnet("cuda")
    assert pictures_at_once(network, layer_of(network, "layer4.1"), 64) > len(NEURONS)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("world")


@pytest.fixture(scope="module")
def atlases(world: Path) -> dict[str, AtlasRecords]:
    recipe = write_world(world)
    return {
        name: built(recipe, world / name, {"compute.device": device, "visualization.steps": "32"})
        for name, device in BUILDS.items()
    }


def test_an_atlas_has_the_same_records(atlases: dict[str, AtlasRecords]) -> None:
    cpu, cuda = atlases["cpu"], atlases["cuda"]
    assert cpu.records.keys() == cuda.records.keys()
    ours, theirs = (atlas.get("statistics", Statistics) for atlas in (cpu, cuda))
    assert ours is not None
    assert theirs is not None
    for name, layer in ours.layers.items():
        for field in fields(layer):
            values, others = getattr(layer, field.name), getattr(theirs.layers[name], field.name)
            if isinstance(values, np.ndarray) and values.dtype.kind == "f":
                np.testing.assert_allclose(values, others, rtol=1e-3, atol=1e-3, err_msg=field.name)


def test_strongest_images_are_the_same(atlases: dict[str, AtlasRecords]) -> None:
    chosen = []
    for atlas in (atlases["cpu"], atlases["cuda"]):
        exemplars = atlas.get("exemplars", Exemplars)
        assert exemplars is not None
        chosen.append({name: layer.top.picture[:, 0].tolist() for name, layer in exemplars.layers.items()})
    assert chosen[0] == chosen[1]


@pytest.mark.usefixtures("atlases")
def test_what_needs_no_gradients_repeats_exactly(world: Path) -> None:
    """Sums in the gradients of resampling and convolutions have no fixed order on a GPU."""
    first, again = (contents(world / name) for name in ("cuda", "again"))
    assert first.keys() == again.keys()
    differing = {path.split("/")[2] for path, content in first.items() if content != again[path]}
    print(f"differ from build to build: {', '.join(sorted(differing))}")
    assert not differing & WITHOUT_GRADIENTS
