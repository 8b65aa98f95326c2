"""Makes attributions of random numbers: the first neuron is dead, of the third no method beats random."""

from __future__ import annotations

from typing import Any

import numpy as np

from generator.analyses.attribution_summary import mean_interval, rank_agreement
from generator.records import METHODS, Attribution, Exemplars, Layer, LayerAttribution, Subject

SQUARES, RANDOM, IMAGES = 16, 9, 2


def attribution_records(subject: Subject, exemplars: Exemplars, seed: int) -> Attribution:
    """Return attributions on two images of each neuron but the last of a layer."""
    random = np.random.default_rng(seed + 4000)
    layers = {
        layer.name: _attribution(layer, exemplars.layers[layer.name].top.position, random)
        for layer in subject.layers
    }
    return Attribution("mean", 8, 16, 16, layers)


def _attribution(layer: Layer, position: Any, random: np.random.Generator) -> LayerAttribution:
    count = max(1, len(layer.neurons) - 1)
    shape = (count, IMAGES)
    bumps = random.normal(size=(*shape, len(METHODS), SQUARES, SQUARES))
    near = np.exp(-(np.hypot(*np.mgrid[-7:9, -5:11]) ** 2) / 18)
    maps = near + 0.12 * bumps
    maps[:, :, 1] = np.abs(maps[:, :, 1])
    if layer.height == 1:
        maps[:, :, 0] = 1
    reach = np.abs(maps).max(axis=(3, 4))
    insertion = random.uniform(0.6, 0.9, (*shape, len(METHODS)))
    deletion = random.uniform(0.1, 0.3, (*shape, len(METHODS)))
    insertion[2:3], deletion[2:3] = 0.4, 0.5
    if layer.height == 1:
        insertion[:, :, 0] = np.nan
    orders = random.uniform(-0.3, 0.3, (*shape, RANDOM))
    silent = np.where(np.arange(count) == 0, np.nan, 1)
    score = (insertion - deletion) * silent[:, None, None]
    shares = (maps / reach[..., None, None] * silent[:, None, None, None, None]).astype(np.float16)
    agreement = rank_agreement(shares.reshape(*shares.shape[:3], -1))
    by_score, by_agreement = (
        mean_interval(np.moveaxis(score, 1, 0)),
        mean_interval(np.moveaxis(agreement, 1, 0)),
    )

    def single(values: Any) -> Any:
        return (values * silent.reshape(-1, *[1] * (np.ndim(values) - 1))).astype(np.float32)

    return LayerAttribution(
        images=np.arange(count * IMAGES).reshape(shape), position=position[:count, :IMAGES],
        whole=single(random.uniform(1, 4, shape)), nothing=single(random.uniform(0, 0.3, shape)),
        maps=shares, reach=single(reach), explained=single(random.uniform(0.95, 1.05, shape)),
        insertion=single(insertion), deletion=single(deletion), score=score.astype(np.float32),
        random=single(orders), beats=score > 0.3, agreement=agreement,
        neuron_agreement=by_agreement, neuron_score=by_score,
        layer_agreement=mean_interval(by_agreement.mean), layer_score=mean_interval(by_score.mean),
        layer_random=mean_interval(single(orders).mean(axis=(1, 2))[:, None]),
    )  # fmt: skip
