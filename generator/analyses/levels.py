"""Levels: which neurons are low-level and which high-level, and how that goes with depth."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from generator.analyses.base import Analysis, Context, Estimate, Scope
from generator.analyses.level_parts import (
    LEAST_PARTS,
    RUNG_OF,
    depth_correlation,
    mean_of_defined,
    picture_parts,
    quantiles,
    scaled,
)
from generator.records import (
    LEVEL_DEPTH,
    LEVEL_PARTS,
    Floats,
    Labels,
    Layer,
    LayerLevels,
    LayerReceptiveFields,
    LayerStatistics,
    LayerVisualizations,
    Levels,
    ReceptiveFields,
    Statistics,
    Visualizations,
)

_FIELDLESS = [LEVEL_PARTS.index(part) for part in ("colour", "category", "selectivity")]
_LEAST_FIELDLESS = 2  # of these three


@dataclass(frozen=True)
class LevelsTask:
    """The levels of one layer."""

    layer: str


class LevelsAnalysis(Analysis[LevelsTask, LayerLevels, Levels]):
    """A place between low-level and high-level for every neuron: the mean of what is known of five parts."""

    name: ClassVar[str] = "levels"
    version: ClassVar[int] = 1
    scope: ClassVar[Scope] = "atlas"
    requires: ClassVar[tuple[str, ...]] = ("receptive_fields", "visualizations", "statistics")
    uses: ClassVar[tuple[str, ...]] = ("labels",)
    part_type: ClassVar[type] = LayerLevels
    record_type: ClassVar[type] = Levels

    def remark(self, record: Levels) -> str:
        """Return how levels go with depth."""
        rho, low, high = record.depth[LEVEL_DEPTH.index("level")]
        return (
            ""
            if np.isnan(rho)
            else f"levels: rank correlation with depth {rho:.2f} ({low:.2f} to {high:.2f})"
        )

    def identity(self, context: Context) -> Mapping[str, Any]:
        """Return the neurons, in the order of the rows."""
        return {"neurons": {layer.name: list(layer.neurons) for layer in context.layers}}

    def tasks(self, context: Context) -> Sequence[LevelsTask]:
        """Return one task a layer."""
        return [LevelsTask(layer.name) for layer in context.layers]

    def run(self, context: Context, task: LevelsTask) -> LayerLevels:
        """Measure the parts of one layer's levels; quantiles wait for the other layers."""
        layer = next(layer for layer in context.layers if layer.name == task.layer)
        labels = context.records.get("labels")
        return layer_levels(
            layer,
            context.record("receptive_fields", ReceptiveFields).layers[task.layer],
            context.record("visualizations", Visualizations).layers[task.layer],
            context.record("statistics", Statistics).layers[task.layer],
            rungs=label_rungs(labels, task.layer) if labels else np.full(len(layer.neurons), np.nan),
            side=context.network().preprocess.crop,
        )

    def combine(self, context: Context, parts: Sequence[LayerLevels]) -> Levels:
        """Rank all neurons of the atlas, and compare them with the depth of their layers."""
        return ranked(
            {layer.name: part for layer, part in zip(context.layers, parts, strict=True)}, context.recipe.seed
        )

    def estimate(self, context: Context) -> Estimate:
        """Count the neurons: their pictures' spectra are quick."""
        neurons = sum(len(layer.neurons) for layer in context.layers)
        return Estimate(f"{neurons} neurons", neurons * 5e-3, neurons * 4 * (2 * len(LEVEL_PARTS) + 2))


def layer_levels(
    layer: Layer,
    fields: LayerReceptiveFields,
    visualizations: LayerVisualizations,
    statistics: LayerStatistics,
    *,
    rungs: Floats,
    side: int,
) -> LayerLevels:
    """Return the levels of one layer's neurons, quantiles not yet known (NaN).

    Args:
        layer: Its neurons give the order of the rows.
        fields: The layer's receptive fields.
        visualizations: Pictures that stand for the neurons, rows as their `neurons`.
        statistics: Class selectivity and which neurons are dead, rows as `layer.neurons`.
        rungs: (n,), of the labels' categories; NaN without a rung.
        side: Of the network's input, pixels.
    """
    field = np.sqrt(np.prod([(axis[:, 1] - axis[:, 0]).max() for axis in (fields.rows, fields.columns)]))
    own = visualizations.pictures[visualizations.rows(layer.neurons)]
    seen = np.array([picture_parts(picture) for picture in own])
    frequency, chroma = seen.reshape(-1, 2).T
    whole = np.full(len(layer.neurons), field)
    measured = np.stack([whole, frequency * field, chroma, rungs, statistics.selectivity], axis=1)
    measured[np.asarray(statistics.dead, dtype=bool), 1:] = np.nan
    parts = scaled(measured, side)
    level = mean_of_defined(parts, LEAST_PARTS)
    single = (measured, parts, level, np.full(len(level), np.nan))
    return LayerLevels(*(values.astype(np.float32) for values in single))


def label_rungs(labels: Labels, layer: str) -> Floats:
    """Return the rungs of the confirmed labels' categories, (neurons,); NaN without label or rung."""
    found = labels.layers[layer]
    rungs = np.array([RUNG_OF.get(concept.category, np.nan) for concept in labels.concepts])
    return np.where(found.confirmed == 1, rungs[found.concept[:, 0]], np.nan)


def ranked(layers: Mapping[str, LayerLevels], seed: int) -> Levels:
    """Return the levels of an atlas with their quantiles and correlations with depth.

    Args:
        layers: By name, from the input on, quantiles not yet known.
        seed: Of the bootstrap.
    """
    sizes = [len(found.level) for found in layers.values()]
    level = np.concatenate([found.level for found in layers.values()])
    parts = np.concatenate([found.parts for found in layers.values()])
    measured = np.concatenate([found.measured for found in layers.values()])
    fieldless = mean_of_defined(parts[:, _FIELDLESS], _LEAST_FIELDLESS)
    fineness = measured[:, LEVEL_PARTS.index("frequency")] / measured[:, LEVEL_PARTS.index("field")]
    compared = (level, fieldless, fineness, *parts.T)
    depths = np.repeat(np.arange(len(sizes), dtype=np.float64), sizes)
    shares = np.split(quantiles(level).astype(np.float32), np.cumsum(sizes)[:-1])
    return Levels(
        layers={
            name: dataclasses.replace(found, quantile=share)
            for (name, found), share in zip(layers.items(), shares, strict=True)
        },
        depth=np.array([depth_correlation(values, depths, seed) for values in compared]),
    )
