"""What separates two classes: the network's answer, single neurons by layer, and what was found by chance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from generator.records.arrays import Booleans, Floats, Integers

AnswerSource = Literal["outputs", "fitted"]
"""What an answer about the images' classes is: the network's own outputs, or a linear read-out."""

PairRule = Literal["recipe", "names", "confused", "alike"]
"""Why a pair of classes is contrasted: the recipe names it, it is cat and dog, the network confuses it
most, or its mean responses in the last layer are most alike."""


@dataclass(frozen=True)
class Readout:
    """What stands for the network's answer: a score for each of k classes of the images.

    Of `outputs` the scores are the network's logits at `columns`. Of `fitted` they are linear in the mean
    responses of all s neurons of `layer`, fitted on images of the discovery half. `scores` are of the
    images (m) of the confirmation half that ablations are tried on.
    """

    source: AnswerSource
    layer: str
    classes: Integers  # (k,) int32, indices of the images' classes
    columns: Integers  # (k,) int32, of the network's outputs; empty for `fitted`
    weights: Floats  # (k, s) float64; (0, 0) for `outputs`
    bias: Floats  # (k,) float64; empty for `outputs`
    images: Integers  # (m,) int64, indices of images
    scores: Floats  # (m, k) float32
    truth: Integers  # (m,) int32, the images' classes
    fitted_on: int

    @property
    def accuracy(self) -> float:
        """Share of the images whose highest score is that of their class."""
        return float((self.classes[self.scores.argmax(axis=1)] == self.truth).mean())


@dataclass(frozen=True)
class Separation:
    """How well a score tells A from B on the confirmation half, with its 95% bootstrap interval."""

    auc: float
    low: float
    high: float


@dataclass(frozen=True)
class LayerContrast:
    """What separates A from B in a layer, by chosen neuron (n), from mean responses.

    Arrays of two rows hold the discovery and the confirmation half. Effects are Cohen's d, positive where
    A's responses are larger; NaN where the neuron does not vary. AUCs are of A against B. Intervals are of
    the confirmation half. `weights` and `bias` are of the linear read-out from the confirmed neurons,
    fitted on the discovery half: weights times mean responses and the bias add up to the log odds of A.
    """

    effect: Floats  # (2, n) float64
    effect_low: Floats  # (n,) float64
    effect_high: Floats  # (n,) float64
    auc: Floats  # (2, n) float64
    auc_low: Floats  # (n,) float64
    auc_high: Floats  # (n,) float64
    p_value: Floats  # (2, n) float64, Mann-Whitney, two-sided
    means: Floats  # (2, n) float64, mean response to A and to B, confirmation half
    found: Booleans  # (n,) Benjamini-Hochberg over all neurons of all layers, discovery half
    confirmed: Booleans  # (n,) of these, with the same sign on the confirmation half
    weights: Floats  # (n,) float64, 0 for neurons that are not confirmed
    bias: float
    best: int  # row of the neuron furthest from an AUC of 0.5 on the discovery half
    single: Separation  # of that neuron, in its direction there
    joint: Separation  # of a linear read-out from all chosen neurons, fitted on the discovery half
    chance: float  # 95% quantile of what `single` is under shuffled labels


@dataclass(frozen=True)
class Contrast:
    """Two classes of the images, A and B, and what separates them.

    `value` is what the rule goes by: the share of the two classes' images that are taken for the other, or
    the distance of mean responses; None for the others. `counts` are images by half and class. `depth` is
    Spearman's correlation of the absolute effect (confirmation half) with the place of the layer and its
    interval. `chance_found` and `chance_confirmed` are neurons found and confirmed in every shuffle.
    """

    first: int
    second: int
    rule: PairRule
    value: float | None
    counts: Integers  # (2, 2) int64, half by class
    layers: Mapping[str, LayerContrast]
    depth: Floats  # (3,) float64
    chance_found: Integers  # (shuffles,) int64
    chance_confirmed: Integers  # (shuffles,) int64


@dataclass(frozen=True)
class Contrasts:
    """All contrasts of an atlas; `rate` is the allowed share of false discoveries."""

    rate: float
    resamples: int
    contrasts: tuple[Contrast, ...]
