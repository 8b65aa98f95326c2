"""The manifest of an atlas: its subject, the keys of its records, versions, device, timings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from generator import records
from generator.errors import StoreError
from generator.records import AtlasRecords, Comparison, Provenance, Subject
from generator.store.artifacts import from_json, has_record, load_record, to_json, write_text
from generator.store.layout import Layout

FORMAT = 1  # goes up when older manifests can no longer be read


@dataclass(frozen=True)
class Entry:
    """One record of an atlas: whose folder it stands in, its type and its key."""

    scope: Literal["network", "atlas"]
    record_type: str
    version: int
    key: str


@dataclass(frozen=True)
class Manifest:
    """What an atlas consists of; `seconds` are the wall times of stages when last computed."""

    format: int
    subject: Subject
    versions: Mapping[str, str]
    device: str
    entries: Mapping[str, Entry]
    seconds: Mapping[str, float]


def record_folder(
    layout: Layout, subject: Subject, analysis: str, scope: Literal["network", "atlas"], key: str
) -> Path:
    """Return where a record stands."""
    base = layout.network(subject.network.sha256) if scope == "network" else layout.atlas(subject.atlas)
    return base / analysis / key


def save_manifest(layout: Layout, manifest: Manifest) -> None:
    """Write an atlas's manifest, whole or not at all.

    Raises:
        StoreError: The disk refuses.
    """
    text = json.dumps(to_json(manifest), indent=1, ensure_ascii=False)
    write_text(layout.manifest(manifest.subject.atlas), text)


def load_manifest(layout: Layout, atlas: str) -> Manifest:
    """Read an atlas's manifest.

    Raises:
        StoreError: There is none, or it cannot be read.
    """
    path = layout.manifest(atlas)
    try:
        tree: Any = json.loads(path.read_text(encoding="utf-8"))
        if tree["format"] != FORMAT:
            raise StoreError(
                f"{path} has format {tree['format']}, this version reads {FORMAT}; build the atlas again"
            )
        return from_json(tree, Manifest)
    except FileNotFoundError:
        known = ", ".join(atlas_names(layout)) or "none"
        raise StoreError(
            f"no finished atlas `{atlas}` in {layout.output} (there: {known}); build it first"
        ) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError(f"{path} cannot be read ({error}); build the atlas again") from None


def atlas_names(layout: Layout) -> tuple[str, ...]:
    """Return the names of all finished atlases below an output folder, sorted."""
    return tuple(sorted(path.parent.name for path in layout.records.glob("atlases/*/manifest.json")))


def read_atlas(layout: Layout, atlas: str) -> AtlasRecords:
    """Read all records of an atlas.

    Raises:
        StoreError: The atlas is not there, or a record of it is missing or damaged.
    """
    manifest = load_manifest(layout, atlas)
    loaded = {}
    for name, entry in manifest.entries.items():
        folder = record_folder(layout, manifest.subject, name, entry.scope, entry.key)
        loaded[name] = load_record(folder, getattr(records, entry.record_type))
    keys = {name: entry.key for name, entry in manifest.entries.items()}
    return AtlasRecords(manifest.subject, Provenance(manifest.versions, manifest.device, keys), loaded)


def read_atlases(layout: Layout) -> tuple[AtlasRecords, ...]:
    """Read all finished atlases below an output folder.

    Raises:
        StoreError: There is none, or a record is missing or damaged.
    """
    names = atlas_names(layout)
    if not names:
        raise StoreError(f"no atlas in {layout.output}; build one with `neuron-atlas build RECIPE`")
    return tuple(read_atlas(layout, name) for name in names)


def read_comparisons(layout: Layout) -> tuple[Comparison, ...]:
    """Read all finished comparisons of pictures below an output folder, by name.

    Raises:
        StoreError: A record is damaged.
    """
    names = sorted(path.name for path in layout.comparisons.glob("*"))
    folders = [layout.comparison(name) for name in names]
    return tuple(load_record(folder, Comparison) for folder in folders if has_record(folder))
