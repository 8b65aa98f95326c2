"""Listing folders, torchvision's data sets (tiny files of the real formats) and scenes."""

from __future__ import annotations

import hashlib
import pickle
from pathlib import Path
from typing import Any
from urllib.error import URLError

import numpy as np
import pytest
from PIL import Image
from torchvision import datasets

from generator.errors import ImagesError
from generator.inputs import sources
from generator.inputs.scenes import ScenesReader, draw_factors, list_scenes
from generator.inputs.sources import SCENES, Candidates, check_place, find_candidates
from generator.recipe import ImagesSection

CIFAR_NAMES = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]


def touch(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")


def found_in(section: ImagesSection) -> Candidates:
    """List images that are not drawn: neither seed nor side matters."""
    return find_candidates(section, seed=0, side=8)


def folder(path: Path) -> ImagesSection:
    return ImagesSection(source="folder", path=str(path))


def test_files_are_found_by_extension_and_labelled_by_their_first_folder(tmp_path: Path) -> None:
    for name in (
        "dog/b.JPG", "dog/a.jpeg", "dog/deep/er/c.Png", "cat/x.webp", "cat/y.bmp", "cat/z.gif",
        "cat/u.tif", "cat/v.TIFF", "cat/w.ppm", "cat/notes.txt", "cat/.hidden.png", ".git/a.png",
        "empty/readme.md", "loose.png",
    ):  # fmt: skip
        touch(tmp_path / name)
    found = found_in(folder(tmp_path))
    assert found.ids == (
        "cat/u.tif", "cat/v.TIFF", "cat/w.ppm", "cat/x.webp", "cat/y.bmp", "cat/z.gif",
        "dog/a.jpeg", "dog/b.JPG", "dog/deep/er/c.Png", "loose.png",
    )  # fmt: skip
    assert found.class_keys == ("cat", "dog")
    assert found.labels == (0, 0, 0, 0, 0, 0, 1, 1, 1, -1)
    assert found.name == tmp_path.name
    assert found.skipped == ()


def test_a_flat_folder_is_unlabelled(tmp_path: Path) -> None:
    touch(tmp_path / "b.png")
    touch(tmp_path / "a.png")
    found = found_in(folder(tmp_path))
    assert (found.ids, found.labels, found.class_keys) == (("a.png", "b.png"), (-1, -1), ())


@pytest.mark.parametrize(
    ("name", "says"),
    [("", "give `--images FOLDER`"), ("nowhere", "does not exist"), ("file.txt", "is not a folder")],
)
def test_a_folder_that_is_none_is_one_line(tmp_path: Path, name: str, says: str) -> None:
    (tmp_path / "file.txt").touch()
    section = ImagesSection(source="folder", path=str(tmp_path / name) if name else "")
    with pytest.raises(ImagesError, match=says):
        found_in(section)


def write_cifar(root: Path, monkeypatch: pytest.MonkeyPatch, per_file: int = 6) -> np.ndarray[Any, Any]:
    """Write CIFAR-10 in its own format with few pictures; return the test pictures."""
    base = root / "cifar-10-batches-py"
    base.mkdir(parents=True)
    rng = np.random.default_rng(0)
    sums: dict[str, str] = {}

    def dump(name: str, value: object) -> None:
        content = pickle.dumps(value)
        (base / name).write_bytes(content)
        sums[name] = hashlib.md5(content, usedforsecurity=False).hexdigest()

    names = [f"data_batch_{number}" for number in range(1, 6)] + ["test_batch"]
    for name in names:
        data = rng.integers(0, 256, (per_file, 3072), dtype=np.uint8)
        dump(name, {"data": data, "labels": [(3 * index) % 10 for index in range(per_file)]})
    dump("batches.meta", {"label_names": CIFAR_NAMES})
    monkeypatch.setattr(datasets.CIFAR10, "train_list", [[name, sums[name]] for name in names[:5]])
    monkeypatch.setattr(datasets.CIFAR10, "test_list", [["test_batch", sums["test_batch"]]])
    monkeypatch.setattr(datasets.CIFAR10, "meta", datasets.CIFAR10.meta | {"md5": sums["batches.meta"]})
    return data.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)


