"""Image sets: what is taken, what is skipped, hashes, samples, names."""

from __future__ import annotations

import hashlib
import os
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from generator.errors import ImagesError
from generator.inputs import images as images_module
from generator.inputs.images import ImageSet, open_images, sampled
from generator.inputs.scenes import draw_pixels, reader
from generator.recipe import ImagesSection

SIDE = 8


def write_images(folder: Path, names: list[str]) -> None:
    for number, name in enumerate(names):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (6, 5), (number, 2 * number, 7)).save(path)


def opened(folder: Path, seed: int = 0, **values: Any) -> ImageSet:
    return open_images(ImagesSection(source="folder", path=str(folder), **values), seed, SIDE)


@pytest.fixture
def animals(tmp_path: Path) -> Path:
    folder = tmp_path / "animals"
    write_images(folder, ["n02/dog1.png", "n02/dog2.png", "n01/cat1.png", "loose.png"])
    return folder


def test_a_set_knows_its_images(animals: Path) -> None:
    images = opened(animals, split="val", licence="CC0", citation="me")
    assert len(images) == 4
    assert images.ids == ("loose.png", "n01/cat1.png", "n02/dog1.png", "n02/dog2.png")
    assert images.labels.tolist() == [-1, 0, 1, 1]
    assert images.labels.dtype == np.int32
    assert images.read(2).getpixel((0, 0)) == (0, 0, 7)
    assert images.read(0).getpixel((0, 0)) == (3, 6, 7)
    info = images.info
    assert (info.name, info.source, info.split, info.count) == ("animals", "folder", "val", 4)
    assert (info.class_names, info.class_counts) == (("n01", "n02"), (1, 2))
    assert (info.licence, info.citation, info.skipped) == ("CC0", "me", ())
    assert opened(animals, name="mine").info.name == "mine"


def test_hashes_are_of_the_contents_and_of_nothing_else(animals: Path, tmp_path: Path) -> None:
    images = opened(animals)
    for name, sha256 in zip(images.ids, images.sha256, strict=True):
        assert sha256 == hashlib.sha256((animals / name).read_bytes()).hexdigest()
    parts = zip(images.ids, images.labels.tolist(), images.sha256, strict=True)
    expected = "".join(f"{name}\0{label}\0{sha256}\0" for name, label, sha256 in parts)
    assert images.info.sha256 == hashlib.sha256(expected.encode()).hexdigest()

    moved = tmp_path / "moved"
    shutil.copytree(animals, moved)
    names = tmp_path / "names.txt"
    names.write_text("n01\tcat\nn02\tdog\n")
    assert opened(moved, class_names=str(names), name="other").info.sha256 == images.info.sha256
    (moved / "n02" / "dog1.png").rename(moved / "n01" / "dog1.png")
    assert opened(moved).info.sha256 != images.info.sha256
    write_images(animals, ["n02/dog2.png"])
    assert opened(animals).info.sha256 != images.info.sha256


def test_duplicates_are_images_of_their_own(animals: Path) -> None:
    shutil.copy(animals / "loose.png", animals / "n01" / "again.png")
    images = opened(animals)
    assert len(images) == 5
    assert images.sha256[0] == images.sha256[1]


def test_bad_files_are_skipped_by_name_and_reason(animals: Path) -> None:
    whole = (animals / "loose.png").read_bytes()
    (animals / "n01" / "empty.png").touch()
    (animals / "n01" / "cut.png").write_bytes(whole[:-30])
    (animals / "n01" / "text.jpg").write_text("hello")
    (animals / "n01" / "gone.png").symlink_to(animals / "nowhere.png")
    os.mkfifo(animals / "n01" / "pipe.png")
    images = opened(animals)
    assert images.ids == ("loose.png", "n01/cat1.png", "n02/dog1.png", "n02/dog2.png")
    reasons = {entry.path: entry.reason for entry in images.info.skipped}
    assert list(reasons) == sorted(reasons)
    assert reasons["n01/empty.png"] == "is empty"
    assert reasons["n01/cut.png"].startswith("is truncated or corrupt")
    assert reasons["n01/text.jpg"].startswith("is not an image of a known format")
    assert reasons["n01/gone.png"] == "does not exist"
    assert reasons["n01/pipe.png"] == "is not a file"
    assert len(reasons) == 5


