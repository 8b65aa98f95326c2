"""Listing the image files of a folder: links, circles, and what cannot be listed."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from generator.inputs.files import list_files
from generator.records import Skipped


def touch(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")


def test_links_are_followed_and_circles_are_not(tmp_path: Path) -> None:
    touch(tmp_path / "elsewhere" / "real.png")
    touch(tmp_path / "set" / "cat" / "own.png")
    (tmp_path / "set" / "cat" / "file.png").symlink_to(tmp_path / "elsewhere" / "real.png")
    (tmp_path / "set" / "dog").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "set" / "cat" / "up").symlink_to(tmp_path / "set")
    (tmp_path / "elsewhere" / "back").symlink_to(tmp_path / "set")
    (tmp_path / "set" / "cat" / "me").symlink_to(tmp_path / "set" / "cat" / "me")
    files, skipped = list_files(tmp_path / "set")
    assert files == ("cat/file.png", "cat/own.png", "dog/real.png")
    assert skipped == ()


def test_what_cannot_be_listed_or_named_is_skipped_with_its_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    touch(tmp_path / "ok" / "a.png")
    touch(tmp_path / "locked" / "b.png")
    touch(Path(os.fsdecode(os.fsencode(tmp_path) + b"/ok/caf\xe9.png")))
    real: Callable[..., Any] = os.scandir

    def scandir(place: Path) -> Any:
        if Path(place).name == "locked":
            raise PermissionError(13, "Permission denied")
        return real(place)

    monkeypatch.setattr(os, "scandir", scandir)
    files, skipped = list_files(tmp_path)
    assert files == ("ok/a.png",)
    assert skipped == (
        Skipped("locked", "cannot be listed: Permission denied"),
        Skipped("ok/caf\\udce9.png", "has a name that is not valid UTF-8"),
    )
