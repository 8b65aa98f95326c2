"""Makes records of relations between neurons from random numbers: the first neuron of a layer is silent."""

from __future__ import annotations

from typing import Any

import numpy as np

from generator.records import (
    NOBODY,
    Connections,
    LayerConnections,
    LayerSimilar,
    NeuronMap,
    Related,
    Similar,
    Subject,
)


def relation_records(subject: Subject, seed: int) -> dict[str, Any]:
    """Return similar neurons, connections and the map."""
    random = np.random.default_rng(seed + 3000)
    similar = {layer.name: _similar(subject, place, random) for place, layer in enumerate(subject.layers)}
    connected = {layer.name: _connected(subject, place, random) for place, layer in enumerate(subject.layers)}
    return {
        "similar": Similar(subject.images.count, 19, similar),
        "connections": Connections(9, 19, connected),
        "neuron_map": _map(subject, random),
    }


def _related(
    subject: Subject, place: int, wanted: list[tuple[int, int]], values: Any, silent: bool = True
) -> Related:
    """Return (layer, channel) as wanted for every neuron but the silent one; the last place is empty."""
    count = len(subject.layers[place].neurons)
    pairs = np.array([*wanted, (NOBODY, NOBODY)])
    layer, channel = (np.tile(column, (count, 1)) for column in pairs.T)
    found = np.append(values, np.nan) * np.ones((count, 1))
    if silent:
        layer[0] = channel[0] = NOBODY
        found[0] = np.nan
    return Related(
        layer.astype(np.int16), channel.astype(np.int32),
        *(part.astype(np.float32) for part in (found, found - 0.02, found + 0.02)),
    )  # fmt: skip


def _similar(subject: Subject, place: int, random: np.random.Generator) -> LayerSimilar:
    layers, count = subject.layers, len(subject.layers[place].neurons)
    own = [(place, channel) for channel in layers[place].neurons[:2]]
    other = (place + 1) % len(layers)
    across = [(other, channel) for channel in layers[other].neurons[:2]]
    values = np.sort(random.uniform(0.2, 0.7, 2))[::-1][: len(across)]
    high, low = (np.full(count, value, np.float32) for value in (0.11, -0.1))
    high[0] = low[0] = np.nan
    return LayerSimilar(
        within=_related(subject, place, own, [0.95, 0.6][: len(own)]),
        across=_related(subject, place, across, values),
        opposed=_related(subject, place, across[:1], [-0.4]),
        shuffled_high=high, shuffled_low=low,
    )  # fmt: skip


def _connected(subject: Subject, place: int, random: np.random.Generator) -> LayerConnections:
    layers, count = subject.layers, len(subject.layers[place].neurons)
    before = layers[place - 1] if place else None
    unshown = (
        next(channel for channel in range(before.size) if channel not in before.neurons) if before else 0
    )
    incoming = [(place - 1, channel) for channel in (*before.neurons[:2], unshown)] if before else []
    after = layers[place + 1] if place + 1 < len(layers) else None
    outgoing = [(place + 1, channel) for channel in after.neurons[:2]] if after else []
    bounds = np.full((count, 2), np.nan, np.float32)
    if before:
        bounds[1:] = -0.05, 0.06
    return LayerConnections(
        incoming=_related(subject, place, incoming, [0.3, -0.2, 0.05][: len(incoming)]),
        outgoing=_related(subject, place, outgoing, random.uniform(0.05, 0.4, len(outgoing))),
        shuffled=bounds,
        even=1 / before.size if before else None,
    )  # fmt: skip


def _map(subject: Subject, random: np.random.Generator) -> NeuronMap:
    shown = [(place, channel) for place, own in enumerate(subject.layers) for channel in own.neurons[1:]]
    layer, channel = np.array(shown).reshape(-1, 2).T
    position = random.uniform(0, 1, (len(shown), 2)).astype(np.float32)
    return NeuronMap(
        layer.astype(np.int16), channel.astype(np.int32), position, 4.0, 4, 0.91, 0.55, 0.6, 0.41
    )  # fmt: skip
