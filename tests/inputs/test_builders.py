"""Modules by torchvision's names and from the user's own factories."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import URLError

import pytest
import torch
from torch import nn
from torchvision import models
from torchvision.models import GoogLeNet_Weights, SqueezeNet1_1_Weights

from generator.errors import NetworkError
from generator.inputs import builders
from generator.inputs.weights import state_sha256


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[Path]:
    """torch's download cache, empty, in a passing folder."""
    usual = torch.hub.get_dir()
    torch.hub.set_dir(str(tmp_path / "hub"))
    (tmp_path / "hub" / "checkpoints").mkdir(parents=True)
    yield tmp_path / "hub" / "checkpoints"
    torch.hub.set_dir(usual)


def one_line(caught: pytest.ExceptionInfo[NetworkError]) -> str:
    assert "\n" not in caught.value.message
    return caught.value.message


@pytest.mark.parametrize(
    ("model", "says"),
    [
        ("resnet81", r"got `resnet81` \(did you mean `resnet18`\?\)"),
        ("ResNet18", "did you mean `resnet18`"),
        ("nothing-like-it", r"got `nothing-like-it`$"),
        ("fcn_resnet50", "must classify images"),
        ("quantized_resnet18", "did you mean|does something else"),
    ],
)
def test_unknown_models_are_named_with_the_nearest(model: str, says: str) -> None:
    with pytest.raises(NetworkError, match=says):
        builders.check_model_name(model)


def test_every_classification_network_is_known() -> None:
    for model in ("resnet18", "vit_b_16", "googlenet", "inception_v3", "convnext_tiny", "maxvit_t"):
        builders.check_model_name(model)


def test_members_are_found_and_listed() -> None:
    assert builders.find_member("resnet50", "DEFAULT").name == "IMAGENET1K_V2"
    assert builders.find_member("resnet50", "IMAGENET1K_V1").name == "IMAGENET1K_V1"
    with pytest.raises(
        NetworkError, match=r"one of IMAGENET1K_V1, IMAGENET1K_V2, DEFAULT for .*did you mean"
    ):
        builders.find_member("resnet50", "IMAGENET1K_V3")
    with pytest.raises(NetworkError, match="got nothing"):
        builders.find_member("resnet50", "")


def test_official_weights_come_from_torchvisions_cache(cache: Path) -> None:
    member = SqueezeNet1_1_Weights.IMAGENET1K_V1
    original = models.squeezenet1_1()
    torch.save(original.state_dict(), cache / Path(member.url).name)
    assert state_sha256(builders.build_official("squeezenet1_1", member)) == state_sha256(original)


