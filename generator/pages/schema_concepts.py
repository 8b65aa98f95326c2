"""The published data of a neuron's label and of its responses to concepts."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from generator.pages.schema_base import Measured, Part


class ConceptName(Part):
    """A concept, unique by category and name; `class`: one of the atlas's own classes."""

    category: str
    name: str
    kind: Literal["mask", "fact", "class"]


class LabelData(Part):
    """The label and its candidate: scores are IoU (overlap, pair) or AUC (present, absent).

    A null is what the best of all shuffles reaches, of the same kind as the score: on the choosing
    half with any concept, on the scoring half with the candidate.
    """

    text: Annotated[str | None, Field(description="The label; null: no label")]
    category: Annotated[str | None, Field(description="Category of its concepts; null: no label")]
    evidence: Annotated[
        Literal["none", "overlap", "pair", "present", "absent"],
        Field(description="What the candidate rests on; none: there was no candidate"),
    ]
    concepts: Annotated[tuple[ConceptName, ...], Field(description="The candidate's, confirmed or not")]
    score_choosing: Measured
    score_scoring: Measured
    null_choosing: Measured
    null_scoring: Measured
    confirmed: bool


class ConceptScore(Part):
    """A concept's score on either half of the concept images; `shuffled` is that half's null."""

    category: str
    name: str
    choosing: Measured
    scoring: Measured
    shuffled: Annotated[Measured, Field(description="Scoring half: IoU, or distance of AUC from 0.5")]
    low: Annotated[Measured, Field(description="Of an AUC: 95% bootstrap interval, scoring half")] = None
    high: Annotated[Measured, Field(description="Of an AUC: 95% bootstrap interval, scoring half")] = None


class ConceptsData(Part):
    """Responses to the concept images; concepts without any effect or with too few images are left out."""

    threshold: Annotated[Measured, Field(description="Top 0.5% quantile over the concept images")]
    overlap: Annotated[
        tuple[ConceptScore, ...] | None, Field(description="Up to ten of the highest IoU, scoring half")
    ]
    separation: Annotated[
        tuple[ConceptScore, ...], Field(description="Up to ten AUCs furthest from 0.5, scoring half")
    ]
