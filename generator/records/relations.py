"""How neurons stand to each other: responses alike or opposed, influence on the next layer, a map of all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from generator.records.arrays import Floats, Integers

REDUNDANT = 0.9
"""Correlation that the whole interval must exceed for two neurons to be called redundant."""

NOBODY = -1
"""Layer and channel of an empty place: there are fewer such neurons than wanted."""


@dataclass(frozen=True)
class Related:
    """For each neuron (n) of a layer up to k others, the strongest first.

    A neuron is given by its layer (index among the atlas's layers) and its channel, both `NOBODY` in an
    empty place, where the values are NaN. `low` and `high` are a 95% interval.
    """

    layer: Integers  # (n, k) int16
    channel: Integers  # (n, k) int32
    value: Floats  # (n, k) float32
    low: Floats  # (n, k) float32
    high: Floats  # (n, k) float32


@dataclass(frozen=True)
class LayerSimilar:
    """Correlations of a layer's neurons (n) with all others of the atlas, over the images.

    `shuffled_high` and `shuffled_low` are the highest and lowest correlation with any other neuron in any
    shuffle of the images; all is NaN for neurons whose responses never vary.
    """

    within: Related  # of its own layer, highest correlation first
    across: Related  # of other layers, highest correlation first
    opposed: Related  # of any layer, lowest correlation first; negative ones alone
    shuffled_high: Floats  # (n,) float32
    shuffled_low: Floats  # (n,) float32


@dataclass(frozen=True)
class Similar:
    """Correlations by layer name, over so many images, with nulls of so many shuffles."""

    images: int
    shuffles: int
    layers: Mapping[str, LayerSimilar]


@dataclass(frozen=True)
class LayerInfluence:
    """Influence of all channels (c) of the layer before on a layer's chosen neurons (n).

    Shares of an image add up to 1 without their signs; given are their means over the images. All are 0
    where nothing of that layer reaches a neuron. Without a layer before there are no columns.
    """

    share: Floats  # (n, c) float32, -1 to 1
    low: Floats  # (n, c) float32, 95% interval
    high: Floats  # (n, c) float32
    shuffled: Floats  # (n, 2) float32, lowest and highest mean share of any channel in any shuffle


@dataclass(frozen=True)
class LayerConnections:
    """The strongest connections of a layer's neurons (n) with the tapped layers before and after it.

    Values are mean shares of influence, -1 to 1. Incoming channels are any of the layer before, shown or
    not; outgoing ones are shown neurons of the layer after. `even` is the share of each channel of the
    layer before if all had the same, NaN for the first layer.
    """

    incoming: Related
    outgoing: Related
    shuffled: Floats  # (n, 2) float32, lowest and highest incoming share of any channel in any shuffle
    even: float | None


@dataclass(frozen=True)
class Connections:
    """Connections by layer name, measured on so many of each neuron's strongest images."""

    images: int
    shuffles: int
    layers: Mapping[str, LayerConnections]


@dataclass(frozen=True)
class NeuronMap:
    """A map of all neurons (m) whose responses vary, by t-SNE of their response patterns.

    Positions are scaled to a square from 0 to 1. `trustworthiness` (0 to 1) says how many of a place's
    `neighbours` nearest neurons are near in the patterns too; `shuffled` is the highest of random
    arrangements, `together` the share of nearest neurons on the map that are of the same layer, and
    `together_shuffled` the highest of that. All are None, and the map empty, with too few neurons.
    """

    layer: Integers  # (m,) int16, index among the atlas's layers
    channel: Integers  # (m,) int32
    position: Floats  # (m, 2) float32, 0 to 1
    perplexity: float | None
    neighbours: int
    trustworthiness: float | None
    shuffled: float | None
    together: float | None
    together_shuffled: float | None