def test_a_class_of_bad_files_stays_a_class_without_images(animals: Path) -> None:
    (animals / "n00").mkdir()
    (animals / "n00" / "empty.png").touch()
    info = opened(animals).info
    assert (info.class_names, info.class_counts) == (("n00", "n01", "n02"), (0, 1, 2))


def test_a_folder_without_usable_images_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ImagesError, match=r"must hold image files .* got none in"):
        opened(tmp_path)
    (tmp_path / "b.png").touch()
    (tmp_path / "a.png").touch()
    with pytest.raises(
        ImagesError, match=r"all 2 files found were skipped, the first because `a\.png` is empty"
    ):
        opened(tmp_path)


def test_a_limit_draws_a_seeded_sample(tmp_path: Path) -> None:
    write_images(tmp_path, [f"{'ab'[number % 2]}/{number:03d}.png" for number in range(60)])
    sample = opened(tmp_path, seed=5, limit=20)
    assert len(sample) == sample.info.count == 20
    assert list(sample.ids) == sorted(sample.ids)
    assert opened(tmp_path, seed=5, limit=20).ids == sample.ids
    assert opened(tmp_path, seed=6, limit=20).ids != sample.ids
    whole = opened(tmp_path)
    assert sample.info.sha256 != whole.info.sha256
    assert opened(tmp_path, limit=60).info == opened(tmp_path, limit=100).info == whole.info
    for index, name in enumerate(sample.ids):
        assert sample.read(index).getpixel((0, 0))[0] == int(Path(name).stem)  # type: ignore[index]
        assert sample.labels[index] == "ab".index(name[0])


def test_a_limit_counts_usable_images(tmp_path: Path) -> None:
    write_images(tmp_path, [f"{number:03d}.png" for number in range(20)])
    for number in range(0, 20, 2):
        (tmp_path / f"{number:03d}.png").write_bytes(b"")
    images = opened(tmp_path, limit=8)
    assert len(images) == 8
    assert all(int(Path(name).stem) % 2 for name in images.ids)
    assert len(opened(tmp_path, limit=15)) == 10


def test_progress_reaches_the_end(tmp_path: Path) -> None:
    write_images(tmp_path, [f"{number:03d}.png" for number in range(70)])
    told: list[tuple[int, int]] = []
    section = ImagesSection(source="folder", path=str(tmp_path))
    open_images(section, 0, SIDE, lambda done, total: told.append((done, total)))
    assert told == [(32, 70), (64, 70), (70, 70)]


