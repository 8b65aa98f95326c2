"""Gathers what the records hold of a neuron's label and concepts into its published data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from generator.pages.label_text import label_text
from generator.pages.layer_view import LayerView
from generator.pages.numbers import value
from generator.pages.schema_concepts import ConceptName, ConceptScore, ConceptsData, LabelData
from generator.records import EVIDENCE, Concept, ConceptResponses, Dissection, Floats, Labels

# Concepts published of each kind of score.
PUBLISHED = 10

# The AUC of a neuron that does not tell images with and without a concept apart.
CHANCE = 0.5


def label_data(view: LayerView, row: int) -> LabelData | None:
    """Return the label of the neuron in a row of its layer's records, None without the record."""
    found, record = view.labels, view.atlas.get("labels", Labels)
    if found is None or record is None:
        return None
    chosen = [record.concepts[at] for at in found.concept[row].tolist() if at >= 0]
    evidence, confirmed = EVIDENCE[int(found.evidence[row])], bool(found.confirmed[row])
    return LabelData(
        text=label_text(evidence, [concept.name for concept in chosen]) if confirmed else None,
        category=chosen[0].category if confirmed else None,
        evidence=evidence,
        concepts=tuple(
            ConceptName(category=concept.category, name=concept.name, kind=concept.kind) for concept in chosen
        ),
        score_choosing=value(found.score[0, row]),
        score_scoring=value(found.score[1, row]),
        null_choosing=value(found.null[0, row]),
        null_scoring=value(found.null[1, row]),
        confirmed=confirmed,
    )


def concepts_data(view: LayerView, row: int) -> ConceptsData | None:
    """Return a neuron's highest scores with concepts, None without the record."""
    found, record = view.responses, view.atlas.get("concept_responses", ConceptResponses)
    if found is None or record is None:
        return None
    concepts = record.concepts.concepts
    strength = np.abs(found.auc[1, row] - CHANCE)
    return ConceptsData(
        threshold=value(found.threshold[row]),
        overlap=_overlap(view, row, concepts),
        separation=tuple(
            _ranked(
                concepts,
                strength,
                found.auc[:, row],
                found.shuffled[row],
                (found.auc_low[row], found.auc_high[row]),
            )
        ),
    )


def _overlap(view: LayerView, row: int, concepts: Sequence[Concept]) -> tuple[ConceptScore, ...] | None:
    found, record = view.dissection, view.atlas.get("dissection", Dissection)
    if found is None or record is None:
        return None
    masked = [concepts[at] for at in record.masked.tolist()]
    return tuple(_ranked(masked, found.iou[1, row], found.iou[:, row], found.shuffled[row]))


def _ranked(
    concepts: Sequence[Concept],
    strength: Floats,
    scores: Floats,
    shuffled: Floats,
    ends: tuple[Floats, Floats] | None = None,
) -> Iterator[ConceptScore]:
    """Yield the concepts of the largest positive strength, ties in their own order."""
    order = np.argsort(-np.nan_to_num(strength, nan=0.0), kind="stable")[:PUBLISHED]
    for at in order.tolist():
        if strength[at] > 0:
            yield ConceptScore(
                category=concepts[at].category,
                name=concepts[at].name,
                choosing=value(scores[0, at]),
                scoring=value(scores[1, at]),
                shuffled=value(shuffled[at]),
                low=value(ends[0][at]) if ends else None,
                high=value(ends[1][at]) if ends else None,
            )
