"""Attributes of pictures that are measured from pixels: hue, brightness, contrast, edges, texture."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from generator.records import Bytes8

Doubles = NDArray[np.float64]

ATTRIBUTES = ("hue", "brightness", "contrast", "edge direction", "fine texture")
"""Columns of `attributes`."""

LUMA = (0.299, 0.587, 0.114)
"""Weights of red, green and blue. Source: ITU-R BT.601."""

HUES = 24
"""Bins of the hue circle in which the most frequent hue is looked for."""

LEAST_CHROMA = 0.02
"""Mean chroma (0 to 1) below which a picture is grey: it has no dominant hue."""

LEAST_COHERENCE = 0.05
"""Coherence of edges (0: all directions alike, 1: all edges parallel) below which none is dominant."""

FAINTEST = 1e-6
"""Added to the energy of fine texture before its logarithm: that of a flat picture in 8 bits."""


def attributes(pictures: Bytes8) -> Doubles:
    """Measure pictures.

    Args:
        pictures: (images, height, width, 3) uint8, RGB.

    Returns:
        (images, 5), in the order of `ATTRIBUTES`: dominant hue in radians (NaN for a grey picture), mean
        luma from 0 to 1, its standard deviation (RMS contrast, Peli 1990), dominant direction of edges in
        radians from 0 to pi (NaN where no direction dominates), and log10 of the energy of fine texture.
    """
    return np.stack([_measured(picture / 255.0) for picture in pictures])


def _measured(picture: Doubles) -> Doubles:
    luma = picture @ np.array(LUMA)
    return np.array([_hue(picture), luma.mean(), luma.std(), _edge_direction(luma), _fine_texture(luma)])


def _hue(picture: Doubles) -> float:
    """Return the most frequent hue, each pixel counted by its chroma; red is 0, green 2 pi / 3."""
    red, green, blue = np.moveaxis(picture, -1, 0)
    vectors = (red - (green + blue) / 2) + 1j * np.sqrt(0.75) * (green - blue)
    chroma = picture.max(axis=-1) - picture.min(axis=-1)
    if chroma.mean() < LEAST_CHROMA:
        return np.nan
    angles = np.angle(vectors) % (2 * np.pi)
    bins = np.minimum((angles * HUES / (2 * np.pi)).astype(int), HUES - 1)
    counts = np.bincount(bins.ravel(), chroma.ravel(), minlength=HUES)
    best = int((np.roll(counts, 1) + 2 * counts + np.roll(counts, -1)).argmax())
    near = np.isin(bins, [(best - 1) % HUES, best, (best + 1) % HUES])
    return float(np.angle((chroma * np.exp(1j * angles))[near].sum()) % (2 * np.pi))


def _edge_direction(luma: Doubles) -> float:
    """Return the direction along the edges. Source: Bigun & Granlund 1987, the structure tensor."""
    down, across = np.gradient(luma)
    twice = ((across + 1j * down) ** 2).sum()
    energy = (across**2 + down**2).sum()
    if energy == 0 or abs(twice) / energy < LEAST_COHERENCE:
        return np.nan
    return float((np.angle(twice) / 2 + np.pi / 2) % np.pi)


def _fine_texture(luma: Doubles) -> float:
    """Return log10 of the mean square of what a 3 × 3 binomial blur takes away."""
    across = (luma[:, :-2] + 2 * luma[:, 1:-1] + luma[:, 2:]) / 4
    smooth = (across[:-2] + 2 * across[1:-1] + across[2:]) / 4
    return float(np.log10(((luma[1:-1, 1:-1] - smooth) ** 2).mean() + FAINTEST))
