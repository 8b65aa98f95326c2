"""Image bytes to RGB pictures: how every kind of file is read, and which ones are refused."""

from __future__ import annotations

import io
import warnings
from pathlib import Path

import numpy as np
from PIL import ExifTags, Image, UnidentifiedImageError

from generator.errors import ImagesError

EXTENSIONS = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff", ".ppm"})
FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "GIF", "TIFF", "PPM")
"""The decoders that may touch a file, whatever its name says (none of them runs another program)."""

FILE_LIMIT = 2**30
"""Bytes: above any image within Pillow's pixel limit at 4 channels of 16 bit."""

ASPECT_LIMIT = 100
"""Longer by shorter side: beyond, resizing the shorter side makes a picture too large for memory."""

BACKGROUND = (255, 255, 255, 255)
"""What transparent pixels show: white, as a page would."""

_SIXTEEN_TO_EIGHT = 257
"""65535 / 255."""

# Orientation tag of EXIF 2.32, section 4.6.4, to the operation that puts the picture upright.
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def read_bytes(path: Path) -> bytes:
    """Read a whole image file.

    Raises:
        ImagesError: The reason alone ("is empty"), for the caller to put the file's name before it.
    """
    try:
        if not path.is_file():
            raise ImagesError("is not a file" if path.exists() else "does not exist")
        if path.stat().st_size > FILE_LIMIT:
            raise ImagesError(f"is larger than {FILE_LIMIT // 2**20} MiB")
        content = path.read_bytes()
    except PermissionError:
        raise ImagesError("cannot be read: no permission") from None
    except OSError as error:
        raise ImagesError(f"cannot be read: {error.strerror or error}") from None
    if not content:
        raise ImagesError("is empty")
    return content


def decode(content: bytes) -> Image.Image:
    """Decode a whole image file to an upright RGB picture.

    Of an animation or several pages, the first. Orientation tags are applied, colour profiles are
    not. Transparent pixels are laid over white. Grey of 16 bit is scaled from 0..65535 to 0..255;
    colour of 16 bit loses its low byte; CMYK is converted without a profile. Values of 32 bit
    beyond 0..65535 and floating-point values are refused, for their white is not known.

    Raises:
        ImagesError: The reason alone ("is truncated or corrupt"), without the file's name.
    """
    _set_warnings()
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as image:
            _check_shape(image)
            image.load()
            return _upright(image, _to_rgb(image))
    except ImagesError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise ImagesError(
            f"has more than {Image.MAX_IMAGE_PIXELS} pixels (refused as a possible decompression bomb)"
        ) from None
    except UnidentifiedImageError:
        raise ImagesError("is not an image of a known format, or its header is corrupt") from None
    except MemoryError:
        raise ImagesError("does not fit into memory") from None
    except Exception as error:  # on corrupt bytes Pillow's decoders raise errors of any kind
        reason = " ".join(str(error).split()) or type(error).__name__
        raise ImagesError(f"is truncated or corrupt ({reason})") from None


def _set_warnings() -> None:
    """Make Pillow's bomb warning an error, and keep its remarks on odd metadata off the terminal.

    The rules stay in place: threads share them, so none may take them back while another decodes.
    """
    if not any(rule[2] is Image.DecompressionBombWarning for rule in warnings.filters):
        warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")
        warnings.simplefilter("error", Image.DecompressionBombWarning)


def _check_shape(image: Image.Image) -> None:
    shorter, longer = sorted(image.size)
    if shorter < 1:
        raise ImagesError("has no pixels")
    if longer > ASPECT_LIMIT * shorter:
        raise ImagesError(
            f"is {image.width} by {image.height} pixels (one side more than {ASPECT_LIMIT} times the other)"
        )


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.mode == "F":
        raise ImagesError("has floating-point pixels, whose range is not known")
    if image.mode.startswith("I"):
        return _from_sixteen_bits(image)
    if image.has_transparency_data:
        coloured = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", image.size, BACKGROUND), coloured).convert("RGB")
    return image.convert("RGB")


def _from_sixteen_bits(image: Image.Image) -> Image.Image:
    values = np.asarray(image).astype(np.int64)
    if values.min() < 0 or values.max() > 65535:
        raise ImagesError("has pixels of 32 bit, whose range is not known")
    grey = (values + _SIXTEEN_TO_EIGHT // 2) // _SIXTEEN_TO_EIGHT
    return Image.fromarray(grey.astype(np.uint8)).convert("RGB")


def _upright(source: Image.Image, picture: Image.Image) -> Image.Image:
    try:
        orientation = source.getexif().get(ExifTags.Base.Orientation, 1)
    except Exception:  # an unreadable tag block says nothing of the orientation; the pixels are whole
        return picture
    method = _UPRIGHT.get(orientation) if isinstance(orientation, int) else None
    return picture if method is None else picture.transpose(method)
