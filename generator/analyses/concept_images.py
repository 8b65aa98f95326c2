"""What analyses of the concept images share: their shards, and what their results depend on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from generator.analyses.base import Context
from generator.inputs.concepts import CHUNK


@dataclass(frozen=True)
class ConceptShard:
    """The concept images [start, stop), whole chunks of them."""

    start: int
    stop: int


def concept_identity(context: Context) -> Mapping[str, Any]:
    """Return what results on concept images depend on, beside the network."""
    return {
        "concepts": context.concept_set.info.sha256,
        "neurons": {layer.name: list(layer.neurons) for layer in context.layers},
    }


def concept_shards(context: Context) -> Sequence[ConceptShard]:
    """Return shards of whole chunks, of about `compute.shard` images."""
    count = len(context.concept_set)
    size = max(context.recipe.compute.shard // CHUNK, 1) * CHUNK
    return [ConceptShard(start, min(start + size, count)) for start in range(0, count, size)]


def masked_columns(context: Context) -> dict[int, int]:
    """Return the column of every masked concept among these, by its number among all concepts."""
    known = context.concept_set.info.concepts
    masked = [number for number, concept in enumerate(known) if concept.kind == "mask"]
    return {number: column for column, number in enumerate(masked)}
