"""The published data of ablations, of an atlas and of a neuron."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from generator.pages.schema_base import Measured, Part

ABLATION_SCHEMA = "neuron-atlas/ablation/1"


class ChangeData(Part):
    """A change, without the neurons less with them, and its 95% bootstrap interval."""

    change: Measured
    low: Measured
    high: Measured


class ClassAblation(Part):
    """What happens to one class without a neuron; `rank` is 1 for the largest fall of the score."""

    name: str
    accuracy: ChangeData
    score: Annotated[ChangeData, Field(description="Score of the class less the mean of all classes")]
    intact_accuracy: Measured
    intact_score: Measured
    rank: Annotated[int, Field(description="Of the score's change among `neurons` of the layer")]


class NeuronAblation(Part):
    """What happens without a neuron, for every class tried, from the largest fall of the score on."""

    neurons: Annotated[int, Field(description="Of the layer that are ablated one at a time")]
    overall_accuracy: Annotated[ChangeData, Field(description="Mean over the classes")]
    overall_score: ChangeData
    classes: tuple[ClassAblation, ...]


class AblatedNeuron(NeuronAblation):
    """The same with the neuron's name, ATLAS/LAYER/CHANNEL."""

    neuron: str


class SetMeasure(Part):
    """One measure without the confirmed neurons, without the controls, and the difference of the two."""

    measure: Literal["pair_accuracy", "accuracy", "margin"]
    intact: Measured
    confirmed: ChangeData
    random: ChangeData
    matched: ChangeData
    random_draws: Annotated[tuple[Measured, ...], Field(description="The change of each draw")]
    matched_draws: tuple[Measured, ...]
    excess_random: Annotated[ChangeData, Field(description="`confirmed` less `random`")]
    excess_matched: ChangeData
    exceeds: Annotated[
        bool, Field(description="Whether the change and both excesses lie below 0, intervals included")
    ]


class SetAblation(Part):
    """A layer without the neurons that a contrast confirmed there."""

    layer: str
    channels: tuple[int, ...]
    resumed: Annotated[
        bool, Field(description="Whether only the rest of the network was run, else the whole with a hook")
    ]
    random_channels: tuple[tuple[int, ...], ...]
    matched_channels: tuple[tuple[int, ...], ...]
    activation: Annotated[Measured, Field(description="Mean activation of the confirmed channels")]
    random_activation: Measured
    matched_activation: Measured
    measures: tuple[SetMeasure, ...]


class ContrastAblation(Part):
    """A contrast without the neurons that it confirmed, layer by layer."""

    first: str
    second: str
    images: Annotated[tuple[int, int], Field(description="Held-out images of `first` and of `second`")]
    layers: Annotated[tuple[SetAblation, ...], Field(description="Those with confirmed neurons")]


class AblationData(Part):
    """All ablations of an atlas; neurons are replaced by their mean map over `reference` images."""

    format: str = ABLATION_SCHEMA
    atlas: str
    record_key: str
    resamples: int
    reference: int
    class_images: Annotated[dict[str, int], Field(description="Held-out images of single ablations")]
    contrasts: tuple[ContrastAblation, ...]
    neurons: tuple[AblatedNeuron, ...]


def ablation_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of an atlas's ablations."""
    schema = AblationData.model_json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
