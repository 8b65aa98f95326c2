"""What a network loses without some of its neurons: sets of them by contrast, and single ones by class."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from generator.records.arrays import Floats, Integers

SET_MEASURES = ("pair_accuracy", "accuracy", "margin")
"""Of a contrast's images: share whose own class scores above the other of the two, share whose own class
scores highest of all, and the mean of the own class's score less the other's."""

SINGLE_MEASURES = ("accuracy", "score")
"""Of a class's images: share whose class scores highest of all, and the mean of the class's score less the
mean of all classes' scores."""

CONTROLS = ("random", "matched")
"""What the confirmed neurons are compared with: any others of the layer, and others of like activation."""


@dataclass(frozen=True)
class AblatedSet:
    """What happens to a contrast without the neurons of a layer that it confirmed (s channels).

    Columns are `SET_MEASURES`, changes are without the neurons less with them, intervals are 95% bootstrap
    intervals over images, of the controls over draws (d) too. `excess` is the confirmed neurons' change less
    the control's, images resampled together. Without enough other channels in the layer there are no
    draws (d is 0) and what concerns the controls is NaN.
    """

    intact: Floats  # (3,) float64, the measures with all neurons
    channels: Integers  # (s,) int32
    drawn: Integers  # (2, d, s) int32, channels, by `CONTROLS`
    activation: Floats  # (3,) float64, mean activation of the confirmed, random and matched channels
    change: Floats  # (3, 3) float64, of the confirmed, random and matched, mean over draws
    low: Floats  # (3, 3) float64
    high: Floats  # (3, 3) float64
    draws: Floats  # (2, d, 3) float64, the change of each draw
    excess: Floats  # (2, 3) float64
    excess_low: Floats  # (2, 3) float64
    excess_high: Floats  # (2, 3) float64

    def exceeds(self, measure: str) -> bool:
        """Whether more is lost than without either control, both intervals of the excess below 0."""
        column = SET_MEASURES.index(measure)
        return bool((self.high[0, column] < 0) and (self.excess_high[:, column] < 0).all())


@dataclass(frozen=True)
class SingleAblations:
    """What happens to every class without each of a layer's chosen neurons (n), one at a time.

    Changes (2, n, k) are by `SINGLE_MEASURES`, neuron and class, over the class's own images, with 95%
    bootstrap intervals; `overall` (2, n) is their mean over the classes.
    """

    intact: Floats  # (2, k) float32, the measures with all neurons
    change: Floats  # (2, n, k) float32
    low: Floats  # (2, n, k) float32
    high: Floats  # (2, n, k) float32
    overall: Floats  # (2, n) float32
    overall_low: Floats  # (2, n) float32
    overall_high: Floats  # (2, n) float32


@dataclass(frozen=True)
class LayerAblation:
    """What ablations in a layer do.

    `resumed` says whether only the rest of the network was run for each of them; None without any. `sets`
    has one entry a contrast, None where none of the layer's neurons is confirmed. `single` is None for
    layers before the last two stages.
    """

    resumed: bool | None
    sets: tuple[AblatedSet | None, ...]
    single: SingleAblations | None


@dataclass(frozen=True)
class Ablation:
    """All ablations of an atlas.

    Neurons are replaced by their mean map over `reference` images. `images` are those of each contrast,
    `classes` and `class_images` those of single ablations.
    """

    resamples: int
    reference: int
    images: Integers  # (contrasts, 2) int64, of A and of B
    classes: Integers  # (k,) int32, indices of the images' classes
    class_images: Integers  # (k,) int64
    layers: Mapping[str, LayerAblation]
