"""Template values of a neuron's label and of its concepts section: the best concepts with their nulls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from generator.pages.label_text import (
    NO_LABEL,
    candidate_category,
    candidate_text,
    held_out,
    measure,
    scores,
    statement,
)
from generator.pages.neuron_view import NeuronView
from generator.pages.numbers import plural, shown, whole
from generator.pages.schema_concepts import ConceptScore, LabelData
from generator.records import ConceptResponses
from generator.store.layout import concepts_page

# Concepts shown of each kind of score; the JSON holds more.
SHOWN = 5

TOO_FEW = "too few images of that half have the concept, or lack it"


def label_line(view: NeuronView) -> Mapping[str, str] | None:
    """Return the label as the top of the page has it, None where labels were not measured."""
    label = view.data.label
    if label is None:
        return None
    named = bool(label.concepts)
    return {
        "text": label.text or NO_LABEL,
        "category": label.category or "",
        "candidate": "" if label.confirmed or not named else _candidate(label),
        "measure": measure(label) if named else "",
        "anchor": measure(label).lower(),
        "score": held_out(label) if named else "",
    }


def _candidate(label: LabelData) -> str:
    return f"{candidate_text(label)} ({candidate_category(label)})"


def concepts(view: NeuronView) -> Mapping[str, Any] | None:
    """Return the neuron's best concepts, or None without the records."""
    label, found = view.data.label, view.data.concepts
    record = view.layer.atlas.get("concept_responses", ConceptResponses)
    if found is None or record is None:
        return None
    return {
        "label": label.text or NO_LABEL if label is not None else "",
        "category": label.category or "" if label is not None else "",
        "sentence": _sentence(view, label) if label is not None else "",
        "images": record.concepts.name,
        "synthetic": record.concepts.synthetic,
        "count": plural(record.concepts.count, "image"),
        "link": view.link(concepts_page(view.neuron.atlas)),
        "methods": view.link("methods.md#labels"),
        "limits": view.link("limits.md#words"),
        "overlap": _overlap_rows(found.overlap[:SHOWN]) if found.overlap else [],
        "separation": [_separation_row(entry) for entry in found.separation[:SHOWN]],
        "notes": _notes(view),
    }


def _sentence(view: NeuronView, label: LabelData) -> str:
    """Return what the label rests on, or why there is none, in words."""
    if label.confirmed:
        images = "atlas's own images" if label.concepts[0].kind == "class" else "concept images"
        return f"On the {images}, {statement(label)}: {scores(label)}."
    if label.concepts:
        return (
            f"The candidate {_candidate(label)} was not confirmed, because on the held-out half its score "
            f"does not beat all shuffles: {scores(label)}."
        )
    if view.data.statistics is not None and view.data.statistics.dead:
        return "A dead neuron has no label."
    return "There was no candidate: on the choosing half no concept scored high enough and beat all shuffles."


def _overlap_rows(entries: Sequence[ConceptScore]) -> list[dict[str, Any]]:
    """Return rows whose bars share one scale, that of the largest IoU or null among them."""
    most = max(max(entry.scoring or 0, entry.shuffled or 0) for entry in entries)
    return [
        _row(entry, f"--part:{(entry.scoring or 0) / most:.4f};--null:{(entry.shuffled or 0) / most:.4f}")
        for entry in entries
    ]


def _separation_row(entry: ConceptScore) -> dict[str, Any]:
    null = entry.shuffled or 0
    style = f"--at:{entry.scoring or 0:.4f};--low:{0.5 - null:.4f};--high:{0.5 + null:.4f}"
    reach = f"{shown(0.5 - null).text} to {shown(0.5 + null).text}" if entry.shuffled is not None else ""
    interval = f"{shown(entry.low).text} to {shown(entry.high).text}" if entry.low is not None else ""
    return {**_row(entry, style), "reach": reach, "interval": interval}


def _row(entry: ConceptScore, style: str) -> dict[str, Any]:
    return {
        "name": entry.name,
        "category": entry.category,
        "scoring": shown(entry.scoring, TOO_FEW),
        "choosing": shown(entry.choosing, TOO_FEW),
        "shuffled": shown(entry.shuffled, TOO_FEW),
        "style": style,
    }


def _notes(view: NeuronView) -> list[str]:
    """Return what was not measured."""
    result = []
    if view.layer.dissection is None:
        result.append("Overlap with masks was not measured for this layer.")
    if view.layer.responses is not None:
        scored = view.layer.responses.auc[:, view.row]
        if missing := int(np.isnan(scored).any(axis=0).sum()):
            total = plural(scored.shape[1], "concept")
            result.append(
                f"Not measured: {whole(missing)} of {total}, which too few images of a half have or lack."
            )
    return result
