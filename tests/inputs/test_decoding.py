"""Every kind of image file: read as a viewer would show it, or refused with its reason."""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import ExifTags, Image

from generator.errors import ImagesError
from generator.inputs import decoding
from generator.inputs.decoding import decode, read_bytes

RAMP = np.arange(256, dtype=np.uint8).reshape(16, 16)


def encode(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def pixels(content: bytes) -> np.ndarray[Any, np.dtype[np.uint8]]:
    image = decode(content)
    assert image.mode == "RGB"
    return np.asarray(image)


def grey_as_rgb(grey: Any) -> Any:
    return np.repeat(np.asarray(grey, dtype=np.uint8)[:, :, None], 3, axis=2)


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_of_size(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IDAT", zlib.compress(b"\0" * 100))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + body + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["PNG", "BMP", "GIF", "TIFF", "PPM", "WEBP"])
def test_grey_is_read_in_every_lossless_format(kind: str) -> None:
    content = encode(Image.fromarray(RAMP), kind, **({"lossless": True} if kind == "WEBP" else {}))
    np.testing.assert_array_equal(pixels(content), grey_as_rgb(RAMP))


def test_jpeg_is_pillows_reading() -> None:
    content = encode(Image.fromarray(np.stack([RAMP, RAMP.T, RAMP[::-1]], axis=2)), "JPEG")
    np.testing.assert_array_equal(pixels(content), np.asarray(Image.open(io.BytesIO(content)).convert("RGB")))


def test_sixteen_bit_grey_is_scaled_not_clipped() -> None:
    values = np.array([[0, 257, 128 * 257, 65535], [100, 385, 386, 300]], dtype=np.uint16)
    expected = grey_as_rgb([[0, 1, 128, 255], [0, 1, 2, 1]])
    for content in (
        encode(Image.fromarray(values)),
        encode(Image.fromarray(values), "TIFF"),
        b"P5 4 2 65535\n" + values.astype(">u2").tobytes(),
    ):
        np.testing.assert_array_equal(pixels(content), expected)


def test_sixteen_bit_colour_keeps_its_high_byte() -> None:
    header = struct.pack(">IIBBBBB", 1, 1, 16, 2, 0, 0, 0)
    row = zlib.compress(b"\0" + struct.pack(">HHH", 0x1234, 0xFF00, 0x00FF))
    content = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", row) + chunk(b"IEND", b"")
    assert pixels(content).tolist() == [[[0x12, 0xFF, 0x00]]]


def test_one_bit_is_black_and_white() -> None:
    content = encode(Image.fromarray(RAMP > 127))
    assert Image.open(io.BytesIO(content)).mode == "1"
    np.testing.assert_array_equal(pixels(content), grey_as_rgb((RAMP > 127) * 255))


def test_cmyk_is_converted_also_in_adobes_inverted_jpeg() -> None:
    ink = Image.new("CMYK", (16, 16), (0, 255, 255, 0))
    for kind, options in (("TIFF", {}), ("JPEG", {"quality": 100})):
        red, green, blue = pixels(encode(ink, kind, **options))[8, 8].tolist()
        assert red > 250
        assert max(green, blue) < 5


def test_palette_with_and_without_transparency() -> None:
    image = Image.fromarray(np.array([[0, 1, 2]], dtype=np.uint8), "L").convert("P")
    image.putpalette([255, 0, 0, 0, 255, 0, 0, 0, 255])
    assert pixels(encode(image)).tolist() == [[[255, 0, 0], [0, 255, 0], [0, 0, 255]]]
    opaque_half_clear = bytes([255, 0, 51])
    shown = pixels(encode(image, transparency=opaque_half_clear)).tolist()
    assert shown == [[[255, 0, 0], [255, 255, 255], [204, 204, 255]]]
    assert pixels(encode(image, "GIF", transparency=1)).tolist()[0][1] == [255, 255, 255]


def test_transparent_pixels_are_laid_over_white() -> None:
    colour = np.array([[[10, 20, 30, 255], [10, 20, 30, 0], [0, 0, 0, 51]]], dtype=np.uint8)
    assert pixels(encode(Image.fromarray(colour))).tolist() == [[[10, 20, 30], [255] * 3, [204] * 3]]
    grey = Image.merge("LA", (Image.new("L", (1, 1), 0), Image.new("L", (1, 1), 51)))
    assert pixels(encode(grey)).tolist() == [[[204] * 3]]
    keyed = encode(Image.new("RGB", (2, 1), (1, 2, 3)), transparency=(1, 2, 3))
    assert pixels(keyed).tolist() == [[[255] * 3] * 2]


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "TIFF"])
def test_of_an_animation_the_first_frame_is_taken(kind: str) -> None:
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "lime", "blue")]
    content = encode(frames[0], kind, save_all=True, append_images=frames[1:])
    assert Image.open(io.BytesIO(content)).n_frames == 3
    red, green, blue = pixels(content)[4, 4].tolist()
    assert red > 245
    assert max(green, blue) < 10


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_tags_are_applied(orientation: int) -> None:
    upright = np.arange(6, dtype=np.uint8).reshape(2, 3) * 40
    stored = {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.T,
        6: np.rot90(upright, 1),
        7: np.rot90(upright, 2).T,
        8: np.rot90(upright, -1),
    }[orientation]
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    for kind, options in (("PNG", {}), ("TIFF", {}), ("WEBP", {"lossless": True})):
        content = encode(Image.fromarray(np.ascontiguousarray(stored)), kind, exif=exif, **options)
        np.testing.assert_array_equal(pixels(content), grey_as_rgb(upright))


