"""Makes records of class contrasts of random numbers: the first neuron does not vary, some are confirmed."""

from __future__ import annotations

from typing import Any

import numpy as np

from generator.records import Contrast, Contrasts, LayerContrast, Readout, Separation, Subject

SHUFFLES = 20


def contrast_records(subject: Subject, seed: int) -> dict[str, Any]:
    """Return the records of contrasts; none for unlabelled images."""
    if not subject.images.class_names:
        return {}
    random = np.random.default_rng(seed + 3000)
    pairs = (_contrast(subject, 0, 1, random), _contrast(subject, 2, 3, random))
    truth = np.repeat(np.arange(4, dtype=np.int32), 10)
    readout = Readout(
        source="fitted",
        layer=subject.layers[-1].name,
        classes=np.arange(4, dtype=np.int32),
        columns=np.zeros(0, np.int32),
        weights=np.zeros((4, subject.layers[-1].size)),
        bias=np.zeros(4),
        images=np.arange(40),
        scores=np.eye(4, dtype=np.float32)[truth],
        truth=truth,
        fitted_on=40,
    )
    return {"readout": readout, "contrasts": Contrasts(0.05, 1000, pairs)}


def _contrast(subject: Subject, first: int, second: int, random: np.random.Generator) -> Contrast:
    return Contrast(
        first=first,
        second=second,
        rule="names" if first == 0 else "confused",
        value=None if first == 0 else 0.125,
        counts=np.full((2, 2), 50),
        layers={
            layer.name: _layer(len(layer.neurons), place / len(subject.layers), random)
            for place, layer in enumerate(subject.layers)
        },
        depth=np.array([0.5, 0.3, 0.7]) if first == 0 else np.full(3, np.nan),
        chance_found=np.arange(SHUFFLES) % 2,
        chance_confirmed=np.zeros(SHUFFLES, np.int64),
    )


def _layer(count: int, depth: float, random: np.random.Generator) -> LayerContrast:
    effect = random.normal(0, 0.2 + depth, (2, count))
    effect[:, 0] = np.nan
    auc = np.clip(0.5 + np.nan_to_num(effect) / 4, 0, 1)
    found = np.abs(np.nan_to_num(effect[0])) > 0.4
    confirmed = found & (np.sign(effect[0]) == np.sign(effect[1]))
    return LayerContrast(
        effect=effect,
        effect_low=effect[1] - 0.3,
        effect_high=effect[1] + 0.3,
        auc=auc,
        auc_low=auc[1] - 0.05,
        auc_high=auc[1] + 0.05,
        p_value=np.full((2, count), 0.01),
        means=random.uniform(0, 1, (2, count)),
        found=found,
        confirmed=confirmed,
        weights=np.where(confirmed, effect[0], 0.0),
        bias=0.1,
        best=int(np.abs(auc[0] - 0.5).argmax()),
        single=Separation(0.6 + 0.2 * depth, 0.55, 0.9),
        joint=Separation(0.7 + 0.25 * depth, 0.6, 0.98),
        chance=0.58,
    )
