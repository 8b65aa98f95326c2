"""Sets of concept images: order, chunks, hashes, what is skipped, what is noticed later."""

from __future__ import annotations

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
from generator.inputs import lookahead
from generator.inputs.concepts import CHUNK, HALF, ConceptSet, halves, open_concepts
from generator.inputs.concepts.sets import seen
from generator.inputs.preprocess import Preprocess
from generator.recipe import ConceptsSection
from tests.planted_world import write_world

COUNT = 130
PREPROCESS = Preprocess(32, 32, "bilinear", (0.5, 0.5, 0.5), (0.5, 0.5, 0.5))


def opened(folder: Path, seed: int = 0, side: int = 32, **values: Any) -> ConceptSet:
    return open_concepts(ConceptsSection(source="folder", path=str(folder), **values), seed, side)


def scenes(seed: int = 3, side: int = 32, limit: int = 40) -> ConceptSet:
    return open_concepts(ConceptsSection(limit=limit), seed, side)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """130 pictures with masks in four categories; no test changes them."""
    folder = tmp_path_factory.mktemp("planted")
    write_world(folder, images=COUNT)
    return folder / "world"


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """44 pictures to be spoilt."""
    write_world(tmp_path, images=44)
    return tmp_path / "world"


def pictures(world: Path) -> list[str]:
    return sorted(path.relative_to(world / "images").as_posix() for path in world.glob("images/*/*.png"))


def test_a_set_knows_its_images(world: Path) -> None:
    images = opened(world, licence="CC0", citation="me")
    info = images.info
    assert (info.name, info.source, info.count, info.synthetic) == ("world", "folder", 120, False)
    assert (info.licence, info.citation, info.skipped) == ("CC0", "me", ())
    assert opened(world, name="mine").info.name == "mine"
    assert {concept.category for concept in info.concepts} == {"colour", "texture", "shape", "size"}
    for index in (0, 60, 119):
        view = images.view(index, PREPROCESS)
        picture = Image.open(world / "images" / images.ids[index])
        np.testing.assert_array_equal(view.pixels, np.asarray(picture))
        shape = images.ids[index].split("/")[0]
        present = {str(info.concepts[number]) for number in view.masks}
        assert len(present) == 4
        assert f"shape:{shape}" in present
        assert view.facts == ()


def test_order_is_seeded(world: Path) -> None:
    order = opened(world, seed=1).ids
    assert opened(world, seed=1).ids == order
    assert opened(world, seed=2).ids != order
    assert sorted(order) != list(order)
    assert set(order) < set(pictures(world))


