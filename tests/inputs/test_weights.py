"""State-dict files: read without running code, fitted exactly or refused, hashed by content."""

from __future__ import annotations

import argparse
import hashlib
import warnings
import zipfile
from collections import OrderedDict
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch
from torch import nn
from torchvision.models import mnasnet0_5

from generator.errors import NetworkError
from generator.inputs.weights import file_sha256, fit, read_class_count, read_state, state_sha256


def small() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Flatten(), nn.Linear(16, 5))


class Sneaky:
    """What pickle would run on loading."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.path,)


def saved(path: Path, value: object) -> Path:
    if path.suffix == ".safetensors":
        safetensors.torch.save_file(value, path)
    else:
        torch.save(value, path)
    return path


def wrapped(state: Any) -> Any:
    return OrderedDict((f"module.{name}", value) for name, value in state.items())


@pytest.mark.parametrize("name", ["w.pth", "w.pt", "w.safetensors"])
def test_a_plain_file_is_read(tmp_path: Path, name: str) -> None:
    state = small().state_dict()
    found = read_state(saved(tmp_path / name, state))
    assert set(found) == set(state)
    assert all(torch.equal(found[key], value) for key, value in state.items())


@pytest.mark.parametrize(
    "nest",
    [
        lambda state: {"state_dict": state, "epoch": 3},
        lambda state: {"model": state},
        lambda state: {"model": {"state_dict": wrapped(state)}},
        lambda state: {"model_state_dict": state},
        wrapped,
        lambda state: {f"module._orig_mod.{name}": value for name, value in state.items()},
    ],
)
def test_checkpoints_and_prefixes_are_seen_through(tmp_path: Path, nest: Any) -> None:
    state = small().state_dict()
    assert list(read_state(saved(tmp_path / "w.pth", nest(state)))) == list(state)


@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
@pytest.mark.parametrize("parallel", [False, True])
def test_versions_of_modules_survive(tmp_path: Path, suffix: str, parallel: bool) -> None:
    original = mnasnet0_5(num_classes=3)  # refuses a state dict that does not state its version
    state = (nn.DataParallel(original) if parallel else original).state_dict()
    found = read_state(saved(tmp_path / f"w{suffix}", state))
    again = mnasnet0_5(num_classes=3)
    fit(found, again, "w", "mnasnet0_5")
    assert state_sha256(again) == state_sha256(original)


def test_pickled_code_is_refused_and_not_run(tmp_path: Path) -> None:
    mark = tmp_path / "was run"
    for value in ({"weight": Sneaky(mark)}, small(), {"state_dict": {}, "args": argparse.Namespace()}):
        path = saved(tmp_path / "w.pth", value)
        with pytest.raises(NetworkError, match=r"pickled code in `w\.pth`, which is refused") as caught:
            read_state(path)
        assert "\n" not in caught.value.message
    assert not mark.exists()


@pytest.mark.parametrize("name", ["w.pth", "w.safetensors"])
@pytest.mark.parametrize("content", [b"", b"hello", b"\x80\x02}q\x00.", b"PK\x03\x04", bytes(1000)])
def test_other_files_are_refused_in_one_line(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(NetworkError, match=r"save `model\.state_dict\(\)`") as caught:
        read_state(path)
    assert "\n" not in caught.value.message


def test_a_compiled_module_is_refused_without_a_warning(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "w.pt", "w") as archive:
        archive.writestr("w/constants.pkl", b"")
        archive.writestr("w/code/__torch__.py", b"")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(NetworkError, match="is not a state-dict file"):
            read_state(tmp_path / "w.pt")


def test_a_truncated_file_is_refused(tmp_path: Path) -> None:
    for name in ("w.pth", "w.safetensors"):
        path = saved(tmp_path / name, small().state_dict())
        path.write_bytes(path.read_bytes()[:-300])
        with pytest.raises(NetworkError, match="truncated or corrupt"):
            read_state(path)


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ([torch.zeros(2)], "got a list"),
        (torch.zeros(2), "got a Tensor"),
        ({}, "got nothing"),
        ({1: torch.zeros(2)}, "got a dict"),
        ({"state_dict": {}}, "got nothing"),
        ({"a": torch.zeros(2), "epoch": 7}, "got a int under `epoch`"),
    ],
)
def test_what_is_no_state_dict_is_refused(tmp_path: Path, value: object, says: str) -> None:
    with pytest.raises(NetworkError, match=says):
        read_state(saved(tmp_path / "w.pth", value))


def test_missing_files_and_folders_are_named(tmp_path: Path) -> None:
    with pytest.raises(NetworkError, match="does not exist"):
        read_state(tmp_path / "none.pth")
    with pytest.raises(NetworkError, match="is not a file"):
        read_state(tmp_path)


def test_no_permission_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    path = saved(tmp_path / "w.pth", {})
    monkeypatch.setattr(torch, "load", refuse)
    with pytest.raises(NetworkError, match="cannot be read: Permission denied"):
        read_state(path)


def heads(classes: int) -> nn.ModuleDict:
    sizes = {"body": nn.Linear(7, 1000), "head": nn.Linear(1000, classes), "aux": nn.Conv2d(4, classes, 1)}
    return nn.ModuleDict(sizes)


@pytest.mark.parametrize("classes", [1, 10, 999, 1000, 21841])
def test_the_class_count_is_that_of_all_heads(classes: int) -> None:
    assert read_class_count(heads(classes).state_dict(), heads(1000), 1000) == classes


def test_differences_beyond_a_head_leave_the_class_count_alone() -> None:
    state = heads(10).state_dict()
    other = OrderedDict(state)
    other["body.weight"] = torch.zeros(1000, 8)
    assert read_class_count(other, heads(1000), 1000) == 1000
    other = OrderedDict(state)
    other["aux.weight"] = torch.zeros(11, 4, 1, 1)
    assert read_class_count(other, heads(1000), 1000) == 1000
    other["aux.weight"] = torch.zeros(())
    assert read_class_count(other, heads(1000), 1000) == 1000


def test_fitting_loads_every_tensor() -> None:
    source, target = small(), small()
    with torch.no_grad():
        for parameter in source.parameters():
            parameter.add_(1)
    assert state_sha256(source) != state_sha256(target)
    fit(OrderedDict(source.state_dict()), target, "w.pth", "small")
    assert state_sha256(source) == state_sha256(target)


def test_misfits_name_the_first_tensors() -> None:
    state = small().state_dict()
    fewer = OrderedDict(list(state.items())[:2])
    with pytest.raises(NetworkError, match=r"lacks `1\.weight`, `1\.bias`, `1\.running_mean` and \d more"):
        fit(fewer, small(), "w.pth", "small")
    more = OrderedDict(state, extra=torch.zeros(1))
    with pytest.raises(NetworkError, match=r"`w\.pth` does not fit `small`: it has an unknown `extra`"):
        fit(more, small(), "w.pth", "small")
    other = OrderedDict(state)
    other["3.weight"] = torch.zeros(6, 16)
    with pytest.raises(NetworkError, match=r"`3\.weight` must have shape 5 by 16, got 6 by 16"):
        fit(other, small(), "w.pth", "small")


def test_the_hash_is_that_of_names_types_shapes_and_bytes() -> None:
    module = small()
    digest = hashlib.sha256()
    for name in sorted(module.state_dict()):
        value = module.state_dict()[name]
        digest.update(f"{name}\0{value.dtype}\0{tuple(value.shape)}\0".encode())
        digest.update(value.numpy().tobytes())
    assert state_sha256(module) == digest.hexdigest()
    assert state_sha256(small().to(memory_format=torch.channels_last)) == digest.hexdigest()
    assert state_sha256(small().to(torch.bfloat16)) != digest.hexdigest()
    changed = small()
    with torch.no_grad():
        changed[3].bias[0] += 1e-6
    assert state_sha256(changed) != digest.hexdigest()


def test_a_files_hash_is_that_of_its_bytes(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"abc")
    assert file_sha256(tmp_path / "file") == hashlib.sha256(b"abc").hexdigest()
