"""The colour basis of pictures: planes that are uncorrelated in natural images, and their map to RGB."""

from __future__ import annotations

import torch
from lucent.optvis.param.color import color_correlation_normalized, to_valid_rgb
from torch import Tensor

SIGMOID_SLOPE = 0.25
"""Slope of the sigmoid at grey: to first order RGB = 0.5 + slope * what was squashed."""


def colour_matrix(device: str) -> Tensor:
    """Return the matrix (3 of RGB, 3 planes) that correlates planes as natural images' colours are.

    Source:
        Olah, Mordvintsev & Schubert, Feature Visualization, Distill 2017; torch-lucent's constant,
        measured on ImageNet.
    """
    return torch.from_numpy(color_correlation_normalized).to(device)


def to_rgb(planes: Tensor, matrix: Tensor) -> Tensor:
    """Correlate decorrelated planes (pictures, 3, height, width) and squash them to RGB from 0 to 1."""
    colours = (matrix @ planes.flatten(2)).reshape(planes.shape)
    squashed: Tensor = to_valid_rgb(lambda: colours)()
    return squashed


def to_planes(pictures: Tensor) -> Tensor:
    """Return the decorrelated planes of RGB pictures (pictures, 3, height, width), to first order.

    The sigmoid of `to_rgb` is undone as if it were its tangent at grey: its true inverse would
    make black and white pixels, which natural images have, infinite.
    """
    inverse = torch.linalg.inv(colour_matrix(str(pictures.device)).double()).to(pictures.dtype)
    return torch.einsum("pr,brhw->bphw", inverse, (pictures - 0.5) / SIGMOID_SLOPE)
