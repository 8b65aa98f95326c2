"""Labels: the concept that each neuron's responses go with, or none, with what chance would give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from generator.analyses.base import Analysis, Context, Estimate, Scope
from generator.analyses.concept_auc import SHUFFLES, Separation, separation
from generator.analyses.concept_overlap import SURFACES, fitting, seen_side
from generator.analyses.label_choice import by_auc, by_overlap, decide
from generator.inputs.batches import UNLABELLED
from generator.records import (
    EVIDENCE,
    Booleans,
    Concept,
    ConceptResponses,
    Dissection,
    Labels,
    LayerLabels,
    LayerReceptiveFields,
    ReceptiveFields,
    Statistics,
    Survey,
)

CLASS = "class"
"""Category of the atlas's own classes."""

UNBOUND = SURFACES | {"accent", "light", "blur", "noise", "size"}
"""Categories that AUC alone can give to any neuron: surfaces, and how the whole picture is drawn. All
others (objects, parts, classes, ...) only to neurons that see at least half of the picture's side."""


@dataclass(frozen=True)
class LabelsTask:
    """The labels of one layer."""

    layer: str


class LabelsAnalysis(Analysis[LabelsTask, LayerLabels, Labels]):
    """One label a neuron, chosen on one half of the images and confirmed on the other, or none."""

    name: ClassVar[str] = "labels"
    version: ClassVar[int] = 1
    scope: ClassVar[Scope] = "atlas"
    requires: ClassVar[tuple[str, ...]] = (
        "survey",
        "statistics",
        "receptive_fields",
        "concept_responses",
        "dissection",
    )
    part_type: ClassVar[type] = LayerLabels
    record_type: ClassVar[type] = Labels

    def wanted(self, context: Context) -> bool:
        """Whether there are concept images."""
        return context.concepts is not None

    def remark(self, record: Labels) -> str:
        """Return how many neurons have a label, and how many candidates the other half confirmed."""
        layers = record.layers.values()
        neurons = sum(len(layer.evidence) for layer in layers)
        chosen = sum(int((layer.evidence != EVIDENCE.index("none")).sum()) for layer in layers)
        confirmed = sum(int(layer.confirmed.sum()) for layer in layers)
        share = f": {confirmed / chosen:.1%} of {chosen} chosen" if chosen else ""
        return f"labels: {confirmed} of {neurons} neurons, confirmed on the held-out half{share}"

    def identity(self, context: Context) -> Mapping[str, Any]:
        """Return the classes; everything else is in the required records."""
        return {"classes": list(context.images.info.class_names)}

    def tasks(self, context: Context) -> Sequence[LabelsTask]:
        """Return one task a layer."""
        return [LabelsTask(layer.name) for layer in context.layers]

    def run(self, context: Context, task: LabelsTask) -> LayerLabels:
        """Choose and confirm the labels of one layer."""
        responses = context.record("concept_responses", ConceptResponses)
        dissection = context.record("dissection", Dissection)
        fields = context.record("receptive_fields", ReceptiveFields).layers[task.layer]
        own = responses.layers[task.layer]
        told = _with_classes(context, task.layer, Separation(own.auc, own.shuffled_best, own.shuffled))
        known = context.concept_set.info.concepts
        categories = [known[number].category for number in dissection.masked]
        covered = fitting(categories, dissection.extents, fields)
        candidates = [
            by_overlap(dissection.layers[task.layer], covered, dissection.masked),
            by_auc(told, _told(context, fields)),
        ]
        dead = context.record("statistics", Statistics).layers[task.layer].dead
        return decide(candidates, np.asarray(dead, dtype=bool))

    def combine(self, context: Context, parts: Sequence[LayerLabels]) -> Labels:
        """Gather the layers."""
        return Labels(
            concepts=_concepts(context),
            shuffles=SHUFFLES,
            layers={layer.name: part for layer, part in zip(context.layers, parts, strict=True)},
        )

    def estimate(self, context: Context) -> Estimate:
        """Count the neurons: choosing among ready scores is quick."""
        neurons = sum(len(layer.neurons) for layer in context.layers)
        return Estimate(
            f"{neurons} neurons, {len(_concepts(context))} concepts", neurons * 1e-3, neurons * 40
        )


def _concepts(context: Context) -> tuple[Concept, ...]:
    own = tuple(Concept(CLASS, name, "class") for name in context.images.info.class_names)
    return (*context.concept_set.info.concepts, *own)


def _told(context: Context, fields: LayerReceptiveFields) -> Booleans:
    """Whether AUC can give neurons with these receptive fields each of all concepts for a label.

    That a peak goes with a thing says nothing of where, so only neurons that see much can have it.
    """
    wide = 2 * seen_side(fields) >= context.network().preprocess.crop
    return np.array([wide or concept.category in UNBOUND for concept in _concepts(context)], dtype=bool)


def _with_classes(context: Context, layer: str, known: Separation) -> Separation:
    """Add the AUCs of the atlas's own classes, measured on two random halves of its images."""
    labels = context.images.labels
    used = np.flatnonzero(labels != UNLABELLED)
    classes = len(context.images.info.class_names)
    peaks = context.record("survey", Survey).layers[layer].peaks[used].astype(np.float32)
    random = np.random.default_rng(context.recipe.seed)
    present = labels[used][:, None] == np.arange(classes)
    own = separation(peaks, present, random.permutation(len(used)) % 2, context.recipe.seed)
    return Separation(
        np.concatenate([known.auc, own.auc], axis=2),
        np.maximum(known.shuffled_best, own.shuffled_best),
        np.concatenate([known.shuffled, own.shuffled], axis=1),
    )
