"""Trees of pages and a site built from one."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.publish.build import build_site
from generator.records import Subject
from generator.store.layout import Layout
from tests.publish.trees import make_subject, write_docs


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    """A site without address, built once; tests must not change it."""
    layout = Layout(tmp_path_factory.mktemp("built"))
    atlases = [make_subject("first"), make_subject("second")]
    write_docs(layout, atlases)
    build_site(layout, atlases, site_url="")
    return layout


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    """An output folder without anything in it."""
    return Layout(tmp_path / "out")


@pytest.fixture
def atlases() -> list[Subject]:
    return [make_subject("first"), make_subject("second")]
