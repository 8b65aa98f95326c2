"""What analyses of the concept images share: their shards, what they depend on, the masked concepts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from generator.analyses.base import Analysis, Context, Part, Record, Scope
from generator.inputs.concepts import CHUNK


@dataclass(frozen=True)
class ConceptShard:
    """The concept images [start, stop), whole chunks of them."""

    start: int
    stop: int


class ConceptAnalysis(Analysis[ConceptShard, Part, Record]):
    """An analysis that passes over the concept images, shard by shard, for all chosen neurons."""

    scope: ClassVar[Scope] = "network"

    def wanted(self, context: Context) -> bool:
        """Whether there are concept images."""
        return context.concepts is not None

    def identity(self, context: Context) -> Mapping[str, Any]:
        """Return the concept images and the neurons."""
        return {
            "concepts": context.concept_set.info.sha256,
            "neurons": {layer.name: list(layer.neurons) for layer in context.layers},
        }

    def tasks(self, context: Context) -> Sequence[ConceptShard]:
        """Return shards of whole chunks, of about `compute.shard` images."""
        count = len(context.concept_set)
        size = max(context.recipe.compute.shard // CHUNK, 1) * CHUNK
        return [ConceptShard(start, min(start + size, count)) for start in range(0, count, size)]


def masked_columns(context: Context) -> dict[int, int]:
    """Return the column of every masked concept among these, by its number among all concepts."""
    known = context.concept_set.info.concepts
    masked = [number for number, concept in enumerate(known) if concept.kind == "mask"]
    return {number: column for column, number in enumerate(masked)}
