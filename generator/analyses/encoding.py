"""Encodes pictures and maps for the store: WebP, named by content; half precision."""

from __future__ import annotations

import hashlib
import io

import numpy as np
from PIL import Image

from generator.records import Bytes8, Floats

WEBP = {"quality": 90, "method": 4}  # libwebp's 0 to 100 and 0 to 6 (slowest)
NAME_DIGITS = 16  # hex digits of a picture's hash in its file name


def encode_picture(pixels: Bytes8) -> tuple[str, bytes]:
    """Return a picture's file name, which is the hash of its content, and its WebP bytes.

    Args:
        pixels: (height, width, 3), RGB.
    """
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "WEBP", **WEBP)
    data = buffer.getvalue()
    return f"{hashlib.sha256(data).hexdigest()[:NAME_DIGITS]}.webp", data


def half_precision(values: Floats) -> Floats:
    """Return values as float16, clipped to its finite range; NaN stays NaN."""
    finite = np.finfo(np.float16)
    return np.clip(values, finite.min, finite.max).astype(np.float16)
