"""How far up each neuron stands between low-level and high-level, and what that goes by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from generator.records.arrays import Floats

LEVEL_PARTS = ("field", "frequency", "colour", "category", "selectivity")
"""What a level is the mean of, in the order of the columns. Measured are: the side of the receptive
field (the geometric mean of its height and width, pixels), the cycles of the feature visualization
within the receptive field, the share of chroma in that picture's energy, the rung of the label's
category on `LEVEL_RUNGS`, and the class selectivity."""

LEVEL_RUNGS = ("colour or light", "texture or surface", "outline", "part", "object or scene", "class")
"""The ladder of categories, an order without distances. Source: the categories of Bau et al. 2017, with
outlines before parts and the atlas's own classes on top."""

LEVEL_DEPTH = ("level", "fieldless", "fineness", *LEVEL_PARTS)
"""What is compared with depth. Nothing that only the layer decides goes into `fieldless`, the mean of
colour, category and selectivity alone, and into `fineness`, the picture's frequency in cycles per pixel."""


@dataclass(frozen=True)
class LayerLevels:
    """The levels of a layer's chosen neurons (n); columns (p) are `LEVEL_PARTS`.

    A part is NaN where it is not defined: all but the receptive field of a dead neuron, the category
    of a neuron without a label or with one that has no rung, the picture's of a blank picture.
    """

    measured: Floats  # (n, p) float32, in the units of `LEVEL_PARTS`
    parts: Floats  # (n, p) float32, the same from 0 (low-level) to 1 (high-level)
    level: Floats  # (n,) float32, mean of the defined parts, 0 to 1; NaN where too few are defined
    quantile: Floats  # (n,) float32, share of the atlas's other neurons with a lower level, ties half


@dataclass(frozen=True)
class Levels:
    """Levels by layer name, and how they go with the place of the layer, counted from the input.

    `depth` holds Spearman's correlation over all neurons and its 95% bootstrap interval.
    """

    layers: Mapping[str, LayerLevels]
    depth: Floats  # (`LEVEL_DEPTH`, 3) float64: correlation, low, high; NaN where not defined
