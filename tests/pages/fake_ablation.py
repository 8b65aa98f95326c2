"""Makes a record of ablations of random numbers: in the last layer more is lost than without others."""

from __future__ import annotations

from typing import Any

import numpy as np

from generator.records import AblatedSet, Ablation, Contrasts, LayerAblation, SingleAblations, Subject

DRAWS = 4


def ablation_record(subject: Subject, contrasts: Contrasts, seed: int) -> Ablation:
    """Return ablations of the contrasts' confirmed neurons, and of single ones of the last two layers."""
    random = np.random.default_rng(seed + 4000)
    layers = {}
    for place, layer in enumerate(subject.layers):
        last = place == len(subject.layers) - 1
        sets = tuple(
            _set(np.array(layer.neurons)[one.layers[layer.name].confirmed], layer.size, random, strong=last)
            for one in contrasts.contrasts
        )
        single = _single(len(layer.neurons), random) if place >= len(subject.layers) - 2 else None
        layers[layer.name] = LayerAblation(resumed=place != 1, sets=sets, single=single)
    return Ablation(
        resamples=1000,
        reference=40,
        images=np.full((len(contrasts.contrasts), 2), 50),
        classes=np.arange(4, dtype=np.int32),
        class_images=np.full(4, 20),
        layers=layers,
    )


def _set(channels: Any, size: int, random: np.random.Generator, *, strong: bool) -> AblatedSet | None:
    if not len(channels):
        return None
    others = np.setdiff1d(np.arange(size), channels)
    drawn = np.array([[random.choice(others, len(channels)) for _ in range(DRAWS)] for _ in range(2)])
    change = np.array(
        [[-0.3, -0.2, -1.5] if strong else [-0.01, 0.0, -0.2], [0.0, -0.01, -0.2], [0, 0, -0.1]]
    )
    excess = change[:1] - change[1:]
    return AblatedSet(
        intact=np.array([0.98, 0.9, 4.0]),
        channels=channels.astype(np.int32),
        drawn=drawn.astype(np.int32),
        activation=np.array([0.5, 0.3, 0.49]),
        change=change,
        low=change - 0.05,
        high=change + 0.05,
        draws=change[1:, None] + random.normal(0, 0.02, (2, DRAWS, 3)),
        excess=excess,
        excess_low=excess - 0.08,
        excess_high=excess + 0.08,
    )


def _single(neurons: int, random: np.random.Generator) -> SingleAblations:
    change = random.normal(0, 0.2, (2, neurons, 4)).astype(np.float32)
    overall = change.mean(axis=2)
    return SingleAblations(
        intact=np.array([[0.9] * 4, [3.0] * 4], dtype=np.float32),
        change=change,
        low=change - np.float32(0.1),
        high=change + np.float32(0.1),
        overall=overall,
        overall_low=overall - np.float32(0.05),
        overall_high=overall + np.float32(0.05),
    )
