"""Class-name files in their two forms, and names that stand for several classes."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.errors import ImagesError, NetworkError
from generator.inputs.class_names import make_unique, read_class_names


def read(path: Path) -> tuple[tuple[str, str], ...]:
    return read_class_names(str(path), "network.class_names", NetworkError)


def test_plain_lines_are_names_as_they_stand(tmp_path: Path) -> None:
    path = tmp_path / "names.txt"
    path.write_text("tench, Tinca tinca\n\n goldfish \n", encoding="utf-8")
    assert read(path) == (("", "tench, Tinca tinca"), ("", "goldfish"))


def test_of_words_behind_a_tab_the_first_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "names.txt"
    path.write_bytes(b"\xef\xbb\xbfn01\tgoldfish, Carassius auratus\r\nn02\tch\xc3\xa2teau\r\n")
    assert read(path) == (("n01", "goldfish"), ("n02", "château"))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "does not exist"),
        (b"caf\xe9\n", "must be UTF-8 text"),
        (b"\n \n", "must hold one class name a line"),
        (b"n01\t , Carassius\n", "got no words for `n01`"),
    ],
)
def test_files_that_cannot_be_used_are_one_line(tmp_path: Path, content: bytes | None, says: str) -> None:
    path = tmp_path / "names.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(NetworkError, match=says) as caught:
        read(path)
    assert "\n" not in caught.value.message
    assert "`network.class_names`" in caught.value.message


def test_a_folder_is_no_text_file_and_the_error_is_the_callers(tmp_path: Path) -> None:
    with pytest.raises(ImagesError, match=r"`images\.class_names` cannot be read"):
        read_class_names(str(tmp_path), "images.class_names", ImagesError)


def test_only_names_of_several_classes_get_their_identifier() -> None:
    names = make_unique(["crane", "owl", "crane", "boat", "boat"], ["n1", "n2", "crane", "", "n5"])
    assert names == ("crane (n1)", "owl", "crane", "boat", "boat (n5)")
