"""Reasons to trust or distrust a neuron's pictures, measured against natural images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from generator.analyses.base import Analysis, Context, Estimate, Scope
from generator.featurevis.variants import chosen_variants
from generator.records import (
    SEED_PREFIX,
    Floats,
    Layer,
    LayerReliability,
    LayerSurvey,
    LayerVisualizations,
    Reliability,
    Survey,
    Visualizations,
)


@dataclass(frozen=True)
class ReliabilityTask:
    """The reliability of one layer's pictures."""

    layer: str


class ReliabilityAnalysis(Analysis[ReliabilityTask, LayerReliability, Reliability]):
    """How far feature visualizations reach beyond natural and random images."""

    name: ClassVar[str] = "reliability"
    version: ClassVar[int] = 2
    scope: ClassVar[Scope] = "atlas"
    requires: ClassVar[tuple[str, ...]] = ("survey", "visualizations")
    part_type: ClassVar[type] = LayerReliability
    record_type: ClassVar[type] = Reliability

    def identity(self, context: Context) -> Mapping[str, Any]:
        """Return the neurons, in the order of the rows."""
        return {"neurons": {layer.name: list(layer.neurons) for layer in context.layers}}

    def tasks(self, context: Context) -> Sequence[ReliabilityTask]:
        """Return one task a layer."""
        return [ReliabilityTask(layer.name) for layer in context.layers]

    def run(self, context: Context, task: ReliabilityTask) -> LayerReliability:
        """Compare one layer's pictures with natural and random images."""
        layer = next(layer for layer in context.layers if layer.name == task.layer)
        pictures = context.record("visualizations", Visualizations)
        return layer_reliability(
            layer,
            context.record("survey", Survey).layers[task.layer],
            pictures.layers[task.layer],
            {variant: layers[task.layer] for variant, layers in pictures.others.items()},
        )

    def combine(self, context: Context, parts: Sequence[LayerReliability]) -> Reliability:
        """Gather the layers."""
        return Reliability({layer.name: part for layer, part in zip(context.layers, parts, strict=True)})

    def estimate(self, context: Context) -> Estimate:
        """Count a flag and float32 values for each neuron: the spread, two ratios, one of each variant."""
        neurons = sum(len(layer.neurons) for layer in context.layers)
        further = sum(variant.facets for variant in chosen_variants(context.recipe.visualization)) - 1
        return Estimate(f"{neurons} neurons", seconds=0.0, size=(13 + 4 * further) * neurons)


def layer_reliability(
    layer: Layer,
    survey: LayerSurvey,
    visualizations: LayerVisualizations,
    others: Mapping[str, LayerVisualizations],
) -> LayerReliability:
    """Return a layer's reliability.

    Args:
        layer: Its neurons give the order of the rows.
        survey: Natural responses, rows as `layer.neurons`.
        visualizations: Responses to the first variant's pictures, rows as their `neurons`.
        others: Those to the further variants' pictures, by variant.
    """
    rows = visualizations.rows(layer.neurons)
    reached = visualizations.mean_response[rows]
    further = {name: found.mean_response[found.rows(layer.neurons)] for name, found in others.items()}
    seeds = [values for name, values in further.items() if name.startswith(SEED_PREFIX)]
    return LayerReliability(
        mean_ratio=_ratio(reached, survey.strongest_mean),
        peak_ratio=_ratio(visualizations.peak[rows], survey.maximum),
        beats_random=reached > visualizations.random_mean[rows],
        seed_spread=_spread([reached, *seeds]),
        other_ratios={name: _ratio(values, survey.strongest_mean) for name, values in further.items()},
    )


def _spread(seeds: Sequence[Floats]) -> Floats:
    """Return smallest / largest mean response (neurons,) float32; NaN of one seed, or no positive one."""
    if len(seeds) == 1:
        return np.full(len(seeds[0]), np.nan, dtype=np.float32)
    return _ratio(np.min(seeds, axis=0), np.max(seeds, axis=0))


def _ratio(reached: Floats, reference: Floats) -> Floats:
    """Return `reached` / `reference`, (neurons,) float32; NaN where the reference is not positive."""
    result = np.full(len(reference), np.nan, dtype=np.float32)
    return np.divide(reached, reference, out=result, where=reference > 0)
