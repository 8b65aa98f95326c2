"""What a neuron's pictures are worth: reasons to trust or distrust them, and the badge that sums them up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from generator.records.arrays import Booleans, Floats, Integers

BADGES = ("failed", "mixed", "reliable")
"""What the checks of a neuron's pictures add up to; an index into this is a badge."""

CHECKS = ("excites", "agreement", "common-ground", "path", "twin")
"""What is asked of a neuron's pictures, in the order in which pages say it."""

VERDICTS = ("failed", "open", "passed", "unknown")
"""Outcomes of a check; `unknown`: what it asks for could not be measured."""


@dataclass(frozen=True)
class LayerReliability:
    """Measured reasons to trust or distrust the pictures of a layer's neurons (n).

    Ratios divide the visualization's activation by that of the strongest natural image; NaN
    where the natural maximum is not positive. `seed_spread` is the smallest mean response among
    the seeds' pictures over the largest; NaN with a single seed, or where the largest is not
    positive.
    """

    mean_ratio: Floats  # (n,) float32, mean response
    peak_ratio: Floats  # (n,) float32, peak
    beats_random: Booleans  # (n,), mean response above every random picture's
    seed_spread: Floats  # (n,) float32
    other_ratios: Mapping[str, Floats]  # by further variant (n,) float32, mean response


@dataclass(frozen=True)
class Reliability:
    """Reliability by layer name."""

    layers: Mapping[str, LayerReliability]


@dataclass(frozen=True)
class LayerPaths:
    """How a layer's neurons (n) see their pictures' way through the network, beside that of images.

    Columns are the measured layers from the first to the neurons' own (d). All differences are
    between Spearman correlations of responses pooled over positions; NaN where no image excites
    the neuron or there are too few images. `path` is NaN too where top images have too little in
    common to be compared with, and `summary` (with its interval) where that is so in every layer.
    """

    agreement: Floats  # (n,) float32, 0.5 is chance; NaN with a single seed or a single neuron
    common: Floats  # (n, d) float32, top images among each other, less top images to random images
    common_low: Floats  # (n, d) float32, lower end of its interval
    path: Floats  # (n, d) float32, 1: like top images among each other, 0: like random images
    summary: Floats  # (n,) float32, over all layers where `path` is defined
    summary_low: Floats  # (n,) float32
    summary_high: Floats  # (n,) float32


@dataclass(frozen=True)
class Paths:
    """Paths by layer name; at most `top_images` of each neuron are compared with `random_images`."""

    top_images: int
    random_images: int
    layers: Mapping[str, LayerPaths]


@dataclass(frozen=True)
class LayerBadges:
    """Badges of some neurons (n) of a layer, and the verdict of every check (c)."""

    neurons: Integers  # (n,) int32
    badge: Integers  # (n,) int8, index into `BADGES`
    verdicts: Integers  # (n, c) int8, columns as `CHECKS`, indices into `VERDICTS`
    common_of_twin: float | None  # what `common` has to exceed; None where there is nothing of a twin


@dataclass(frozen=True)
class Badges:
    """Badges by layer name, those of the randomly initialized twin too (empty without one).

    `thresholds` are those of the checks, by name; `twin_images` is how many images the twin saw.
    """

    thresholds: Mapping[str, float]
    twin_images: int
    layers: Mapping[str, LayerBadges]
    twin: Mapping[str, LayerBadges]