@pytest.mark.usefixtures("cache")
def test_a_failed_download_says_what_and_how_to_do_without(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise URLError("no\nroute to host")

    monkeypatch.setattr(torch.hub, "download_url_to_file", fail)
    with pytest.raises(NetworkError, match=r"`squeezenet1_1`.*no route to host.*--weights FILE") as caught:
        builders.build_official("squeezenet1_1", SqueezeNet1_1_Weights.IMAGENET1K_V1)
    assert SqueezeNet1_1_Weights.IMAGENET1K_V1.url in one_line(caught)


def test_a_damaged_cache_is_one_line(cache: Path) -> None:
    (cache / Path(SqueezeNet1_1_Weights.IMAGENET1K_V1.url).name).write_bytes(b"half a file")
    with pytest.raises(NetworkError, match="could not be loaded") as caught:
        builders.build_official("squeezenet1_1", SqueezeNet1_1_Weights.IMAGENET1K_V1)
    one_line(caught)


def test_official_files_are_recognized_by_their_hash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prefixes = {member.url.split("-")[-1][:8]: member for member in models.ResNet50_Weights}
    assert len(prefixes) == 2
    for prefix, member in prefixes.items():
        monkeypatch.setattr(builders, "file_sha256", lambda _, prefix=prefix: prefix + "0" * 56)
        assert builders.recognize("resnet50", tmp_path / "renamed.bin") is member
        assert builders.recognize("resnet18", tmp_path / "renamed.bin") is None
        assert builders.recognize("resnet50", tmp_path / "other.safetensors") is None


def test_an_official_file_gets_torchvisions_own_treatment(tmp_path: Path) -> None:
    member = GoogLeNet_Weights.IMAGENET1K_V1
    original = models.googlenet(aux_logits=True, init_weights=False)
    file = tmp_path / "mine.pth"
    torch.save(original.state_dict(), file)
    before = torch.hub.get_dir(), dict(os.environ)
    module: Any = builders.build_official_from("googlenet", member, file)
    assert (torch.hub.get_dir(), dict(os.environ)) == before
    assert module.transform_input is True
    assert module.aux1 is None
    assert torch.equal(module.fc.weight, original.fc.weight)


def test_an_official_file_cannot_run_code(tmp_path: Path) -> None:
    class Sneaky:
        def __reduce__(self) -> tuple[Any, ...]:
            return Path.touch, (tmp_path / "was run",)

    file = tmp_path / "mine.pth"
    torch.save({"features.0.weight": Sneaky()}, file)
    with pytest.raises(NetworkError, match="could not be loaded") as caught:
        builders.build_official_from("squeezenet1_1", SqueezeNet1_1_Weights.IMAGENET1K_V1, file)
    one_line(caught)
    assert not (tmp_path / "was run").exists()


def head(module: Any, model: str) -> int:
    last = {"squeezenet1_1": "classifier.1", "googlenet": "fc", "mobilenet_v3_small": "classifier.3"}
    weight = module.get_submodule(last.get(model, "heads.head")).weight
    return int(weight.shape[0])


@pytest.mark.parametrize("model", ["squeezenet1_1", "googlenet", "mobilenet_v3_small"])
@pytest.mark.parametrize("classes", [7, 1000])
def test_a_state_dict_states_its_number_of_classes(model: str, classes: int) -> None:
    options = {"init_weights": False, "aux_logits": False} if model == "googlenet" else {}
    original = models.get_model(model, num_classes=classes, **options)
    module = builders.build_from_state(model, original.state_dict(), "w.pth", 64)
    assert head(module, model) == classes
    assert state_sha256(module) == state_sha256(original)


def test_heads_for_training_are_taken_as_the_file_has_them() -> None:
    for auxiliary in (True, False):
        original = models.inception_v3(num_classes=5, init_weights=False, aux_logits=auxiliary)
        module = builders.build_from_state("inception_v3", original.state_dict(), "w.pth", 299)
        assert state_sha256(module) == state_sha256(original)


@pytest.fixture
def little_transformer(monkeypatch: pytest.MonkeyPatch) -> None:
    """`vit_b_32` with one block."""
    real = models.get_model

    def get_model(name: str, **options: Any) -> nn.Module:
        assert (name, options.pop("weights", None)) == ("vit_b_32", None)
        return models.VisionTransformer(
            patch_size=32,
            num_layers=1,
            num_heads=1,
            hidden_dim=8,
            mlp_dim=8,
            **{"image_size": 224, **options},
        )

    assert callable(real)
    monkeypatch.setattr(models, "get_model", get_model)


@pytest.mark.usefixtures("little_transformer")
def test_transformers_are_built_for_the_input_size() -> None:
    state = models.get_model("vit_b_32", image_size=96, num_classes=4).state_dict()
    module = builders.build_from_state("vit_b_32", state, "w.pth", 96)
    assert head(module, "vit_b_32") == 4
    assert module(torch.zeros(1, 3, 96, 96)).shape == (1, 4)
    with pytest.raises(NetworkError, match=r"`encoder\.pos_embedding` must have shape .*preprocess\.crop"):
        builders.build_from_state("vit_b_32", state, "w.pth", 128)
    with pytest.raises(NetworkError, match=r"`preprocess\.crop` must be an input size that `vit_b_32`"):
        builders.build_random("vit_b_32", 100)


def test_another_networks_file_is_refused() -> None:
    state = models.squeezenet1_0().state_dict()
    with pytest.raises(NetworkError, match=r"`w\.pth` does not fit `squeezenet1_1`"):
        builders.build_from_state("squeezenet1_1", state, "w.pth", 64)


def test_random_networks_follow_torchs_seed() -> None:
    hashes = []
    for seed in (1, 1, 2):
        torch.manual_seed(seed)
        hashes.append(state_sha256(builders.build_random("squeezenet1_1", 64)))
    assert hashes[0] == hashes[1] != hashes[2]


FACTORY = """
import sys
from torch import nn
import {helper}

def make():
    from {helper}_late import size
    return nn.Sequential(nn.Flatten(), nn.Linear(size, 2))

def needs(argument):
    return None

def fails():
    raise RuntimeError("no\\nluck")

def leaves():
    sys.exit(3)

def number():
    return 7

constant = 3
"""


@pytest.fixture
def factory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A package in the current folder with factories; its import name."""
    name = "own_factories"
    (tmp_path / name).mkdir()
    (tmp_path / name / "__init__.py").touch()
    (tmp_path / name / "nets.py").write_text(FACTORY.format(helper="own_helper"))
    (tmp_path / name / "broken.py").write_text("import a_package_that_is_not_there\n")
    (tmp_path / name / "typo.py").write_text("def make(:\n")
    (tmp_path / "own_helper.py").touch()
    (tmp_path / "own_helper_late.py").write_text("size = 3 * 8 * 8\n")
    monkeypatch.chdir(tmp_path)
    yield name
    for module in [module for module in sys.modules if module.startswith("own_")]:
        del sys.modules[module]


def test_a_factory_of_the_current_folder_is_called(factory: str) -> None:
    path = list(sys.path)
    module = builders.build_from_factory(f"{factory}.nets:make")
    assert module(torch.zeros(1, 3, 8, 8)).shape == (1, 2)
    assert sys.path == path


@pytest.mark.parametrize(
    ("name", "says"),
    [
        (".nets:", "must be written"),
        (".nowhere:make", "cannot be imported: ModuleNotFoundError"),
        (".broken:make", "a_package_that_is_not_there"),
        (".typo:make", "cannot be imported: SyntaxError"),
        (".nets:other", "which is not there"),
        (".nets:constant", "which cannot be called"),
        (".nets:needs", "called without arguments, failed: TypeError"),
        (".nets:fails", "failed: RuntimeError: no luck"),
        (".nets:leaves", "failed: SystemExit: 3"),
        (".nets:number", "must return a torch module, got a int"),
    ],
)
def test_factories_that_fail_are_one_line(factory: str, name: str, says: str) -> None:
    path = list(sys.path)
    with pytest.raises(NetworkError, match=says) as caught:
        builders.build_from_factory(factory + name)
    one_line(caught)
    assert sys.path == path


def test_an_empty_module_name_is_refused() -> None:
    with contextlib.chdir("/"), pytest.raises(NetworkError, match="must be written"):
        builders.build_from_factory(":make")


def test_a_factorys_module_may_keep_a_report(factory: str, tmp_path: Path) -> None:
    file = tmp_path / factory / "report.json"
    module = tmp_path / factory / "nets.py"
    module.write_text(
        "from pathlib import Path\nREPORT_FILE = Path(__file__).with_name('report.json')\n"
        + module.read_text()
    )
    model = f"{factory}.nets:make"
    assert builders.read_report(model) == ""
    file.write_text('{"accuracy": 0.5, "by": "Zoë"}\n', encoding="utf-8")
    assert builders.read_report(model) == '{"accuracy": 0.5, "by": "Zoë"}\n'
    for content in (b"{accuracy}", b"\xff", b""):
        file.write_bytes(content)
        with pytest.raises(
            NetworkError, match=r"`REPORT_FILE` of `own_factories\.nets` must be a JSON file"
        ) as caught:
            builders.read_report(model)
        one_line(caught)


def test_other_networks_have_no_report(factory: str) -> None:
    assert builders.read_report(f"{factory}.nets:make") == ""
    assert builders.read_report("resnet18") == ""
    with pytest.raises(NetworkError, match="cannot be imported"):
        builders.read_report(f"{factory}.nowhere:make")
