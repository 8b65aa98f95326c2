"""Image sets: stable ids, labels, content hashes, and the pictures themselves."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from generator.errors import ImagesError, nearest
from generator.inputs.class_names import make_unique, read_class_names
from generator.inputs.lookahead import ahead, thread_count
from generator.inputs.readers import Reader
from generator.inputs.sources import Candidates, find_candidates
from generator.recipe import ImagesSection
from generator.records import ImagesInfo, Skipped

Progress = Callable[[int, int], None]

_CHUNK = 32
"""Images verified by one thread before it reports; few enough for smooth progress."""


@dataclass(frozen=True, eq=False)
class ImageSet:
    """Verified images, sorted by id; picklable, holds no pixels.

    Attributes:
        ids: Relative POSIX path or `CLASS/INDEX`, of every image.
        labels: (N,) int32, indices of `info.class_names`; -1 for an unlabelled image.
        sha256: Of every image's content (the file's bytes; CIFAR-10: the raw pixels; a scene: what it
            is drawn from).
        info: What the set is.
        reader: Where the contents lie.
        positions: (N,) int64, every image's position in `reader`.
    """

    ids: tuple[str, ...]
    labels: NDArray[np.int32]
    sha256: tuple[str, ...]
    info: ImagesInfo
    reader: Reader
    positions: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.ids)

    def read(self, index: int) -> Image.Image:
        """Return an image's whole RGB picture.

        Raises:
            ImagesError: The image has gone or changed since the set was opened.
        """
        try:
            content = self.reader.content(int(self.positions[index]))
            if hashlib.sha256(content).hexdigest() != self.sha256[index]:
                raise ImagesError("has changed since the images were opened")
            return self.reader.picture(content)
        except ImagesError as error:
            raise ImagesError(
                f"image `{self.ids[index]}` {error.message}; leave the images as they are and build again"
            ) from None


def open_images(section: ImagesSection, seed: int, side: int, progress: Progress | None = None) -> ImageSet:
    """Open the images of a recipe's section: list, sample, check every one once, and hash it.

    Images that cannot be used are left out and named in `info.skipped`. With a limit, a seeded
    sample of that many usable images is drawn (fewer where there are fewer); of scenes, a limit is
    simply how many are drawn.

    Args:
        section: Which images.
        seed: Of the sample, or of the scenes.
        side: Pixels of the shorter side that the network's preprocessing resizes to: scenes are
            drawn at it, so that nothing is left to resize.
        progress: Told (images looked at, images to look at) from time to time.

    Raises:
        ImagesError: No such images, a failed download, or no usable image.
    """
    candidates = find_candidates(section, seed, side)
    words = _class_names(section, candidates)
    order = np.arange(len(candidates.ids))
    if section.limit is not None and section.limit < len(order):
        order = np.random.default_rng(seed).permutation(len(order))
    found, skipped = _verify_until(candidates, order, section.limit or len(order), progress)
    skipped = sorted((*candidates.skipped, *skipped), key=lambda entry: entry.path)
    if not found:
        raise ImagesError(_nothing_usable(section, candidates, skipped))
    indices = sorted(found)
    labels = np.array([candidates.labels[index] for index in indices], dtype=np.int32)
    ids = tuple(candidates.ids[index] for index in indices)
    hashes = tuple(found[index] for index in indices)
    positions = np.array([candidates.positions[index] for index in indices], dtype=np.int64)
    sha256 = _set_sha256(ids, labels, hashes)
    info = _info(section, candidates, words, labels, sha256=sha256, skipped=skipped)
    return ImageSet(ids, labels, hashes, info, candidates.reader, positions)


def check_named(wanted: Sequence[str], key: str, images: ImageSet) -> None:
    """Make sure that the images that a recipe names are there.

    Raises:
        ImagesError: One is not.
    """
    for name in wanted:
        if name not in images.ids:
            raise ImagesError(
                f"`{key}` must hold ids of the atlas's images, got `{name}`{nearest(name, images.ids)}; "
                f"an id looks like `{images.ids[0]}`, and `images.limit` may have left this one out"
            )


def sampled(images: ImageSet, count: int, seed: int) -> ImageSet:
    """Return a seeded sample of the images, in their order; the set itself where it has no more.

    Args:
        images: The set; `info` of the sample tells its own counts, and no hash.
        count: Images of the sample.
        seed: Of the draw.
    """
    if count >= len(images):
        return images
    chosen = np.sort(np.random.default_rng(seed).permutation(len(images))[:count])
    labels = images.labels[chosen]
    counts = tuple(int((labels == label).sum()) for label in range(len(images.info.class_names)))
    return ImageSet(
        tuple(images.ids[index] for index in chosen),
        labels,
        tuple(images.sha256[index] for index in chosen),
        replace(images.info, count=count, class_counts=counts, sha256=""),
        images.reader,
        images.positions[chosen],
    )


def _info(
    section: ImagesSection,
    candidates: Candidates,
    words: tuple[str, ...],
    labels: NDArray[np.int32],
    *,
    sha256: str,
    skipped: Sequence[Skipped],
) -> ImagesInfo:
    return ImagesInfo(
        name=section.name or candidates.name,
        source=section.source,
        split=candidates.split,
        count=len(labels),
        sha256=sha256,
        class_names=words,
        class_counts=tuple(int((labels == label).sum()) for label in range(len(words))),
        skipped=tuple(skipped),
        licence=section.licence or candidates.licence,
        citation=section.citation or candidates.citation,
    )


def _class_names(section: ImagesSection, candidates: Candidates) -> tuple[str, ...]:
    """Return the words for the classes: the recipe's mapping over the data set's own."""
    if not section.class_names:
        return make_unique(candidates.class_names, candidates.class_keys)
    key = "images.class_names"
    entries = read_class_names(section.class_names, key, ImagesError)
    plain = next((name for identifier, name in entries if not identifier), None)
    if plain is not None:
        raise ImagesError(
            f"`{key}` must hold `folder<TAB>words` lines, got `{plain}`; put the folder's name first"
        )
    mapping = dict(entries)
    if candidates.class_keys and not mapping.keys() & set(candidates.class_keys):
        raise ImagesError(
            f"`{key}` must name the class folders, got none of them in `{section.class_names}`; "
            f"the first folder is `{candidates.class_keys[0]}`"
        )
    pairs = zip(candidates.class_keys, candidates.class_names, strict=True)
    return make_unique([mapping.get(folder, name) for folder, name in pairs], candidates.class_keys)


def _verify_until(
    candidates: Candidates, order: NDArray[np.int64], wanted: int, progress: Progress | None
) -> tuple[dict[int, str], list[Skipped]]:
    """Look at candidates in `order` until `wanted` usable ones are found.

    Returns:
        The hash of every usable candidate by its index, and what was skipped on the way.
    """
    found: dict[int, str] = {}
    skipped: list[Skipped] = []
    start = 0
    while len(found) < wanted and start < len(order):
        stop = min(len(order), start + wanted - len(found))
        chunks = [order[at : min(at + _CHUNK, stop)].tolist() for at in range(start, stop, _CHUNK)]
        looked_at = start
        with closing(ahead(partial(_verify, candidates), chunks, 4 * thread_count())) as results:
            for chunk, outcomes in zip(chunks, results, strict=True):
                for index, (sha256, reason) in zip(chunk, outcomes, strict=True):
                    if reason:
                        skipped.append(Skipped(candidates.ids[index], reason))
                    else:
                        found[index] = sha256
                looked_at += len(chunk)
                if progress is not None:
                    progress(looked_at, stop)
        start = stop
    return found, skipped


def _verify(candidates: Candidates, chunk: Sequence[int]) -> list[tuple[str, str]]:
    """Return for each candidate its hash and nothing, or nothing and why it cannot be used."""
    return [_verify_one(candidates, index) for index in chunk]


def _verify_one(candidates: Candidates, index: int) -> tuple[str, str]:
    try:
        content = candidates.reader.content(candidates.positions[index])
        candidates.reader.check(content)
    except ImagesError as error:
        return "", error.message
    return hashlib.sha256(content).hexdigest(), ""


def _set_sha256(ids: Sequence[str], labels: NDArray[np.int32], hashes: Sequence[str]) -> str:
    digest = hashlib.sha256()
    for name, label, sha256 in zip(ids, labels.tolist(), hashes, strict=True):
        digest.update(f"{name}\0{label}\0{sha256}\0".encode())
    return digest.hexdigest()


def _nothing_usable(section: ImagesSection, candidates: Candidates, skipped: Sequence[Skipped]) -> str:
    place = f"`{Path(section.path).expanduser()}`" if section.path else candidates.name
    if not skipped:
        return (
            f"`images.path` must hold image files (JPEG, PNG, WebP, BMP, GIF, TIFF, PPM), got none in {place}"
        )
    first = skipped[0]
    return (
        f"images must be readable, got none that is in {place}: all {len(skipped)} files found were skipped, "
        f"the first because `{first.path}` {first.reason}"
    )
