"""Where in some images each layer and its strongest neurons respond."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from generator.records.arrays import Booleans, Floats, Integers


@dataclass(frozen=True)
class LayerPatterns:
    """A layer's responses to the images (i) of `Patterns`: all neurons together, and the k strongest of each.

    `mean` and `maximum` are over the layer's chosen neurons, dead ones aside, each in standard deviations
    from its own mean over all positions of all images: so no neuron counts more for being loud. NaN where
    all are dead. The strongest are those whose peak is highest among their own peaks on all images; an
    empty place has `neurons` -1 and NaN.
    """

    mean: Floats  # (i, height, width) float16, standard deviations
    maximum: Floats  # (i, height, width) float16, standard deviations
    neurons: Integers  # (i, k) int32, channels, the strongest first
    quantile: Floats  # (i, k) float32, share of all images with a smaller peak, 0 to 1
    peak: Floats  # (i, k) float32, activation
    deviation: Floats  # (i, k) float32, the peak in standard deviations from the neuron's mean activation
    maps: Floats  # (i, k, height, width) float16, activations


@dataclass(frozen=True)
class Patterns:
    """Responses to some images by layer name, and the pictures of these images (the network's own view).

    `named` says which images the recipe names; the others were drawn at random. `labels` is -1 for an
    unlabelled image.
    """

    image_ids: tuple[str, ...]
    image_sha256: tuple[str, ...]
    picture_files: tuple[str, ...]
    labels: Integers  # (i,) int32
    named: Booleans  # (i,)
    pictures: Mapping[str, bytes]
    layers: Mapping[str, LayerPatterns]
