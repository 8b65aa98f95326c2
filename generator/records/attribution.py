"""Where in a picture what excites a neuron lies, by several methods, and which of them to believe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from generator.records.arrays import Booleans, Floats, Integers

METHODS = ("response", "gradient", "integrated", "occlusion")
"""The response map, the gradient's magnitude, integrated gradients, occlusion."""

PAIRS = tuple((first, second) for at, first in enumerate(METHODS) for second in METHODS[at + 1 :])
"""Methods that are compared, in the order of `agreement`."""


@dataclass(frozen=True)
class MeanInterval:
    """Means with their 95% t intervals; the ends are NaN where fewer than two values are defined."""

    mean: Floats  # float32
    low: Floats
    high: Floats


@dataclass(frozen=True)
class LayerAttribution:
    """Attributions of the first neurons (n) of a layer, on the e strongest images of each.

    Methods (m) are those of `METHODS`, pairs (p) those of `PAIRS`, random orders (r). A picture is cut
    into s × s squares; a map has one value for each. Everything is NaN where there is no image or the
    response to it is not above zero; scores and agreement are also where a map is the same everywhere.
    """

    images: Integers  # (n, e) int64, image index, -1: none
    position: Integers  # (n, e, 2) int32, row and column of the response map that are explained
    whole: Floats  # (n, e) float32, activation there
    nothing: Floats  # (n, e) float32, activation there when the whole picture is replaced by the baseline
    maps: Floats  # (n, e, m, s, s) float16, shares of the map's own largest magnitude, -1 to 1
    reach: Floats  # (n, e, m) float32, that magnitude, a mean over the square's pixels
    explained: Floats  # (n, e) float32, sum of integrated gradients over `whole` - `nothing`; 1 is complete
    insertion: Floats  # (n, e, m) float32, area under the response, as a share of `whole`
    deletion: Floats  # (n, e, m) float32
    score: Floats  # (n, e, m) float32, insertion - deletion
    random: Floats  # (n, e, r) float32, the same of random orders
    beats: Booleans  # (n, e, m), score above the magnitude of every random one
    agreement: Floats  # (n, e, p) float32, rank correlation over squares
    neuron_agreement: MeanInterval  # (n, p), over the images of a neuron
    neuron_score: MeanInterval  # (n, m), over the images of a neuron
    layer_agreement: MeanInterval  # (p,), over neurons
    layer_score: MeanInterval  # (m,), over neurons
    layer_random: MeanInterval  # (1,), over neurons, of their random orders' mean


@dataclass(frozen=True)
class Attribution:
    """Attributions by layer name, and how they were made."""

    baseline: str  # `mean`: the mean colour; `blurred`: the picture itself, blurred
    steps: int  # of insertion and deletion
    integration: int  # points of integrated gradients
    window: int  # pixels a side of what is occluded at once
    layers: Mapping[str, LayerAttribution]
