"""Modules from names: torchvision's classification networks and the user's own factories."""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import inspect
import json
import os
import pickle
import sys
import tempfile
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torchvision import models

from generator.errors import NetworkError, nearest
from generator.inputs.weights import State, file_sha256, fit, read_class_count

IMAGENET_CLASSES = 1000
"""Outputs of torchvision's networks unless told otherwise; Russakovsky et al. 2015."""

_AUXILIARY = {"googlenet": "aux", "inception_v3": "AuxLogits"}
"""Networks with heads for training alone, which a state dict may or may not hold: their names."""

_FORCE = "TORCH_FORCE_WEIGHTS_ONLY_LOAD"
"""Environment variable of torch.load."""


def is_factory(model: str) -> bool:
    """Whether `model` means `package.module:function` rather than a torchvision name."""
    return ":" in model


def check_model_name(model: str) -> None:
    """Check that `model` is one of torchvision's classification networks.

    Raises:
        NetworkError: It is not.
    """
    known = models.list_models(module=models)
    if model in known:
        return
    if model in models.list_models():
        raise NetworkError(f"`network.model` must classify images, got `{model}`, which does something else")
    raise NetworkError(
        "`network.model` must be a torchvision classification network or `package.module:function`, "
        f"got `{model}`{nearest(model, known)}"
    )


def find_member(model: str, weights: str) -> Any:
    """Return the member of a torchvision model's weights enum.

    Raises:
        NetworkError: The enum has no such member.
    """
    enum: Any = models.get_model_weights(model)
    if weights in enum.__members__:
        return enum[weights]
    valid = ", ".join(enum.__members__)
    got = f"`{weights}`" if weights else "nothing"
    raise NetworkError(
        f"`network.weights` must be one of {valid} for `{model}`, a .pth, .pt or .safetensors file, "
        f"or `random`, got {got}{nearest(weights, enum.__members__)}"
    )


def recognize(model: str, file: Path) -> Any | None:
    """Return the weights enum member that a file holds, or None for a file of other origin.

    torchvision's files carry the first 8 hex digits of their SHA-256 in the name; a file with that
    hash is that file, whatever its name, and comes with the same preprocessing and classes.
    """
    if file.suffix == ".safetensors":
        return None
    enum: Any = models.get_model_weights(model)
    sha256 = file_sha256(file)
    for member in enum:
        if sha256.startswith(member.url.rsplit("-", 1)[-1].split(".")[0]):
            return member
    return None


def build_official(model: str, member: Any) -> nn.Module:
    """Build a torchvision network with official weights, downloaded unless cached.

    Raises:
        NetworkError: The download failed.
    """
    try:
        with contextlib.redirect_stdout(sys.stderr):
            module: nn.Module = models.get_model(model, weights=member, progress=sys.stderr.isatty())
    except (OSError, HTTPException, RuntimeError, EOFError, pickle.UnpicklingError) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise NetworkError(
            f"weights {member.name} of `{model}` could not be loaded from {member.url}: {reason}; fetch that "
            "file by other means and give it with `--weights FILE`"
        ) from None
    return module


def build_official_from(model: str, member: Any, file: Path) -> nn.Module:
    """Build a torchvision network from a file that is known to be the member's.

    torchvision's own builder does it, from a passing cache that holds the file in place of the
    download: it knows what to rename and which switches go with the weights.

    Raises:
        NetworkError: The file holds more than tensors.
    """
    usual = torch.hub.get_dir()
    with tempfile.TemporaryDirectory() as folder, _tensors_only():
        cached = Path(folder) / "checkpoints" / member.url.rsplit("/", 1)[-1]
        cached.parent.mkdir()
        cached.symlink_to(file.resolve())
        torch.hub.set_dir(folder)
        try:
            return build_official(model, member)
        finally:
            torch.hub.set_dir(usual)


@contextlib.contextmanager
def _tensors_only() -> Iterator[None]:
    """Make every torch.load refuse pickled code, also where torchvision does not ask for it."""
    usual = os.environ.get(_FORCE)
    os.environ[_FORCE] = "1"
    try:
        yield
    finally:
        if usual is None:
            del os.environ[_FORCE]
        else:
            os.environ[_FORCE] = usual


