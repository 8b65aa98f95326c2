"""Case studies: the neurons that fixed rules single out, their runners-up, and neurons drawn at random."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from generator.analyses.base import Analysis, Context, Estimate, Scope
from generator.analyses.case_rules import RULES, Scores, Sources
from generator.records import NO_PARTNER, Case, CaseNeuron, Cases

RUNNERS_UP, DRAWN = 3, 3
"""Neurons shown beside the one found: the next of the rule, and some drawn at random."""

USED = (
    "visualizations",
    "reliability",
    "paths",
    "badges",
    "labels",
    "contrasts",
    "minds",
    "similar",
    "twin_visualizations",
)


@dataclass(frozen=True)
class CasesTask:
    """All case studies: they take no time."""


class CasesAnalysis(Analysis[CasesTask, Cases, Cases]):
    """What the rules of `generator.analyses.case_rules` find in the atlas's records."""

    name: ClassVar[str] = "cases"
    version: ClassVar[int] = 1
    scope: ClassVar[Scope] = "atlas"
    requires: ClassVar[tuple[str, ...]] = ("survey", "statistics")
    uses: ClassVar[tuple[str, ...]] = USED
    part_type: ClassVar[type] = Cases
    record_type: ClassVar[type] = Cases

    def identity(self, context: Context) -> Mapping[str, Any]:
        """Return the rules, how many neurons are shown, and the neurons."""
        return {
            "rules": list(RULES),
            "shown": [RUNNERS_UP, DRAWN],
            "neurons": {layer.name: list(layer.neurons) for layer in context.layers},
        }

    def tasks(self, context: Context) -> Sequence[CasesTask]:  # noqa: ARG002
        """Return the one task."""
        return [CasesTask()]

    def run(self, context: Context, task: CasesTask) -> Cases:  # noqa: ARG002
        """Apply all rules."""
        return find_cases(Sources(context.layers, context.records), context.recipe.seed)

    def combine(self, context: Context, parts: Sequence[Cases]) -> Cases:  # noqa: ARG002
        """Return the one part."""
        return parts[0]

    def estimate(self, context: Context) -> Estimate:
        """Count the neurons that rules look at."""
        neurons = sum(len(layer.neurons) for layer in context.layers)
        return Estimate(f"{len(RULES)} rules on {neurons} neurons", neurons * 5e-3, 10_000)


def find_cases(sources: Sources, seed: int) -> Cases:
    """Apply all rules whose records are there; drawing depends on seed and rule alone."""
    names = [(layer.name, channel) for layer in sources.layers for channel in layer.neurons]
    found = []
    for slug, rule in RULES.items():
        scores = rule(sources)
        if scores is not None:
            digest = int.from_bytes(hashlib.sha256(slug.encode()).digest()[:8], "big")
            found.append(_case(slug, scores, names, np.random.default_rng([seed, digest])))
    return Cases(len(names), tuple(found))


def _case(slug: str, scores: Scores, names: Sequence[tuple[str, int]], random: np.random.Generator) -> Case:
    """Return the neurons of the highest rank, ties in their order, and others drawn at random."""
    asked = np.isfinite(scores.rank)
    order = np.argsort(-np.where(asked, scores.rank, -np.inf), kind="stable")
    chosen = order[: min(1 + RUNNERS_UP, int(asked.sum()))].tolist()
    others = [place for place in range(len(names)) if place not in chosen]
    drawn = random.permutation(others)[:DRAWN].tolist()

    def neuron(place: int) -> CaseNeuron:
        value = float(scores.value[place])
        partner = NO_PARTNER if scores.partner is None else int(scores.partner[place])
        return CaseNeuron(*names[place], value if np.isfinite(value) else None, partner)

    return Case(slug, int(asked.sum()), scores.null, tuple(map(neuron, chosen)), tuple(map(neuron, drawn)))
