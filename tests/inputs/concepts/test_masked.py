"""Folders of pictures with masks: what masks mean, which ones are refused, and how concepts are named."""

from __future__ import annotations

import shutil
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from generator.errors import ImagesError
from generator.inputs.concepts.annotated import Annotated, Found
from generator.inputs.concepts.sources import find_concepts
from generator.recipe import ConceptsSection
from generator.records import Concept

NUMBERS = np.array([[0, 1, 1, 2], [0, 1, 2, 2], [7, 7, 0, 300]])  # 3 rows, 4 columns; 7 and 300 lack a name
RED, BLUE = Concept("colour", "red", "mask"), Concept("colour", "dark blue", "mask")
COLOURS = "1\tred\n2\tdark blue\n"


def folder(path: Path, *names: str, colours: str = COLOURS) -> Path:
    """Write pictures of 4 by 3 pixels, each with a mask of colours."""
    (path / "images").mkdir(parents=True)
    (path / "masks" / "colour").mkdir(parents=True)
    (path / "masks" / "colour.txt").write_text(colours, encoding="utf-8")
    for name in names:
        file = path / "images" / name
        file.parent.mkdir(exist_ok=True)
        Image.new("RGB", (4, 3), "red").save(file)
        write_mask(path / "masks" / "colour" / Path(name).with_suffix(".png"))
    return path


def write_mask(file: Path, numbers: np.ndarray[Any, Any] = NUMBERS) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(numbers.astype(np.uint16)).save(file)


def found_in(path: Path) -> Found:
    return find_concepts(ConceptsSection(source="folder", path=str(path)), 0, 8)


def read(found: Found, position: int = 0) -> Annotated:
    return found.reader.annotated(position, found.reader.parts(position))


def regions(found: Found, position: int = 0) -> dict[Concept, list[list[int]]]:
    return {concept: mask.astype(int).tolist() for concept, mask in read(found, position).masks.items()}


def test_masks_say_where_a_concept_is(tmp_path: Path) -> None:
    found = found_in(folder(tmp_path / "mine", "b.jpg", "a.png"))
    assert (found.name, found.ids) == ("mine", ("a.png", "b.jpg"))
    assert found.concepts == (RED, BLUE)
    assert not found.synthetic
    for position in (0, 1):
        assert regions(found, position) == {
            RED: [[0, 1, 1, 0], [0, 1, 0, 0], [0, 0, 0, 0]],
            BLUE: [[0, 0, 0, 1], [0, 0, 1, 1], [0, 0, 0, 0]],
        }
        assert read(found, position).facts == ()
        assert read(found, position).picture.size == (4, 3)


def test_masks_lie_in_the_same_class_folders_as_pictures(tmp_path: Path) -> None:
    found = found_in(folder(tmp_path, "cat/one.png", "dog/one.jpeg", "loose.webp"))
    write_mask(tmp_path / "masks" / "colour" / "dog" / "one.png", np.full((3, 4), 2))
    assert found.ids == ("cat/one.png", "dog/one.jpeg", "loose.webp")
    assert [set(read(found, position).masks) for position in range(3)] == [{RED, BLUE}, {BLUE}, {RED, BLUE}]


def test_every_category_has_masks_of_its_own(tmp_path: Path) -> None:
    folder(tmp_path, "a.png")
    write_mask(tmp_path / "masks" / "part" / "a.png", np.array([[0, 0, 0, 1]] * 3))
    (tmp_path / "masks" / "part.txt").write_text("1\tred\n", encoding="utf-8")
    part = Concept("part", "red", "mask")
    found = found_in(tmp_path)
    assert found.concepts == (RED, BLUE, part)
    assert regions(found)[part] == [[0, 0, 0, 1]] * 3
    assert regions(found)[RED] == [[0, 1, 1, 0], [0, 1, 0, 0], [0, 0, 0, 0]]
    (tmp_path / "masks" / "part" / "a.png").unlink()
    with pytest.raises(ImagesError, match=r"^has a mask, `masks/part/a\.png`, that does not exist$"):
        read(found)


def palette(numbers: np.ndarray[Any, Any]) -> Image.Image:
    picture = Image.fromarray(numbers.astype(np.uint8), "P")
    picture.putpalette(np.random.default_rng(0).integers(0, 256, 768, dtype=np.uint8).tobytes())
    return picture


