"""The map of all neurons: t-SNE of their response patterns, with how far it can be trusted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE, trustworthiness
from sklearn.neighbors import NearestNeighbors

from generator.analyses.base import Analysis, Context, Estimate, Scope
from generator.analyses.correlation import Patterns
from generator.analyses.similar import response_patterns
from generator.records import Floats, Integers, NeuronMap, Survey

LEAST_NEURONS = 8
"""With fewer there is nothing to arrange."""

PERPLEXITY = 30.0
"""Source: van der Maaten & Hinton 2008, who recommend 5 to 50; lower where there are few neurons."""

DIMENSIONS = 50
"""Principal components of the patterns that distances are taken in. Source: the same."""

NEIGHBOURS = 10
"""Nearest neurons that trustworthiness looks at, at most."""

MOST_COMPARED = 3000
"""Neurons, drawn with the seed, whose distances are all compared for trustworthiness: bounds memory."""

SHUFFLES = 19
"""Random arrangements, which the map must surpass."""


@dataclass(frozen=True)
class MapTask:
    """The whole map: no part of it can be made alone."""


class NeuronMapAnalysis(Analysis[MapTask, NeuronMap, NeuronMap]):
    """A plane in which neurons that respond to the same images tend to lie close to each other."""

    name: ClassVar[str] = "neuron_map"
    version: ClassVar[int] = 1
    scope: ClassVar[Scope] = "atlas"
    requires: ClassVar[tuple[str, ...]] = ("survey",)
    part_type: ClassVar[type] = NeuronMap
    record_type: ClassVar[type] = NeuronMap

    def remark(self, record: NeuronMap) -> str:
        """Return how far the map can be trusted."""
        if record.trustworthiness is None or record.shuffled is None:
            return ""
        return f"map: trustworthiness {record.trustworthiness:.2f}, random {record.shuffled:.2f}"

    def identity(self, context: Context) -> Mapping[str, Any]:
        """Return the settings, and the neurons in their order."""
        return {
            "settings": [PERPLEXITY, DIMENSIONS, NEIGHBOURS, MOST_COMPARED, SHUFFLES],
            "neurons": {layer.name: list(layer.neurons) for layer in context.layers},
        }

    def tasks(self, context: Context) -> Sequence[MapTask]:  # noqa: ARG002
        """Return the one task."""
        return [MapTask()]

    def run(self, context: Context, task: MapTask) -> NeuronMap:  # noqa: ARG002
        """Arrange all neurons whose responses vary."""
        return neuron_map(
            response_patterns(context.layers, context.record("survey", Survey)), context.recipe.seed
        )

    def combine(self, context: Context, parts: Sequence[NeuronMap]) -> NeuronMap:  # noqa: ARG002
        """Return the one part."""
        return parts[0]

    def estimate(self, context: Context) -> Estimate:
        """Count neurons: the arrangement takes some milliseconds each."""
        neurons = sum(len(layer.neurons) for layer in context.layers)
        return Estimate(f"{neurons} neurons on a plane", 1 + neurons * 6e-3, neurons * 14)


def neuron_map(patterns: Patterns, seed: int) -> NeuronMap:
    """Return the map of the neurons (m) that vary.

    The distance of two neurons is that of their centred and scaled responses, which grows as their
    correlation falls. The arrangement starts from the first two principal components, so that the large
    parts lie where these put them.

    Source:
        van der Maaten & Hinton 2008, "Visualizing data using t-SNE"; Kobak & Berens 2019, "The art of
        using t-SNE for single-cell transcriptomics" (start and step size).
    """
    rows = np.flatnonzero(patterns.varies)
    layer, channel = patterns.layer[rows], patterns.channel[rows]
    if len(rows) < LEAST_NEURONS:
        nothing = np.zeros(0, dtype=np.int32)
        position = np.zeros((0, 2), dtype=np.float32)
        return NeuronMap(nothing.astype(np.int16), nothing, position, None, 0, None, None, None, None)
    values = patterns.values[:, rows].T
    known = min(DIMENSIONS, len(rows) - 1, values.shape[1])
    reduced = PCA(known, random_state=seed).fit_transform(values)
    perplexity = min(PERPLEXITY, (len(rows) - 1) / 3)
    placed = TSNE(
        perplexity=perplexity, init="pca", learning_rate="auto", random_state=seed, n_jobs=1
    ).fit_transform(reduced)
    position = _in_square(placed)
    neighbours = max(1, min(NEIGHBOURS, (len(rows) - 1) // 2 - 1))
    random = np.random.default_rng(seed)
    sample = np.sort(random.permutation(len(rows))[:MOST_COMPARED])
    trust, together = _quality(values, position, layer, sample, neighbours)
    shuffled = [
        _quality(values, position[random.permutation(len(rows))], layer, sample, neighbours)
        for _ in range(SHUFFLES)
    ]
    trust_shuffled, together_shuffled = np.max(shuffled, axis=0)
    return NeuronMap(
        layer=layer,
        channel=channel,
        position=position,
        perplexity=perplexity,
        neighbours=neighbours,
        trustworthiness=trust,
        shuffled=float(trust_shuffled),
        together=together,
        together_shuffled=float(together_shuffled),
    )


def _in_square(placed: Floats) -> NDArray[np.float32]:
    """Scale positions (m, 2) to a square from 0 to 1, alike in both directions and centred."""
    low, high = placed.min(axis=0), placed.max(axis=0)
    side = max(float((high - low).max()), np.finfo(np.float32).tiny)
    scaled: NDArray[np.float32] = ((placed - (low + high) / 2) / side + 0.5).astype(np.float32)
    return scaled


def _quality(
    values: Floats, position: Floats, layer: Integers, sample: Integers, neighbours: int
) -> tuple[float, float]:
    """Return the trustworthiness of positions, and the share of near neurons that are of the same layer."""
    own, near = values[sample], position[sample]
    trust = float(trustworthiness(own, near, n_neighbors=neighbours))
    found = NearestNeighbors(n_neighbors=neighbours).fit(near).kneighbors(return_distance=False)
    return trust, float((layer[sample][found] == layer[sample][:, None]).mean())
