"""Probes against the same fits called directly in scikit-learn on the ready features."""

from __future__ import annotations

import io
import time
import warnings
from dataclasses import replace

import numpy as np
import pytest
from rich.console import Console
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, Ridge, RidgeCV
from sklearn.model_selection import StratifiedKFold
from threadpoolctl import threadpool_limits

from generator.analyses.base import Context
from generator.analyses.probe_fits import (
    ALPHAS,
    FOLDS,
    MOST_STEPS,
    ROUGH,
    STRENGTHS,
    TOLERANCE,
    Split,
    best_columns,
    splits,
    standardized,
)
from generator.analyses.probe_tasks import Question, questions
from generator.analyses.probes import ProbesAnalysis, ProbeTask
from generator.pipeline import prepare
from generator.progress import Reporter
from generator.recipe_file import load_recipe
from generator.records import LayerProbeFeatures, Probe, ProbeFeatures, ProbeSet

pytestmark = pytest.mark.benchmark

IMAGES, NEURONS, DIMENSIONS = 800, 64, 64
MOST = 2.0
TASKS = ("object", "colour", "size")


@pytest.fixture(scope="module")
def context() -> Context:
    """The demo's context with made-up features that know a little of the scenes."""
    overrides = {"concepts.limit": str(IMAGES), "images.limit": "40"}
    context, _ = prepare(load_recipe("demo", overrides), Reporter(Console(file=io.StringIO())))
    random = np.random.default_rng(0)
    concepts = len(context.concept_set.info.concepts)
    empty = ProbeFeatures(
        {"concepts": _features(context, random.normal(size=(IMAGES, DIMENSIONS)), concepts)}
    )
    known = {question.name: question for question in questions(context, empty)[0]}
    signal = np.eye(16)[known["object"].labels] @ random.normal(size=(16, DIMENSIONS))
    signal += np.eye(8)[known["colour"].labels] @ random.normal(size=(8, DIMENSIONS))
    size = known["size"].targets
    signal += (size - size.mean()) / size.std() * random.normal(size=DIMENSIONS)
    values = signal + random.normal(size=(IMAGES, DIMENSIONS)) * 3
    features = ProbeFeatures({"concepts": _features(context, values, concepts)})
    return replace(context, records={"probe_features": features})


def _features(context: Context, values: np.ndarray, concepts: int) -> ProbeSet:
    own = values.astype(np.float32)
    layer = LayerProbeFeatures(own, own, own[::-1], own[::-1], own[:, :NEURONS])
    return ProbeSet(
        np.arange(IMAGES), own, own, np.zeros((IMAGES, concepts), dtype=bool), np.zeros((IMAGES, 0)),
        {one.name: layer for one in context.layers},
    )  # fmt: skip


def directly(context: Context, question: Question, probe: Probe) -> None:
    """Fit what `probe` was fitted with, in plain calls of scikit-learn."""
    found = context.record("probe_features", ProbeFeatures).sets["concepts"]
    layers = found.layers.values()
    places = [values for layer in layers for values in (layer.mean, layer.twin_mean)]
    for split in splits(question, context.recipe.probes.splits, context.recipe.seed):
        for values in (*places, found.pixels, found.colours):
            fit_directly(question, split, *standardized(values, split))
        if probe.locality is not None:
            ranked = best_columns(question, found.layers[context.layers[0].name].pooled, split)
            for count in probe.locality.counts:
                values = found.layers[context.layers[0].name].pooled[:, ranked[:count]]
                fit_directly(question, split, *standardized(values, split))


def fit_directly(question: Question, split: Split, training: np.ndarray, testing: np.ndarray) -> None:
    if question.kind != "classes":
        known = question.targets[split.training]
        model = RidgeCV(alphas=ALPHAS).fit(training, known)
        model.predict(testing)
        Ridge(alpha=model.alpha_).fit(training, known).predict(testing)
        return
    known = question.labels[split.training]
    right = np.zeros(len(STRENGTHS))
    for inner, outer in StratifiedKFold(FOLDS, shuffle=True, random_state=split.seed).split(training, known):
        model = LogisticRegression(tol=ROUGH, max_iter=MOST_STEPS, warm_start=True)
        for place, strength in enumerate(STRENGTHS):
            model.C = strength
            model.fit(training[inner], known[inner])
            right[place] += model.score(training[outer], known[outer])
    for answers in (question.labels, question.labels[split.shuffled]):
        best = LogisticRegression(C=STRENGTHS[int(right.argmax())], tol=TOLERANCE, max_iter=MOST_STEPS)
        best.fit(training, answers[split.training]).score(testing, answers[split.testing])


@pytest.mark.parametrize("name", [pytest.param(TASKS[0], marks=pytest.mark.long), *TASKS[1:]])
def test_a_task_with_all_that_belongs_to_it_against_the_bare_fits(context: Context, name: str) -> None:
    asked, _ = questions(context, context.record("probe_features", ProbeFeatures))
    question = next(question for question in asked if question.name == name)
    ours, theirs = [], []
    for _ in range(2):
        start = time.perf_counter()
        probe = ProbesAnalysis().run(context, ProbeTask(name))
        ours.append(time.perf_counter() - start)
        start = time.perf_counter()
        with threadpool_limits(1), warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            directly(context, question, probe)
        theirs.append(time.perf_counter() - start)
    ratio = min(ours) / min(theirs)
    print(f"\n{name}: {probe.fits} fits in {min(ours):.1f} s, {ratio:.2f} × the bare fits in scikit-learn")
    assert probe.trained.selectivity.mean.max() > 0
    assert ratio < MOST
