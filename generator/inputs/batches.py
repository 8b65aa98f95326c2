"""Batches of the network's views of images, decoded ahead in threads."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from generator.inputs.images import ImageSet
from generator.inputs.lookahead import ahead, thread_count
from generator.inputs.preprocess import Preprocess
from generator.inputs.views import Views

UNLABELLED = -1
"""Label of an image without a class."""

_PIECE = 16
"""Images that one thread decodes at a time: several threads share a batch, so the first comes soon."""

View = TypeVar("View")

_views = Views()


@dataclass(frozen=True, eq=False)
class Batch:
    """Some images in the order asked for.

    Attributes:
        indices: (B,) int64, positions in the image set.
        labels: (B,) int32, -1 for unlabelled images.
        pixels: (B, crop, crop, 3) uint8, RGB, on the CPU.
    """

    indices: NDArray[np.int64]
    labels: NDArray[np.int32]
    pixels: Tensor


def batches(
    images: ImageSet,
    indices: Sequence[int] | NDArray[np.integer],
    preprocess: Preprocess,
    batch_size: int,
) -> Iterator[Batch]:
    """Yield images as the network sees them, in the order of `indices`.

    Two batches at most wait decoded, so memory does not grow with the number of images. Closing
    the iterator early leaves no thread behind.

    Raises:
        ImagesError: An image has gone or changed since the set was opened.
    """
    look = partial(_look, images, preprocess)
    with closing(looked_at(look, indices, batch_size)) as groups:
        for group, views in groups:
            yield Batch(group, images.labels[group], torch.from_numpy(np.stack(views)))


def _look(images: ImageSet, preprocess: Preprocess, index: int) -> NDArray[np.uint8]:
    key = (images.sha256[index], preprocess)
    return _views.get(key, lambda: preprocess.view(images.read(index)))


def looked_at(
    look: Callable[[int], View], indices: Sequence[int] | NDArray[np.integer], batch_size: int
) -> Generator[tuple[NDArray[np.int64], list[View]], None, None]:
    """Yield groups of indices with what `look` gives for each, in order, worked on ahead in threads.

    Args:
        look: Decodes one image.
        indices: Of the images.
        batch_size: Images of a group; the last group may be smaller.
    """
    wanted = np.asarray(indices, dtype=np.int64)
    starts = range(0, len(wanted), batch_size)
    groups = [wanted[start : start + batch_size] for start in starts]
    pieces = (group[at : at + _PIECE] for group in groups for at in range(0, len(group), _PIECE))

    def decode(piece: NDArray[np.int64]) -> list[View]:
        return [look(index) for index in piece.tolist()]

    depth = max(thread_count(), 2 * _piece_count(batch_size))
    with closing(ahead(decode, pieces, depth)) as decoded:
        for group in groups:
            yield group, [view for piece in islice(decoded, _piece_count(len(group))) for view in piece]


def _piece_count(size: int) -> int:
    return -(-size // _PIECE)
