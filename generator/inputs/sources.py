"""Folders, torchvision data sets and scenes as lists of image candidates with ids, labels, class names."""

from __future__ import annotations

import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path, PurePosixPath
from typing import Any

from torchvision import datasets

from generator.cache import user_cache
from generator.errors import ImagesError
from generator.inputs.files import list_files
from generator.inputs.readers import CifarReader, FileReader, Reader
from generator.inputs.scenes import VERSION, ScenesReader, list_scenes
from generator.inputs.scenes.scene import SIZES
from generator.recipe import ConceptsSection, ImagesSection
from generator.records import Skipped

IMAGENETTE_SIZE = "320px"
"""Shorter side of the stored images: enough for networks of 224 pixels, a fifth of the full download."""

IMAGENETTE_COUNTS = {"train": 9469, "val": 3925}
"""Images a split; from the README of github.com/fastai/imagenette (version 2)."""

SCENES = 2000
"""Scenes that are drawn where `images.limit` does not say how many."""


@dataclass(frozen=True)
class Candidates:
    """Images before anyone has looked at them, ordered by id; `labels` is -1 for an unlabelled one.

    `class_keys` are folder names or identifiers, `class_names` the words for them; `skipped` are
    files that were left out by their names alone.
    """

    name: str
    split: str
    ids: tuple[str, ...]
    labels: tuple[int, ...]
    class_keys: tuple[str, ...]
    class_names: tuple[str, ...]
    reader: Reader
    positions: tuple[int, ...]
    skipped: tuple[Skipped, ...] = ()
    licence: str = ""
    citation: str = ""


def find_candidates(section: ImagesSection, seed: int, side: int) -> Candidates:
    """List the images of a recipe's section, downloading a torchvision data set where it says so.

    Args:
        section: Which images.
        seed: Of drawn images.
        side: Pixels a side of drawn images, brought within the sizes that scenes can have.

    Raises:
        ImagesError: No such folder or split, not downloaded, or the download failed.
    """
    check_place(section)
    if section.source == "scenes":
        return _from_scenes(section, seed, side)
    return _FINDERS[section.source](section)


def check_place(section: ImagesSection) -> None:
    """Check at once what costs nothing to check: that a folder of images is there.

    Raises:
        ImagesError: No folder is named, or none stands there; or scenes are said to have a place.
    """
    if section.source == "scenes":
        _check_scenes(section)
    if section.source != "folder":
        return
    if not section.path:
        raise ImagesError("`images.path` must name a folder of images, got nothing; give `--images FOLDER`")
    folder = Path(section.path).expanduser()
    if not folder.is_dir():
        what = "is not a folder" if folder.exists() else "does not exist"
        raise ImagesError(f"`images.path` must be a folder of images, got `{folder}`, which {what}")


def _check_scenes(section: ImagesSection) -> None:
    for key in ("path", "split", "download"):
        value = getattr(section, key)
        if value:
            got = "true" if value is True else f"`{value}`"
            raise ImagesError(
                f"`images.{key}` must be left out for scenes, which are drawn, got {got}; "
                "remove it, or choose another `images.source`"
            )


def _from_scenes(section: ImagesSection, seed: int, side: int) -> Candidates:
    smallest, largest = SIZES
    listing = list_scenes(seed, section.limit or SCENES)
    return Candidates(
        name="Concept scenes",
        split="",
        ids=listing.ids,
        labels=tuple(listing.labels.tolist()),
        class_keys=listing.class_names,
        class_names=listing.class_names,
        reader=ScenesReader(seed, min(max(side, smallest), largest)),
        positions=tuple(listing.positions.tolist()),
        licence="Apache-2.0",
        citation=f"Concept scenes, version {VERSION}, seed {seed}: synthetic pictures drawn by Neuron Atlas.",
    )


def _from_folder(section: ImagesSection) -> Candidates:
    folder = Path(section.path).expanduser()
    files, skipped = list_files(folder)
    keys = tuple(sorted({PurePosixPath(file).parts[0] for file in files if "/" in file}))
    number = {key: label for label, key in enumerate(keys)}
    return Candidates(
        name=folder.resolve().name,
        split=section.split,
        ids=files,
        labels=tuple(number[file.split("/")[0]] if "/" in file else -1 for file in files),
        class_keys=keys,
        class_names=keys,
        reader=FileReader(str(folder.absolute()), files),
        positions=tuple(range(len(files))),
        skipped=skipped,
    )


def _from_cifar10(section: ImagesSection) -> Candidates:
    split = _split(section, ("test", "train"))
    root = _root(section)
    with _fetching(section, "CIFAR-10", root):
        loaded: Any = datasets.CIFAR10(root, train=split == "train", download=section.download)
    names = tuple(loaded.classes)
    ids = [f"{names[label]}/{index:05d}" for index, label in enumerate(loaded.targets)]
    order = sorted(range(len(ids)), key=ids.__getitem__)
    return Candidates(
        name="CIFAR-10",
        split=split,
        ids=tuple(ids[index] for index in order),
        labels=tuple(int(loaded.targets[index]) for index in order),
        class_keys=names,
        class_names=names,
        reader=CifarReader(str(root), split == "train"),
        positions=tuple(order),
        licence="none stated by its authors",
        citation="Krizhevsky, A. (2009). Learning multiple layers of features from tiny images. "
        "Technical report, University of Toronto.",
    )


