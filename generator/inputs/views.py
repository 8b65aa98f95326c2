"""Keeps decoded views of images, so that analyses that come back to them need not decode them again."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable

import numpy as np
from numpy.typing import NDArray

MOST_BYTES = 2**27
"""Of all views kept in a process: 10,000 of 64 × 64 pixels, 890 of 224 × 224."""


class Views:
    """Views by key, those used last; safe for threads.

    Args:
        most_bytes: The oldest leave when the views are larger than this in all.
    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self.most_bytes = most_bytes
        self.held = 0
        self._kept: OrderedDict[Hashable, NDArray[np.uint8]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], NDArray[np.uint8]]) -> NDArray[np.uint8]:
        """Return the view kept under a key, which nobody may write to, made now if there is none."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        view = make()
        view.flags.writeable = False
        with self._lock:
            if key not in self._kept:
                self._kept[key] = view
                self.held += view.nbytes
            while self.held > self.most_bytes:
                self.held -= self._kept.popitem(last=False)[1].nbytes
        return view
