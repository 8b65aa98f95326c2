"""Batches: order, independence of the batch size, bounded memory, no thread left behind."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from generator.errors import ImagesError
from generator.inputs.batches import batches
from generator.inputs.images import ImageSet, open_images
from generator.inputs.preprocess import Preprocess
from generator.recipe import ImagesSection

PREPROCESS = Preprocess(12, 10, "bilinear", (0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
COUNT = 41
SIDE = PREPROCESS.resize


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> ImageSet:
    folder = tmp_path_factory.mktemp("images")
    rng = np.random.default_rng(0)
    for number in range(COUNT):
        height, width = rng.integers(5, 30, 2)
        pixels = rng.integers(0, 256, (height, width, 3), dtype=np.uint8)
        path = folder / "abc"[number % 3] / f"{number}.png"
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(pixels).save(path)
    return open_images(ImagesSection(source="folder", path=str(folder)), 0, SIDE)


@pytest.mark.parametrize("batch_size", [1, 3, 16, 17, 40, 41, 100])
def test_batches_are_the_views_in_the_order_asked_for(
    images: ImageSet, batch_size: int, own_threads: Callable[[], list[str]]
) -> None:
    indices = np.random.default_rng(1).permutation(COUNT)[:37].tolist()
    indices += [5, 5]
    found = list(batches(images, indices, PREPROCESS, batch_size))
    assert [len(batch.indices) for batch in found[:-1]] == [batch_size] * (len(found) - 1)
    assert len(found) == -(-len(indices) // batch_size)
    assert np.concatenate([batch.indices for batch in found]).tolist() == indices
    assert np.concatenate([batch.labels for batch in found]).tolist() == [images.labels[i] for i in indices]
    pixels = torch.cat([batch.pixels for batch in found])
    assert (pixels.dtype, pixels.shape) == (torch.uint8, (39, 10, 10, 3))
    expected = np.stack([PREPROCESS.view(images.read(index)) for index in indices])
    np.testing.assert_array_equal(pixels.numpy(), expected)
    assert found[0].indices.dtype == np.int64
    assert found[0].labels.dtype == np.int32
    assert not own_threads()


def test_no_images_give_no_batches(images: ImageSet) -> None:
    assert list(batches(images, [], PREPROCESS, 4)) == []


def test_stopping_early_leaves_no_thread(images: ImageSet, own_threads: Callable[[], list[str]]) -> None:
    iterator = batches(images, range(COUNT), PREPROCESS, 4)
    next(iterator)
    assert own_threads()
    iterator.close()  # type: ignore[attr-defined]
    assert not own_threads()


def test_decoding_runs_only_a_little_ahead(images: ImageSet, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    read = ImageSet.read

    def counting(self: ImageSet, index: int) -> Image.Image:
        seen.append(index)
        return read(self, index)

    monkeypatch.setattr(ImageSet, "read", counting)
    many = np.arange(4000) % COUNT
    iterator = batches(images, many, PREPROCESS, 8)
    next(iterator)
    iterator.close()  # type: ignore[attr-defined]
    assert len(seen) <= 8 * (2 + max(16, 2))


def test_an_image_that_went_missing_is_named(tmp_path: Path, own_threads: Callable[[], list[str]]) -> None:
    for number in range(40):
        Image.new("RGB", (8, 8), (number, 0, 0)).save(tmp_path / f"{number:02d}.png")
    some = open_images(ImagesSection(source="folder", path=str(tmp_path)), 0, SIDE)
    (tmp_path / "33.png").unlink()
    with pytest.raises(ImagesError, match=r"image `33\.png` does not exist"):
        list(batches(some, range(40), PREPROCESS, 8))
    assert not own_threads()
