"""Listing the image files below a folder, and what of it cannot be listed."""

from __future__ import annotations

import os
from pathlib import Path

from generator.inputs.decoding import EXTENSIONS
from generator.records import Skipped


def list_files(folder: Path) -> tuple[tuple[str, ...], tuple[Skipped, ...]]:
    """List the image files below a folder by their extensions, following links, sorted.

    Hidden files and folders are left out without a word, and so are links to a folder above.

    Returns:
        The relative POSIX paths of the files, and what could not be listed.
    """
    files: list[str] = []
    skipped: list[Skipped] = []
    waiting = [(folder, "", frozenset[tuple[int, int]]())]
    while waiting:
        current, prefix, above = waiting.pop()
        try:
            status = current.stat()
            itself = (status.st_dev, status.st_ino)
            if itself in above:
                continue
            with os.scandir(current) as entries:
                found = [entry for entry in entries if not entry.name.startswith(".")]
        except OSError as error:
            reason = f"cannot be listed: {error.strerror or error}"
            skipped.append(Skipped(_printable(prefix.rstrip("/") or "."), reason))
            continue
        for entry in found:
            path = prefix + entry.name
            if _is_folder(entry):
                waiting.append((Path(entry.path), path + "/", above | {itself}))
            elif Path(entry.name).suffix.lower() in EXTENSIONS:
                if _printable(path) == path:
                    files.append(path)
                else:
                    skipped.append(Skipped(_printable(path), "has a name that is not valid UTF-8"))
    return tuple(sorted(files)), tuple(sorted(skipped, key=lambda entry: entry.path))


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link to itself
        return False


def _printable(path: str) -> str:
    """Return a path with the bytes that are no UTF-8 written as escapes."""
    return path.encode("utf-8", "backslashreplace").decode()
