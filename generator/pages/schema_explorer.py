"""The published data of an atlas's explorer: all that its page needs beside the network and the runtime."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from generator.pages.schema_base import Part

Numbers = tuple[float, ...]


class ExplorerNeuron(Part):
    """A neuron as the explorer knows it; addresses are relative to the explorer's page."""

    channel: int
    page: str
    thumbnail: Annotated[str, Field(description="small feature visualization; empty without one")]
    exemplar: Annotated[str, Field(description="strongest image; empty without one")]
    label: Annotated[str, Field(description="empty for a neuron without a label")]
    category: str
    badge: Annotated[str, Field(description="empty where reliability was not measured")]
    dead: bool
    strongest: Annotated[float, Field(description="largest activation over all images")]
    peaks: Annotated[Numbers, Field(description="quantiles of the images' peaks, at `peak_levels`")]
    values: Annotated[Numbers, Field(description="quantiles of all activations, at `value_levels`")]


class ExplorerLayer(Part):
    """A layer; its output of the network is (1, neurons, height, width), neurons in this order."""

    name: str
    page: str
    activation: str
    height: int
    width: int
    rows: Annotated[Numbers, Field(description="centres of the map's rows, pixels of the network's input")]
    columns: Numbers
    neurons: tuple[ExplorerNeuron, ...]


class ExplorerPreprocess(Part):
    """How an image becomes the network's input."""

    resize: int
    crop: int
    interpolation: str
    mean: Numbers
    std: Numbers


class ExplorerSample(Part):
    """A picture of the atlas to try, already as the network sees it."""

    file: str
    key: str
    name: str


class ExplorerData(Part):
    """The file `explorer.json` of an atlas."""

    format: Literal["neuron-atlas/explorer/1"]
    atlas: str
    title: str
    model: str
    network_sha256: str
    images_name: str
    images_count: int
    preprocess: ExplorerPreprocess
    classes: Annotated[tuple[str, ...], Field(description="names of the network's outputs, where known")]
    model_bytes: int
    peak_levels: Numbers
    value_levels: Numbers
    layers: tuple[ExplorerLayer, ...]
    samples: tuple[ExplorerSample, ...]


def explorer_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of that file."""
    schema = ExplorerData.model_json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
