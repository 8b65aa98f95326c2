"""A recipe's section to a list of concept images: what is checked before anything is read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from generator.errors import ImagesError
from generator.inputs.concepts import check_concepts_place
from generator.inputs.concepts.masked import MaskFiles
from generator.inputs.concepts.scenes import SceneConcepts
from generator.inputs.concepts.sources import find_concepts
from generator.recipe import ConceptsSection
from tests.planted_world import write_world


def test_every_source_has_a_reader_of_its_own(tmp_path: Path) -> None:
    write_world(tmp_path, images=2)
    folder = ConceptsSection(source="folder", path=str(tmp_path / "world"))
    assert isinstance(find_concepts(folder, 0, 32).reader, MaskFiles)
    scenes = find_concepts(ConceptsSection(limit=50), 7, 32)
    assert scenes.reader == SceneConcepts(2**31 + 2 + 7, 32)
    assert len(scenes.ids) == 50


@pytest.mark.parametrize("part", ["images", "masks"])
def test_a_folder_needs_both_its_parts(part: str, tmp_path: Path) -> None:
    for name in {"images", "masks"} - {part}:
        (tmp_path / name).mkdir()
    section = ConceptsSection(source="folder", path=str(tmp_path))
    says = rf"`concepts\.path` must hold the folders `images` and `masks`, got no `{part}` in"
    for refuse in (lambda: check_concepts_place(section), lambda: find_concepts(section, 0, 8)):
        with pytest.raises(ImagesError, match=says) as caught:
            refuse()
        assert "\n" not in caught.value.message


def test_a_folder_needs_a_path() -> None:
    with pytest.raises(ImagesError, match=r"`concepts\.path` must name a folder of images with masks"):
        check_concepts_place(ConceptsSection(source="folder"))


@pytest.mark.parametrize("source", ["scenes", "none"])
@pytest.mark.parametrize(("key", "value"), [("path", "x"), ("split", "test"), ("download", True)])
def test_what_is_drawn_has_no_place(source: Any, key: str, value: Any) -> None:
    values: dict[str, Any] = {"source": source, key: value}
    says = rf'`concepts\.{key}` must be left out for `concepts\.source = "{source}"`; remove it'
    with pytest.raises(ImagesError, match=says):
        check_concepts_place(ConceptsSection(**values))
    check_concepts_place(ConceptsSection(source=source))
