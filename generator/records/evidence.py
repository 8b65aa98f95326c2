"""Where in images the evidence for one class against another lies, and pictures of its direction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from generator.records.arrays import Booleans, Bytes8, Floats, Integers

Whereabouts = Literal["object", "background", "neither", "absent"]
"""Where a contrast lives, as far as masks tell: on the object, on the background, on neither more than
chance explains; or the read-out does not tell the two classes apart on the images with masks at all."""


@dataclass(frozen=True)
class MaskShare:
    """A share that lies on the objects' masks, beside the share under masks of other images.

    `values` are the share and its 95% bootstrap interval over images; `null` holds the 2.5% and 97.5%
    quantiles of the share under masks that are shuffled among the images of a class. NaN where it is not
    defined.
    """

    values: Floats  # (3,) float64
    null: Floats  # (2,) float64

    @property
    def share(self) -> float:
        """The share itself."""
        return float(self.values[0])

    @property
    def low(self) -> float:
        """Lower end of its interval."""
        return float(self.values[1])

    @property
    def high(self) -> float:
        """Upper end of its interval."""
        return float(self.values[2])


@dataclass(frozen=True)
class LayerControl:
    """Whether a layer's evidence lies on the object or on the background, over images with masks (m).

    `auc` is that of the layer's read-out for A against B on these images, with its 95% bootstrap interval.
    `mass` is the mean over images of the share of the evidence for an image's own class; `difference` the
    share of the difference of A's and B's mean log odds.
    """

    log_odds: Floats  # (m,) float64, of the read-out
    auc: Floats  # (3,) float64, with its interval
    own_share: Floats  # (m,) float64, share of the evidence for an image's own class; NaN: it has none
    mass: MaskShare
    difference: MaskShare
    verdict: Whereabouts


@dataclass(frozen=True)
class MaskedImages:
    """The images with masks (m) that the background control rests on.

    A concept image is one of A (or B) if it has a mask named as that class and none named as the other.
    """

    name: str  # of the concept images
    synthetic: bool
    ids: tuple[str, ...]
    of_first: Booleans  # (m,)
    area: Floats  # (m,) float64, the mask's share of the network's view


@dataclass(frozen=True)
class LayerEvidence:
    """Where a layer's evidence for A against B lies; shown images (i), chosen neurons (n), shown neurons (k).

    Evidence at a position is the sum over confirmed neurons of the read-out's weight times (response −
    `centre`); its mean over positions plus `offset` is the read-out's log odds of A. Mean maps are over
    `PairEvidence.averaged` images of either class. `agreement` is Spearman's correlation of evidence and
    Grad-CAM over positions, NaN where one of them is the same everywhere.
    """

    neurons: Integers  # (k,) int32, channels of the strongest confirmed neurons
    mean_layer: Floats  # (2, height, width) float16, A and B: mean over neurons in standard deviations
    mean_evidence: Floats  # (2, height, width) float16
    mean_neurons: Floats  # (2, k, height, width) float16, activations
    centre: Floats  # (n,) float64
    offset: float
    log_odds: Floats  # (i,) float64
    evidence: Floats  # (i, height, width) float32
    grad_cam: Floats  # (i, height, width) float32, signed
    agreement: Floats  # (i,) float64
    control: LayerControl | None


@dataclass(frozen=True)
class PairEvidence:
    """The evidence of one contrast; `layers` are those with confirmed neurons and maps of many positions.

    Shown images were drawn at random from the confirmation half, those of A first. `answer` is the
    difference of the logits of A and B. `masked` is None where no images have masks named as both classes.
    """

    image_ids: tuple[str, ...]
    image_sha256: tuple[str, ...]
    picture_files: tuple[str, ...]
    of_first: Booleans  # (i,)
    answer: Floats  # (i,) float64
    averaged: Integers  # (2,) int64, images behind the mean maps
    masked: MaskedImages | None
    layers: Mapping[str, LayerEvidence]


@dataclass(frozen=True)
class Evidence:
    """The evidence of all contrasts, in their order, and the pictures of the images shown.

    `shuffles` and `resamples` are those of the background control.
    """

    shuffles: int
    resamples: int
    pairs: tuple[PairEvidence, ...]
    pictures: Mapping[str, bytes]


@dataclass(frozen=True)
class PairDirections:
    """Feature visualizations of the direction that tells A from B in one layer; rows (r) are seeds.

    `layer` is empty where no layer has confirmed neurons. The first of two is the direction from B to A, the
    second its opposite. Log odds are those of the layer's read-out, positive for A; `natural` holds
    the smallest and the largest of any image of the atlas, `classes` the means of A's and B's images of the
    confirmation half, `random` the smallest and the largest of random pictures.
    """

    layer: str
    pictures: Bytes8  # (2, r, size, size, 3), RGB
    log_odds: Floats  # (2, r) float64
    natural: Floats  # (2,) float64
    classes: Floats  # (2,) float64
    random: Floats  # (2,) float64
    images: int


@dataclass(frozen=True)
class Directions:
    """The directions of all contrasts, in their order."""

    pairs: tuple[PairDirections, ...]
