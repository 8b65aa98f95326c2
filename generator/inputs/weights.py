"""Weights: state-dict files read without running code, fitted to a module, and their hash."""

from __future__ import annotations

import hashlib
import pickle
import warnings
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import safetensors.torch
import torch
from torch import Tensor, nn

from generator.errors import NetworkError

State = OrderedDict[str, Tensor]
"""Tensors by name; its attribute `_metadata`, where there is one, holds the versions of the modules."""

_NESTS = ("state_dict", "model", "model_state_dict")
"""Keys under which training scripts commonly keep the state dict in a checkpoint."""

_PREFIXES = ("module.", "_orig_mod.")
"""What DataParallel and torch.compile put before every name."""

_NAMED = 3
"""Tensors named in a message; more are counted."""


def read_state(file: Path) -> State:
    """Read a state dict, alone or inside a checkpoint, without running any code in the file.

    Args:
        file: `.safetensors`, or whatever `torch.save` wrote.

    Raises:
        NetworkError: No such file, not readable, pickled code, or not a state dict.
    """
    if not file.is_file():
        what = "is not a file" if file.exists() else "does not exist"
        raise NetworkError(f"`network.weights` must be a state-dict file, got `{file}`, which {what}")
    loaded: Any = _load(file)
    while isinstance(loaded, Mapping) and (
        inner := [loaded[nest] for nest in _NESTS if _nests(loaded, nest)]
    ):
        loaded = inner[0]
    if not (isinstance(loaded, Mapping) and loaded and all(isinstance(name, str) for name in loaded)):
        raise NetworkError(
            f"`network.weights` must be a state dict (names to tensors), got {_described(loaded)} in "
            f"`{file.name}`; save `model.state_dict()`"
        )
    foreign = [name for name, value in loaded.items() if not isinstance(value, Tensor)]
    if foreign:
        raise NetworkError(
            f"`network.weights` must hold tensors only, got {_described(loaded[foreign[0]])} under "
            f"`{foreign[0]}` in `{file.name}`; save `model.state_dict()`"
        )
    return _without_prefixes(loaded)


def _nests(loaded: Mapping[str, Any], nest: str) -> bool:
    return isinstance(loaded.get(nest), Mapping)


def _load(file: Path) -> object:
    try:
        if file.suffix == ".safetensors":
            return safetensors.torch.load_file(file, device="cpu")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # advice on other kinds of file, which are refused anyway
            return torch.load(file, map_location="cpu", weights_only=True)
    except OSError as error:
        raise NetworkError(f"`{file}` cannot be read: {error.strerror or error}") from None
    except pickle.UnpicklingError as error:
        if "GLOBAL" in str(error) or "Unsupported" in str(error):
            raise NetworkError(
                f"`network.weights` must hold tensors only, got pickled code in `{file.name}`, "
                "which is refused; save `model.state_dict()`"
            ) from None
        raise NetworkError(_corrupt(file)) from None
    except Exception:  # on other bytes the readers raise errors of any kind, with long advice
        raise NetworkError(_corrupt(file)) from None


def _corrupt(file: Path) -> str:
    return (
        f"`{file.name}` is not a state-dict file, or is truncated or corrupt; save `model.state_dict()` again"
    )


def _described(value: object) -> str:
    return "nothing" if isinstance(value, Mapping) and not value else f"a {type(value).__name__}"


def _without_prefixes(loaded: Mapping[str, Tensor]) -> State:
    state = OrderedDict(loaded)
    versions: dict[str, Any] | None = getattr(loaded, "_metadata", None)
    for prefix in _PREFIXES:
        if all(name.startswith(prefix) for name in state):
            state = OrderedDict((name.removeprefix(prefix), value) for name, value in state.items())
            versions = versions and {_inner(name, prefix): value for name, value in versions.items()}
    if versions is not None:
        vars(state)["_metadata"] = versions
    return state


def _inner(module: str, prefix: str) -> str:
    """Return a module's name without the prefix; the wrapped module itself has an empty one."""
    return f"{module}.".removeprefix(prefix).rstrip(".")


def read_class_count(state: State, module: nn.Module, known: int) -> int:
    """Read the number of classes off a state dict.

    Args:
        state: What is to be loaded.
        module: The same architecture with `known` classes.
        known: Classes of `module`.

    Returns:
        The classes of `state`: where tensors differ from those of `module` in their first
        dimension alone, and all in the same way from `known`, that dimension; else `known`.
    """
    differing = [
        (tuple(value.shape), tuple(state[name].shape))
        for name, value in module.state_dict().items()
        if name in state and state[name].shape != value.shape
    ]
    firsts = {got[0] for _, got in differing if got}
    only_first = all(
        len(expected) == len(got) > 0 and expected[0] == known and expected[1:] == got[1:]
        for expected, got in differing
    )
    return firsts.pop() if only_first and len(firsts) == 1 else known


def fit(state: State, module: nn.Module, file: str, model: str) -> None:
    """Load a state dict into a module, in place; every name and shape must fit.

    Raises:
        NetworkError: Names are missing or unexpected, or shapes differ; the first few are named.
    """
    shapes = {name: tuple(value.shape) for name, value in module.state_dict().items() if _has_shape(value)}
    for name, shape in shapes.items():
        if name in state and tuple(state[name].shape) != shape:
            raise NetworkError(
                f"`{file}` does not fit `{model}`: `{name}` must have shape {_size(shape)}, "
                f"got {_size(tuple(state[name].shape))}; check `network.model` and `preprocess.crop`"
            )
    if "_metadata" not in vars(state):  # safetensors keep no versions: take the module's own
        state = OrderedDict(state)
        vars(state)["_metadata"] = vars(module.state_dict())["_metadata"]
    try:
        missing, unexpected = module.load_state_dict(state, strict=False)
    except Exception as error:  # modules check their versions, each in its own way
        raise NetworkError(f"`{file}` does not fit `{model}`: {' '.join(str(error).split())}") from None
    problems = [
        f"{what} {_some(names)}"
        for what, names in (("lacks", missing), ("has an unknown", unexpected))
        if names
    ]
    if problems:
        raise NetworkError(
            f"`{file}` does not fit `{model}`: it {' and '.join(problems)}; check `network.model`"
        )


def _has_shape(value: object) -> bool:
    return isinstance(value, Tensor) and not nn.parameter.is_lazy(value)


def _size(shape: tuple[int, ...]) -> str:
    return " by ".join(map(str, shape)) or "of a single value"


def _some(names: list[str]) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:_NAMED])
    return shown if len(names) <= _NAMED else f"{shown} and {len(names) - _NAMED} more"


def state_sha256(module: nn.Module) -> str:
    """Return the hash of a module's weights: names, types, shapes and bytes of all tensors, sorted.

    The same on every device and for every memory format.
    """
    digest = hashlib.sha256()
    for name, value in sorted(module.state_dict().items()):
        if not isinstance(value, Tensor):
            continue
        digest.update(f"{name}\0{value.dtype}\0{tuple(value.shape)}\0".encode())
        plain = value.detach().cpu().contiguous().reshape(-1)
        digest.update(plain.view(torch.uint8).numpy().data)
    return digest.hexdigest()


def file_sha256(file: Path) -> str:
    """Return the hash of a file's bytes."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
