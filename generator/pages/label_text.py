"""The only place that puts a label into words: its text, what it rests on, and how its scores read."""

from __future__ import annotations

from collections.abc import Sequence

from generator.pages.numbers import significant
from generator.pages.schema_concepts import LabelData

NO_LABEL = "no label"

# What a candidate of each kind says, with the concepts in the middle.
_FORMS = {"overlap": "{}", "pair": "{}", "present": "{}", "absent": "not {}"}

# What its score is.
_MEASURES = {"overlap": "IoU", "pair": "IoU", "present": "AUC", "absent": "AUC"}

_STATEMENTS = {
    "overlap": "where it exceeds its threshold, it overlaps with the masks of {names} more than shuffled "
    "responses do",
    "pair": "where it exceeds its threshold, it overlaps with the masks of {names}, taken together, more "
    "than shuffled responses do",
    "present": "its peaks are higher on images with {category} “{names}” than on images without",
    "absent": "its peaks are lower on images with {category} “{names}” than on images without",
}


def label_text(evidence: str, names: Sequence[str]) -> str:
    """Return the words of a candidate: `red`, `red or blue`, `not red`."""
    return _FORMS[evidence].format(" or ".join(names))


def candidate_text(label: LabelData) -> str:
    """Return the words of a label's candidate, confirmed or not; empty where there is none."""
    names = [concept.name for concept in label.concepts]
    return label_text(label.evidence, names) if names else ""


def candidate_category(label: LabelData) -> str:
    """Return the category of a label's candidate; empty where there is none."""
    return label.concepts[0].category if label.concepts else ""


def statement(label: LabelData) -> str:
    """Return what a label says of the neuron, as the end of a sentence."""
    names = " or ".join(concept.name for concept in label.concepts)
    return _STATEMENTS[label.evidence].format(names=names, category=candidate_category(label))


def short(label: LabelData | None) -> str:
    """Return a label with its category for lists and alternative texts; empty where not measured."""
    if label is None:
        return ""
    return f"label {label.text} ({label.category})" if label.text is not None else NO_LABEL


def measure(label: LabelData) -> str:
    """Return what a candidate's score is: `IoU` or `AUC`; empty without a candidate."""
    return _MEASURES.get(label.evidence, "")


def held_out(label: LabelData) -> str:
    """Return a candidate's score on the held-out half and what shuffled responses reach there."""
    if label.score_scoring is None or label.null_scoring is None:
        return "not defined on the held-out half"
    bound = "at least" if label.evidence == "absent" else "at most"
    score, null = significant(label.score_scoring), significant(label.null_scoring)
    return f"{score} on the held-out half, shuffled {bound} {null}"


def scores(label: LabelData) -> str:
    """Return a candidate's measure with its score and null."""
    return f"{measure(label)} {held_out(label)}"
