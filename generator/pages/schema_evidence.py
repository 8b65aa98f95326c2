"""The published data of where the evidence for a class lies: maps, controls, pictures of directions."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from generator.pages.pattern_data import Map
from generator.pages.schema_base import Measured, Part

EVIDENCE_SCHEMA = "neuron-atlas/evidence/1"


class ShareData(Part):
    """A share on the objects' masks, its 95% bootstrap interval, and 95% of what shuffled masks give."""

    share: Measured
    low: Measured
    high: Measured
    null_low: Measured
    null_high: Measured


class ControlData(Part):
    """Whether a layer's evidence lies on the object or on the background; entries by image with a mask."""

    verdict: Annotated[
        Literal["object", "background", "neither", "absent"],
        Field(description="absent: the read-out does not tell these images' classes apart"),
    ]
    auc: Annotated[Measured, Field(description="Of the layer's read-out on the images with masks")]
    auc_low: Measured
    auc_high: Measured
    mass: Annotated[ShareData, Field(description="Of the evidence for an image's own class, mean")]
    difference: Annotated[ShareData, Field(description="Of the difference of the classes' mean log odds")]
    log_odds: tuple[Measured, ...]
    own_share: Annotated[
        tuple[Measured, ...], Field(description="Share of `mass` by image; null: it has none")
    ]


class MaskedData(Part):
    """The images with masks named as the two classes, and the share of the picture that each mask fills."""

    name: Annotated[str, Field(description="Of the concept images")]
    synthetic: Annotated[bool, Field(description="Drawn rather than photographed")]
    images: tuple[str, ...]
    of_first: tuple[bool, ...]
    area: tuple[Measured, ...]


class ShownImage(Part):
    """An image that was drawn at random from the confirmation half."""

    image: str
    sha256: str
    picture: Annotated[str, Field(description="File below ATLAS/pictures/")]
    class_name: str
    answer: Annotated[Measured, Field(description="Logit of `first` less that of `second`")]


class MeanMaps(Part):
    """Mean maps over images of `first` and of `second`; their difference is that of the two."""

    first: Map
    second: Map


class NeuronMaps(MeanMaps):
    """Those of a neuron's response, in activations."""

    neuron: Annotated[str, Field(description="ATLAS/LAYER/CHANNEL")]


class ImageMaps(Part):
    """Maps of a shown image, positive where something speaks for `first`."""

    image: str
    log_odds: Annotated[Measured, Field(description="Mean of `evidence`, plus the layer's `offset`")]
    agreement: Annotated[Measured, Field(description="Spearman's correlation of the two maps over positions")]
    evidence: Map
    grad_cam: Map


class LayerEvidenceData(Part):
    """Where a layer's evidence lies."""

    layer: str
    offset: Annotated[Measured, Field(description="Log odds of `first` where all mean responses are centres")]
    centre: Annotated[tuple[Measured, ...], Field(description="By neuron shown, in the layer's order")]
    control: ControlData | None
    mean: Annotated[MeanMaps, Field(description="Over neurons, each in standard deviations from its mean")]
    evidence: MeanMaps
    neurons: Annotated[tuple[NeuronMaps, ...], Field(description="The strongest confirmed ones")]
    images: tuple[ImageMaps, ...]


class DirectionPicture(Part):
    """A feature visualization of a direction, and the log odds of `first` that it reaches."""

    towards: Annotated[str, Field(description="The class whose log odds are raised")]
    picture: Annotated[str, Field(description="File below the atlas's folder")]
    log_odds: Measured


class DirectionData(Part):
    """What tells the classes apart in a layer, visualized; log odds are those of the layer's read-out."""

    layer: str
    pictures: tuple[DirectionPicture, ...]
    natural_low: Annotated[Measured, Field(description="Smallest of any image of the atlas")]
    natural_high: Annotated[Measured, Field(description="Largest of any image of the atlas")]
    natural_images: int
    mean_first: Annotated[Measured, Field(description="Mean over images of `first`, confirmation half")]
    mean_second: Measured
    random_low: Annotated[Measured, Field(description="Smallest of any random picture")]
    random_high: Measured


class PairEvidenceData(Part):
    """Where the evidence for `first` against `second` lies."""

    first: str
    second: str
    averaged: Annotated[tuple[int, int], Field(description="Images behind mean maps, of either class")]
    images: tuple[ShownImage, ...]
    masked: MaskedData | None
    layers: Annotated[
        tuple[LayerEvidenceData, ...],
        Field(description="Those with confirmed neurons and more than one position"),
    ]
    direction: Annotated[DirectionData | None, Field(description="null: no layer has confirmed neurons")]


class EvidenceData(Part):
    """The evidence of all contrasts of an atlas."""

    format: str = EVIDENCE_SCHEMA
    atlas: str
    record_keys: Annotated[tuple[str, str], Field(description="Of the evidence and of the directions")]
    shuffles: int
    resamples: int
    pairs: tuple[PairEvidenceData, ...]


def evidence_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of an atlas's evidence."""
    schema = EvidenceData.model_json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
