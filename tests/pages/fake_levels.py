"""Makes records of levels of random numbers: the first neuron is dead, the second has no label."""

from __future__ import annotations

from typing import Any

import numpy as np

from generator.records import LEVEL_DEPTH, LEVEL_PARTS, LEVEL_RUNGS, LayerLevels, Levels, Subject


def level_records(subject: Subject, seed: int) -> Levels:
    """Return levels that rise with depth."""
    random = np.random.default_rng(seed + 2000)
    layers = {
        layer.name: _levels(len(layer.neurons), place / len(subject.layers), random)
        for place, layer in enumerate(subject.layers)
    }
    depth = np.tile([0.62, 0.41, 0.78], (len(LEVEL_DEPTH), 1))
    depth[LEVEL_DEPTH.index("fieldless")] = 0.1, -0.2, 0.4
    depth[LEVEL_DEPTH.index("selectivity")] = np.nan
    return Levels(layers, depth)


def _levels(count: int, depth: float, random: np.random.Generator) -> LayerLevels:
    parts = np.clip(random.uniform(0, 0.5, (count, len(LEVEL_PARTS))) + depth, 0, 1)
    parts[:, 0] = depth
    top = len(LEVEL_RUNGS) - 1
    parts[:, 3] = np.round(parts[:, 3] * top) / top
    parts[0, 1:] = np.nan
    parts[1:2, 3] = np.nan
    units = np.array([64, 32, 0.5, top, 1])
    level = np.array([np.nan, *parts[1:, :3].mean(axis=1)])
    return LayerLevels(*(_float(values) for values in (parts * units, parts, level, level)))


def _float(values: Any) -> Any:
    return np.asarray(values, dtype=np.float32)
