"""Readers: contents by position, cheap to send to other processes."""

from __future__ import annotations

import pickle
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from generator.errors import ImagesError
from generator.inputs import readers
from generator.inputs.readers import CifarReader, FileReader


def test_files_are_read_by_position(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "1.ppm").write_bytes(b"P6 1 1 255\n\x01\x02\x03")
    reader = FileReader(str(tmp_path), ("a/1.ppm", "a/2.ppm"))
    picture = reader.picture(reader.content(0))
    assert (picture.size, picture.getpixel((0, 0))) == ((1, 1), (1, 2, 3))
    with pytest.raises(ImagesError, match="does not exist"):
        reader.content(1)
    reader.check(reader.content(0))
    with pytest.raises(ImagesError, match="truncated"):
        reader.check(reader.content(0)[:-1])
    assert pickle.loads(pickle.dumps(reader)) == reader


def test_cifar_is_loaded_once_by_all_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    loads: list[bool] = []
    data = np.random.default_rng(0).integers(0, 256, (8, 32, 32, 3), dtype=np.uint8)

    def load(_: str, train: bool) -> SimpleNamespace:
        loads.append(train)
        return SimpleNamespace(data=data)

    monkeypatch.setattr(readers.datasets, "CIFAR10", load)
    reader = CifarReader("somewhere", train=False)
    assert len(pickle.dumps(reader)) < 500
    with ThreadPoolExecutor(4) as pool:
        contents = list(pool.map(reader.content, range(8)))
    assert loads == [False]
    for content, expected in zip(contents, data, strict=True):
        np.testing.assert_array_equal(np.asarray(reader.picture(content)), expected)
