"""Groups among the images that excite a neuron: one kind of image, or several."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from generator.records.arrays import Floats, Integers

MOST_GROUPS = 4
"""Groups that are looked for, at most."""


@dataclass(frozen=True)
class LayerMinds:
    """Groups of the images that excite a layer's neurons (n) most: up to g groups, ordered by size.

    `groups` is 1 where no division beats its null, 0 where there are too few images; `silhouette` is that
    of the best division, whether it counts or not, and `null` the best one of any sample without groups.
    Groups are given of neurons with two or more; empty places are -1 or NaN. `companions` are other
    channels of the layer that are more active where a group excites the neuron than where the others do.
    """

    images: Integers  # (n,) int32, how many were looked at
    groups: Integers  # (n,) int8
    silhouette: Floats  # (n,) float32, -1 to 1; NaN where there are too few images
    null: Floats  # (n,) float32
    sizes: Integers  # (n, g) int32, images of each group
    shown: Integers  # (n, g, e) int64, image index: those nearest to the middle of their group
    position: Integers  # (n, g, e, 2) int32, (row, column) of the peak in the response map
    companions: Integers  # (n, g, c) int32, channels
    effect: Floats  # (n, g, c) float32, difference of means in standard deviations
    label: Integers  # (n, g) int32, class that is most over-represented in the group
    share: Floats  # (n, g) float32, share of that class in the group
    share_elsewhere: Floats  # (n, g) float32, in the other groups
    chance: Floats  # (n, g) float32, p value of that class, corrected for all classes and groups


@dataclass(frozen=True)
class Minds:
    """Groups by layer name, and the pictures they show; `indices` (p,) are those images, ascending.

    `pictures` maps a file name (`HASH.webp`, crop × crop pixels) to its bytes.
    """

    samples: int
    indices: Integers  # (p,) int64
    image_ids: tuple[str, ...]
    picture_files: tuple[str, ...]
    labels: Integers  # (p,) int32, -1 for an unlabelled image
    pictures: Mapping[str, bytes]
    layers: Mapping[str, LayerMinds]
