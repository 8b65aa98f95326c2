"""Labels in words: every kind of evidence, confirmed or not, and never more than was measured."""

from __future__ import annotations

from typing import Any

import pytest

from generator.pages.label_text import candidate_text, held_out, label_text, scores, short, statement
from generator.pages.schema_concepts import ConceptName, LabelData

RED, BLUE = (ConceptName(category="colour", name=name, kind="mask") for name in ("red", "blue"))


def label(
    evidence: Any, *concepts: ConceptName, confirmed: bool = True, null: float | None = 0.02
) -> LabelData:
    return LabelData(
        text=label_text(evidence, [concept.name for concept in concepts]) if confirmed else None,
        category="colour" if confirmed else None,
        evidence=evidence,
        concepts=concepts,
        score_choosing=0.2,
        score_scoring=0.15,
        null_choosing=0.03,
        null_scoring=null,
        confirmed=confirmed,
    )  # fmt: skip


NONE = LabelData(
    text=None, category=None, evidence="none", concepts=(), score_choosing=None, score_scoring=None,
    null_choosing=None, null_scoring=None, confirmed=False,
)  # fmt: skip


@pytest.mark.parametrize(
    ("evidence", "names", "text"),
    [
        ("overlap", ["red"], "red"),
        ("pair", ["red", "blue"], "red or blue"),
        ("present", ["red"], "red"),
        ("absent", ["red"], "not red"),
    ],
)
def test_every_kind_of_evidence_has_its_words(evidence: str, names: list[str], text: str) -> None:
    assert label_text(evidence, names) == text


def test_scores_name_the_measure_and_the_side_of_the_null() -> None:
    assert scores(label("overlap", RED)) == "IoU 0.150 on the held-out half, shuffled at most 0.0200"
    assert scores(label("present", RED, null=0.55)).endswith("shuffled at most 0.550")
    assert scores(label("absent", RED, null=0.45)).startswith("AUC 0.150")
    assert scores(label("absent", RED, null=0.45)).endswith("shuffled at least 0.450")


def test_a_score_that_the_other_half_lacks_is_not_invented() -> None:
    assert held_out(label("overlap", RED, null=None)) == "not defined on the held-out half"


def test_only_a_confirmed_candidate_is_a_label() -> None:
    assert short(label("pair", RED, BLUE)) == "label red or blue (colour)"
    assert short(label("pair", RED, BLUE, confirmed=False)) == "no label"
    assert candidate_text(label("pair", RED, BLUE, confirmed=False)) == "red or blue"
    assert short(NONE) == "no label"
    assert candidate_text(NONE) == ""
    assert short(None) == ""


@pytest.mark.parametrize("evidence", ["overlap", "pair", "present", "absent"])
def test_statements_say_what_was_measured(evidence: str) -> None:
    text = statement(label(evidence, RED, *([BLUE] if evidence == "pair" else [])))
    assert "red" in text
    assert ("masks" in text) == (evidence in ("overlap", "pair"))
    assert ("lower" in text) == (evidence == "absent")
    assert "detect" not in text
