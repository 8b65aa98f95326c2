"""Feature visualizations of the groups among the images that excite a neuron most."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from generator.records.arrays import Booleans, Bytes8, Floats, Integers


@dataclass(frozen=True)
class LayerGroupPictures:
    """A picture (r rows) of every group of a layer's neurons of several kinds.

    Each raises the neuron, and what its layer does on the group's images rather than on the others'.
    Responses are the neuron's own. `likeness` says what kind it became: the cosine of what the layer does
    at the picture's peak with what it does at those of each group's images, both as seen from the middle of
    the groups; NaN beyond the neuron's groups.
    """

    neurons: Integers  # (r,) int32, channel
    groups: Integers  # (r,) int8, which of the neuron's groups
    pictures: Bytes8  # (r, size, size, 3), RGB
    mean_response: Floats  # (r,) float32
    peak: Floats  # (r,) float32
    likeness: Floats  # (r, `MOST_GROUPS`) float32, -1 to 1

    @property
    def kept(self) -> Booleans:
        """Which pictures (r,) are more like their own group than like any other of the neuron."""
        result: Booleans = np.nan_to_num(self.likeness, nan=-np.inf).argmax(axis=1) == self.groups
        return result


@dataclass(frozen=True)
class GroupPictures:
    """Pictures of groups by layer name."""

    layers: Mapping[str, LayerGroupPictures]
