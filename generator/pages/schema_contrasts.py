"""The published data of class contrasts, of an atlas and of a neuron."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from generator.pages.schema_base import Measured, Part

CONTRASTS_SCHEMA = "neuron-atlas/contrasts/1"


class NeuronContrast(Part):
    """A neuron's part in a contrast, from its mean responses; positive effects: larger for `first`.

    Intervals are 95% bootstrap intervals on the confirmation half.
    """

    first: str
    second: str
    effect_discovery: Annotated[Measured, Field(description="Cohen's d")]
    effect_confirmation: Annotated[Measured, Field(description="Cohen's d")]
    effect_low: Measured
    effect_high: Measured
    auc_discovery: Annotated[Measured, Field(description="`first` against `second`")]
    auc_confirmation: Measured
    auc_low: Measured
    auc_high: Measured
    p_discovery: Annotated[Measured, Field(description="Mann-Whitney, two-sided, not adjusted")]
    p_confirmation: Measured
    mean_first: Annotated[Measured, Field(description="Mean response, confirmation half")]
    mean_second: Measured
    found: Annotated[bool, Field(description="Benjamini-Hochberg over all neurons, discovery half")]
    confirmed: Annotated[bool, Field(description="Found, and again on the confirmation half, same direction")]
    weight: Annotated[Measured, Field(description="In the layer's read-out; 0: not confirmed")]


class ContrastNeuron(NeuronContrast):
    """The same with the neuron's name, ATLAS/LAYER/CHANNEL."""

    neuron: str


class SeparationData(Part):
    """An AUC on the confirmation half with its 95% bootstrap interval."""

    auc: Measured
    low: Measured
    high: Measured


class ContrastLayer(Part):
    """What separates the classes in a layer."""

    layer: str
    neurons: int
    found: int
    confirmed: int
    best: Annotated[int, Field(description="Channel of the strongest neuron of the discovery half")]
    single: Annotated[SeparationData, Field(description="That neuron")]
    joint: Annotated[SeparationData, Field(description="Linear read-out of all neurons shown")]
    chance: Annotated[Measured, Field(description="95% quantile of `single` under shuffled labels")]


class ContrastData(Part):
    """Two classes, and what separates them."""

    first: str
    second: str
    rule: Literal["recipe", "names", "confused", "alike"]
    value: Annotated[Measured, Field(description="Share confused, or distance; null for other rules")]
    images_discovery: Annotated[tuple[int, int], Field(description="Of `first` and of `second`")]
    images_confirmation: tuple[int, int]
    depth: Annotated[Measured, Field(description="Rank correlation of |effect| with the layer's place")]
    depth_low: Measured
    depth_high: Measured
    chance_found: Annotated[tuple[int, ...], Field(description="Neurons found, one entry a shuffle")]
    chance_confirmed: Annotated[tuple[int, ...], Field(description="Neurons confirmed, one entry a shuffle")]
    layers: tuple[ContrastLayer, ...]
    neurons: tuple[ContrastNeuron, ...]


class ReadoutData(Part):
    """What stands for the network's answer, and its accuracy on held-out images."""

    source: Literal["outputs", "fitted"]
    layer: Annotated[str | None, Field(description="That a fitted read-out reads")]
    classes: int
    fitted_on: int
    images: int
    accuracy: Measured


class ContrastsData(Part):
    """All contrasts of an atlas."""

    format: str = CONTRASTS_SCHEMA
    atlas: str
    record_key: str
    rate: Annotated[float, Field(description="Allowed share of false discoveries")]
    resamples: int
    readout: ReadoutData
    contrasts: tuple[ContrastData, ...]


def contrasts_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of an atlas's contrasts."""
    schema = ContrastsData.model_json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
