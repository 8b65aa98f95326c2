"""The images with the strongest or weakest peaks, exact whatever the batches and shards."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from generator.records import Floats, Integers

Side = Literal["top", "bottom"]
Locate = Callable[[NDArray[np.intp], NDArray[np.intp]], Integers]


@dataclass(frozen=True)
class Ranked:
    """Images ranked for every neuron (n), from the strongest (top) or weakest (bottom) peak on."""

    images: Integers  # (n, k) int64, image index; ties ascend
    peaks: Floats  # (n, k) float32
    positions: Integers  # (n, k, 2) int32, (row, column) of the peak


def merge_ranked(parts: Sequence[Ranked], side: Side, kept: int) -> Ranked:
    """Rank several rankings of different images as one, keeping `kept` images at most."""
    images = np.concatenate([part.images for part in parts], axis=1)
    peaks = np.concatenate([part.peaks for part in parts], axis=1)
    positions = np.concatenate([part.positions for part in parts], axis=1)
    order = _order(images, peaks, side)[:, :kept]
    return Ranked(
        np.take_along_axis(images, order, axis=1),
        np.take_along_axis(peaks, order, axis=1),
        np.take_along_axis(positions, order[..., None], axis=1),
    )


def _order(images: Integers, peaks: Floats, side: Side) -> NDArray[np.intp]:
    """Return the places of images in a ranking, along the last axis."""
    return np.lexsort((images, -peaks if side == "top" else peaks), axis=-1)


@dataclass
class RunningExtremes:
    """Keeps the best `kept` images of every neuron while batches pass by."""

    neurons: int
    kept: int
    side: Side
    _ranked: Ranked = field(init=False)

    def __post_init__(self) -> None:
        self._ranked = Ranked(
            np.empty((self.neurons, 0), np.int64),
            np.empty((self.neurons, 0), np.float32),
            np.empty((self.neurons, 0, 2), np.int32),
        )

    def add(self, images: Integers, peaks: Floats, locate: Locate) -> None:
        """Take a batch into account.

        Args:
            images: Image indices (images,).
            peaks: Peaks (images, neurons), float32.
            locate: Returns the (row, column) of the peak (m, 2) for image rows (m,) and neurons (m,)
                of the batch; asked only for the images that are kept.
        """
        rows = self._rows_to_change(images, peaks)
        if len(rows) == 0:
            return
        ranked = self._ranked
        old = Ranked(ranked.images[rows], ranked.peaks[rows], ranked.positions[rows])
        placed = len(old.images[0])
        all_images = np.concatenate([old.images, np.tile(images, (len(rows), 1))], axis=1)
        all_peaks = np.concatenate([old.peaks, peaks.T[rows]], axis=1)
        order = _order(all_images, all_peaks, self.side)[:, : self.kept]
        positions = np.empty((*order.shape, 2), dtype=np.int32)
        is_new = order >= placed
        kept_row, kept_place = np.nonzero(~is_new)
        positions[~is_new] = old.positions[kept_row, order[kept_row, kept_place]]
        new_row, new_place = np.nonzero(is_new)
        positions[is_new] = locate(order[new_row, new_place] - placed, rows[new_row])
        self._replace(
            rows, np.take_along_axis(all_images, order, 1), np.take_along_axis(all_peaks, order, 1), positions
        )

    def result(self) -> Ranked:
        """Return the ranking so far."""
        return self._ranked

    def _rows_to_change(self, images: Integers, peaks: Floats) -> NDArray[np.intp]:
        """Return the neurons for which an image of the batch may be kept."""
        if self._ranked.images.shape[1] < self.kept:
            return np.arange(self.neurons)
        last_peak, last_image = self._ranked.peaks[:, -1], self._ranked.images[:, -1]
        better = peaks > last_peak if self.side == "top" else peaks < last_peak
        better |= (peaks == last_peak) & (images[:, None] < last_image)
        return np.flatnonzero(better.any(axis=0))

    def _replace(self, rows: NDArray[np.intp], images: Integers, peaks: Floats, positions: Integers) -> None:
        if len(rows) == self.neurons:
            self._ranked = Ranked(images, peaks, positions)
            return
        self._ranked.images[rows] = images
        self._ranked.peaks[rows] = peaks
        self._ranked.positions[rows] = positions
