"""The embedded network: its file, its layers, and that it names what scenes show."""

from __future__ import annotations

import hashlib
import json

import numpy as np
import pytest
import safetensors.torch
import torch
from torch import nn

from generator.errors import NetworkError
from generator.inputs import scene_network
from generator.inputs.scene_network import (
    MEAN,
    REPORT_FILE,
    SIZE,
    STD,
    WEIGHTS_FILE,
    Block,
    SceneNetwork,
    network,
    packed,
    unpacked,
)
from generator.inputs.scenes import VERSION, draw_factors, draw_pixels
from generator.inputs.scenes.objects import OBJECTS

LARGEST_FILE = 4_000_000


@pytest.fixture(scope="module")
def module() -> SceneNetwork:
    if not WEIGHTS_FILE.is_file():
        pytest.skip("the scene network is not trained yet; run `python -m generator.training`")
    return network()


def test_an_untrained_network_says_how_to_train_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scene_network, "WEIGHTS_FILE", WEIGHTS_FILE.with_name("none.safetensors"))
    with pytest.raises(NetworkError, match=r"run `python -m generator\.training`"):
        network()


def views(pixels: np.ndarray) -> torch.Tensor:
    values = torch.from_numpy(pixels).permute(0, 3, 1, 2).float() / 255
    return (values - torch.tensor(MEAN).view(1, 3, 1, 1)) / torch.tensor(STD).view(1, 3, 1, 1)


def named(module: nn.Module, seed: int, indices: list[int]) -> list[str]:
    pixels = np.stack([draw_pixels(seed, index, SIZE) for index in indices])
    with torch.no_grad():
        return [OBJECTS[number] for number in module(views(pixels)).argmax(1).tolist()]


@pytest.mark.usefixtures("module")
def test_file_is_small_and_the_report_is_about_it() -> None:
    content = WEIGHTS_FILE.read_bytes()
    assert len(content) <= LARGEST_FILE
    report = json.loads(REPORT_FILE.read_text())
    assert report["network"]["sha256"] == hashlib.sha256(content).hexdigest()
    assert report["scenes_version"] == VERSION, "scenes changed: train again"
    assert report["unseen"]["accuracy"] >= 0.95
    assert report["unseen"]["objects"] == list(OBJECTS)


def test_names_scenes_that_no_one_has_seen(module: SceneNetwork) -> None:
    indices = list(range(300))
    right = [
        name == draw_factors(77, index).object
        for name, index in zip(named(module, 77, indices), indices, strict=True)
    ]
    assert np.mean(right) >= 0.95


def test_tells_cats_from_dogs(module: SceneNetwork) -> None:
    indices = [index for index in range(900) if draw_factors(78, index).object in ("cat", "dog")]
    truth = [draw_factors(78, index).object for index in indices]
    assert len(indices) > 80
    right = [name == kind for name, kind in zip(named(module, 78, indices), truth, strict=True)]
    assert np.mean(right) >= 0.93


def test_layers_from_early_to_late(module: SceneNetwork) -> None:
    shapes: dict[str, tuple[int, ...]] = {}
    layers = ["stem", *[f"stage{stage}.{block}" for stage in (1, 2, 3, 4) for block in (0, 1)]]
    hooks = [
        module.get_submodule(name).register_forward_hook(
            lambda _, __, output, name=name: shapes.update({name: tuple(output.shape[1:])})
        )
        for name in layers
    ]
    with torch.no_grad():
        output = module(torch.zeros(2, 3, SIZE, SIZE))
    for hook in hooks:
        hook.remove()
    assert output.shape == (2, len(OBJECTS))
    assert list(shapes) == layers
    sides = [shape[1] for shape in shapes.values()]
    assert sides == sorted(sides, reverse=True)
    assert sum(shape[0] for shape in shapes.values()) >= 100


def test_ready_to_measure(module: SceneNetwork) -> None:
    assert not module.training
    assert all(value.dtype == torch.float32 for value in module.parameters())
    assert not any(part.inplace for part in module.modules() if isinstance(part, nn.ReLU))
    assert module.class_names == OBJECTS


def test_few_neurons_are_dead(module: SceneNetwork) -> None:
    pixels = np.stack([draw_pixels(79, index, SIZE) for index in range(60)])
    largest: dict[str, torch.Tensor] = {}
    hooks = [
        part.register_forward_hook(
            lambda _, __, output, name=name: largest.update({name: output.amax((0, 2, 3))})
        )
        for name, part in module.named_modules()
        if isinstance(part, Block) or name == "stem"
    ]
    with torch.no_grad():
        module(views(pixels))
    for hook in hooks:
        hook.remove()
    values = torch.cat(list(largest.values()))
    assert (values <= 0).float().mean() < 0.1


def test_block_against_its_formula() -> None:
    torch.manual_seed(0)
    block = Block(3, 5, 2).eval()
    inputs = torch.randn(2, 3, 8, 8)
    inner = block.norm2(block.conv2(block.norm1(block.conv1(inputs)).clamp(min=0)))
    wanted = (inner + block.shortcut(inputs)).clamp(min=0)
    torch.testing.assert_close(block(inputs), wanted)
    assert isinstance(Block(4, 4, 1).shortcut, nn.Identity)


def test_storage_keeps_weights_to_half_precision() -> None:
    torch.manual_seed(0)
    state = SceneNetwork().state_dict()
    again = unpacked(safetensors.torch.load(safetensors.torch.save(packed(state))))
    assert set(again) == set(state)
    for name, value in state.items():
        assert again[name].dtype == value.dtype
        torch.testing.assert_close(again[name], value, rtol=1e-3, atol=1e-7)
