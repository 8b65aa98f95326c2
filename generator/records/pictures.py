"""What is measured on the network alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from generator.records.arrays import Bytes8, Floats, Integers

SEED_PREFIX = "seed-"
"""What the names of variants that differ by their random start begin with."""

FIRST = f"{SEED_PREFIX}1"
"""Name of the variant that stands for a neuron: its pictures are those of walls and tiles."""

FACET_PREFIX = "facet-"
"""What the names of variants begin with that were optimized together and pushed apart."""

NEGATIVE = "negative"
"""Name of the variant whose pictures suppress their neurons."""

CONSTRAINED = "magnitude-constrained"
"""Name of the variant whose pictures keep magnitudes like those of natural images."""

PLAIN = "plain"
"""Name of the variant whose pixels are optimized directly, without regularizers."""

FROM_IMAGE = "plain-from-image"
"""Name of the variant that does the same, starting from the recipe's image."""


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
    """Feature visualizations of a layer's chosen neurons (n), all of one variant.

    Activations are those of the finished picture, measured without transforms.
    `random_mean` and `random_peak` are the strongest among random pictures of the same size, from
    the start distribution at several contrasts; NaN in all variants but `FIRST`, for they are the
    same for each. `history` holds the mean response at `history_steps`, NaN after a picture's last
    step. `alpha` says where the optimization depended on the picture; without pixels where not wanted.
    """

    neurons: Integers  # (n,) int32
    pictures: Bytes8  # (n, size, size, 3), RGB
    alpha: Bytes8  # (n, size, size) or (n, 0, 0), 0 transparent to 255 opaque
    mean_response: Floats  # (n,) float32
    peak: Floats  # (n,) float32
    random_mean: Floats  # (n,) float32
    random_peak: Floats  # (n,) float32
    history_steps: Integers  # (h,) int32
    history: Floats  # (n, h) float32
    steps_run: Integers  # (n,) int32

    def rows(self, channels: Sequence[int]) -> Integers:
        """Return the rows of some channels that are all among `neurons`, in their order."""
        row_of = {int(channel): row for row, channel in enumerate(self.neurons)}
        return np.array([row_of[channel] for channel in channels], dtype=np.intp)


@dataclass(frozen=True)
class Visualizations:
    """Feature visualizations by layer name; `layers` holds those that stand for the neurons.

    They are of the variant `FIRST`. `others` holds the further variants by name: more seeds
    (`seed-2` and so on), facets (`facet-1` and so on), `NEGATIVE`, `CONSTRAINED`, `PLAIN` and
    `FROM_IMAGE`, as far as the recipe wants them.
    """

    layers: Mapping[str, LayerVisualizations]
    others: Mapping[str, Mapping[str, LayerVisualizations]]


@dataclass(frozen=True)
class Filters:
    """Weights of the network's first convolution, empty when it has none."""

    layer: str
    weights: Floats  # (filters, channels, height, width) float32
