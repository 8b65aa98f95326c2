"""What neurons have to do with concepts: overlap with their masks, telling images apart, labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from generator.records.arrays import Bytes8, Floats, Integers
from generator.records.identity import Skipped

Kind = Literal["mask", "fact", "class"]
"""Where a concept's truth comes from: pixel masks, a statement on the whole image, a class of the atlas."""

EVIDENCE = ("none", "overlap", "pair", "present", "absent")
"""What a label rests on, by `LayerLabels.evidence`: nothing; overlap with a concept's masks, or with those
of either of two; higher peaks, or lower ones, where the concept is."""


@dataclass(frozen=True)
class Concept:
    """Something with a ground truth; `name` is unique within `category` (colour, part, object, ...)."""

    category: str
    name: str
    kind: Kind

    def __str__(self) -> str:
        return f"{self.category}:{self.name}"


@dataclass(frozen=True)
class ConceptsInfo:
    """What is known of a set of concept images; `sha256` covers ids, contents and masks' rule.

    `synthetic` says that the images are drawn, not photographed. `counts` are images a concept is in.
    """

    name: str
    source: str
    synthetic: bool
    count: int
    sha256: str
    concepts: tuple[Concept, ...]
    skipped: tuple[Skipped, ...]
    licence: str
    citation: str


@dataclass(frozen=True)
class LayerConceptResponses:
    """Responses of a layer's chosen neurons (n) to the concept images; c concepts (masks and facts).

    `auc` holds the choosing and the scoring half: a concept's images against the rest, from the
    peak; NaN where a half has too few images with or without the concept. Shuffles pair
    responses with the concepts of other images.
    """

    threshold: Floats  # (n,) float32, the top 0.5% quantile of activations (Bau et al. 2017)
    peak: Floats  # (n,) float32, the strongest
    auc: Floats  # (2, n, c) float32
    auc_low: Floats  # (n, c) float32, 95% bootstrap interval, scoring half
    auc_high: Floats  # (n, c) float32
    shuffled_best: Floats  # (n,) float32, choosing half: largest |AUC - 0.5| of any concept in any shuffle
    shuffled: Floats  # (n, c) float32, scoring half: largest |AUC - 0.5| in any shuffle


@dataclass(frozen=True)
class ConceptResponses:
    """Responses to the concept images by layer name; `counts` are images a concept is in, by half."""

    concepts: ConceptsInfo
    counts: Integers  # (2, c) int64
    layers: Mapping[str, LayerConceptResponses]


@dataclass(frozen=True)
class LayerDissection:
    """Overlap of a layer's thresholded response maps (n neurons) with concept masks (m masked concepts).

    `iou` holds the choosing and the scoring half; NaN where a half has too few images of the
    concept. Shuffles are of two kinds: responses on the masks of other images, and responses spread
    evenly over all masks of a category on those of other images. `pair` is the best union of two
    concepts of one category that exclude each other, -1 where there is none.
    """

    active: Integers  # (2, n) int64, pixels above the threshold
    iou: Floats  # (2, n, m) float32
    shuffled_best: Floats  # (n,) float32, choosing half: largest IoU of any concept in any shuffle
    shuffled: Floats  # (n, m) float32, scoring half: largest IoU in any shuffle of either kind
    pair: Integers  # (n, 2) int32, indices of masked concepts, the better one first
    pair_iou: Floats  # (2, n) float32
    pair_shuffled: Floats  # (2, n) float32, largest in any shuffle


@dataclass(frozen=True)
class Dissection:
    """Overlap by layer name; `masked` are the concepts that have masks.

    `extents` are typical sides of a concept's region: the square root of the mean area in the
    images that have it, in pixels of the network's input.
    """

    masked: Integers  # (m,) int32, indices of `ConceptsInfo.concepts`
    extents: Floats  # (m,) float32
    areas: Integers  # (2, m) int64, pixels of the masks
    layers: Mapping[str, LayerDissection]


@dataclass(frozen=True)
class LayerLabels:
    """The label of each chosen neuron (n): chosen on one half of the images, scored on the other.

    `concept` is the candidate, also where it was not confirmed (-1: there was none). Scores are IoU
    for `overlap` and `pair`, AUC for `present` and `absent`. A null is what the best of all shuffles
    reaches: on the choosing half with any concept (a pair: with that pair), on the scoring half with
    the candidate. The
    neuron has a label exactly where `confirmed` is 1.
    """

    evidence: Bytes8  # (n,) index of `EVIDENCE`
    concept: Integers  # (n, 2) int32, indices of `Labels.concepts`; the second only of a pair
    score: Floats  # (2, n) float32, choosing and scoring half; NaN without candidate
    null: Floats  # (2, n) float32, likewise
    confirmed: Bytes8  # (n,) 1 where the scoring half confirms the candidate


@dataclass(frozen=True)
class Labels:
    """Labels by layer name; `concepts` are those of the concept images, then the atlas's own classes."""

    concepts: tuple[Concept, ...]
    shuffles: int
    layers: Mapping[str, LayerLabels]


@dataclass(frozen=True)
class ShownMask:
    """A concept's mask on a concept image: index of the image and of the concept, name of the picture."""

    image: int
    concept: int
    picture: str


@dataclass(frozen=True)
class ConceptGallery:
    """Some concept images, drawn at random with a seed, and every mask of the first few.

    `pictures` maps file names (`HASH.webp`, crop × crop pixels) to bytes; `ids` and `files` are those of
    the images shown. On a mask's picture everything outside the mask is paled.
    """

    ids: tuple[str, ...]
    files: tuple[str, ...]
    masks: tuple[ShownMask, ...]
    pictures: Mapping[str, bytes]


@dataclass(frozen=True)
class NetworkReport:
    """How the network was made: JSON text as its training script wrote it, empty where it brings none."""

    text: str
