"""Receptive fields of all chosen layers, so that a crop shows what a neuron could see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from generator.activations.receptive import receptive_fields, seconds_a_line
from generator.analyses.base import Analysis, Context, Estimate, Scope
from generator.geometry import cell_centres
from generator.records import LayerReceptiveFields, ReceptiveFields

TIMED_LAYERS = 3  # first, middle and last are timed for an estimate


@dataclass(frozen=True)
class ReceptiveFieldsTask:
    """The receptive fields of one layer."""

    layer: str


class ReceptiveFieldsAnalysis(Analysis[ReceptiveFieldsTask, LayerReceptiveFields, ReceptiveFields]):
    """The input pixels that each row and column of a response map can see."""

    name: ClassVar[str] = "receptive_fields"
    version: ClassVar[int] = 2
    scope: ClassVar[Scope] = "network"
    keeps_parts: ClassVar[bool] = True
    part_type: ClassVar[type] = LayerReceptiveFields
    record_type: ClassVar[type] = ReceptiveFields

    def identity(self, context: Context) -> Mapping[str, Any]:  # noqa: ARG002 (the network says it all)
        """Return nothing: the network and the layer that a task names decide."""
        return {}

    def tasks(self, context: Context) -> Sequence[ReceptiveFieldsTask]:
        """Return one task a layer."""
        return [ReceptiveFieldsTask(layer.name) for layer in context.layers]

    def run(self, context: Context, task: ReceptiveFieldsTask) -> LayerReceptiveFields:
        """Measure one layer's receptive fields."""
        layer = next(layer for layer in context.layers if layer.name == task.layer)
        return receptive_fields(context.network(), layer)

    def combine(self, context: Context, parts: Sequence[LayerReceptiveFields]) -> ReceptiveFields:
        """Gather the layers, and place their cells."""
        fields = {layer.name: part for layer, part in zip(context.layers, parts, strict=True)}
        crop = context.network().preprocess.crop
        return ReceptiveFields(fields, cell_centres(context.layers, fields, crop))

    def estimate(self, context: Context) -> Estimate:
        """Time one row of a few layers; the cost of a row grows steadily with depth."""
        lines = [layer.height + layer.width for layer in context.layers]
        timed = np.unique(np.linspace(0, len(lines) - 1, TIMED_LAYERS).astype(int))
        costs = [seconds_a_line(context.network(), context.layers[place]) for place in timed]
        seconds = float(np.interp(np.arange(len(lines)), timed, costs) @ lines)
        return Estimate(f"{sum(lines)} rows and columns of {len(lines)} layers", seconds, sum(lines) * 8)
