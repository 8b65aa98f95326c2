"""Similar neurons: whose responses go together over the images, and whose go against each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

import numpy as np

from generator.analyses.base import Analysis, Context, Estimate, Scope
from generator.analyses.correlation import (
    RESAMPLES,
    Patterns,
    blocks,
    bootstrap_intervals,
    shuffled_extremes,
    standardized,
    strongest,
)
from generator.records import (
    NOBODY,
    Booleans,
    Floats,
    Integers,
    Layer,
    LayerSimilar,
    Related,
    Similar,
    Survey,
)

WITHIN, ACROSS, OPPOSED = 6, 6, 4
"""Neurons kept for each neuron: of its own layer, of others, and opposed ones."""

SHUFFLES = 19
"""So that the true pairing is the best of 20 by chance in 1 of 20 cases."""

OPERATIONS = 2e10  # multiplications a second that estimates reckon with


@dataclass(frozen=True)
class SimilarTask:
    """The similar neurons of one layer's neurons."""

    layer: str


class SimilarAnalysis(Analysis[SimilarTask, LayerSimilar, Similar]):
    """Correlation of mean responses over the images, with all other neurons of the atlas."""

    name: ClassVar[str] = "similar"
    version: ClassVar[int] = 1
    scope: ClassVar[Scope] = "atlas"
    requires: ClassVar[tuple[str, ...]] = ("survey",)
    part_type: ClassVar[type] = LayerSimilar
    record_type: ClassVar[type] = Similar

    def identity(self, context: Context) -> Mapping[str, Any]:
        """Return how many neurons are kept, and the neurons in the order of the rows."""
        return {
            "kept": [WITHIN, ACROSS, OPPOSED],
            "shuffles": SHUFFLES,
            "resamples": RESAMPLES,
            "neurons": {layer.name: list(layer.neurons) for layer in context.layers},
        }

    def tasks(self, context: Context) -> Sequence[SimilarTask]:
        """Return one task a layer."""
        return [SimilarTask(layer.name) for layer in context.layers]

    def run(self, context: Context, task: SimilarTask) -> LayerSimilar:
        """Correlate one layer's neurons with all."""
        place = [layer.name for layer in context.layers].index(task.layer)
        patterns = response_patterns(context.layers, context.record("survey", Survey))
        return layer_similar(patterns, place, context.recipe.seed)

    def combine(self, context: Context, parts: Sequence[LayerSimilar]) -> Similar:
        """Gather the layers."""
        layers = {layer.name: part for layer, part in zip(context.layers, parts, strict=True)}
        return Similar(len(context.images), SHUFFLES, layers)

    def estimate(self, context: Context) -> Estimate:
        """Count the multiplications of correlations, shuffles and resamples."""
        neurons = sum(len(layer.neurons) for layer in context.layers)
        kept = WITHIN + ACROSS + OPPOSED
        each = len(context.images) * ((1 + SHUFFLES) * neurons + 5 * RESAMPLES * kept)
        return Estimate(
            f"{neurons} neurons with each other", neurons * each / OPERATIONS, neurons * kept * 18
        )


def response_patterns(layers: Sequence[Layer], survey: Survey) -> Patterns:
    """Return the mean responses of all chosen neurons to all images, centred and scaled."""
    values, varies = standardized(
        np.concatenate([survey.layers[layer.name].means for layer in layers], axis=1)
    )
    sizes = [len(layer.neurons) for layer in layers]
    return Patterns(
        values=values,
        varies=varies,
        layer=np.repeat(np.arange(len(layers), dtype=np.int16), sizes),
        channel=np.array([channel for layer in layers for channel in layer.neurons], dtype=np.int32),
    )


def layer_similar(patterns: Patterns, layer: int, seed: int) -> LayerSimilar:
    """Return the neurons that respond like those of a layer, or against them.

    Args:
        patterns: Of all neurons of the atlas.
        layer: Index of the layer.
        seed: Of shuffles and resamples.

    Source:
        Li et al. 2016, "Convergent learning: do different neural networks learn the same
        representations?" (correlation of activations as similarity of neurons).
    """
    images = len(patterns.values)
    random = np.random.default_rng([seed, images])
    orders = np.stack([random.permutation(images) for _ in range(SHUFFLES)])
    parts = [_block(patterns, rows, orders, seed) for rows in blocks(np.flatnonzero(patterns.layer == layer))]
    return LayerSimilar(
        within=_joined([part.within for part in parts]),
        across=_joined([part.across for part in parts]),
        opposed=_joined([part.opposed for part in parts]),
        shuffled_high=np.concatenate([part.shuffled_high for part in parts]),
        shuffled_low=np.concatenate([part.shuffled_low for part in parts]),
    )


def _block(patterns: Patterns, rows: Integers, orders: Integers, seed: int) -> LayerSimilar:
    found = patterns.values[:, rows].T @ patterns.values
    others = patterns.varies[rows, None] & patterns.varies
    others &= rows[:, None] != np.arange(len(patterns.varies))
    own = patterns.layer[rows, None] == patterns.layer
    low, high = shuffled_extremes(patterns, rows, orders)
    choose = partial(_related, patterns, rows, found, seed)
    return LayerSimilar(
        within=choose(others & own, WITHIN),
        across=choose(others & ~own, ACROSS),
        opposed=choose(others & (found < 0), OPPOSED, lowest=True),
        shuffled_high=high.astype(np.float32),
        shuffled_low=low.astype(np.float32),
    )


def _related(  # noqa: PLR0917 (the first four are bound once)
    patterns: Patterns,
    rows: Integers,
    found: Floats,
    seed: int,
    allowed: Booleans,
    count: int,
    *,
    lowest: bool = False,
) -> Related:
    """Return the allowed neurons with the highest (or lowest) correlations `found`, with intervals."""
    places = strongest(-found if lowest else found, allowed, count)
    known = places != NOBODY
    first = np.repeat(rows, count).reshape(places.shape)
    low, high = np.full(places.shape, np.nan), np.full(places.shape, np.nan)
    low[known], high[known] = bootstrap_intervals(patterns.values, first[known], places[known], seed)
    return patterns.related(places, np.clip(np.take_along_axis(found, places, axis=1), -1, 1), low, high)


def _joined(parts: Sequence[Related]) -> Related:
    fields = ("layer", "channel", "value", "low", "high")
    return Related(*(np.concatenate([getattr(part, name) for part in parts]) for name in fields))
