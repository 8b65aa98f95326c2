"""Manifests: found by name, read back whole, refused when foreign or damaged."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from generator.errors import StoreError
from generator.store.layout import Layout, bundled
from generator.store.manifest import atlas_names, load_manifest, read_atlases


def test_an_unknown_atlas_names_the_known_ones(tmp_path: Path) -> None:
    (tmp_path / "records" / "atlases" / "other").mkdir(parents=True)
    (tmp_path / "records" / "atlases" / "other" / "manifest.json").write_text("{}", encoding="utf-8")
    with pytest.raises(StoreError, match="there: other"):
        load_manifest(Layout(tmp_path), "tiny")


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"format": 1}'])
def test_a_damaged_manifest_is_one_clear_error(tmp_path: Path, text: str) -> None:
    path = Layout(tmp_path).manifest("tiny")
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(StoreError, match="build the atlas again"):
        load_manifest(Layout(tmp_path), "tiny")


def test_another_format_says_so(tmp_path: Path) -> None:
    path = Layout(tmp_path).manifest("tiny")
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"format": 99}), encoding="utf-8")
    with pytest.raises(StoreError, match="format 99"):
        load_manifest(Layout(tmp_path), "tiny")


def test_an_unfinished_atlas_is_not_listed(tmp_path: Path) -> None:
    (tmp_path / "records" / "atlases" / "half" / "survey").mkdir(parents=True)
    assert atlas_names(Layout(tmp_path)) == ()
    with pytest.raises(StoreError, match="neuron-atlas build RECIPE"):
        read_atlases(Layout(tmp_path))


def test_what_travels_with_the_package_is_found() -> None:
    assert bundled("templates").is_dir()
    assert bundled("site_src").is_dir()
    assert bundled("mkdocs.yml").is_file()