def test_cifar10_has_ids_by_class_and_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pictures = write_cifar(tmp_path, monkeypatch)
    found = found_in(ImagesSection(source="cifar10", path=str(tmp_path)))
    assert found.ids == (
        "airplane/00000", "bird/00004", "cat/00001", "dog/00005", "frog/00002", "truck/00003"
    )  # fmt: skip
    assert found.labels == (0, 2, 3, 5, 6, 9)
    assert found.class_names == tuple(CIFAR_NAMES)
    assert (found.name, found.split) == ("CIFAR-10", "test")
    content = found.reader.content(found.positions[1])
    np.testing.assert_array_equal(np.asarray(found.reader.picture(content)), pictures[4])
    train = found_in(ImagesSection(source="cifar10", path=str(tmp_path), split="train"))
    assert len(train.ids) == 30
    assert train.ids[-1] == "truck/00027"


def write_imagenette(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for index, wnid in enumerate(datasets.Imagenette._WNID_TO_CLASS):
        path = root / "imagenette2-320" / "val" / wnid / f"ILSVRC2012_val_{index:08d}.JPEG"
        path.parent.mkdir(parents=True)
        Image.new("RGB", (12, 10), (index, 0, 0)).save(path)
    monkeypatch.setitem(sources.IMAGENETTE_COUNTS, "val", 10)


def test_imagenette_has_words_for_its_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_imagenette(tmp_path, monkeypatch)
    found = found_in(ImagesSection(source="imagenette", path=str(tmp_path)))
    assert found.split == "val"
    assert found.ids[0] == "n01440764/ILSVRC2012_val_00000000.JPEG"
    assert found.labels == tuple(range(10))
    assert found.class_keys[:2] == ("n01440764", "n02102040")
    assert found.class_names[:2] == ("tench", "English springer")
    assert found.reader.picture(found.reader.content(0)).size == (12, 10)


def test_an_incomplete_imagenette_is_not_taken_for_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_imagenette(tmp_path, monkeypatch)
    (tmp_path / "imagenette2-320" / "val" / "n03888257" / "ILSVRC2012_val_00000009.JPEG").unlink()
    with pytest.raises(ImagesError, match="must have 10 images, got 9"):
        found_in(ImagesSection(source="imagenette", path=str(tmp_path)))


def write_pets(root: Path) -> None:
    base = root / "oxford-iiit-pet"
    (base / "images").mkdir(parents=True)
    (base / "annotations").mkdir()
    rows = [("Abyssinian_201", 1), ("great_pyrenees_7", 3), ("american_bulldog_10", 2), ("Abyssinian_3", 1)]
    for name, _ in rows:
        Image.new("RGB", (9, 9)).save(base / "images" / f"{name}.jpg")
    lines = "".join(f"{name} {label} 1 1\n" for name, label in rows)
    (base / "annotations" / "test.txt").write_text(lines)


def test_pets_have_breeds_as_classes(tmp_path: Path) -> None:
    write_pets(tmp_path)
    found = found_in(ImagesSection(source="oxford-iiit-pet", path=str(tmp_path)))
    assert found.ids == (
        "Abyssinian/Abyssinian_201.jpg",
        "Abyssinian/Abyssinian_3.jpg",
        "american_bulldog/american_bulldog_10.jpg",
        "great_pyrenees/great_pyrenees_7.jpg",
    )
    assert found.labels == (0, 0, 1, 2)
    assert found.class_names == ("Abyssinian", "American Bulldog", "Great Pyrenees")
    assert found.split == "test"
    assert found.reader.picture(found.reader.content(3)).size == (9, 9)


SOURCES = ("cifar10", "imagenette", "oxford-iiit-pet")


@pytest.mark.parametrize("source", SOURCES)
def test_what_is_not_there_says_how_to_get_it(source: Any, tmp_path: Path) -> None:
    with pytest.raises(ImagesError, match=r"images\.download = true") as caught:
        found_in(ImagesSection(source=source, path=str(tmp_path)))
    assert "\n" not in caught.value.message


@pytest.mark.parametrize("source", SOURCES)
def test_a_failed_download_is_one_line(source: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise URLError("no\nroute")

    for module in (datasets.cifar, datasets.imagenette, datasets.oxford_iiit_pet):
        monkeypatch.setattr(module, "download_and_extract_archive", fail)
    section = ImagesSection(source=source, path=str(tmp_path / "new"), download=True)
    with pytest.raises(ImagesError, match=r"could not be downloaded.*no route.*--images FOLDER") as caught:
        found_in(section)
    assert "\n" not in caught.value.message


@pytest.mark.parametrize("source", SOURCES)
def test_an_unknown_split_is_refused(source: Any) -> None:
    with pytest.raises(ImagesError, match=r"`images\.split` must be `\w+` or `\w+`, got `dev`"):
        found_in(ImagesSection(source=source, split="dev"))


def test_data_sets_lie_in_the_users_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    write_pets(tmp_path / "neuron-atlas" / "datasets")
    assert len(found_in(ImagesSection(source="oxford-iiit-pet")).ids) == 4
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(ImagesError, match=str(tmp_path / ".cache" / "neuron-atlas" / "datasets")):
        found_in(ImagesSection(source="oxford-iiit-pet"))


def test_scenes_are_the_first_of_the_seed_at_the_wanted_side() -> None:
    found = find_candidates(ImagesSection(source="scenes", limit=30), seed=6, side=48)
    listing = list_scenes(6, 30)
    assert (found.ids, found.positions) == (listing.ids, tuple(listing.positions.tolist()))
    for name, label, position in zip(found.ids, found.labels, found.positions, strict=True):
        assert name.split("/")[0] == found.class_keys[label] == draw_factors(6, position).object
    assert found.class_names == found.class_keys == listing.class_names
    assert found.reader == ScenesReader(6, 48)
    assert (found.name, found.split, found.licence) == ("Concept scenes", "", "Apache-2.0")
    assert "seed 6" in found.citation
    more = find_candidates(ImagesSection(source="scenes", limit=40), seed=6, side=48)
    assert set(found.ids) < set(more.ids)
    other = find_candidates(ImagesSection(source="scenes", limit=30), seed=7, side=48)
    assert set(other.ids) != set(found.ids)


@pytest.mark.parametrize(("side", "drawn"), [(31, 32), (32, 32), (256, 256), (299, 256)])
def test_scenes_stay_within_the_sizes_that_they_can_have(side: int, drawn: int) -> None:
    found = find_candidates(ImagesSection(source="scenes", limit=1), seed=0, side=side)
    assert found.reader.picture(found.reader.content(0)).size == (drawn, drawn)


def test_without_a_limit_there_is_a_default_number_of_scenes() -> None:
    assert len(find_candidates(ImagesSection(source="scenes"), seed=0, side=64).ids) == SCENES


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"path": "photos"}, r"`images\.path` must be left out for scenes.*got `photos`"),
        ({"split": "test"}, r"`images\.split` must be left out for scenes.*got `test`"),
        ({"download": True}, r"`images\.download` must be left out for scenes.*got true"),
    ],
)
def test_scenes_have_no_place(values: dict[str, Any], says: str) -> None:
    section = ImagesSection(source="scenes", **values)
    for refuse in (lambda: check_place(section), lambda: find_candidates(section, seed=0, side=64)):
        with pytest.raises(ImagesError, match=says) as caught:
            refuse()
        assert "\n" not in caught.value.message
