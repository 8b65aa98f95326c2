"""Findings: questions asked of every atlas, answered from its records."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from scipy import stats

from generator.analyses.base import Analysis, Context, Estimate, Scope
from generator.analyses.case_rules import Sources
from generator.analyses.finding_selectivity import selective_and_needed, selective_and_trusted
from generator.analyses.finding_tests import (
    Answer,
    corrected,
    median_ratio,
    rank_correlation,
    share_against_rate,
    share_against_share,
)
from generator.analyses.probe_curves import interval
from generator.analyses.similar import SHUFFLES, layer_similar, response_patterns
from generator.records import (
    BADGES,
    LEVEL_PARTS,
    REDUNDANT,
    Badges,
    Finding,
    Findings,
    Floats,
    Layer,
    Levels,
    Minds,
    Probe,
    Probes,
    Statistics,
    Survey,
)

FEWEST_TASKS = 6
"""Tasks of probes from which on their median says something."""

USED = ("levels", "probes", "minds", "badges", "paths", "twin_survey", "ablation")

Question = Callable[[Sources, int], Answer | None]


@dataclass(frozen=True)
class FindingsTask:
    """All findings: they take little time."""


class FindingsAnalysis(Analysis[FindingsTask, Findings, Findings]):
    """Answers with effect, interval, null and test, the most surprising first."""

    name: ClassVar[str] = "findings"
    version: ClassVar[int] = 1
    scope: ClassVar[Scope] = "atlas"
    requires: ClassVar[tuple[str, ...]] = ("survey", "statistics")
    uses: ClassVar[tuple[str, ...]] = (
        "levels",
        "probes",
        "minds",
        "badges",
        "paths",
        "twin_survey",
        "ablation",
    )
    part_type: ClassVar[type] = Findings
    record_type: ClassVar[type] = Findings

    def identity(self, context: Context) -> Mapping[str, Any]:
        """Return the questions with what was expected, and the neurons."""
        return {
            "questions": {slug: list(expected) for slug, (_, expected) in QUESTIONS.items()},
            "neurons": {layer.name: list(layer.neurons) for layer in context.layers},
        }

    def tasks(self, context: Context) -> Sequence[FindingsTask]:  # noqa: ARG002
        """Return the one task."""
        return [FindingsTask()]

    def run(self, context: Context, task: FindingsTask) -> Findings:  # noqa: ARG002
        """Answer all questions."""
        return find(Sources(context.layers, context.records), context.recipe.seed)

    def combine(self, context: Context, parts: Sequence[Findings]) -> Findings:  # noqa: ARG002
        """Return the one part."""
        return parts[0]

    def estimate(self, context: Context) -> Estimate:
        """Count the neurons that questions are about."""
        neurons = sum(len(layer.neurons) for layer in context.layers)
        return Estimate(f"{len(QUESTIONS)} questions about {neurons} neurons", 2.0 + neurons * 2e-3, 2_000)


def find(sources: Sources, seed: int) -> Findings:
    """Answer the questions whose records are there; the most surprising first, ties in their order."""
    answers = {
        slug: answer
        for slug, (question, _) in QUESTIONS.items()
        if (answer := question(sources, seed)) is not None
    }
    if not answers:
        return Findings(())
    chances = corrected(np.array([answer.chance for answer in answers.values()]))
    found = []
    for (slug, answer), chance in zip(answers.items(), chances, strict=True):
        low, high = QUESTIONS[slug][1]
        values = vars(answer) | {"chance": float(chance)}
        found.append(Finding(slug, **values, expected_low=low, expected_high=high))
    return Findings(tuple(sorted(found, key=lambda one: (-one.surprise, -one.distance))))


def _places(sources: Sources) -> Floats:
    """Return the place of each neuron's layer, from the input on."""
    sizes = [len(layer.neurons) for layer in sources.layers]
    return np.repeat(np.arange(len(sizes), dtype=np.float64), sizes)


def colour_with_depth(sources: Sources, seed: int) -> Answer | None:
    """Return how the share of chroma in the pictures goes with depth."""
    levels = sources.find("levels", Levels)
    if levels is None:
        return None
    column = LEVEL_PARTS.index("colour")
    chroma = sources.joined(lambda name: levels.layers[name].measured[:, column])
    return rank_correlation(chroma, _places(sources), seed)


def category_with_depth(sources: Sources, seed: int) -> Answer | None:
    """Return how the rung of the labels' categories, from colour to class, goes with depth."""
    levels = sources.find("levels", Levels)
    if levels is None:
        return None
    column = LEVEL_PARTS.index("category")
    rungs = sources.joined(lambda name: levels.layers[name].measured[:, column])
    return rank_correlation(rungs, _places(sources), seed)


