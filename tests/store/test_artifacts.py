"""Records survive the disk unchanged; nothing half-written is ever read back."""

from __future__ import annotations

import errno
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest
from typing_extensions import TypeAliasType

from generator.errors import StoreError
from generator.records import Bytes8, Floats
from generator.store.artifacts import (
    MAPPED_FROM,
    from_json,
    has_record,
    load_record,
    replace_record,
    save_record,
    to_json,
    write_text,
)

Scalar = TypeVar("Scalar", bound=np.generic)
Aliased = TypeAliasType("Aliased", np.ndarray[Any, np.dtype[Scalar]], type_params=(Scalar,))
"""As numpy's `NDArray` is from 2.5 on, whichever numpy is installed."""


@dataclass(frozen=True)
class OfAnAlias:
    values: Aliased[np.float32]
    names: tuple[str, ...]


@dataclass(frozen=True)
class Inner:
    values: Floats
    picture: Bytes8
    label: str


@dataclass(frozen=True)
class Outer:
    count: int
    share: float
    note: str | None
    pair: tuple[int, str]
    names: tuple[str, ...]
    files: Mapping[str, bytes]
    layers: Mapping[str, Inner]


@pytest.fixture
def record() -> Outer:
    rng = np.random.default_rng(0)
    inner = Inner(
        rng.normal(size=(3, 4)).astype(np.float16), rng.integers(0, 255, (2, 2), dtype=np.uint8), "ä<"
    )
    large = Inner(np.arange(MAPPED_FROM, dtype=np.float32), np.zeros((0, 3), np.uint8), "")
    return Outer(
        3, 1.0, None, (1, "x"), ("a", "b"), {"p.webp": b"\x00\xff"}, {"layer1.0": inner, "fc": large}
    )


def test_an_array_s_type_may_have_a_name(tmp_path: Path) -> None:
    values = np.arange(3, dtype=np.float32)
    save_record(tmp_path / "key", OfAnAlias(values, ("a",)))
    np.testing.assert_array_equal(load_record(tmp_path / "key", OfAnAlias).values, values, strict=True)


def test_round_trip_is_exact(tmp_path: Path, record: Outer) -> None:
    save_record(tmp_path / "deep" / "key", record)
    loaded = load_record(tmp_path / "deep" / "key", Outer)
    assert (loaded.count, loaded.share, loaded.note, loaded.pair, loaded.names) == (
        3,
        1.0,
        None,
        (1, "x"),
        ("a", "b"),
    )
    assert isinstance(loaded.share, float)
    assert loaded.files == record.files
    for name, inner in record.layers.items():
        np.testing.assert_array_equal(loaded.layers[name].values, inner.values, strict=True)
        np.testing.assert_array_equal(loaded.layers[name].picture, inner.picture, strict=True)
        assert loaded.layers[name].label == inner.label
    assert isinstance(loaded.layers["fc"].values, np.memmap)


def test_same_record_gives_same_bytes(tmp_path: Path, record: Outer) -> None:
    for name in ("a", "b"):
        save_record(tmp_path / name, record)
    first, second = (
        {
            path.relative_to(tmp_path / name): path.read_bytes()
            for path in (tmp_path / name).rglob("*")
            if path.is_file()
        }
        for name in ("a", "b")
    )
    assert first == second
    assert first


def test_interrupted_write_leaves_no_record(
    tmp_path: Path, record: Outer, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = []

    def fail(_: object, array: object, **__: object) -> None:
        written.append(array)
        if len(written) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(np.lib.format, "write_array", fail)
    with pytest.raises(KeyboardInterrupt):
        save_record(tmp_path / "key", record)
    assert not has_record(tmp_path / "key")
    monkeypatch.undo()
    save_record(tmp_path / "key", record)
    assert has_record(tmp_path / "key")
    assert [path.name for path in tmp_path.iterdir()] == ["key"]


def test_damaged_array_is_one_clear_error(tmp_path: Path, record: Outer) -> None:
    save_record(tmp_path / "key", record)
    path = tmp_path / "key" / "layers" / "fc" / "values.npy"
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(StoreError, match="delete this folder and build again"):
        load_record(tmp_path / "key", Outer)


def test_record_of_another_kind_is_refused(tmp_path: Path, record: Outer) -> None:
    save_record(tmp_path / "key", record)
    with pytest.raises(StoreError, match="another version"):
        load_record(tmp_path / "key", Inner)


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.ENOSPC, "no space is left"), (errno.EACCES, "no permission"), (errno.EIO, "choose another")],
)
def test_disk_troubles_are_one_clear_line(
    tmp_path: Path, record: Outer, monkeypatch: pytest.MonkeyPatch, number: int, words: str
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(number, "refused")

    monkeypatch.setattr(Path, "write_text", refuse)
    with pytest.raises(StoreError, match=words):
        save_record(tmp_path / "key", record)
    with pytest.raises(StoreError, match=words):
        write_text(tmp_path / "file", "text")


def test_json_round_trip_of_plain_records() -> None:
    @dataclass(frozen=True)
    class Plain:
        numbers: tuple[int, ...]
        words: Mapping[str, str]

    plain = Plain((1, 2), {"a": "b"})
    assert from_json(to_json(plain), Plain) == plain


def test_a_newer_record_takes_the_place_of_an_older_one_whole(tmp_path: Path) -> None:
    folder = tmp_path / "record"
    old, new = (Inner(np.full(size, size, np.float32), np.zeros(0, np.uint8), "x") for size in (2, 3))
    replace_record(folder, old)
    replace_record(folder, new)
    np.testing.assert_array_equal(load_record(folder, Inner).values, new.values)
    assert [path.name for path in tmp_path.iterdir()] == ["record"]