def _from_imagenette(section: ImagesSection) -> Candidates:
    split = _split(section, ("val", "train"))
    root = _root(section)
    folder = root / f"imagenette2-{IMAGENETTE_SIZE.removesuffix('px')}"
    if folder.exists():
        _check_imagenette(folder, split)
    with _fetching(section, "Imagenette", root):
        loaded: Any = datasets.Imagenette(root, split, IMAGENETTE_SIZE, download=section.download)
    files, skipped = list_files(folder / split)
    number = {key: label for label, key in enumerate(loaded.wnids)}
    return Candidates(
        name=f"Imagenette ({IMAGENETTE_SIZE})",
        split=split,
        ids=files,
        labels=tuple(number[file.split("/")[0]] for file in files),
        class_keys=tuple(loaded.wnids),
        class_names=tuple(words[0] for words in loaded.classes),
        reader=FileReader(str(folder / split), files),
        positions=tuple(range(len(files))),
        skipped=skipped,
        licence="Apache-2.0 for the selection; the images under the terms of ImageNet",
        citation="Howard, J. (2019). Imagenette. https://github.com/fastai/imagenette",
    )


def _check_imagenette(folder: Path, split: str) -> None:
    """Refuse what an interrupted download left: torchvision takes any folder there for the whole."""
    count = len(list_files(folder / split)[0])
    if count != IMAGENETTE_COUNTS[split]:
        raise ImagesError(
            f"Imagenette ({split}) must have {IMAGENETTE_COUNTS[split]} images, got {count} in `{folder}` "
            "(an interrupted download?); remove that folder and build with `--set images.download=true`"
        )


def list_pets(section: ImagesSection | ConceptsSection) -> Candidates:
    """List Oxford-IIIT Pet, downloading it where the section says so.

    Raises:
        ImagesError: No such split, not there, or the download failed.
    """
    split = _split(section, ("test", "trainval"))
    root = _root(section)
    base = root / "oxford-iiit-pet"
    with _fetching(section, "Oxford-IIIT Pet", root):
        loaded: Any = datasets.OxfordIIITPet(root, split, download=section.download)
        lines = (base / "annotations" / f"{split}.txt").read_text(encoding="utf-8").splitlines()
    rows = sorted((fields[0], int(fields[1]) - 1) for fields in map(str.split, lines) if fields)
    breeds = {label: name.rsplit("_", 1)[0] for name, label in rows}
    rows.sort(key=lambda row: f"{breeds[row[1]]}/{row[0]}.jpg")
    return Candidates(
        name="Oxford-IIIT Pet",
        split=split,
        ids=tuple(f"{breeds[label]}/{name}.jpg" for name, label in rows),
        labels=tuple(label for _, label in rows),
        class_keys=tuple(breeds[label] for label in sorted(breeds)),
        class_names=tuple(loaded.classes),
        reader=FileReader(str(base / "images"), tuple(f"{name}.jpg" for name, _ in rows)),
        positions=tuple(range(len(rows))),
        licence="CC BY-SA 4.0",
        citation="Parkhi, O. M., Vedaldi, A., Zisserman, A., Jawahar, C. V. (2012). Cats and dogs. "
        "IEEE Conference on Computer Vision and Pattern Recognition.",
    )


def _split(section: ImagesSection | ConceptsSection, valid: tuple[str, str]) -> str:
    if section.split and section.split not in valid:
        raise ImagesError(
            f"`{section.KEY}.split` must be `{valid[0]}` or `{valid[1]}`, got `{section.split}`"
        )
    return section.split or valid[0]


def _root(section: ImagesSection | ConceptsSection) -> Path:
    """Return where a data set lies: the recipe's path, else the user's cache."""
    if section.path:
        return Path(section.path).expanduser().absolute()
    return user_cache() / "datasets"


@contextmanager
def _fetching(section: ImagesSection | ConceptsSection, name: str, root: Path) -> Iterator[None]:
    """Turn what torchvision raises over a missing data set or a failed download into one line."""
    key = section.KEY
    instead = 'set `concepts.source = "scenes"`, which are drawn'
    if key == ImagesSection.KEY:
        instead = "give a folder of images with `--images FOLDER`"
    try:
        if section.download:
            root.mkdir(parents=True, exist_ok=True)
        yield
    except (
        OSError,
        RuntimeError,
        ValueError,
        LookupError,
        EOFError,
        HTTPException,
        tarfile.TarError,
    ) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        if section.download:
            raise ImagesError(
                f"{name} could not be downloaded to `{root}`: {reason}; try again, or {instead}"
            ) from None
        raise ImagesError(
            f"{name} is not (or not whole) in `{root}`; set `{key}.download = true` in the recipe (or "
            f"`--set {key}.download=true`), or give the folder that holds it as `{key}.path`"
        ) from None


_FINDERS: dict[str, Callable[[ImagesSection], Candidates]] = {
    "folder": _from_folder,
    "cifar10": _from_cifar10,
    "imagenette": _from_imagenette,
    "oxford-iiit-pet": list_pets,
}
