"""Looks values up by name in the JSON files that a site publishes: `demo/probes.json#/dimensions`.

A name is the file's address below the site and, after `#`, a JSON Pointer (RFC 6901) into it. In place of
a place in a list a pointer may say which entry it means: `/tasks/task=colour` is the one entry of `tasks`
whose `task` is `colour`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from generator.errors import SiteError, nearest

# Names quoted when an unknown one has no near neighbour.
QUOTED = 8


class Published:
    """The published JSON files below a folder, each read once.

    Args:
        docs: The folder of the pages, with everything written that hand-written pages may name.
    """

    def __init__(self, docs: Path) -> None:
        self.docs = docs.resolve()
        self._files: dict[str, Any] = {}

    def value(self, name: str) -> Any:
        """Return what stands under a name: a number, text, truth value, null, list or object.

        Raises:
            SiteError: There is no such file, or nothing of that name in it.
        """
        address, mark, pointer = name.partition("#")
        if not mark or (pointer and not pointer.startswith("/")):
            raise SiteError(f"a name must be FILE.json#/PLACE/IN/IT, got `{name}`")
        found = self._content(address)
        for part in pointer.split("/")[1:]:
            found = _step(found, part.replace("~1", "/").replace("~0", "~"), name)
        return found

    def file(self, address: str) -> Path:
        """Return the path of a published file.

        Raises:
            SiteError: There is no such file below the site.
        """
        path = (self.docs / address).resolve()
        if not path.is_relative_to(self.docs) or not path.is_file():
            raise SiteError(f"no file `{address}` is published{nearest(address, self._addresses)}")
        return path

    def has(self, name: str) -> bool:
        """Whether there is such a file or, with `#`, such a name in it."""
        try:
            self.value(name) if "#" in name else self.file(name)
        except SiteError:
            return False
        return True

    def _content(self, address: str) -> Any:
        if address not in self._files:
            path = self.file(address)
            try:
                self._files[address] = json.loads(path.read_text(encoding="utf-8"))
            except ValueError:
                raise SiteError(f"`{address}` must be a JSON file to draw values from") from None
        return self._files[address]

    @cached_property
    def _addresses(self) -> list[str]:
        """Files to suggest: those of atlases as wholes, and of layers."""
        files = [*self.docs.glob("*.*"), *self.docs.glob("*/*.*")]
        return sorted(path.relative_to(self.docs).as_posix() for path in files)


def _step(found: Any, part: str, name: str) -> Any:
    """Go one part of a pointer down."""
    if isinstance(found, dict):
        if part in found:
            return found[part]
        raise _unknown(part, name, list(found))
    if isinstance(found, list):
        key, mark, wanted = part.partition("=")
        if mark:
            entries = [entry for entry in found if isinstance(entry, dict) and str(entry.get(key)) == wanted]
            if len(entries) == 1:
                return entries[0]
            known = [f"{key}={entry[key]}" for entry in found if isinstance(entry, dict) and key in entry]
            raise (
                _unknown(part, name, known)
                if not entries
                else SiteError(f"`{part}` must mean one entry in `{name}`, but means {len(entries)}")
            )
        if part.isdecimal() and int(part) < len(found):
            return found[int(part)]
        raise SiteError(f"`{part}` must be a place from 0 to {len(found) - 1} or KEY=VALUE in `{name}`")
    raise SiteError(f"`{name}` goes on after a value, at `{part}`")


def _unknown(part: str, name: str, known: Sequence[str]) -> SiteError:
    near = nearest(part, known)
    listed = ", ".join(known[:QUOTED]) + (", …" if len(known) > QUOTED else "")
    return SiteError(f"there is no `{part}` in `{name}`{near or f'; there are: {listed}'}")
