"""Linear probes: what can be read from each layer, beside what pixels, shuffles and a random twin give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from threadpoolctl import threadpool_limits

from generator.analyses.base import Analysis, Context, Estimate, Scope
from generator.analyses.probe_curves import (
    RESAMPLES,
    curves,
    emergence,
    featureless,
    first_reaching,
    interval,
)
from generator.analyses.probe_fits import (
    FOLDS,
    STRENGTHS,
    Outcome,
    Split,
    best_columns,
    fit,
    splits,
)
from generator.analyses.probe_sample import probed_images
from generator.analyses.probe_tasks import ATTRIBUTE_MEANINGS, PARTS, SCENE_CLASSES, Question, questions
from generator.inputs.answers import answers_sha256, trained_on
from generator.records import (
    NOWHERE,
    Floats,
    Locality,
    Probe,
    ProbeCurves,
    ProbeFeatures,
    Probes,
    ProbeSet,
    UnprobedTask,
)

MOST_NEURONS = 64
"""Of the numbers of neurons tried, the largest: 1, 2, 4, ... up to it or to the layer's size."""

FIT_SECONDS = 1e-7
"""One fit, for each image and dimension, on one core of a laptop; for estimates alone."""


@dataclass(frozen=True)
class ProbeTask:
    """All probes of the task of this name."""

    name: str


class ProbesAnalysis(Analysis[ProbeTask, Probe, Probes]):
    """Probes of every task on every layer of the network and of its twin, with baselines and controls.

    Source:
        Alain & Bengio 2016, "Understanding intermediate layers using linear classifier probes";
        Hewitt & Liang 2019, "Designing and interpreting probes with control tasks".
    """

    name: ClassVar[str] = "probes"
    version: ClassVar[int] = 1
    scope: ClassVar[Scope] = "atlas"
    requires: ClassVar[tuple[str, ...]] = ("probe_features",)
    part_type: ClassVar[type] = Probe
    record_type: ClassVar[type] = Probes

    def wanted(self, context: Context) -> bool:
        """Whether the recipe wants probes."""
        return context.recipe.probes.enabled

    def remark(self, record: Probes) -> str:
        """Return how many tasks can be read from some layer."""
        read = sum(probe.emergence.layer != NOWHERE for probe in record.probes)
        return f"probes: {read} of {len(record.probes)} tasks can be read from some layer"

    def identity(self, context: Context) -> Mapping[str, Any]:
        """Return the splits and everything that answers come from."""
        settings = context.recipe.probes
        return {
            "splits": settings.splits,
            "superclasses": {name: list(classes) for name, classes in settings.superclasses.items()},
            "labels": answers_sha256(settings).get("labels", ""),
            "classes": list(context.images.info.class_names),
        }

    def tasks(self, context: Context) -> Sequence[ProbeTask]:
        """Return one task for each that the images allow."""
        asked, _ = self._questions(context)
        return [ProbeTask(question.name) for question in asked]

    def run(self, context: Context, task: ProbeTask) -> Probe:
        """Fit all probes of one task, in one thread: workers take the others."""
        asked, _ = self._questions(context)
        question = next(question for question in asked if question.name == task.name)
        features = context.record("probe_features", ProbeFeatures).sets[question.images]
        with threadpool_limits(1):
            return _Probing(context, question, features).result()

    def combine(self, context: Context, parts: Sequence[Probe]) -> Probes:
        """Gather the tasks."""
        return Probes(
            layers=tuple(layer.name for layer in context.layers),
            dimensions=context.recipe.probes.dimensions,
            splits=context.recipe.probes.splits,
            resamples=RESAMPLES,
            excluded=int(trained_on(context.recipe.probes, context.images).sum()),
            probes=tuple(parts),
            unprobed=tuple(self._questions(context)[1]),
        )

    def estimate(self, context: Context) -> Estimate:
        """Count the fits."""
        kinds = probed_images(context)
        logistic = (len(SCENE_CLASSES) + len(PARTS)) * ("concepts" in kinds) + 2 * ("images" in kinds)
        ridge = 4 * ("concepts" in kinds) + len(ATTRIBUTE_MEANINGS) * ("images" in kinds)
        places = 2 * len(context.layers) + 2
        images = max((len(chosen) for chosen in kinds.values()), default=0)
        each = FOLDS * len(STRENGTHS) + 2
        fits = context.recipe.probes.splits * places * (logistic * each + ridge * 2)
        return Estimate(
            f"about {fits} fits of {logistic + ridge} tasks",
            fits * FIT_SECONDS * images / 2 * context.recipe.probes.dimensions,
            (logistic + ridge) * places * 400,
        )

    def _questions(self, context: Context) -> tuple[list[Question], list[UnprobedTask]]:
        return questions(context, context.record("probe_features", ProbeFeatures))


