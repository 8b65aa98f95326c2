"""Reads the picture from which a recipe's activation maximization starts."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor

from generator.errors import ImagesError
from generator.featurevis.measure import BRIGHTEST
from generator.inputs.decoding import decode, read_bytes


def start_image_sha256(path: str) -> str:
    """Return the hash of the file's content, empty for an empty path.

    Raises:
        ImagesError: The file cannot be read.
    """
    return hashlib.sha256(_content(path)).hexdigest() if path else ""


def read_start_image(path: str, size: int) -> Tensor | None:
    """Return a picture (3, size, size), RGB from 0 to 1, cropped to its centre; None for an empty path.

    Raises:
        ImagesError: The file cannot be read or decoded.
    """
    if not path:
        return None
    content = _content(path)
    try:
        picture = decode(content)
    except ImagesError as error:
        raise _named(path, error) from None
    fitted = ImageOps.fit(picture, (size, size), Image.Resampling.BILINEAR)
    return torch.from_numpy(np.array(fitted)).permute(2, 0, 1).float() / BRIGHTEST


def _content(path: str) -> bytes:
    try:
        return read_bytes(Path(path).expanduser())
    except ImagesError as error:
        raise _named(path, error) from None


def _named(path: str, error: ImagesError) -> ImagesError:
    return ImagesError(f"`visualization.start_image` must be a picture, got `{path}`, which {error}")
