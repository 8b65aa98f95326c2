"""Builds whole atlases for tests, in silence."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console

from generator.pipeline import build_records
from generator.progress import Reporter
from generator.recipe_file import load_recipe
from generator.records import AtlasRecords
from generator.store.layout import Layout
from generator.store.manifest import read_atlas


def built(recipe: Path | str, output: Path, changes: Mapping[str, str] | None = None) -> AtlasRecords:
    """Return the atlas of a recipe, built in a folder; `changes` are overrides, as `section.key`."""
    loaded, layout = load_recipe(str(recipe), dict(changes or {})), Layout(output)
    build_records(loaded, layout, Reporter(Console(file=io.StringIO())))
    return read_atlas(layout, loaded.name)


def contents(output: Path) -> dict[str, bytes]:
    """Return the files of all records in an output folder, without the manifests, which hold times."""
    records = output / "records"
    return {
        str(path.relative_to(records)): path.read_bytes()
        for path in sorted(records.rglob("*"))
        if path.is_file() and path.name != "manifest.json"
    }
