"""Answers of the user's own: read by image id, and every fault of a file said in one line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from generator.errors import ImagesError
from generator.inputs.answers import (
    NO_ANSWER,
    answers_sha256,
    own_answers,
    superclass_answers,
    trained_on,
)
from generator.inputs.images import ImageSet, open_images
from generator.recipe import ImagesSection
from generator.recipe_sections import ProbesSection
from tests.tiny import write_world


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> ImageSet:
    folder = tmp_path_factory.mktemp("world")
    write_world(folder)
    return open_images(ImagesSection(source="folder", path=str(folder / "pictures")), 0, 16)


def section(folder: Path, text: str) -> ProbesSection:
    path = folder / "answers.csv"
    path.write_text(text, encoding="utf-8")
    return ProbesSection(labels=str(path))


def test_every_column_is_a_task_and_an_empty_cell_no_answer(images: ImageSet, tmp_path: Path) -> None:
    text = 'image, mood ,age\nred/01.png,glad,"old, very"\nblue/00.png,,young\n\nelse.png,sad,old\n'
    mood, age = own_answers(section(tmp_path, text), images)
    assert (mood.name, mood.values) == ("mood", ("glad",))
    assert age.values == ("old, very", "young")
    first = images.ids.index("red/01.png")
    assert mood.labels[first] == 0
    assert age.labels[images.ids.index("blue/00.png")] == 1
    assert (mood.labels != NO_ANSWER).sum() == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "must begin with a line of different names"),
        ("picture,mood\na,b\n", "one of them `image`"),
        ("image,mood,mood\n", "different names"),
        ("image\n", "different names"),
        ("image,mood\nred/01.png\n", "must have 2 values a line, got 1 in line 2"),
        ("image,mood\nnowhere.png,glad\n", "got none of them in .*; the first image is `blue/00.png`"),
    ],
)
def test_faults_of_a_file_are_named(images: ImageSet, tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ImagesError, match=message):
        own_answers(section(tmp_path, text), images)


def test_a_missing_file_is_named(images: ImageSet) -> None:
    with pytest.raises(ImagesError, match=r"`probes\.labels` must be a text file, got `no\.csv`"):
        own_answers(ProbesSection(labels="no.csv"), images)
    with pytest.raises(ImagesError, match=r"`probes\.exclude` must be a text file"):
        trained_on(ProbesSection(exclude="no.txt"), images)


def test_superclasses_group_classes(images: ImageSet) -> None:
    groups = superclass_answers(ProbesSection(superclasses={"warm": ("red",), "cold": ("blue",)}), images)
    assert groups is not None
    assert groups.values == ("warm", "cold")
    expected = np.array([1] * 8 + [NO_ANSWER] * 8 + [0] * 8)
    np.testing.assert_array_equal(groups.labels, expected)
    assert superclass_answers(ProbesSection(), images) is None


def test_the_hash_of_a_file_follows_its_content(tmp_path: Path) -> None:
    text = "image,mood\nred/01.png,glad\n"
    before = answers_sha256(section(tmp_path, text))
    assert set(before) == {"labels"}
    assert answers_sha256(section(tmp_path, text.replace("glad", "sad"))) != before
