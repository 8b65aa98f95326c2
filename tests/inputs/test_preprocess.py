"""The network's view of an image, against torchvision's own transforms."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from torchvision import transforms
from torchvision.models import EfficientNet_B1_Weights, ResNet18_Weights
from torchvision.transforms import InterpolationMode

from generator.errors import NetworkError
from generator.inputs.preprocess import Preprocess, resolve_preprocess
from generator.recipe import PreprocessSection

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
MODES = {
    "nearest": InterpolationMode.NEAREST,
    "bilinear": InterpolationMode.BILINEAR,
    "bicubic": InterpolationMode.BICUBIC,
}


def picture(width: int, height: int, seed: int = 0) -> Image.Image:
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return Image.fromarray(pixels)


@settings(max_examples=60, deadline=None)
@given(
    width=st.integers(1, 90),
    height=st.integers(1, 90),
    resize=st.integers(1, 70),
    crop=st.integers(1, 70),
    mode=st.sampled_from(sorted(MODES)),
)
def test_view_is_torchvisions_pixel_for_pixel(
    width: int, height: int, resize: int, crop: int, mode: str
) -> None:
    image = picture(width, height, seed=width * 100 + height)
    reference = transforms.Compose(
        [transforms.Resize(resize, MODES[mode], antialias=True), transforms.CenterCrop(crop)]
    )
    view = Preprocess(resize, crop, mode, MEAN, STD).view(image)
    assert view.shape == (crop, crop, 3)
    assert view.dtype == np.uint8
    np.testing.assert_array_equal(view, np.asarray(reference(image)))


def test_a_crop_beyond_the_resized_picture_is_filled_with_black() -> None:
    view = Preprocess(4, 8, "bilinear", MEAN, STD).view(Image.new("RGB", (4, 4), "white"))
    assert (view[2:6, 2:6] == 255).all()
    assert view.sum() == 16 * 3 * 255


def test_the_whole_way_is_that_of_official_weights() -> None:
    official = ResNet18_Weights.IMAGENET1K_V1.transforms()
    preprocess = resolve_preprocess(PreprocessSection(), official)
    image = picture(301, 263)
    inputs = preprocess.normalize(torch.from_numpy(preprocess.view(image))[None])
    torch.testing.assert_close(inputs[0], official(image), rtol=0, atol=1e-6)


def test_normalize_is_to_tensor_and_normalize() -> None:
    preprocess = Preprocess(8, 8, "bilinear", MEAN, STD)
    views = [preprocess.view(picture(8, 8, seed)) for seed in range(3)]
    reference = transforms.Compose([transforms.ToTensor(), transforms.Normalize(MEAN, STD)])
    expected = torch.stack([reference(Image.fromarray(view)) for view in views])
    pixels = torch.from_numpy(np.stack(views))
    before = pixels.clone()
    inputs = preprocess.normalize(pixels)
    torch.testing.assert_close(inputs, expected, rtol=0, atol=1e-6)
    assert inputs.dtype == torch.float32
    assert inputs.is_contiguous(memory_format=torch.channels_last)
    assert torch.equal(pixels, before)


def test_official_values_are_overridden_field_by_field() -> None:
    official = EfficientNet_B1_Weights.IMAGENET1K_V2.transforms()
    stated = PreprocessSection(crop=64, interpolation="bicubic")
    preprocess = resolve_preprocess(stated, official)
    assert preprocess == Preprocess(255, 64, "bicubic", MEAN, STD)


def test_without_official_values_resize_is_the_crop_and_interpolation_bilinear() -> None:
    preprocess = resolve_preprocess(PreprocessSection(crop=64, mean=MEAN, std=STD), None)
    assert preprocess == Preprocess(64, 64, "bilinear", MEAN, STD)


@pytest.mark.parametrize(
    ("stated", "missing"),
    [
        (PreprocessSection(), ["resize", "crop", "mean", "std"]),
        (PreprocessSection(crop=64), ["mean", "std"]),
        (PreprocessSection(resize=64, std=STD), ["crop", "mean"]),
    ],
)
def test_all_missing_values_are_named_at_once(stated: PreprocessSection, missing: list[str]) -> None:
    with pytest.raises(NetworkError) as caught:
        resolve_preprocess(stated, None)
    for key in ("resize", "crop", "mean", "std"):
        assert (f"`preprocess.{key}`" in caught.value.message) == (key in missing)
    assert "\n" not in caught.value.message


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"crop": 300}, "`preprocess.crop` must be at most `preprocess.resize` \\(256\\), got 300"),
        ({"mean": (123.7, 116.3, 103.5)}, "`preprocess.mean` must be between 0 and 1"),
        ({"mean": (float("nan"), 0.0, 0.0)}, "`preprocess.mean` must be between 0 and 1"),
        ({"std": (0.2, 0.0, 0.2)}, "`preprocess.std` must be above 0"),
        ({"std": (0.2, float("inf"), 0.2)}, "`preprocess.std` must be above 0"),
    ],
)
def test_values_that_make_no_sense_are_refused(changed: dict[str, object], says: str) -> None:
    official = SimpleNamespace(
        resize_size=[256], crop_size=[224], interpolation=InterpolationMode.BILINEAR, mean=MEAN, std=STD
    )
    with pytest.raises(NetworkError, match=says):
        resolve_preprocess(PreprocessSection.model_construct(**changed), official)
