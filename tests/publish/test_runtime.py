"""The browser's runtime: from the cache, from the registry once, and never unless its checksum is right."""

from __future__ import annotations

import io
import os
import tarfile
from functools import cache
from pathlib import Path

import pytest

from generator.publish import runtime
from generator.publish.runtime import MEMBERS, PACKAGE, SCRIPT, VERSION, WASM, find_runtime, integrity

NPM = """#!/bin/sh
echo "$@" >> "{folder}/asked"
[ "$1" = view ] && exit {view}
while [ "$1" != --pack-destination ]; do shift; done
cp "{folder}/package.tgz" "$2/"
"""


@cache
def package() -> bytes:
    """Return an archive that holds what the site needs, as the registry's does."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, member in MEMBERS.items():
            content = name.encode()
            entry = tarfile.TarInfo(member)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An npm that hands out the archive in its folder, with the pinned checksum; notes what it is asked."""
    (tmp_path / "package.tgz").write_bytes(package())
    answering(tmp_path, 0)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(runtime, "INTEGRITY", integrity(package()))
    return tmp_path


def answering(folder: Path, code: int) -> None:
    npm = folder / "npm"
    npm.write_text(NPM.format(folder=folder, view=code), encoding="utf-8")
    npm.chmod(0o755)


def asked(folder: Path) -> int:
    notes = folder / "asked"
    return len(notes.read_text(encoding="utf-8").splitlines()) if notes.exists() else 0


def cached(folder: Path) -> Path:
    return folder / "cache" / "runtime" / f"{PACKAGE}-{VERSION}.tgz"


def test_it_is_fetched_once_and_then_kept(registry: Path) -> None:
    first = find_runtime(registry / "cache")
    assert first.problem == ""
    assert first.files == {SCRIPT: SCRIPT.encode(), WASM: WASM.encode()}
    before = asked(registry)
    assert find_runtime(registry / "cache") == first
    assert asked(registry) == before > 0
    assert [path.name for path in cached(registry).parent.iterdir()] == [cached(registry).name]


def test_a_damaged_cache_is_fetched_again(registry: Path) -> None:
    find_runtime(registry / "cache")
    cached(registry).write_bytes(package()[:-20])
    assert find_runtime(registry / "cache").problem == ""
    assert cached(registry).read_bytes() == package()


def test_another_checksum_is_refused_and_not_kept(registry: Path) -> None:
    (registry / "package.tgz").write_bytes(package() + b"more")
    found = find_runtime(registry / "cache")
    assert "wrong checksum" in found.problem
    assert not found.files
    assert not cached(registry).exists()


def test_without_a_registry_the_reason_is_told(registry: Path) -> None:
    answering(registry, 1)
    found = find_runtime(registry / "cache")
    assert "is there a network?" in found.problem
    assert not found.files


def test_a_cache_that_cannot_be_written_costs_only_time(registry: Path) -> None:
    (registry / "cache").write_text("a file, not a folder", encoding="utf-8")
    assert find_runtime(registry / "cache").problem == ""