def build_from_state(model: str, state: State, file: str, crop: int) -> nn.Module:
    """Build a torchvision network that fits a state dict, and load it.

    Raises:
        NetworkError: The state dict is of another network.
    """
    options = _options(model, crop)
    if model in _AUXILIARY:
        options |= {"init_weights": False}
        options |= {"aux_logits": any(name.startswith(_AUXILIARY[model]) for name in state)}
    module = _construct(model, crop, options)
    classes = read_class_count(state, module, IMAGENET_CLASSES)
    if classes != IMAGENET_CLASSES:
        module = _construct(model, crop, options | {"num_classes": classes})
    fit(state, module, file, model)
    return module


def build_random(model: str, crop: int) -> nn.Module:
    """Build a torchvision network with random weights; the caller seeds torch.

    Raises:
        NetworkError: The network cannot be built for that input size.
    """
    options = _options(model, crop)
    if model in _AUXILIARY:
        options |= {"init_weights": True, "aux_logits": False}
    return _construct(model, crop, options)


def _options(model: str, crop: int) -> dict[str, Any]:
    """Return what a network whose weights depend on the input size must be told of it."""
    if model.startswith("vit_"):
        return {"image_size": crop}
    return {"input_size": (crop, crop)} if model.startswith("maxvit") else {}


def _construct(model: str, crop: int, options: dict[str, Any]) -> nn.Module:
    try:
        module: nn.Module = models.get_model(model, weights=None, **options)
    except Exception as error:  # torchvision raises errors of several kinds over a size that does not fit
        reason = " ".join(str(error).split())
        raise NetworkError(
            f"`preprocess.crop` must be an input size that `{model}` can have, got {crop}: {reason}"
        ) from None
    return module


def build_from_factory(model: str) -> nn.Module:
    """Call the user's `package.module:function`; modules in the current folder can be imported.

    Raises:
        NetworkError: It cannot be imported or called, fails, or returns no module.
    """
    place, _, name = model.partition(":")
    if not place or not name:
        raise NetworkError(f"`network.model` must be written `package.module:function`, got `{model}`")
    with _current_folder_first():
        factory = _attribute(place, name)
        if not callable(factory):
            what = "which is not there" if factory is None else "which cannot be called"
            raise NetworkError(f"`network.model` must name a function in `{place}`, got `{name}`, {what}")
        try:
            module = factory()
        except (Exception, SystemExit) as error:  # as there
            raise NetworkError(f"`{model}`, called without arguments, failed: {_shown(error)}") from None
    if not isinstance(module, nn.Module):
        raise NetworkError(f"`{model}` must return a torch module, got a {type(module).__name__}")
    return module


def _attribute(place: str, name: str) -> Any:
    """Return what a Python module calls `name`, or None."""
    try:
        return getattr(importlib.import_module(place), name, None)
    except (Exception, SystemExit) as error:  # the user's code may raise anything
        raise NetworkError(f"`{place}` of `network.model` cannot be imported: {_shown(error)}") from None


@contextlib.contextmanager
def _current_folder_first() -> Iterator[None]:
    folder = str(Path.cwd())
    sys.path.insert(0, folder)
    try:
        yield
    finally:
        sys.path.remove(folder)


def _shown(error: BaseException) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())


def read_report(model: str) -> str:
    """Return the report on how a factory's network was made, where the factory's module keeps one.

    The module has a constant `REPORT_FILE` then, the `pathlib.Path` of a JSON file.

    Returns:
        The JSON text; empty for a torchvision name, without the constant, or without the file.

    Raises:
        NetworkError: The module cannot be imported, or the file holds something else.
    """
    if not is_factory(model):
        return ""
    place = model.partition(":")[0]
    with _current_folder_first():
        file = _attribute(place, "REPORT_FILE")
    if not isinstance(file, Path) or not file.is_file():
        return ""
    try:
        text = file.read_text(encoding="utf-8")
        json.loads(text)
    except (OSError, ValueError) as error:
        raise NetworkError(
            f"`REPORT_FILE` of `{place}` must be a JSON file, got `{file}`: {_shown(error)}"
        ) from None
    return text


def code_sha256(model: str, module: nn.Module) -> str:
    """Return the hash of what a network computes beside its weights.

    That is the printed structure of its modules and, for a user's own factory, the file that the
    factory stands in: a changed `forward` makes another network of the same weights.
    """
    digest = hashlib.sha256(repr(module).encode())
    if is_factory(model):
        source = inspect.getsourcefile(importlib.import_module(model.partition(":")[0]))
        if source is not None:
            digest.update(Path(source).read_bytes())
    return digest.hexdigest()
