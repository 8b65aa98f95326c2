"""Concept images: pictures of which it is known where, and whether, concepts are in them."""

from generator.inputs.concepts.batches import ConceptBatch, concept_batches
from generator.inputs.concepts.sets import CHUNK, HALF, ConceptSet, ConceptView, halves, open_concepts
from generator.inputs.concepts.sources import check_concepts_place

__all__ = [
    "CHUNK",
    "HALF",
    "ConceptBatch",
    "ConceptSet",
    "ConceptView",
    "check_concepts_place",
    "concept_batches",
    "halves",
    "open_concepts",
]
