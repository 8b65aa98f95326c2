"""Saving and loading records: one folder each, arrays as .npy, the rest as JSON; atomic."""

from __future__ import annotations

import dataclasses
import errno
import json
import os
import shutil
import types
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import numpy as np

from generator.errors import StoreError

Record = TypeVar("Record")

CONTENT = "record.json"
MAPPED_FROM = 1 << 20  # bytes; larger arrays are memory-mapped rather than read


def save_record(folder: Path, record: object) -> None:
    """Write a record to a new folder, whole or not at all.

    The record's dataclass fields may be arrays, bytes, JSON scalars, tuples, mappings with
    text keys and further dataclasses. Everything is written beside `folder` first and then
    renamed, so a folder that exists is complete, whenever the process was killed.

    Raises:
        StoreError: No space, no permission, or another trouble of the disk.
    """
    temporary = folder.with_name(f".{folder.name}.tmp")
    with writing(folder):
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir(parents=True)
        tree = _encode(record, temporary, ())
        (temporary / CONTENT).write_text(json.dumps(tree, indent=1, allow_nan=False), encoding="utf-8")
        temporary.replace(folder)


def replace_record(folder: Path, record: object) -> None:
    """Write a record whose place may hold an older one, which goes once the new one is whole.

    Raises:
        StoreError: The disk refuses.
    """
    fresh = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    save_record(fresh, record)
    with writing(folder):
        shutil.rmtree(folder, ignore_errors=True)
        fresh.replace(folder)


def load_record(folder: Path, kind: type[Record]) -> Record:
    """Read a record; large arrays are memory-mapped.

    Raises:
        StoreError: The folder does not hold a record of this kind, or a file of it is damaged.
    """
    try:
        tree = json.loads((folder / CONTENT).read_text(encoding="utf-8"))
        record = _decode(tree, kind, folder)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError(
            f"record {folder} is damaged or of another version ({_brief(error)}); "
            "delete this folder and build again"
        ) from None
    assert isinstance(record, kind)
    return record


def has_record(folder: Path) -> bool:
    """Whether a complete record stands at `folder`."""
    return (folder / CONTENT).is_file()


def write_text(path: Path, text: str) -> None:
    """Write a text file, whole or not at all.

    Raises:
        StoreError: No space, no permission, or another trouble of the disk.
    """
    temporary = path.with_name(f".{path.name}.tmp")
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(path)


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn the disk's troubles into one clear line about `path`.

    Raises:
        StoreError: No space, no permission, or another trouble of the disk.
    """
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            remedy = "no space is left on the disk; free some and run the same command to go on"
        elif isinstance(error, PermissionError):
            remedy = "no permission to write there; choose another folder with --output"
        else:
            remedy = f"{_brief(error)}; choose another folder with --output"
        raise StoreError(f"cannot write {path}: {remedy}") from error


def to_json(value: object) -> Any:
    """Return the JSON tree of a record without arrays or bytes."""
    return _encode(value, None, ())


def from_json(tree: Any, kind: type[Record]) -> Record:
    """Rebuild a record without arrays or bytes from its JSON tree.

    Raises:
        KeyError: A field is missing.
        TypeError: The tree has another shape than `kind`.
    """
    record = _decode(tree, kind, None)
    assert isinstance(record, kind)
    return record


def _brief(error: Exception) -> str:
    if isinstance(error, OSError):
        return os.strerror(error.errno) if error.errno else str(error)
    return f"{type(error).__name__}: {error}"


def _encode(value: object, folder: Path | None, place: tuple[str, ...]) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: _encode(getattr(value, field.name), folder, (*place, field.name))
            for field in dataclasses.fields(value)
        }
    if isinstance(value, Mapping):
        return {key: _encode(item, folder, (*place, key)) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_encode(item, folder, (*place, str(index))) for index, item in enumerate(value)]
    if isinstance(value, np.ndarray):
        assert not value.dtype.hasobject, f"{place}: object arrays cannot be stored"
        path = _new_file(folder, place, ".npy")
        with path.open("wb") as file:
            np.lib.format.write_array(file, np.ascontiguousarray(value), allow_pickle=False)
        return "/".join(place) + ".npy"
    if isinstance(value, bytes):
        _new_file(folder, place, "").write_bytes(value)
        return "/".join(place)
    assert value is None or isinstance(value, str | int | float | bool), f"{place}: {type(value)} is no JSON"
    return value


def _new_file(folder: Path | None, place: tuple[str, ...], suffix: str) -> Path:
    assert folder is not None, f"{place}: arrays and bytes need a folder"
    assert not any(part in ("", ".", "..") or "/" in part for part in place), f"{place} makes no file name"
    path = folder.joinpath(*place)
    path = path.with_name(path.name + suffix)
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _decode(tree: Any, kind: Any, folder: Path | None) -> Any:
    kind = _named_by(kind)
    origin, arguments = get_origin(kind), get_args(kind)
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        hints = get_type_hints(kind)
        return kind(**{name: _decode(tree[name], hints[name], folder) for name in _field_names(kind)})
    if origin is np.ndarray:
        assert folder is not None
        return _load_array(folder / tree)
    if kind is bytes:
        assert folder is not None
        return (folder / tree).read_bytes()
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {key: _decode(item, arguments[1], folder) for key, item in tree.items()}
    if origin is tuple:
        kinds = [arguments[0]] * len(tree) if arguments[-1] is Ellipsis else list(arguments)
        return tuple(_decode(item, inner, folder) for item, inner in zip(tree, kinds, strict=True))
    if origin in (Union, types.UnionType):
        inner = next(argument for argument in arguments if argument is not type(None))
        return None if tree is None else _decode(tree, inner, folder)
    return _scalar(tree, kind, origin)


def _named_by(kind: Any) -> Any:
    """Return what an alias made by the `type` statement of newer Pythons names; numpy's `NDArray` is one."""
    while hasattr(kind, "__value__"):
        kind = kind.__value__
    return kind


def _scalar(tree: Any, kind: Any, origin: Any) -> Any:
    if kind is Any or origin is Literal:
        return tree
    if kind is float and isinstance(tree, int):
        return float(tree)
    if not isinstance(tree, kind):
        raise TypeError(f"{tree!r} is no {kind.__name__}")
    return tree


def _field_names(kind: type) -> Iterator[str]:
    return (field.name for field in dataclasses.fields(kind))


def _load_array(path: Path) -> np.ndarray[Any, np.dtype[Any]]:
    mode: Literal["r"] | None = "r" if path.stat().st_size >= MAPPED_FROM else None
    array: np.ndarray[Any, np.dtype[Any]] = np.load(path, mmap_mode=mode, allow_pickle=False)
    return array
