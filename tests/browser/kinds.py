"""Finds one page of each kind on any site, so that new kinds of page are looked at without being named."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path, PurePosixPath


def kinds(site: Path) -> Mapping[str, str]:
    """Return the address of one page of each kind, by the kind's name; of layers and neurons the middle one.

    Every page at the top is a kind of its own, and so is every page of an atlas as a whole; the layers of
    an atlas are one kind, its neurons another, and the pages of any other folder one kind each.
    """
    layers = {
        path.parent.name: {layer["name"] for layer in json.loads(path.read_text())["subject"]["layers"]}
        for path in site.glob("*/neurons.json")
    }
    pages: dict[str, list[str]] = {}
    for path in sorted(site.rglob("*.html")):
        address = path.relative_to(site)
        if address.parts[0] != "assets" and address.name != "404.html":
            pages.setdefault(_kind(PurePosixPath(address), layers), []).append(address.as_posix())
    return {kind: found[len(found) // 2] for kind, found in pages.items()}


def _kind(address: PurePosixPath, layers: Mapping[str, set[str]]) -> str:
    if len(address.parts) == 1:
        return address.stem
    folder, *rest = address.parts
    if folder not in layers:
        return folder
    if len(rest) == 1:
        return "atlas" if address.name == "index.html" else address.stem
    if rest[0] in layers[folder]:
        return "layer" if address.name == "index.html" else "neuron"
    return rest[0] if address.name != "index.html" else f"{rest[0]} index"
