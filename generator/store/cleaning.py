"""Keeping the store clean: one build at a time, no leftovers of killed ones, no stale records."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from filelock import FileLock, Timeout

from generator.errors import StoreError
from generator.store.artifacts import writing
from generator.store.layout import PACKAGE, Layout
from generator.store.manifest import Manifest


@contextmanager
def locked(layout: Layout) -> Iterator[None]:
    """Hold an output folder for one build; the lock of a killed build is free at once.

    Raises:
        StoreError: Another build holds it, the folder cannot be written, or it lies in the
            package's own folders.
    """
    _outside_the_package(layout)
    with writing(layout.output):
        layout.output.mkdir(parents=True, exist_ok=True)
        lock = FileLock(layout.lock)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise StoreError(
                f"another build is writing to {layout.output}; wait for it to end or choose another --output"
            ) from None
    try:
        yield
    finally:
        lock.release()


def remove_leftovers(layout: Layout) -> None:
    """Delete what a killed build left half-written."""
    for leftover in layout.records.glob("**/.*.tmp"):
        if leftover.is_dir():
            shutil.rmtree(leftover, ignore_errors=True)
        else:
            leftover.unlink(missing_ok=True)


def forget_stale(layout: Layout, manifest: Manifest) -> None:
    """Delete records and parts of an atlas that its manifest no longer names."""
    for folder in layout.atlas(manifest.subject.atlas).iterdir():
        if not folder.is_dir():
            continue
        entry = manifest.entries.get(folder.name)
        for record in folder.iterdir():
            if entry is None or entry.scope != "atlas" or record.name != entry.key:
                shutil.rmtree(record, ignore_errors=True)


def _outside_the_package(layout: Layout) -> None:
    output = layout.output.resolve()
    checkout = PACKAGE.parent
    for name in ("generator", "templates", "site_src", "tests"):
        folder = checkout / name
        if folder.is_dir() and (output == folder or folder in output.parents):
            raise StoreError(
                f"--output {layout.output} lies in the program's own folder `{name}`; choose another"
            )
    if (checkout / "pyproject.toml").is_file() and output == checkout:
        raise StoreError(f"--output {layout.output} is the program's own checkout; choose another folder")
