"""Answers of the user's own for probes, groups of classes, and the images that must not be probed."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from generator.errors import ImagesError, nearest
from generator.inputs.images import ImageSet
from generator.inputs.text_file import read_text
from generator.recipe_sections import ProbesSection
from generator.records import Booleans, Integers

IMAGE = "image"
"""Name of the column of a file of answers that holds image ids."""

NO_ANSWER = -1


@dataclass(frozen=True, eq=False)
class Answers:
    """Answers to one question: `labels` (N,) int32 index `values`, `NO_ANSWER` for images without one."""

    name: str
    values: tuple[str, ...]
    labels: Integers


def check_probes(section: ProbesSection, images: ImageSet) -> None:
    """Make sure that everything the section names is there.

    Raises:
        ImagesError: A file cannot be used, or a class or image that it names is not in the atlas.
    """
    superclass_answers(section, images)
    own_answers(section, images)
    trained_on(section, images)


def superclass_answers(section: ProbesSection, images: ImageSet) -> Answers | None:
    """Return the groups of classes that the images' classes belong to, None where the recipe has none.

    Raises:
        ImagesError: The images have no class of a name.
    """
    if not section.superclasses:
        return None
    classes, group = images.info.class_names, {}
    for number, names in enumerate(section.superclasses.values()):
        for name in names:
            if name not in classes:
                raise ImagesError(
                    f"`probes.superclasses` must name classes of the images{nearest(name, classes)}, "
                    f"got `{name}`; they are {', '.join(classes[:12])}"
                )
            group[classes.index(name)] = number
    labels = [group.get(label, NO_ANSWER) for label in images.labels.tolist()]
    return Answers("superclass", tuple(section.superclasses), np.array(labels, dtype=np.int32))


def own_answers(section: ProbesSection, images: ImageSet) -> tuple[Answers, ...]:
    """Return the answers of every column of the user's file, in its order.

    Raises:
        ImagesError: The file cannot be used, or names no image of the atlas.
    """
    if not section.labels:
        return ()
    header, rows = _table(section.labels)
    places = {name: index for index, name in enumerate(images.ids)}
    known = [(places[row[IMAGE]], row) for row in rows if row[IMAGE] in places]
    if not known:
        raise ImagesError(
            f"`probes.labels` must name images of the atlas, got none of them in `{section.labels}`; "
            f"the first image is `{images.ids[0]}`"
        )
    result = []
    for name in header:
        values = tuple(sorted({row[name] for _, row in known if row[name]}))
        labels = np.full(len(images.ids), NO_ANSWER, dtype=np.int32)
        for index, row in known:
            labels[index] = values.index(row[name]) if row[name] else NO_ANSWER
        result.append(Answers(name, values, labels))
    return tuple(result)


def _table(path: str) -> tuple[list[str], list[dict[str, str]]]:
    """Return the names of the columns of answers, and the rows, all values stripped."""
    lines = list(csv.reader(_text(path, "labels").splitlines()))
    header = [name.strip() for name in lines[0]] if lines else []
    names = [name for name in header if name != IMAGE]
    if header.count(IMAGE) != 1 or not names or len(set(names)) < len(names) or not all(names):
        raise ImagesError(
            f"`probes.labels` must begin with a line of different names, one of them `{IMAGE}`, "
            f"got `{','.join(header)}` in `{path}`"
        )
    rows = []
    for number, cells in enumerate(lines[1:], start=2):
        if not cells:
            continue
        if len(cells) != len(header):
            raise ImagesError(
                f"`probes.labels` must have {len(header)} values a line, got {len(cells)} in line {number} "
                f"of `{path}`"
            )
        rows.append(dict(zip(header, (cell.strip() for cell in cells), strict=True)))
    return names, rows


def trained_on(section: ProbesSection, images: ImageSet) -> Booleans:
    """Return which images (N,) the recipe says that the network was trained on.

    Raises:
        ImagesError: The file cannot be used.
    """
    if not section.exclude:
        return np.zeros(len(images.ids), dtype=bool)
    named = {line.strip() for line in _text(section.exclude, "exclude").splitlines()}
    return np.array([name in named for name in images.ids], dtype=bool)


def answers_sha256(section: ProbesSection) -> dict[str, str]:
    """Return the hash of every file that the section names, by key."""
    files: Sequence[tuple[str, str]] = (("labels", section.labels), ("exclude", section.exclude))
    return {key: hashlib.sha256(_text(path, key).encode()).hexdigest() for key, path in files if path}


def _text(path: str, key: str) -> str:
    return read_text(path, f"probes.{key}", ImagesError)
