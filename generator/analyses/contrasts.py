"""Class contrasts: neurons that tell two classes apart, found on one half of the images, then confirmed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from threadpoolctl import threadpool_limits

from generator.analyses.base import Analysis, Context, Estimate, Scope
from generator.analyses.class_scores import auc_intervals
from generator.analyses.contrast_halves import CONFIRMATION, DISCOVERY, contrastable, half_of
from generator.analyses.contrast_pairs import ContrastTask, choose_pairs
from generator.analyses.contrast_statistics import (
    LEVEL,
    NO_SKILL,
    Ranked,
    Shuffled,
    aucs,
    cohens_d,
    confirm,
    effect_intervals,
    p_values,
    shuffle,
)
from generator.analyses.level_parts import depth_correlation
from generator.analyses.linear import fit_linear
from generator.records import (
    Booleans,
    Contrast,
    Contrasts,
    Floats,
    Integers,
    LayerContrast,
    Separation,
    Survey,
)

RESAMPLES = 1000
"""Of the bootstrap."""

NEURON_SECONDS = 0.05
"""A neuron's statistics on one core of a laptop; for estimates alone."""

Doubles = NDArray[np.float64]


class ContrastsAnalysis(Analysis[ContrastTask, Contrast, Contrasts]):
    """Effect sizes and AUCs of all chosen neurons for pairs of classes, and the growth with depth."""

    name: ClassVar[str] = "contrasts"
    version: ClassVar[int] = 1
    scope: ClassVar[Scope] = "atlas"
    requires: ClassVar[tuple[str, ...]] = ("survey", "readout")
    part_type: ClassVar[type] = Contrast
    record_type: ClassVar[type] = Contrasts

    def wanted(self, context: Context) -> bool:
        """Whether classes can be contrasted."""
        return contrastable(context)

    def remark(self, record: Contrasts) -> str:
        """Return how many neurons were confirmed."""
        counts = [
            sum(int(layer.confirmed.sum()) for layer in one.layers.values()) for one in record.contrasts
        ]
        return f"contrasts: {', '.join(map(str, counts))} neurons confirmed"

    def identity(self, context: Context) -> Mapping[str, Any]:
        """Return the settings that results depend on, beside the pairs themselves."""
        settings = context.recipe.contrasts
        return {"rate": settings.rate, "shuffles": settings.shuffles}

    def tasks(self, context: Context) -> Sequence[ContrastTask]:
        """Return one task a pair of classes."""
        return choose_pairs(context)

    def run(self, context: Context, task: ContrastTask) -> Contrast:
        """Contrast two classes."""
        survey, seed = context.record("survey", Survey), context.recipe.seed
        labels = context.images.labels
        own = [
            [half_of(labels, label, half, seed) for label in (task.first, task.second)]
            for half in (DISCOVERY, CONFIRMATION)
        ]
        means = {layer.name: survey.layers[layer.name].means for layer in context.layers}
        with threadpool_limits(1):
            return _Contrasting(context, means, own).result(task)

    def combine(self, context: Context, parts: Sequence[Contrast]) -> Contrasts:
        """Gather the pairs."""
        return Contrasts(context.recipe.contrasts.rate, RESAMPLES, tuple(parts))

    def estimate(self, context: Context) -> Estimate:
        """Count the neurons."""
        neurons = sum(len(layer.neurons) for layer in context.layers)
        pairs = max(1, len(context.recipe.contrasts.pairs))
        work = f"{pairs} pairs of classes, {neurons} neurons"
        return Estimate(work, pairs * neurons * NEURON_SECONDS, pairs * neurons * 150)


