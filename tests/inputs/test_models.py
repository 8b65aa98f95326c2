"""Whole networks: frozen, identified, with names that fit."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch
from torch import nn
from torchvision import models

from generator.errors import NetworkError
from generator.inputs import builders
from generator.inputs.models import load_network
from generator.inputs.scene_network import WEIGHTS_FILE
from generator.inputs.scenes.objects import OBJECTS
from generator.inputs.weights import state_sha256
from generator.recipe import NetworkSection, PreprocessSection

STATED = PreprocessSection(crop=64, mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225))
MODEL = "squeezenet1_1"


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    load_network.cache_clear()
    yield
    load_network.cache_clear()


def load(network: NetworkSection, preprocess: PreprocessSection = STATED, seed: int = 0) -> Any:
    return load_network(network, preprocess, seed, "cpu")


def write_state(path: Path, classes: int = 6) -> nn.Module:
    torch.manual_seed(3)
    module = models.squeezenet1_1(num_classes=classes)
    if path.suffix == ".safetensors":
        safetensors.torch.save_model(module, str(path))
    else:
        torch.save(module.state_dict(), path)
    return module


@pytest.mark.parametrize("name", ["mine.pth", "mine.safetensors"])
def test_a_state_dict_file_is_loaded_frozen_and_described(tmp_path: Path, name: str) -> None:
    original = write_state(tmp_path / name).eval()
    network = load(NetworkSection(model=MODEL, weights=str(tmp_path / name), trained_on="own images"))
    inputs = torch.rand(2, 3, 64, 64)
    assert torch.equal(network.module(inputs), original(inputs))
    assert not any(module.training for module in network.module.modules())
    assert not any(parameter.requires_grad for parameter in network.module.parameters())
    info = network.info
    assert (info.model, info.weights, info.trained_on) == (MODEL, name, "own images")
    assert info.sha256 == state_sha256(original)
    assert info.parameters == sum(parameter.numel() for parameter in original.parameters())
    assert (info.resize, info.crop, info.interpolation) == (64, 64, "bilinear")
    assert (info.mean, info.std) == (STATED.mean, STATED.std)
    assert info.class_names == ()


def test_the_same_arguments_load_once(tmp_path: Path) -> None:
    write_state(tmp_path / "w.pth")
    section = NetworkSection(model=MODEL, weights=str(tmp_path / "w.pth"))
    assert load(section) is load(NetworkSection(**section.model_dump()))


def test_random_weights_are_seeded_and_leave_the_generator_alone() -> None:
    section = NetworkSection(model=MODEL, weights="random")
    torch.manual_seed(11)
    expected = torch.rand(3)
    torch.manual_seed(11)
    first = load(section, seed=1)
    assert torch.equal(torch.rand(3), expected)
    load_network.cache_clear()
    assert load(section, seed=1).info.sha256 == first.info.sha256 != load(section, seed=2).info.sha256
    assert first.info.weights == "random (seed 1)"
    assert first.info.trained_on == ""
    assert first.info.class_names == ()


def write_official(folder: Path) -> Path:
    member = models.SqueezeNet1_1_Weights.IMAGENET1K_V1
    file = folder / "hub" / "checkpoints" / Path(member.url).name
    file.parent.mkdir(parents=True)
    torch.save(models.squeezenet1_1().state_dict(), file)
    return file


def test_official_weights_bring_preprocessing_and_names(tmp_path: Path) -> None:
    write_official(tmp_path)
    usual = torch.hub.get_dir()
    torch.hub.set_dir(str(tmp_path / "hub"))
    try:
        network = load(NetworkSection(model=MODEL, weights="DEFAULT"), PreprocessSection())
    finally:
        torch.hub.set_dir(usual)
    info = network.info
    assert (info.weights, info.resize, info.crop) == ("IMAGENET1K_V1", 256, 224)
    assert info.class_names[:2] == ("tench", "goldfish")
    assert len(info.class_names) == 1000
    assert info.trained_on == "ImageNet-1k (torchvision weights IMAGENET1K_V1)"


def test_an_official_file_is_the_same_network_as_the_download(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write_official(tmp_path)
    usual = torch.hub.get_dir()
    torch.hub.set_dir(str(tmp_path / "hub"))
    try:
        downloaded = load(NetworkSection(model=MODEL, weights="DEFAULT"), PreprocessSection())
    finally:
        torch.hub.set_dir(usual)
    prefix = file.stem.split("-")[-1]
    monkeypatch.setattr(builders, "file_sha256", lambda _: prefix + "0" * 56)
    moved = file.rename(tmp_path / "from-a-friend.pth")
    assert load(NetworkSection(model=MODEL, weights=str(moved)), PreprocessSection()).info == downloaded.info


def test_two_headed_networks_run() -> None:
    network = load(NetworkSection(model="googlenet", weights="random"))
    assert network.module(torch.zeros(1, 3, 64, 64)).shape == (1, 1000)


def test_a_size_that_the_network_cannot_take_is_one_line() -> None:
    section = NetworkSection(model=MODEL, weights="random")
    with pytest.raises(NetworkError, match="does not run on images of 8 by 8 pixels") as caught:
        load(section, STATED.model_copy(update={"crop": 8}))
    assert "\n" not in caught.value.message


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a\nb\nc\nd\ne\nf\n", ("a", "b", "c", "d", "e", "f")),
        (
            "n1\tcrane, bird\nn2\tcrane\nn3\tc, x\nn4\td\nn5\te\nn6\tf",
            ("crane (n1)", "crane (n2)", "c", "d", "e", "f"),
        ),
    ],
)
def test_class_names_come_from_the_file(tmp_path: Path, text: str, names: tuple[str, ...]) -> None:
    write_state(tmp_path / "w.pth")
    (tmp_path / "names.txt").write_text(text)
    section = NetworkSection(
        model=MODEL, weights=str(tmp_path / "w.pth"), class_names=str(tmp_path / "names.txt")
    )
    assert load(section).info.class_names == names


def test_the_wrong_number_of_class_names_is_refused(tmp_path: Path) -> None:
    write_state(tmp_path / "w.pth")
    (tmp_path / "names.txt").write_text("a\nb\n")
    section = NetworkSection(
        model=MODEL, weights=str(tmp_path / "w.pth"), class_names=str(tmp_path / "names.txt")
    )
    with pytest.raises(NetworkError, match=r"`network\.class_names` must have 6 lines.*got 2"):
        load(section)


FACTORY = """
import torch
from torch import nn

