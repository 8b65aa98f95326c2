"""Reasons to trust or distrust a neuron's pictures, measured against natural images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from generator.analyses.base import Analysis, Context, Estimate, Scope
from generator.records import (
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
    version: ClassVar[int] = 1
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
        return layer_reliability(
            layer,
            context.record("survey", Survey).layers[task.layer],
            context.record("visualizations", Visualizations).layers[task.layer],
        )

    def combine(self, context: Context, parts: Sequence[LayerReliability]) -> Reliability:
        """Gather the layers."""
        return Reliability({layer.name: part for layer, part in zip(context.layers, parts, strict=True)})

    def estimate(self, context: Context) -> Estimate:
        """Count two float32 ratios and a flag for each neuron."""
        neurons = sum(len(layer.neurons) for layer in context.layers)
        return Estimate(f"{neurons} neurons", seconds=0.0, size=9 * neurons)


def layer_reliability(
    layer: Layer, survey: LayerSurvey, visualizations: LayerVisualizations
) -> LayerReliability:
    """Return a layer's reliability.

    Args:
        layer: Its neurons give the order of the rows.
        survey: Natural responses, rows as `layer.neurons`.
        visualizations: Pictures' responses, rows as `visualizations.neurons`.
    """
    row_of = {int(channel): row for row, channel in enumerate(visualizations.neurons)}
    rows = np.array([row_of[channel] for channel in layer.neurons], dtype=np.intp)
    reached = visualizations.mean_response[rows]
    return LayerReliability(
        mean_ratio=_ratio(reached, survey.strongest_mean),
        peak_ratio=_ratio(visualizations.peak[rows], survey.maximum),
        beats_random=reached > visualizations.random_mean[rows],
    )


def _ratio(reached: Floats, natural: Floats) -> Floats:
    """Return `reached` / `natural`, (neurons,) float32; NaN where the natural maximum is not positive."""
    result = np.full(len(natural), np.nan, dtype=np.float32)
    return np.divide(reached, natural, out=result, where=natural > 0)
