"""Oxford-IIIT Pet (tiny files of the real format) as concept images."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from generator.errors import ImagesError
from generator.inputs.concepts import open_concepts
from generator.inputs.concepts.annotated import Found
from generator.inputs.concepts.sources import find_concepts
from generator.recipe import ConceptsSection
from generator.records import Concept

TRIMAP = np.array([[2, 2, 3, 3, 2], [2, 3, 1, 1, 3], [2, 3, 1, 1, 3]])  # animal, background, undecided border
PETS = {"Abyssinian_201": (1, 1, 1), "american_bulldog_10": (2, 2, 1), "great_pyrenees_7": (3, 2, 2)}


def write_pets(root: Path, pets: dict[str, tuple[int, int, int]], split: str = "test") -> Path:
    base = root / "oxford-iiit-pet"
    (base / "images").mkdir(parents=True)
    (base / "annotations" / "trimaps").mkdir(parents=True)
    for name in pets:
        Image.new("RGB", (5, 3)).save(base / "images" / f"{name}.jpg")
        Image.fromarray(TRIMAP.astype(np.uint8)).save(base / "annotations" / "trimaps" / f"{name}.png")
    lines = [f"{name} {' '.join(map(str, numbers))}\n" for name, numbers in pets.items()]
    (base / "annotations" / f"{split}.txt").write_text("".join(lines), encoding="utf-8")
    return base


def pets_in(root: Path, **values: Any) -> Found:
    return find_concepts(ConceptsSection(source="oxford-iiit-pet", path=str(root), **values), 0, 8)


def test_pets_have_species_and_breed_on_the_animal_alone(tmp_path: Path) -> None:
    write_pets(tmp_path, PETS)
    found = pets_in(tmp_path)
    assert [str(concept) for concept in found.concepts] == [
        "species:cat", "species:dog", "breed:Abyssinian", "breed:American Bulldog", "breed:Great Pyrenees",
    ]  # fmt: skip
    assert found.ids == (
        "Abyssinian/Abyssinian_201.jpg",
        "american_bulldog/american_bulldog_10.jpg",
        "great_pyrenees/great_pyrenees_7.jpg",
    )
    animal = (TRIMAP == 1).astype(int).tolist()
    wanted = [("cat", "Abyssinian"), ("dog", "American Bulldog"), ("dog", "Great Pyrenees")]
    for position, (species, breed) in enumerate(wanted):
        masks = found.reader.annotated(position, found.reader.parts(position)).masks
        assert {concept: mask.astype(int).tolist() for concept, mask in masks.items()} == {
            Concept("species", species, "mask"): animal,
            Concept("breed", breed, "mask"): animal,
        }
    assert (found.name, found.licence) == ("Oxford-IIIT Pet, test", "CC BY-SA 4.0")
    assert "Parkhi" in found.citation


def test_the_other_half_of_the_pets_can_be_asked_for(tmp_path: Path) -> None:
    write_pets(tmp_path, PETS, "trainval")
    assert pets_in(tmp_path, split="trainval").name == "Oxford-IIIT Pet, trainval"


def test_pets_without_a_trimap_are_skipped(tmp_path: Path) -> None:
    names = {f"Abyssinian_{number}": (1, 1, 1) for number in range(30)}
    names |= {f"beagle_{number}": (2, 2, 1) for number in range(11)}
    base = write_pets(tmp_path, names)
    (base / "annotations" / "trimaps" / "beagle_4.png").unlink()
    images = open_concepts(ConceptsSection(source="oxford-iiit-pet", path=str(tmp_path)), 0, 8)
    assert images.info.count == 40
    (skipped,) = images.info.skipped
    assert skipped.path == "beagle/beagle_4.jpg"
    assert skipped.reason == "has a mask, `annotations/trimaps/beagle_4.png`, that does not exist"


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({}, r"is not \(or not whole\) in .*`concepts\.download = true`.*--set concepts\.download=true"),
        ({"split": "dev"}, r"`concepts\.split` must be `test` or `trainval`, got `dev`"),
    ],
)
def test_pets_that_are_not_there_say_how_to_get_them(
    values: dict[str, Any], says: str, tmp_path: Path
) -> None:
    with pytest.raises(ImagesError, match=says) as caught:
        pets_in(tmp_path, **values)
    assert "\n" not in caught.value.message
    assert "`images." not in caught.value.message


def test_a_failed_download_of_pets_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError("no\nroute")

    monkeypatch.setattr("torchvision.datasets.oxford_iiit_pet.download_and_extract_archive", fail)
    says = r'could not be downloaded.*no route; try again, or set `concepts\.source = "scenes"`'
    with pytest.raises(ImagesError, match=says) as caught:
        pets_in(tmp_path / "new", download=True)
    assert "\n" not in caught.value.message