def test_broken_or_odd_tags_do_not_hide_whole_pixels() -> None:
    odd = Image.Exif()
    odd[ExifTags.Base.Orientation] = 99
    for exif in (b"Exif\0\0garbage that is no TIFF header", odd.tobytes()):
        content = encode(Image.fromarray(RAMP), exif=exif)
        np.testing.assert_array_equal(pixels(content), grey_as_rgb(RAMP))


def noise() -> Image.Image:
    return Image.fromarray(np.random.default_rng(0).integers(0, 256, (48, 48, 3), dtype=np.uint8))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "BMP", "GIF", "TIFF", "PPM", "WEBP"])
def test_truncated_files_are_refused(kind: str) -> None:
    content = encode(noise(), kind)
    for share in (0.02, 0.3, 0.7):
        with pytest.raises(ImagesError, match=r"truncated or corrupt|not an image|has no pixels"):
            decode(content[: int(len(content) * share)])


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"not an image at all", "not an image of a known format"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "not an image of a known format"),
        (encode(noise())[:60] + b"\xff" * 500 + encode(noise())[560:], "truncated or corrupt"),
        (b"P6 0 4 255\n", "not an image|has no pixels"),
        (png_of_size(0, 4), "not an image|has no pixels|corrupt"),
        (png_of_size(60_000, 60_000), "decompression bomb"),
        (png_of_size(10_000, 10_000), "decompression bomb"),
        (png_of_size(5_000, 40), "is 5000 by 40 pixels"),
        (encode(Image.fromarray(np.full((4, 4), 70_000, np.int32)), "TIFF"), "32 bit"),
        (encode(Image.fromarray(np.full((4, 4), -1, np.int32)), "TIFF"), "32 bit"),
        (encode(Image.fromarray(np.full((4, 4), 0.5, np.float32)), "TIFF"), "floating-point"),
    ],
)
def test_bad_content_is_refused_with_its_reason_in_one_line(content: bytes, says: str) -> None:
    with pytest.raises(ImagesError, match=says) as caught:
        decode(content)
    assert "\n" not in caught.value.message
    assert " at 0x" not in caught.value.message


def test_bombs_are_refused_whatever_the_warning_filters_are() -> None:
    with warnings.catch_warnings(record=True) as shown:
        warnings.resetwarnings()
        warnings.simplefilter("ignore")
        with pytest.raises(ImagesError, match="decompression bomb"):
            decode(png_of_size(10_000, 10_000))
    assert not shown


def test_no_memory_is_a_reason_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_memory(_: Image.Image) -> None:
        raise MemoryError

    monkeypatch.setattr(decoding, "_to_rgb", no_memory)
    with pytest.raises(ImagesError, match="does not fit into memory"):
        decode(encode(noise()))


def test_files_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty, folder, good = tmp_path / "empty.png", tmp_path / "folder.png", tmp_path / "good.png"
    empty.touch()
    folder.mkdir()
    good.write_bytes(b"12345678")
    for path, says in ((empty, "is empty"), (folder, "is not a file"), (tmp_path / "none", "does not exist")):
        with pytest.raises(ImagesError, match=says):
            read_bytes(path)
    assert read_bytes(good) == b"12345678"
    monkeypatch.setattr(decoding, "FILE_LIMIT", 7)
    with pytest.raises(ImagesError, match="is larger than"):
        read_bytes(good)


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (PermissionError(13, "Permission denied"), "no permission"),
        (OSError(5, "Input/output error"), "Input"),
    ],
)
def test_reading_faults_name_their_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: OSError, says: str
) -> None:
    path = tmp_path / "locked.png"
    path.write_bytes(b"1")

    def refuse(_: Path) -> bytes:
        raise fault

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(ImagesError, match=says):
        read_bytes(path)