def test_an_interruption_leaves_no_thread(tmp_path: Path, own_threads: Callable[[], list[str]]) -> None:
    write_images(tmp_path, [f"{number:03d}.png" for number in range(70)])

    def interrupt(_: int, __: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        open_images(ImagesSection(source="folder", path=str(tmp_path)), 0, SIDE, interrupt)
    assert not own_threads()


def test_class_names_map_folders_to_words(animals: Path, tmp_path: Path) -> None:
    names = tmp_path / "names.txt"
    names.write_text("n02\tdog, hound\nn99\tunused\n")
    assert opened(animals, class_names=str(names)).info.class_names == ("n01", "dog")
    names.write_text("n02\tcrane\nn01\tcrane, machine\n")
    assert opened(animals, class_names=str(names)).info.class_names == ("crane (n01)", "crane (n02)")


@pytest.mark.parametrize(
    ("text", "says"),
    [("cat\ndog\n", "`folder<TAB>words` lines, got `cat`"), ("n8\tcat\n", "the first folder is `n01`")],
)
def test_class_names_of_something_else_are_refused(
    animals: Path, tmp_path: Path, text: str, says: str
) -> None:
    names = tmp_path / "names.txt"
    names.write_text(text)
    with pytest.raises(ImagesError, match=says):
        opened(animals, class_names=str(names))


def test_a_set_can_be_sent_to_another_process(animals: Path) -> None:
    images = opened(animals)
    copy = pickle.loads(pickle.dumps(images))
    assert copy.ids == images.ids
    assert copy.read(2).tobytes() == images.read(2).tobytes()


def test_images_that_change_later_are_noticed(animals: Path) -> None:
    images = opened(animals)
    Image.new("RGB", (6, 5), "red").save(animals / "n01" / "cat1.png")
    with pytest.raises(ImagesError, match=r"image `n01/cat1\.png` has changed since"):
        images.read(1)
    (animals / "n01" / "cat1.png").unlink()
    with pytest.raises(ImagesError, match=r"image `n01/cat1\.png` does not exist"):
        images.read(1)


def test_the_order_of_threads_does_not_matter(animals: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = opened(animals)
    monkeypatch.setattr(images_module, "_CHUNK", 1)
    assert opened(animals).info == whole.info


def scenes(seed: int = 3, side: int = 32, **values: Any) -> ImageSet:
    return open_images(ImagesSection(source="scenes", **values), seed, side)


def test_scenes_are_as_many_as_the_limit_says_and_at_the_wanted_side() -> None:
    images = scenes(limit=40)
    assert len(images) == images.info.count == sum(images.info.class_counts) == 40
    assert sorted(images.positions.tolist()) == list(range(40))
    assert (images.info.name, images.info.source, images.info.skipped) == ("Concept scenes", "scenes", ())
    for index in (0, 17, 39):
        name, number = images.ids[index].split("/")
        assert images.info.class_names[images.labels[index]] == name
        np.testing.assert_array_equal(np.asarray(images.read(index)), draw_pixels(3, int(number), 32))


def test_the_identity_of_scenes_covers_seed_side_and_number() -> None:
    hashes = {
        images.info.sha256
        for images in (
            scenes(limit=20),
            scenes(limit=20, seed=4),
            scenes(limit=20, side=40),
            scenes(limit=21),
        )
    }
    assert len(hashes) == 4
    assert scenes(limit=20).info.sha256 in hashes


def test_opening_scenes_draws_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def drawn(*_: object) -> None:
        raise AssertionError("a scene was drawn")

    monkeypatch.setattr(reader, "draw_pixels", drawn)
    images = scenes(limit=50)
    assert len(images) == 50
    with pytest.raises(AssertionError, match="a scene was drawn"):
        images.read(0)


def test_scenes_of_another_version_are_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    stale = reader.ScenesReader(3, 32).content(0).replace(b'"scenes": ', b'"scenes": 9')
    monkeypatch.setattr(reader.ScenesReader, "content", lambda *_: stale)
    with pytest.raises(ImagesError, match="must be a scene of version"):
        scenes(limit=5)


def test_class_names_map_objects_to_words(tmp_path: Path) -> None:
    names = tmp_path / "names.txt"
    names.write_text("cat\tKatze\ndog\tHund\n")
    found = scenes(limit=5, class_names=str(names)).info.class_names
    assert found[:3] == ("Katze", "Hund", "rabbit")


def test_real_images(shared: Path) -> None:
    folder = shared / "data" / "tiny-imagenet-val"
    section = ImagesSection(
        source="folder",
        path=str(folder),
        limit=300,
        class_names=str(shared / "data" / "tiny-imagenet-classes.txt"),
    )
    images = open_images(section, 1, SIDE)
    assert len(images) == 300
    assert len(images.info.class_names) == 200
    assert images.info.class_names[0] == "goldfish"
    assert sum(images.info.class_counts) == 300
    assert all(images.read(index).size == (64, 64) for index in range(0, 300, 50))


def test_a_sample_is_a_smaller_set_of_the_same_images(tmp_path: Path) -> None:
    write_images(tmp_path, [f"{'ab'[index % 2]}/{index:02}.png" for index in range(20)])
    images = opened(tmp_path)
    assert sampled(images, 20, seed=0) is images
    sample = sampled(images, 7, seed=0)
    assert len(sample) == sample.info.count == sum(sample.info.class_counts) == 7
    assert list(sample.ids) == sorted(sample.ids)
    for index, name in enumerate(sample.ids):
        place = images.ids.index(name)
        assert sample.labels[index] == images.labels[place]
        assert sample.read(index).tobytes() == images.read(place).tobytes()
    assert sampled(images, 7, seed=0).ids == sample.ids
    assert sampled(images, 7, seed=1).ids != sample.ids
