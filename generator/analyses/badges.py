"""Badges: what all reasons to trust or distrust a neuron's pictures add up to, beside the twin's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from generator.analyses.badge_rules import THRESHOLDS, layer_badges
from generator.analyses.base import Analysis, Context, Estimate, Scope
from generator.analyses.twin import PREFIX, of_twin
from generator.records import BADGES, Badges, Floats, LayerBadges, Paths, Reliability


@dataclass(frozen=True)
class BadgesTask:
    """The badges of one layer, of the network or of its twin."""

    layer: str
    twin: bool


class BadgesAnalysis(Analysis[BadgesTask, LayerBadges, Badges]):
    """One badge a neuron, with the verdict of every check."""

    name: ClassVar[str] = "badges"
    version: ClassVar[int] = 1
    scope: ClassVar[Scope] = "atlas"
    requires: ClassVar[tuple[str, ...]] = ("reliability", "paths")
    uses: ClassVar[tuple[str, ...]] = ("twin_reliability", "twin_paths")
    part_type: ClassVar[type] = LayerBadges
    record_type: ClassVar[type] = Badges

    def remark(self, record: Badges) -> str:
        """Return the counts of badges, the twin's beside them."""
        text = f"reliability: {_counts(record.layers)}"
        return f"{text}; randomly initialized twin: {_counts(record.twin)}" if record.twin else text

    def identity(self, context: Context) -> Mapping[str, Any]:
        """Return the thresholds, and the neurons in the order of the rows."""
        neurons = {layer.name: list(layer.neurons) for layer in context.layers}
        return {"thresholds": dict(THRESHOLDS), "neurons": neurons}

    def tasks(self, context: Context) -> Sequence[BadgesTask]:
        """Return one task a layer of the network, and one of the twin's where there is one."""
        kinds = (False, True) if context.recipe.visualization.twin else (False,)
        return [BadgesTask(layer.name, twin) for twin in kinds for layer in context.layers]

    def run(self, context: Context, task: BadgesTask) -> LayerBadges:
        """Judge the pictures of one layer's neurons."""
        own = of_twin(context) if task.twin else context
        layer = next(layer for layer in own.layers if layer.name == task.layer)
        prefix = PREFIX if task.twin else ""
        return layer_badges(
            np.array(layer.neurons, dtype=np.int32),
            context.record(f"{prefix}reliability", Reliability).layers[task.layer],
            context.record(f"{prefix}paths", Paths).layers[task.layer],
            _rivals(context, task.layer),
            own=task.twin,
        )

    def combine(self, context: Context, parts: Sequence[LayerBadges]) -> Badges:
        """Gather the layers."""
        found = list(zip(self.tasks(context), parts, strict=True))
        layers, twin = (
            {task.layer: part for task, part in found if task.twin is kind} for kind in (False, True)
        )
        return Badges(THRESHOLDS, len(of_twin(context).images) if twin else 0, layers, twin)

    def estimate(self, context: Context) -> Estimate:
        """Count the neurons: judging what is measured is quick."""
        neurons = sum(len(layer.neurons) for layer in context.layers)
        return Estimate(f"{neurons} neurons", neurons * 1e-4, neurons * 12)


def _rivals(context: Context, layer: str) -> Floats:
    """Return the common ground of the twin's neurons of a layer, nothing without a twin."""
    record = context.found("twin_paths", Paths)
    return np.empty(0) if record is None else record.layers[layer].common[:, -1]


def _counts(layers: Mapping[str, LayerBadges]) -> str:
    """Return how many neurons have each badge, in words."""
    badges = np.concatenate([layer.badge for layer in layers.values()])
    return ", ".join(f"{int((badges == BADGES.index(name)).sum())} {name}" for name in reversed(BADGES))
