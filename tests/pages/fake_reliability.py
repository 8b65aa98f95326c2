"""Makes records of reliability of random numbers, with badges of every kind in every layer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from generator.records import (
    BADGES,
    CHECKS,
    Badges,
    Layer,
    LayerBadges,
    LayerPaths,
    LayerReliability,
    Paths,
    Reliability,
    Subject,
)


def reliability_records(
    subject: Subject, shares: Mapping[str, Mapping[str, float]], random: np.random.Generator
) -> Mapping[str, Any]:
    """Return the records; `shares` are what a variant's responses are of the first seed's, by layer."""
    layers = subject.layers
    ratios = {layer.name: _reliability(layer, shares, random) for layer in layers}
    drawn = np.random.default_rng(len(layers))  # of their own, so that other numbers stay what they are
    return {
        "reliability": Reliability(ratios),
        "paths": Paths(16, 64, {layer.name: _paths(subject, layer, drawn) for layer in layers}),
        "badges": _badges(layers, drawn),
    }


def _float(values: Any) -> Any:
    return np.asarray(values, dtype=np.float32)


def _reliability(
    layer: Layer, shares: Mapping[str, Mapping[str, float]], random: np.random.Generator
) -> LayerReliability:
    count = len(layer.neurons)
    ratio = _float(random.uniform(0.8, 4, count))
    ratio[0] = np.nan
    others = {name: ratio * _float(by_layer[layer.name]) for name, by_layer in shares.items()}
    return LayerReliability(
        ratio, ratio * _float(1.1), np.arange(count) != 1, _float(np.full(count, 0.8)), others
    )


def _paths(subject: Subject, layer: Layer, random: np.random.Generator) -> LayerPaths:
    """Return paths of which the first neuron has none, and whose first layer tells no images apart."""
    count, depth = len(layer.neurons), subject.layers.index(layer) + 1
    common = _float(random.uniform(0.2, 0.5, (count, depth)))
    common[:, 0] = 0.04 if depth > 1 else common[:, 0]
    path = np.where(common > 0.1, _float(random.uniform(-0.1, 1.2, (count, depth))), np.float32(np.nan))
    summary, agreement = _float(random.uniform(0, 1, count)), _float(random.uniform(0.5, 1, count))
    for values in (common, path, summary):
        values[0] = np.nan
    return LayerPaths(
        agreement, common, common - _float(0.05), path, summary, summary - _float(0.1), summary + _float(0.1)
    )


def _badges(layers: tuple[Layer, ...], random: np.random.Generator) -> Badges:
    thresholds = {
        "ratio_passed": 1.0, "ratio_failed": 0.5, "agreement_passed": 0.9, "agreement_failed": 0.75,
        "common_ground": 0.1, "path_passed": 0.5, "path_failed": 0.0, "twin_quantile": 0.95,
    }  # fmt: skip
    own = {layer.name: _layer_badges(np.array(layer.neurons), random) for layer in layers}
    twin = {layer.name: _layer_badges(np.array(layer.neurons[:3]), random) for layer in layers}
    return Badges(thresholds, 2000, own, twin)


def _layer_badges(neurons: np.ndarray, random: np.random.Generator) -> LayerBadges:
    """Return badges of every kind by turns: the first failed, the last passed all checks."""
    verdicts = random.integers(1, 3, (len(neurons), len(CHECKS))).astype(np.int8)
    verdicts[:, 2] = 1
    verdicts[0, [0, 3]] = 0, 3
    verdicts[-1] = 2
    badge = np.full(len(neurons), BADGES.index("mixed"), np.int8)
    badge[0], badge[-1] = BADGES.index("failed"), BADGES.index("reliable")
    return LayerBadges(neurons.astype(np.int32), badge, verdicts, 0.15)
