"""Which channels an ablation is compared with: any others of the layer, and others of like activation."""

from __future__ import annotations

import numpy as np

from generator.records import Floats, Integers

NEAREST = 3
"""Channels of the nearest mean activation, of which a matched one is drawn."""


def controls(confirmed: Integers, activation: Floats, draws: int, seed: tuple[int, ...]) -> Integers:
    """Draw as many other channels of a layer as are confirmed, at random and matched, `draws` times.

    A matched draw goes through the confirmed channels in random order and takes for each one of the
    `NEAREST` channels left whose mean activation is nearest.

    Args:
        confirmed: (s,), channels.
        activation: (size,), mean activation of all channels of the layer.
        draws: How many draws of each kind.
        seed: Of the draws.

    Returns:
        (2, draws, s) int32, channels that are not confirmed, none twice in a draw; (2, 0, s) where the
        layer has fewer than s others.
    """
    others = np.setdiff1d(np.arange(len(activation)), confirmed)
    size = len(confirmed)
    if len(others) < size:
        return np.zeros((2, 0, size), dtype=np.int32)
    random = np.random.default_rng(seed)
    any_others = [random.choice(others, size, replace=False) for _ in range(draws)]
    matched = [_matched(confirmed, others, activation, random) for _ in range(draws)]
    return np.array([any_others, matched], dtype=np.int32)


def _matched(
    confirmed: Integers, others: Integers, activation: Floats, random: np.random.Generator
) -> list[int]:
    left = others.tolist()
    taken = []
    for channel in random.permutation(confirmed).tolist():
        away = np.abs(activation[left] - activation[channel])
        near = np.argsort(away, kind="stable")[:NEAREST]
        taken.append(left.pop(int(random.choice(near))))
    return taken
