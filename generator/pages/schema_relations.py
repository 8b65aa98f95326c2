"""The published data of how a neuron stands to others: similar and opposed ones, connections."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from generator.pages.schema_base import Measured, Part


class RelatedNeuron(Part):
    """Another neuron, with a value and its 95% interval."""

    neuron: Annotated[str, Field(description="ATLAS/LAYER/CHANNEL")]
    shown: Annotated[bool, Field(description="Whether the atlas has a page of it")]
    value: Measured
    low: Measured
    high: Measured


class SimilarData(Part):
    """Neurons of the highest and lowest correlation of mean responses over the images."""

    within: Annotated[tuple[RelatedNeuron, ...], Field(description="Of its own layer")]
    across: Annotated[tuple[RelatedNeuron, ...], Field(description="Of other layers")]
    opposed: Annotated[tuple[RelatedNeuron, ...], Field(description="Of any layer, correlation below 0")]
    shuffled_high: Annotated[Measured, Field(description="Highest with any neuron in any shuffle")]
    shuffled_low: Annotated[Measured, Field(description="Lowest with any neuron in any shuffle")]


class ConnectionsData(Part):
    """Shares of influence (gradient times activation) on a neuron's peak, over its strongest images."""

    before: Annotated[str | None, Field(description="Tapped layer before; null: there is none")]
    incoming: tuple[RelatedNeuron, ...]
    after: Annotated[str | None, Field(description="Tapped layer after; null: there is none")]
    outgoing: Annotated[tuple[RelatedNeuron, ...], Field(description="Its share in neurons shown there")]
    shuffled_low: Annotated[Measured, Field(description="Lowest incoming share with shuffled channels")]
    shuffled_high: Annotated[Measured, Field(description="Highest incoming share with shuffled channels")]
    even: Annotated[Measured, Field(description="Incoming share of every channel if all had the same")]