class _Contrasting:
    """One pair of classes: all neurons of all layers side by side."""

    def __init__(
        self, context: Context, means: Mapping[str, Floats], own: Sequence[Sequence[Integers]]
    ) -> None:
        self.context = context
        self.seed = context.recipe.seed
        self.sizes = [values.shape[1] for values in means.values()]
        self.counts = np.array([[len(group) for group in groups] for groups in own], dtype=np.int64)
        rows = [np.concatenate(groups) for groups in own]
        members: list[Booleans] = [np.arange(sum(counts)) < counts[0] for counts in self.counts.tolist()]
        together = np.concatenate([np.asarray(values) for values in means.values()], axis=1)
        halves = [Ranked.of(together[rows[half]], members[half]) for half in (DISCOVERY, CONFIRMATION)]
        self.discovery, self.confirmation = halves
        self.halves = (self.discovery, self.confirmation)

    def result(self, task: ContrastTask) -> Contrast:
        """Measure everything."""
        settings = self.context.recipe.contrasts
        columns = self._columns()
        found, confirmed = confirm(
            (columns["auc"][0], columns["p_value"][0]),
            (columns["auc"][1], columns["p_value"][1]),
            settings.rate,
        )
        columns |= {"found": found, "confirmed": confirmed}
        shuffled = shuffle(self.halves, settings.rate, settings.shuffles, self.seed)
        layers, start = {}, 0
        for layer, size in zip(self.context.layers, self.sizes, strict=True):
            here = slice(start, start + size)
            layers[layer.name] = self._layer(
                {key: each[..., here] for key, each in columns.items()}, here, shuffled
            )
            start += size
        depths = np.repeat(np.arange(len(self.sizes), dtype=np.float64), self.sizes)
        return Contrast(
            first=task.first,
            second=task.second,
            rule=task.rule,
            value=task.value,
            counts=self.counts,
            layers=layers,
            depth=np.array(depth_correlation(np.abs(columns["effect"][1]), depths, self.seed)),
            chance_found=shuffled.found,
            chance_confirmed=shuffled.confirmed,
        )

    def _columns(self) -> dict[str, Any]:
        """Return everything that has one entry a neuron, the neuron's axis last."""
        last = self.confirmation
        scores = [aucs(half, half.members[:, None]) for half in self.halves]
        effects = [
            cohens_d(half.values, np.ones((len(half.values), 1)), half.members) for half in self.halves
        ]
        low, high = effect_intervals(last.values, last.members, resamples=RESAMPLES, seed=self.seed)
        auc_low, auc_high = _auc_intervals(last.values, last.members, self.seed)
        return {
            "effect": np.concatenate(effects, axis=1).T,
            "effect_low": low,
            "effect_high": high,
            "auc": np.concatenate(scores, axis=1).T,
            "auc_low": auc_low,
            "auc_high": auc_high,
            "p_value": np.concatenate(
                [p_values(half, score) for half, score in zip(self.halves, scores, strict=True)], axis=1
            ).T,
            "means": np.stack([last.values[group].mean(axis=0) for group in (last.members, ~last.members)]),
        }

    def _layer(self, columns: Mapping[str, Any], here: slice, shuffled: Shuffled) -> LayerContrast:
        best, direction = _strongest(columns["auc"][0])
        discovery, confirmation = (half.values[:, here] for half in self.halves)
        single = self._separation(direction * confirmation[:, best])
        sides = self.discovery.members.astype(np.int64)
        joint = fit_linear(discovery, sides, self.seed)
        weights, bias = np.zeros(len(columns["confirmed"])), 0.0
        if columns["confirmed"].any():
            chosen = np.flatnonzero(columns["confirmed"])
            linear = fit_linear(discovery[:, chosen], sides, self.seed)
            weights[chosen], bias = linear.weights[0], float(linear.bias[0])
        return LayerContrast(
            **columns,
            weights=weights,
            bias=bias,
            best=best,
            single=single,
            joint=self._separation(joint(confirmation)[:, 0]),
            chance=_chance(shuffled.auc[:, here]),
        )

    def _separation(self, scores: Doubles) -> Separation:
        """Measure how well scores (m,) of the confirmation half's images tell A from B."""
        members = self.confirmation.members
        auc = aucs(Ranked.of(scores[:, None], members), members[:, None])
        low, high = _auc_intervals(scores[:, None], members, self.seed)
        return Separation(float(auc[0, 0]), float(low[0]), float(high[0]))


def _auc_intervals(values: Doubles, members: Booleans, seed: int) -> tuple[Doubles, Doubles]:
    """Return the interval of A's AUC against B, each end (n,)."""
    group = sparse.csr_array(members[None].astype(np.float64))
    low, high = auc_intervals(values, group, resamples=RESAMPLES, seed=seed, level=LEVEL)
    return low[:, 0], high[:, 0]


def _strongest(auc: Doubles) -> tuple[int, float]:
    """Return the neuron furthest from no skill, first of equals, and the sign of its direction."""
    best = int(np.abs(auc - NO_SKILL).argmax())
    return best, 1.0 if auc[best] >= NO_SKILL else -1.0


def _chance(auc: Doubles) -> float:
    """Return what the same choice of a neuron gives under shuffled labels: the 95% quantile of its AUC.

    Args:
        auc: (2, n, r), discovery and confirmation half.
    """
    best = np.abs(auc[0] - NO_SKILL).argmax(axis=0)
    columns = np.arange(auc.shape[2])
    direction = np.where(auc[0][best, columns] >= NO_SKILL, 1.0, -1.0)
    reached = NO_SKILL + direction * (auc[1][best, columns] - NO_SKILL)
    return float(np.quantile(reached, LEVEL))