def test_order_depends_on_nothing_but_the_seed(
    world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = opened(world, seed=1).ids
    assert opened(world, seed=1, limit=40).ids == order[:40]
    assert opened(world, seed=1, side=99, name="other").ids == order
    moved = tmp_path / "moved"
    shutil.copytree(world, moved)
    assert opened(moved, seed=1).info.sha256 == opened(world, seed=1).info.sha256
    monkeypatch.setattr(lookahead, "thread_count", lambda: 1)
    assert opened(world, seed=1).ids == order
    assert scenes(side=32).ids == scenes(side=64).ids
    assert scenes(seed=3).ids != scenes(seed=4).ids


@pytest.mark.parametrize(
    ("limit", "count"), [(40, 40), (79, 40), (80, 80), (119, 80), (120, 120), (999, 120)]
)
def test_a_set_is_whole_chunks_within_the_limit(world: Path, limit: int, count: int) -> None:
    images = opened(world, limit=limit)
    assert len(images) == images.info.count == len(images.sha256) == len(images.positions) == count
    assert len(set(images.ids)) == count


@pytest.mark.parametrize(("limit", "count"), [(40, 40), (79, 40), (120, 120)])
def test_scenes_come_in_whole_chunks_too(limit: int, count: int) -> None:
    images = scenes(limit=limit)
    assert len(images) == len(set(images.ids)) == count
    assert all(int(name) < limit for name in images.ids)


def test_every_chunk_is_half_for_choosing_and_half_for_scoring() -> None:
    found = halves(3 * CHUNK)
    assert (CHUNK, HALF) == (40, 20)
    assert found.tolist() == ([0] * 20 + [1] * 20) * 3


def test_a_set_has_one_hash(world: Path) -> None:
    again = [opened(world).info.sha256, opened(world, name="other", licence="CC0").info.sha256]
    others = [opened(world, seed=1).info.sha256, opened(world, limit=80).info.sha256]
    assert len({*again}) == 1
    assert len({*again, *others}) == 3
    drawn = [scenes(), scenes(seed=4), scenes(side=33), scenes(limit=80)]
    assert len({images.info.sha256 for images in drawn}) == 4
    assert scenes().info.sha256 == drawn[0].info.sha256


def repaint(file: Path) -> None:
    values = np.array(Image.open(file))
    values[0, 0] = 1 - values[0, 0]
    Image.fromarray(values).save(file)


def change_names(world: Path, old: str, new: str) -> None:
    file = world / "masks" / "colour.txt"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize(
    "change",
    [
        lambda world: repaint(world / "images" / pictures(world)[0]),
        lambda world: repaint(world / "masks" / "size" / pictures(world)[0]),
        lambda world: change_names(world, "1\tred", "1\tcrimson"),
        lambda world: change_names(world, "5\tpurple", "6\tpurple"),
        lambda world: change_names(world, "1\tred\n2\tgreen", "2\tred\n1\tgreen"),
        lambda world: shutil.rmtree(world / "masks" / "size"),
    ],
    ids=["picture", "mask", "name", "number", "numbers swapped", "category"],
)
def test_what_changes_a_concept_changes_the_hash(change: Callable[[Path], None], tmp_path: Path) -> None:
    write_world(tmp_path, images=40)
    world = tmp_path / "world"
    before = opened(world)
    change(world)
    after = opened(world)
    assert after.ids == before.ids
    assert after.info.sha256 != before.info.sha256


def test_bytes_that_move_from_picture_to_mask_are_noticed(small: Path) -> None:
    images = opened(small)
    picture, mask = small / "images" / images.ids[0], small / "masks" / "colour" / images.ids[0]
    content = picture.read_bytes()
    picture.write_bytes(content[:-1])
    mask.write_bytes(content[-1:] + mask.read_bytes())
    with pytest.raises(ImagesError, match="has changed since the images were opened"):
        images.view(0, PREPROCESS)


@pytest.mark.parametrize("drawn", [False, True])
def test_a_set_can_be_sent_to_another_process(world: Path, drawn: bool) -> None:
    images = scenes() if drawn else opened(world)
    content = pickle.dumps(images)
    copy: ConceptSet = pickle.loads(content)
    assert (copy.ids, copy.info) == (images.ids, images.info)
    one, other = images.view(7, PREPROCESS), copy.view(7, PREPROCESS)
    np.testing.assert_array_equal(one.pixels, other.pixels)
    assert one.facts == other.facts
    assert list(one.masks) == list(other.masks)
    assert all((one.masks[number] == other.masks[number]).all() for number in one.masks)
    assert one.pixels.tobytes() not in content


@pytest.mark.parametrize("part", ["images", "masks/colour", "masks/size"])
def test_a_file_that_changes_later_is_noticed(small: Path, part: str) -> None:
    images = opened(small)
    name = images.ids[3]
    repaint(small / part / name)
    with pytest.raises(ImagesError, match=f"^concept image `{name}` has changed since") as caught:
        images.view(3, PREPROCESS)
    assert "\n" not in caught.value.message
    assert images.view(4, PREPROCESS).masks


@pytest.mark.parametrize(
    ("part", "says"),
    [("images", "does not exist;"), ("masks/size", "has a mask, `masks/size/.*`, that does")],
)
def test_a_file_that_goes_later_is_noticed(small: Path, part: str, says: str) -> None:
    images = opened(small)
    (small / part / images.ids[3]).unlink()
    with pytest.raises(ImagesError, match=f"^concept image `{images.ids[3]}` {says}") as caught:
        images.view(3, PREPROCESS)
    assert "\n" not in caught.value.message


def test_what_cannot_be_used_is_skipped_by_name_and_reason(small: Path) -> None:
    names = pictures(small)
    (small / "images" / names[7]).write_bytes(b"")
    (small / "images" / names[2]).write_text("hello")
    (small / "masks" / "size" / names[5]).unlink()
    Path(os.fsdecode(os.fsencode(small / "images") + b"/\xff.png")).touch()
    images = opened(small)
    assert [entry.path for entry in images.info.skipped] == ["\\udcff.png", names[2], names[5], names[7]]
    odd, text, maskless, empty = (entry.reason for entry in images.info.skipped)
    assert odd == "has a name that is not valid UTF-8"
    assert text.startswith("is not an image of a known format")
    assert maskless == f"has a mask, `masks/size/{names[5]}`, that does not exist"
    assert empty == "is empty"
    assert len(images) == 40
    assert not {names[2], names[5], names[7]} & set(images.ids)


def test_fewer_usable_images_than_a_chunk_are_too_few(small: Path) -> None:
    names = pictures(small)
    for name in names[:5]:
        (small / "masks" / "colour" / name).unlink()
    with pytest.raises(ImagesError, match=r"at least 40 usable images with masks, got 39") as caught:
        opened(small)
    order = np.random.default_rng(0).permutation(44)
    first = next(names[position] for position in order if position < 5)
    reason = f"has a mask, `masks/colour/{first}`, that does not exist"
    assert f"the first one skipped: `{first}` {reason})" in caught.value.message
    assert "\n" not in caught.value.message


def test_no_pictures_are_too_few(small: Path) -> None:
    shutil.rmtree(small / "images")
    (small / "images").mkdir()
    with pytest.raises(ImagesError, match=r"at least 40 usable images with masks, got 0$"):
        opened(small)


def test_progress_counts_usable_images_and_reaches_its_end(small: Path) -> None:
    def told(limit: int) -> list[tuple[int, int]]:
        calls: list[tuple[int, int]] = []
        section = ConceptsSection(source="folder", path=str(small), limit=limit)
        open_concepts(section, 0, 32, lambda done, total: calls.append((done, total)))
        return calls

    assert told(99) == [(number, 44) for number in range(1, 45)]
    assert told(41) == [(number, 41) for number in range(1, 42)]
    for name in pictures(small)[:3]:
        (small / "images" / name).write_bytes(b"")
    calls = told(99)
    assert len(calls) == 44
    assert calls[-1] == (41, 41)
    assert calls == sorted(calls, key=lambda call: call[0])


def test_an_interruption_leaves_no_thread(world: Path, own_threads: Callable[[], list[str]]) -> None:
    def interrupt(_: int, __: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        open_concepts(ConceptsSection(source="folder", path=str(world)), 0, 32, interrupt)
    assert not own_threads()


@pytest.mark.parametrize("shape", [(30, 50), (50, 30), (200, 90)])
@pytest.mark.parametrize(("resize", "crop"), [(24, 24), (40, 33), (64, 50)])
@pytest.mark.parametrize("interpolation", ["nearest", "bilinear"])
def test_a_mask_stays_on_what_it_is_of(
    shape: tuple[int, int], resize: int, crop: int, interpolation: str
) -> None:
    height, width = shape
    mask = np.zeros(shape, dtype=bool)
    mask[height // 4 : height * 2 // 3, width // 3 : width * 3 // 4] = True
    preprocess = Preprocess(resize, crop, interpolation, (0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
    bright = preprocess.view(Image.fromarray(mask.astype(np.uint8) * 255).convert("RGB"))[:, :, 0] > 127
    found = seen(mask, preprocess)
    assert found.shape == (crop, crop)
    assert found.dtype == bool
    assert 0 < found.sum() < found.size
    assert (found & bright).sum() / (found | bright).sum() > 0.85


def test_every_pixel_of_a_mask_is_that_of_a_nearest_picture() -> None:
    mask = np.random.default_rng(0).random((30, 50)) < 0.5
    preprocess = Preprocess(41, 33, "nearest", (0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
    bright = preprocess.view(Image.fromarray(mask.astype(np.uint8) * 255).convert("RGB"))[:, :, 0] > 127
    np.testing.assert_array_equal(seen(mask, preprocess), bright)
