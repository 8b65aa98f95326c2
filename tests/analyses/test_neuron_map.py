"""The map: families of neurons lie together, the same each time; silent ones and handfuls have no place."""

from __future__ import annotations

import numpy as np

from generator.analyses.correlation import Patterns, standardized
from generator.analyses.neuron_map import LEAST_NEURONS, neuron_map
from generator.records import NeuronMap

FAMILIES, MEMBERS, IMAGES = 3, 10, 80


def families() -> Patterns:
    """Return three families of like neurons, one a layer, and a silent neuron at the end."""
    random = np.random.default_rng(0)
    heads = np.repeat(random.normal(size=(IMAGES, FAMILIES)), MEMBERS, axis=1)
    responses = np.column_stack([heads + 0.4 * random.normal(size=heads.shape), np.ones(IMAGES)])
    values, varies = standardized(responses)
    layer = np.append(np.repeat(np.arange(FAMILIES), MEMBERS), FAMILIES - 1).astype(np.int16)
    return Patterns(values, varies, layer, np.arange(len(layer), dtype=np.int32))


def test_families_lie_together_and_the_silent_neuron_nowhere() -> None:
    found = neuron_map(families(), seed=0)
    assert found.channel.tolist() == list(range(FAMILIES * MEMBERS))
    assert found.position.min() >= -1e-6
    assert found.position.max() <= 1 + 1e-6
    assert found.trustworthiness is not None
    assert found.shuffled is not None
    assert found.trustworthiness > 0.9 > found.shuffled
    assert found.together is not None
    assert found.together_shuffled is not None
    assert found.together > 0.85 > found.together_shuffled  # 9 of 10 neighbours at most
    distance = np.linalg.norm(found.position[:, None] - found.position, axis=2) + np.eye(len(found.layer)) * 9
    nearest = found.layer[distance.argmin(axis=1)]
    assert (nearest == found.layer).mean() > 0.95


def test_the_same_seed_gives_the_same_map() -> None:
    one, other = (neuron_map(families(), seed=4) for _ in range(2))
    np.testing.assert_array_equal(one.position, other.position)


def test_too_few_neurons_have_no_map() -> None:
    whole = families()
    chosen = slice(0, LEAST_NEURONS)
    known = (whole.values[:, chosen], whole.varies[chosen], whole.layer[chosen], whole.channel[chosen])
    found = neuron_map(Patterns(known[0], known[1] & (np.arange(LEAST_NEURONS) > 0), *known[2:]), seed=0)
    assert isinstance(found, NeuronMap)
    assert len(found.channel) == len(found.position) == 0
    assert found.trustworthiness is None
    found = neuron_map(Patterns(*known), seed=0)
    assert len(found.channel) == LEAST_NEURONS
    assert np.isfinite(found.position).all()