def make():
    return nn.Sequential(nn.Conv2d(3, 2, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten())

def double():
    return make().double().train()

def lazy():
    return nn.Sequential(nn.Flatten(), nn.LazyLinear(4))

def maps():
    return nn.Conv2d(3, 2, 3)

def named(names, module=make):
    made = module()
    made.class_names = names
    return made

def two_names(): return named(("cat", "dog"))
def two_listed(): return named(["cat", "dog"])
def three_names(): return named(("cat", "dog", "hen"))
def numbers(): return named((1, 2))
def nameless(): return named(("cat", ""))
def text(): return named("ab")
def names_of_maps(): return named(("cat", "dog"), maps)
"""


@pytest.fixture
def factory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    (tmp_path / "own_networks.py").write_text(FACTORY)
    monkeypatch.chdir(tmp_path)
    yield "own_networks"
    sys.modules.pop("own_networks", None)


@pytest.mark.parametrize("function", ["make", "double", "lazy"])
def test_a_factory_is_seeded_frozen_and_float32(factory: str, function: str) -> None:
    section = NetworkSection(model=f"{factory}:{function}")
    first = load(section, seed=4)
    load_network.cache_clear()
    assert load(section, seed=4).info == first.info
    assert load(section, seed=5).info.sha256 != first.info.sha256
    assert all(parameter.dtype == torch.float32 for parameter in first.module.parameters())
    assert not first.module.training
    assert first.info.weights == "as built by the function"


def test_a_state_dict_is_loaded_into_a_factorys_module(factory: str, tmp_path: Path) -> None:
    own = load(NetworkSection(model=f"{factory}:make"), seed=9)
    torch.save(own.module.state_dict(), tmp_path / "own.pth")
    section = NetworkSection(model=f"{factory}:make", weights=str(tmp_path / "own.pth"))
    assert load(section).info.sha256 == own.info.sha256
    assert load(section).info.weights == "own.pth"
    torch.save({"other": torch.zeros(1)}, tmp_path / "own.pth")
    load_network.cache_clear()
    with pytest.raises(NetworkError, match=r"lacks `0\.weight`, `0\.bias` and has an unknown `other`"):
        load(section)


def test_names_of_weights_are_refused_for_a_factory(factory: str) -> None:
    for weights in ("random", "DEFAULT"):
        with pytest.raises(NetworkError, match=r"`network\.weights` must be a state-dict file or empty"):
            load(NetworkSection(model=f"{factory}:make", weights=weights))


def test_class_names_need_one_output_a_class(factory: str, tmp_path: Path) -> None:
    (tmp_path / "names.txt").write_text("a\nb\n")
    named = NetworkSection(model=f"{factory}:maps", class_names=str(tmp_path / "names.txt"))
    with pytest.raises(NetworkError, match="not one number a class"):
        load(named)
    assert load(NetworkSection(model=f"{factory}:maps")).info.class_names == ()


@pytest.mark.parametrize("function", ["two_names", "two_listed"])
def test_a_factorys_module_may_bring_class_names(factory: str, function: str, tmp_path: Path) -> None:
    assert load(NetworkSection(model=f"{factory}:{function}")).info.class_names == ("cat", "dog")
    (tmp_path / "names.txt").write_text("a\nb\n")
    stated = NetworkSection(model=f"{factory}:{function}", class_names=str(tmp_path / "names.txt"))
    assert load(stated).info.class_names == ("a", "b")


@pytest.mark.parametrize(
    ("function", "says"),
    [
        ("three_names", "must be a list or tuple of 2 names, one for each output, got 3 names"),
        ("numbers", "got a tuple of something else"),
        ("nameless", "got a tuple of something else"),
        ("text", "got a str"),
        ("names_of_maps", "must be left out, as its output is not one number a class, got 2 names"),
    ],
)
def test_class_names_that_do_not_fit_the_module_are_one_line(factory: str, function: str, says: str) -> None:
    with pytest.raises(
        NetworkError, match=f"`class_names` of the module that `{factory}:{function}`"
    ) as caught:
        load(NetworkSection(model=f"{factory}:{function}"))
    assert says in caught.value.message
    assert "\n" not in caught.value.message


def test_the_embedded_network_names_its_objects() -> None:
    if not WEIGHTS_FILE.is_file():
        pytest.skip("the scene network is not trained yet; run `python -m generator.training`")
    own = NetworkSection(model="generator.inputs.scene_network:network")
    assert load(own).info.class_names == OBJECTS


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"model": "resnet81", "weights": "DEFAULT"}, "did you mean `resnet18`"),
        ({"model": MODEL, "weights": "IMAGENET"}, "must be one of IMAGENET1K_V1, DEFAULT"),
        ({"model": MODEL}, "got nothing"),
        ({"model": MODEL, "weights": "nowhere/w.pth"}, "does not exist"),
        ({"model": "nowhere:make"}, "cannot be imported"),
    ],
)
def test_misfits_are_one_line(values: dict[str, str], says: str) -> None:
    with pytest.raises(NetworkError, match=says) as caught:
        load(NetworkSection(**values))
    assert "\n" not in caught.value.message


def test_preprocessing_must_be_stated_for_weights_of_unknown_origin(tmp_path: Path) -> None:
    write_state(tmp_path / "w.pth")
    for weights in ("random", str(tmp_path / "w.pth")):
        with pytest.raises(NetworkError, match=r"`preprocess\.mean`, `preprocess\.std` must be stated"):
            load(NetworkSection(model=MODEL, weights=weights), PreprocessSection(crop=64))


def test_the_shared_network(shared: Path) -> None:
    section = NetworkSection(
        model="resnet18",
        weights=str(shared / "models" / "resnet18-tinyimagenet.pth"),
        class_names=str(shared / "data" / "tiny-imagenet-classes.txt"),
    )
    network = load(section)
    module: Any = network.module
    assert module.fc.weight.shape == (200, 512)
    assert len(network.info.class_names) == 200
    assert network.info.class_names[0] == "goldfish"
    assert network.info.weights == "resnet18-tinyimagenet.pth"
    assert network.info.parameters == 11_279_112