class _Probing:
    """The probes of one task."""

    def __init__(self, context: Context, question: Question, features: ProbeSet) -> None:
        settings, self.seed = context.recipe.probes, context.recipe.seed
        self.question = question
        self.features = features
        self.layers = [layer.name for layer in context.layers]
        self.splits = splits(question, settings.splits, self.seed)
        self.sizes = (len(self.splits[0].training), len(self.splits[0].testing))
        self.outcomes: list[Outcome] = []

    def result(self) -> Probe:
        """Fit everything."""
        question, pooling = self.question, self.question.pooling
        of_layers = [self.features.layers[name] for name in self.layers]
        outcomes = self._fit([getattr(own, pooling) for own in of_layers])
        trained = curves(question, self.splits, outcomes)
        twin = self._curves([getattr(own, f"twin_{pooling}") for own in of_layers])
        baselines = self._curves([self.features.pixels, self.features.colours])
        locality = self._locality(trained) if pooling == "mean" else None
        counts = np.bincount(question.labels, minlength=len(question.values)).tolist()
        return Probe(
            name=question.name,
            meaning=question.meaning,
            images=question.images,
            kind=question.kind,
            pooling=pooling,
            values=question.values,
            counts=tuple(counts),
            training=self.sizes[0],
            testing=self.sizes[1],
            trained=trained,
            twin=twin,
            baselines=baselines,
            majority=interval(self._without_features(), *self.sizes),
            gain=interval(trained.scores - twin.scores, *self.sizes),
            emergence=emergence(question, self.splits, outcomes, trained, self.seed),
            locality=locality,
            fits=sum(outcome.fits for outcome in self.outcomes),
            cut_short=sum(outcome.cut_short for outcome in self.outcomes),
        )

    def _fit(self, features: Sequence[Floats]) -> list[list[Outcome]]:
        """Fit one probe a split and kind of features (N, d)."""
        own = [values[self.question.rows] for values in features]
        return [[self._fitted(values, split) for values in own] for split in self.splits]

    def _fitted(self, values: Floats, split: Split) -> Outcome:
        outcome = fit(self.question, values, split)
        self.outcomes.append(outcome)
        return outcome

    def _curves(self, features: Sequence[Floats]) -> ProbeCurves:
        return curves(self.question, self.splits, self._fit(features))

    def _without_features(self) -> Floats:
        once = np.ones((len(self.question.rows), 1))
        return featureless(self.question, self.splits, once).T

    def _locality(self, trained: ProbeCurves) -> Locality:
        """Fit probes on the k best neurons of the layer with the best selectivity."""
        layer = int(trained.selectivity.mean.argmax())
        values = self.features.layers[self.layers[layer]].pooled[self.question.rows]
        counts = _doublings(min(values.shape[1], MOST_NEURONS))
        outcomes = []
        for split in self.splits:
            ranked = best_columns(self.question, values, split)
            outcomes.append([self._fitted(values[:, ranked[:count]], split) for count in counts])
        found = curves(self.question, self.splits, outcomes)
        readable = found.selectivity.low[-1] > 0
        enough = counts[int(first_reaching(found.selectivity.mean[:, None])[0])] if readable else 0
        return Locality(layer, np.array(counts), found, enough)


def _doublings(largest: int) -> list[int]:
    """Return 1, 2, 4, ... up to the largest, which is always among them."""
    counts = [1]
    while counts[-1] * 2 < largest:
        counts.append(counts[-1] * 2)
    return counts if counts[-1] == largest else [*counts, largest]
