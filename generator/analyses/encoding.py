"""Encodes pictures for the site: WebP, named by content."""

from __future__ import annotations

import hashlib
import io

from PIL import Image

from generator.records import Bytes8

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
