"""Preprocessing: from a picture to the network's view of it, and from pixels to its input."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor
from torchvision.transforms import InterpolationMode
from torchvision.transforms import functional as transform

from generator.errors import NetworkError
from generator.recipe import PreprocessSection

_BRIGHTEST = 255.0


@dataclass(frozen=True)
class Preprocess:
    """How an image becomes the network's input.

    Attributes:
        resize: Pixels of the shorter side after resizing.
        crop: Pixels of each side of the centre crop.
        interpolation: `nearest`, `bilinear` or `bicubic`; the latter two antialiased.
        mean: Of each channel (RGB) for values from 0 to 1.
        std: Standard deviation of each channel (RGB) for values from 0 to 1.
    """

    resize: int
    crop: int
    interpolation: str
    mean: tuple[float, float, float]
    std: tuple[float, float, float]

    def view(self, image: Image.Image) -> NDArray[np.uint8]:
        """Return the network's view of an RGB picture: resized, then cropped to the centre.

        Pixel for pixel what torchvision's `Resize` and `CenterCrop` give on pictures; as there,
        a crop beyond the resized picture is filled with black.

        Returns:
            (crop, crop, 3) uint8, RGB.
        """
        mode = InterpolationMode(self.interpolation)
        resized = transform.resize(image, [self.resize], interpolation=mode, antialias=True)
        return np.array(transform.center_crop(resized, [self.crop, self.crop]))

    def normalize(self, pixels: Tensor) -> Tensor:
        """Return the network's input for views.

        Args:
            pixels: (B, height, width, 3) uint8, RGB, on any device.

        Returns:
            (B, 3, height, width) float32 in channels-last memory, on the same device.
        """
        values = pixels.permute(0, 3, 1, 2).to(torch.float32, memory_format=torch.channels_last)
        mean = torch.tensor(self.mean, device=pixels.device).view(1, 3, 1, 1)
        std = torch.tensor(self.std, device=pixels.device).view(1, 3, 1, 1)
        return values.sub_(mean * _BRIGHTEST).div_(std * _BRIGHTEST)


def resolve_preprocess(section: PreprocessSection, official: Any | None) -> Preprocess:
    """Fill what a recipe leaves open from the preprocessing that belongs to official weights.

    Args:
        section: The recipe's values; what is stated there wins.
        official: The transforms of torchvision's weights, or None for weights of unknown origin:
            then `resize` falls back on `crop` and `interpolation` on bilinear, and the rest
            must be stated.

    Raises:
        NetworkError: Values are missing or make no sense; all of them are named.
    """
    values = {key: value for key, value in section.model_dump().items() if value is not None}
    if official is not None:
        values = {**_official_values(official), **values}
    elif "crop" in values:
        values = {"resize": values["crop"], **values}
    values = {"interpolation": InterpolationMode.BILINEAR.value, **values}
    missing = [key for key in ("resize", "crop", "mean", "std") if key not in values]
    if missing:
        raise NetworkError(
            f"{_listed(missing)} must be stated for weights that bring no preprocessing of their own; "
            "give the values that the network was trained with"
        )
    _check(values)
    return Preprocess(**values)


def _official_values(official: Any) -> dict[str, Any]:
    return {
        "resize": int(official.resize_size[0]),
        "crop": int(official.crop_size[0]),
        "interpolation": official.interpolation.value,
        "mean": tuple(official.mean),
        "std": tuple(official.std),
    }


def _check(values: dict[str, Any]) -> None:
    if values["crop"] > values["resize"]:
        raise NetworkError(
            f"`preprocess.crop` must be at most `preprocess.resize` ({values['resize']}), "
            f"got {values['crop']}; state both"
        )
    if not all(0 <= mean <= 1 for mean in values["mean"]):
        raise NetworkError(
            f"`preprocess.mean` must be between 0 and 1 (of pixels from 0 to 1), got {list(values['mean'])}; "
            "divide by 255"
        )
    if not all(0 < std < math.inf for std in values["std"]):
        raise NetworkError(
            f"`preprocess.std` must be above 0, got {list(values['std'])}; give the deviations"
        )


def _listed(keys: list[str]) -> str:
    return ", ".join(f"`preprocess.{key}`" for key in keys)