def class_half_way(sources: Sources, _seed: int) -> Answer | None:
    """Return what share of the best layer's skill with the images' classes half of the layers have.

    Skill is the probe's accuracy above that of the most frequent class; chance is what the probe has with
    shuffled answers, tested by a t test over the splits with corrected variance.
    """
    probes = sources.find("probes", Probes)
    of_classes = [
        probe for probe in (probes.probes if probes else ()) if probe.images == "images" and _is_class(probe)
    ]
    if not of_classes:
        return None
    probe = max(of_classes, key=lambda one: len(one.values))
    majority = float(probe.majority.mean[0])
    skill, control = probe.trained.scores - majority, probe.trained.controls - majority
    best, half = int(skill.mean(axis=1).argmax()), (len(skill) - 1) // 2
    whole = skill[best].mean()
    if whole <= 0:
        return None
    shares = np.stack([skill[half], skill[half] - control[half]]) / whole
    reached = interval(shares, probe.training, probe.testing)
    count = shares.shape[1]
    reach = reached.high[1] - reached.mean[1]
    error = reach / stats.t.ppf(0.975, count - 1)
    chance = float(2 * stats.t.sf(abs(reached.mean[1]) / error, count - 1)) if error > 0 else 0.0
    null = float(control[half].mean() / whole)
    mean, low, high = (float(values[0]) for values in (reached.mean, reached.low, reached.high))
    return Answer(mean, low, high, null, chance, probe.testing)


def _is_class(probe: Probe) -> bool:
    return probe.kind == "classes"


def dead(sources: Sources, _seed: int) -> Answer | None:
    """Return the share of neurons that nothing excites, against the randomly initialized twin."""
    statistics, twin = sources.find("statistics", Statistics), sources.find("twin_survey", Survey)
    if statistics is None or twin is None:
        return None
    own = sources.joined(lambda name: statistics.layers[name].dead)
    theirs = sources.joined(lambda name: twin.layers[name].minimum == twin.layers[name].maximum)
    return share_against_share(int(own.sum()), len(own), int(theirs.sum()), len(theirs))


def redundant(sources: Sources, seed: int) -> Answer | None:
    """Return the share of neurons with a redundant partner in their layer, against the twin.

    Both are counted among the neurons of the twin: the first of each layer.
    """
    survey, twin = sources.find("survey", Survey), sources.find("twin_survey", Survey)
    if survey is None or twin is None:
        return None
    few = tuple(
        Layer(**{**vars(layer), "neurons": layer.neurons[: twin.layers[layer.name].means.shape[1]]})
        for layer in sources.layers
    )
    own, theirs = (_redundant(few, record, seed) for record in (survey, twin))
    return share_against_share(int(own.sum()), len(own), int(theirs.sum()), len(theirs))


def _redundant(layers: Sequence[Layer], survey: Survey, seed: int) -> Floats:
    """Return which of the first neurons of each layer have a redundant partner among these."""
    first = {
        layer.name: replace(own, means=own.means[:, : len(layer.neurons)])
        for layer in layers
        for own in [survey.layers[layer.name]]
    }
    patterns = response_patterns(layers, Survey(first))
    low = [layer_similar(patterns, place, seed).within.low[:, 0] for place in range(len(layers))]
    return (np.concatenate(low) > REDUNDANT).astype(np.float64)


def two_minds(sources: Sources, _seed: int) -> Answer | None:
    """Return the share of neurons with several kinds of strongest images, against that of no groups."""
    minds = sources.find("minds", Minds)
    if minds is None:
        return None
    groups = sources.joined(lambda name: minds.layers[name].groups)
    asked = groups[groups > 0]
    if not len(asked):
        return None
    return share_against_rate(int((asked > 1).sum()), len(asked), 1 / (1 + SHUFFLES))


def misleading(sources: Sources, _seed: int) -> Answer | None:
    """Return the share of failed pictures, against the randomly initialized twin."""
    badges = sources.find("badges", Badges)
    if badges is None or not badges.twin:
        return None
    failed = BADGES.index("failed")
    own, theirs = (
        np.concatenate([layer.badge for layer in layers.values()]) == failed
        for layers in (badges.layers, badges.twin)
    )
    return share_against_share(int(own.sum()), len(own), int(theirs.sum()), len(theirs))


def untrained(sources: Sources, seed: int) -> Answer | None:
    """Return how much of a task's best selectivity the twin's best layer has, median over tasks."""
    probes = sources.find("probes", Probes)
    if probes is None:
        return None
    pairs = np.array(
        [
            (probe.twin.selectivity.mean.max(), probe.trained.selectivity.mean.max())
            for probe in probes.probes
            if probe.trained.selectivity.low.max() > 0
        ]
    )
    return median_ratio(pairs[:, 0], pairs[:, 1], seed) if len(pairs) >= FEWEST_TASKS else None


QUESTIONS: Mapping[str, tuple[Question, tuple[float, float]]] = {
    "colour-with-depth": (colour_with_depth, (-0.7, -0.1)),
    "category-with-depth": (category_with_depth, (0.2, 0.8)),
    "class-half-way": (class_half_way, (0.3, 0.8)),
    "dead": (dead, (0.0, 0.1)),
    "redundant": (redundant, (0.0, 0.2)),
    "two-minds": (two_minds, (0.1, 0.5)),
    "misleading": (misleading, (0.1, 0.5)),
    "untrained": (untrained, (0.2, 0.7)),
    "selective-and-trusted": (selective_and_trusted, (0.0, 0.4)),
    "selective-and-needed": (selective_and_needed, (-0.2, 0.3)),
}
"""By the name of the finding: the question, and what we expected before we looked."""
