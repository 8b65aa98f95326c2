"""Where the bytes of an image lie: readers of files and of arrays, small enough to be sent to workers."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from torchvision import datasets

from generator.inputs.decoding import decode, read_bytes

_CIFAR_SIDE = 32  # pixels; Krizhevsky 2009
_loading = threading.Lock()


class Reader(Protocol):
    """Gives an image by its position: its content, and the picture in it."""

    def content(self, position: int) -> bytes:
        """Return the bytes that are the image's identity.

        Raises:
            ImagesError: The reason alone, without the image's name.
        """
        ...

    def picture(self, content: bytes) -> Image.Image:
        """Return the RGB picture in `content`.

        Raises:
            ImagesError: The reason alone, without the image's name.
        """
        ...

    def check(self, content: bytes) -> None:
        """Make sure that `content` holds a picture, as cheaply as can be.

        Raises:
            ImagesError: The reason alone, without the image's name.
        """
        ...


@dataclass(frozen=True)
class FileReader:
    """Image files below one folder; `files` are relative POSIX paths, by position."""

    folder: str
    files: tuple[str, ...]

    def content(self, position: int) -> bytes:
        """Return the bytes of the file."""
        return read_bytes(Path(self.folder) / self.files[position])

    def picture(self, content: bytes) -> Image.Image:
        """Return the decoded file."""
        return decode(content)

    def check(self, content: bytes) -> None:
        """Decode the file: only that shows that it is whole."""
        decode(content)


@dataclass(frozen=True)
class CifarReader:
    """The pictures of CIFAR-10, by index in the split; loaded once in a process."""

    root: str
    train: bool

    def content(self, position: int) -> bytes:
        """Return the raw pixels, (32, 32, 3) in row-major order."""
        with _loading:
            pixels = _cifar_pixels(self.root, self.train)
        return bytes(pixels[position].data)

    def picture(self, content: bytes) -> Image.Image:
        """Return the picture of the raw pixels."""
        return Image.frombytes("RGB", (_CIFAR_SIDE, _CIFAR_SIDE), content)

    def check(self, content: bytes) -> None:
        """Do nothing: torchvision has checked the files, and any raw pixels are a picture."""


@lru_cache(maxsize=2)
def _cifar_pixels(root: str, train: bool) -> NDArray[np.uint8]:
    loaded: Any = datasets.CIFAR10(root, train=train)
    return np.asarray(loaded.data, dtype=np.uint8)
