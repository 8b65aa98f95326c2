"""The images with the strongest or weakest peaks, exact whatever the batches and shards."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from generator.records import Floats, Integers

Side = Literal["top", "bottom"]
Locate = Callable[[NDArray[np.intp], NDArray[np.intp]], Integers]

PATIENCE = 2  # candidates waiting to be ranked, over those kept, before they are


@dataclass(frozen=True)
class Ranked:
    """Images ranked for every neuron (n), from the strongest (top) or weakest (bottom) peak on."""

    images: Integers  # (n, k) int64, image index; ties ascend
    peaks: Floats  # (n, k) float32
    positions: Integers  # (n, k, 2) int32, (row, column) of the peak


def merge_ranked(parts: Sequence[Ranked], side: Side, kept: int) -> Ranked:
    """Rank several rankings of different images as one, keeping `kept` images at most."""
    return _rank([_entries(part) for part in parts], side, kept, len(parts[0].images))


class RunningExtremes:
    """Keeps the best `kept` images of every neuron while batches pass by.

    Images that beat the worst one kept so far are candidates. They wait until there are some of
    them, since ranking costs more than waiting.
    """

    def __init__(self, neurons: int, kept: int, side: Side) -> None:
        self.neurons = neurons
        self.kept = kept
        self.side = side
        self.ranked = Ranked(
            np.empty((neurons, 0), np.int64),
            np.empty((neurons, 0), np.float32),
            np.empty((neurons, 0, 2), np.int32),
        )
        self.waiting: list[_Entries] = []

    def add(self, images: Integers, peaks: Floats, locate: Locate) -> None:
        """Take a batch into account.

        Args:
            images: Image indices (images,).
            peaks: Peaks (images, neurons), float32.
            locate: Returns the (row, column) of the peak (m, 2) for images (m,) and neurons (m,) of
                the batch, by their places in it; asked only for candidates.
        """
        is_full = self.ranked.images.shape[1] == self.kept
        places, neurons = self._better(images, peaks) if is_full else self._best(images, peaks)
        if len(places) == 0:
            return
        found = _Entries(neurons, images[places], peaks[places, neurons], locate(places, neurons))
        self.waiting.append(found)
        if (
            not is_full
            or sum(len(entries.images) for entries in self.waiting) > PATIENCE * self.ranked.images.size
        ):
            self._settle()

    def result(self) -> Ranked:
        """Return the ranking of all batches so far."""
        self._settle()
        return self.ranked

    def _better(self, images: Integers, peaks: Floats) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Return the (image, neuron) places of a batch that beat the worst image kept."""
        last_peak, last_image = self.ranked.peaks[:, -1], self.ranked.images[:, -1]
        better = peaks > last_peak if self.side == "top" else peaks < last_peak
        if images.min() < last_image.max():
            better |= (peaks == last_peak) & (images[:, None] < last_image)
        places, neurons = np.nonzero(better)
        return places, neurons

    def _best(self, images: Integers, peaks: Floats) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Return the (image, neuron) places of a batch that may be kept in its own ranking."""
        columns = np.broadcast_to(images[:, None], peaks.shape)
        order = np.lexsort((columns, -peaks if self.side == "top" else peaks), axis=0)[: self.kept]
        return order.ravel(), np.tile(np.arange(self.neurons), len(order))

    def _settle(self) -> None:
        if self.waiting:
            entries = [_entries(self.ranked), *self.waiting]
            self.ranked = _rank(entries, self.side, self.kept, self.neurons)
            self.waiting = []


@dataclass(frozen=True)
class _Entries:
    """Images of any neurons in any order; (m,) entries."""

    neurons: NDArray[np.intp]
    images: Integers
    peaks: Floats
    positions: Integers  # (m, 2)


def _entries(ranked: Ranked) -> _Entries:
    neurons = np.repeat(np.arange(len(ranked.images)), ranked.images.shape[1])
    return _Entries(neurons, ranked.images.ravel(), ranked.peaks.ravel(), ranked.positions.reshape(-1, 2))


def _rank(parts: Sequence[_Entries], side: Side, kept: int, neurons: int) -> Ranked:
    """Rank entries, of which every neuron has as many or at least `kept`."""
    neuron = np.concatenate([part.neurons for part in parts])
    images = np.concatenate([part.images for part in parts])
    peaks = np.concatenate([part.peaks for part in parts])
    positions = np.concatenate([part.positions for part in parts])
    order = np.lexsort((images, -peaks if side == "top" else peaks, neuron))
    first = np.searchsorted(neuron[order], np.arange(neurons))
    rank = np.arange(len(order)) - first[neuron[order]]
    chosen = order[rank < kept]
    return Ranked(
        images[chosen].reshape(neurons, -1),
        peaks[chosen].reshape(neurons, -1),
        positions[chosen].reshape(neurons, -1, 2),
    )