@pytest.mark.parametrize(
    "form",
    [
        lambda numbers: Image.fromarray(numbers.astype(np.uint8)),
        lambda numbers: Image.fromarray(numbers.astype(np.uint16)),
        palette,
        lambda numbers: Image.fromarray(numbers == 1),
    ],
    ids=["8 bit", "16 bit", "palette", "1 bit"],
)
def test_a_mask_holds_numbers_in_any_whole_form(
    form: Callable[[np.ndarray[Any, Any]], Image.Image], tmp_path: Path
) -> None:
    folder(tmp_path, "a.png", colours="1\tred\n")
    form(NUMBERS % 256).save(tmp_path / "masks" / "colour" / "a.png")
    assert regions(found_in(tmp_path)) == {RED: [[0, 1, 1, 0], [0, 1, 0, 0], [0, 0, 0, 0]]}


def test_numbers_of_16_bit_are_told_apart(tmp_path: Path) -> None:
    found = found_in(folder(tmp_path, "a.png", colours="300\tred\n44\tdark blue\n"))
    assert regions(found) == {RED: [[0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 1]]}, "300 is 44 in 8 bit"


def grey_png(bits: int, rows: int = 3) -> bytes:
    """Return a PNG of rows of 4 grey pixels of 2, 4 or 8 bit, all of value 1; only 3 rows are there."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        checked = kind + content
        return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))

    row = b"\0" + bytes([{2: 0b01010101, 4: 0b00010001, 8: 1}[bits]]) * (4 * bits // 8)
    header = struct.pack(">IIBBBBB", 4, rows, bits, 0, 0, 0, 0)
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(row * 3)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def jpeg(file: Path) -> None:
    Image.fromarray(NUMBERS.astype(np.uint8)).save(file, "JPEG")


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda file: file.unlink(), "that does not exist"),
        (lambda file: file.write_bytes(b""), "that is empty"),
        (lambda file: file.write_bytes(b"hello"), "that is no PNG, truncated or corrupt"),
        (lambda file: file.write_bytes(file.read_bytes()[:-25]), "that is no PNG, truncated or corrupt"),
        (jpeg, "that is no PNG, truncated or corrupt"),
        (lambda file: Image.new("RGB", (4, 3)).save(file), "of mode RGB; a mask has one channel"),
        (lambda file: Image.new("RGBA", (4, 3)).save(file), "of mode RGBA; a mask has one channel"),
        (lambda file: Image.new("LA", (4, 3)).save(file), "of mode LA; a mask has one channel"),
        (lambda file: file.write_bytes(grey_png(2)), "of 2 bit grey, whose values decoding scales"),
        (lambda file: file.write_bytes(grey_png(4)), "of 4 bit grey, whose values decoding scales"),
        (lambda file: file.write_bytes(grey_png(8, 2**25)), "that is no PNG, truncated or corrupt"),
        (lambda file: file.write_bytes(grey_png(8, 2**27)), "that is no PNG, truncated or corrupt"),
    ],
    ids=[
        "gone",
        "empty",
        "text",
        "cut",
        "JPEG",
        "RGB",
        "RGBA",
        "grey and alpha",
        "2 bit",
        "4 bit",
        "large",
        "huge",
    ],
)
def test_a_mask_that_cannot_be_read_is_named(
    spoil: Callable[[Path], None], says: str, tmp_path: Path
) -> None:
    found = found_in(folder(tmp_path, "a.jpg"))
    spoil(tmp_path / "masks" / "colour" / "a.png")
    with pytest.raises(ImagesError, match=rf"^has a mask, `masks/colour/a\.png`, {says}") as caught:
        read(found)
    assert "\n" not in caught.value.message


def test_a_mask_of_any_corrupt_byte_is_read_or_refused(tmp_path: Path) -> None:
    found = found_in(folder(tmp_path, "a.png"))
    picture, mask = found.reader.parts(0)
    reasons = []
    for place in range(len(mask)):
        for spoilt in (mask[:place], mask[:place] + bytes([mask[place] ^ 0x55]) + mask[place + 1 :]):
            try:
                found.reader.annotated(0, (picture, spoilt))
            except ImagesError as error:
                reasons.append(error.message)
    assert len(reasons) > len(mask)
    assert not [reason for reason in reasons if "\n" in reason]


@pytest.mark.parametrize("shape", [(4, 3), (3, 5), (1, 1)])
def test_a_mask_of_another_size_is_refused(shape: tuple[int, int], tmp_path: Path) -> None:
    found = found_in(folder(tmp_path, "a.png"))
    write_mask(tmp_path / "masks" / "colour" / "a.png", np.ones(shape))
    says = rf"^is 4 by 3 pixels, but its mask, `masks/colour/a\.png`, {shape[1]} by {shape[0]}$"
    with pytest.raises(ImagesError, match=says):
        read(found)


@pytest.mark.parametrize(
    ("content", "says"), [(b"", "is empty"), (b"hello", "is not an image of a known format")]
)
def test_a_picture_that_cannot_be_read_has_its_own_reason(content: bytes, says: str, tmp_path: Path) -> None:
    found = found_in(folder(tmp_path, "a.png"))
    (tmp_path / "images" / "a.png").write_bytes(content)
    with pytest.raises(ImagesError, match=f"^{says}") as caught:
        read(found)
    assert "mask" not in caught.value.message


@pytest.mark.parametrize(
    ("line", "place"),
    [("0\tblack", 2), ("-1\tblack", 2), ("2 dark blue", 2), ("two\tblue", 2), ("2\t", 2), ("2\t  ", 2),
     ("²\tblue", 2), ("1.5\tblue", 2), ("\tblue", 2), ("\n2", 3)],
)  # fmt: skip
def test_a_line_that_names_no_number_is_refused(line: str, place: int, tmp_path: Path) -> None:
    folder(tmp_path, "a.png", colours=f"1\tred\n{line}\n")
    with pytest.raises(
        ImagesError, match=rf"colour\.txt` line {place} must be `NUMBER<TAB>NAME` with"
    ) as caught:
        found_in(tmp_path)
    assert "\n" not in caught.value.message


@pytest.mark.parametrize("line", ["1\tblue", "01\tblue", "2\tred", "2\t red "])
def test_nothing_is_named_twice(line: str, tmp_path: Path) -> None:
    folder(tmp_path, "a.png", colours=f"1\tred\n{line}\n")
    with pytest.raises(ImagesError, match=r"colour\.txt` line 2 must name nothing twice"):
        found_in(tmp_path)


def test_names_may_have_blank_lines_spaces_and_a_byte_order_mark(tmp_path: Path) -> None:
    found = found_in(folder(tmp_path, "a.png", colours="\ufeff1\tred\r\n\n  \n2\t dark blue \n"))
    assert found.concepts == (RED, BLUE)


@pytest.mark.parametrize("text", ["", "\n \n"])
def test_a_category_without_names_is_refused(text: str, tmp_path: Path) -> None:
    folder(tmp_path, "a.png", colours=text)
    with pytest.raises(ImagesError, match=r"colour\.txt` must name the concepts of `colour`, got nothing"):
        found_in(tmp_path)


@pytest.mark.parametrize(
    "spoil", [lambda file: file.unlink(), lambda file: file.write_bytes(b"1\t\xff\n")], ids=["gone", "bytes"]
)
def test_names_that_cannot_be_read_are_asked_for(spoil: Callable[[Path], None], tmp_path: Path) -> None:
    folder(tmp_path, "a.png")
    spoil(tmp_path / "masks" / "colour.txt")
    with pytest.raises(ImagesError, match=r"colour\.txt` must name the concepts of `colour` as text"):
        found_in(tmp_path)


def test_hidden_folders_are_no_categories(tmp_path: Path) -> None:
    folder(tmp_path, "a.png")
    (tmp_path / "masks" / ".thumbnails").mkdir()
    assert found_in(tmp_path).concepts == (RED, BLUE)


def test_masks_without_a_category_are_refused(tmp_path: Path) -> None:
    folder(tmp_path, "a.png")
    shutil.rmtree(tmp_path / "masks" / "colour")
    with pytest.raises(ImagesError, match=r"must hold `masks/CATEGORY/`, got no category"):
        found_in(tmp_path)
