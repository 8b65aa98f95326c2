"""What is measured on the network alone, and what its pictures are worth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from generator.records.arrays import Booleans, Bytes8, Floats, Integers


@dataclass(frozen=True)
class LayerReceptiveFields:
    """The input pixels that a response map's rows and columns can see, [start, stop)."""

    rows: Integers  # (height, 2) int32
    columns: Integers  # (width, 2) int32


@dataclass(frozen=True)
class LayerCentres:
    """Where the cells of a layer's response maps lie on the network's input, in its pixels."""

    rows: Floats  # (height,) float64, increasing
    columns: Floats  # (width,) float64, increasing


@dataclass(frozen=True)
class ReceptiveFields:
    """Receptive fields, and the cells' centres that follow from them, by layer name."""

    layers: Mapping[str, LayerReceptiveFields]
    centres: Mapping[str, LayerCentres]


@dataclass(frozen=True)
class LayerVisualizations:
    """Feature visualizations of a layer's chosen neurons (n), each optimized from one seed.

    Activations are those of the finished picture, measured without transforms.
    `random_mean` and `random_peak` are the strongest among random pictures of the same size, from
    the start distribution at several contrasts. `history` holds the mean response at `history_steps`.
    """

    neurons: Integers  # (n,) int32
    pictures: Bytes8  # (n, size, size, 3), RGB
    mean_response: Floats  # (n,) float32
    peak: Floats  # (n,) float32
    random_mean: Floats  # (n,) float32
    random_peak: Floats  # (n,) float32
    history_steps: Integers  # (h,) int32
    history: Floats  # (n, h) float32
    steps_run: Integers  # (n,) int32


@dataclass(frozen=True)
class Visualizations:
    """Feature visualizations by layer name."""

    layers: Mapping[str, LayerVisualizations]


@dataclass(frozen=True)
class LayerReliability:
    """Measured reasons to trust or distrust the pictures of a layer's neurons (n).

    Ratios divide the visualization's activation by that of the strongest natural image; NaN
    where the natural maximum is not positive.
    """

    mean_ratio: Floats  # (n,) float32, mean response
    peak_ratio: Floats  # (n,) float32, peak
    beats_random: Booleans  # (n,), mean response above every random picture's


@dataclass(frozen=True)
class Reliability:
    """Reliability by layer name."""

    layers: Mapping[str, LayerReliability]


@dataclass(frozen=True)
class Filters:
    """Weights of the network's first convolution, empty when it has none."""

    layer: str
    weights: Floats  # (filters, channels, height, width) float32
