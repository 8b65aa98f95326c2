"""The published data of an image's activation patterns: what each layer and its strongest neurons do."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from pydantic import Field

from generator.pages.numbers import value
from generator.pages.schema_base import Measured, Part
from generator.records import NOBODY, AtlasRecords, Floats, Layer, LayerPatterns, NeuronId, Patterns

FORMAT = "neuron-atlas/image/1"

Map = Annotated[
    tuple[tuple[float | None, ...], ...], Field(description="Rows of a map on the layer's grid, top first")
]


class StrongNeuron(Part):
    """A neuron whose peak on the image is high among its own peaks on all images."""

    neuron: Annotated[str, Field(description="ATLAS/LAYER/CHANNEL")]
    quantile: Annotated[Measured, Field(description="Share of all images with a smaller peak")]
    peak: Measured
    deviation: Annotated[
        Measured, Field(description="Peak in standard deviations from the neuron's mean activation")
    ]
    map: Map


class LayerPattern(Part):
    """A layer's heatmaps of the image, in standard deviations of its neurons, and its strongest neurons."""

    layer: str
    mean: Annotated[Map, Field(description="Over neurons; null: all of them are dead")]
    maximum: Annotated[Map, Field(description="Over neurons; null: all of them are dead")]
    strongest: tuple[StrongNeuron, ...]


class ImagePatterns(Part):
    """All that is published of an image's activation patterns."""

    format: str = FORMAT
    atlas: str
    image: str
    sha256: str
    picture: Annotated[str, Field(description="File below ATLAS/pictures/")]
    class_name: Annotated[str | None, Field(description="null: the image is unlabelled")]
    named: Annotated[bool, Field(description="Named by the recipe; else drawn at random")]
    layers: tuple[LayerPattern, ...]
    record_key: str


def image_patterns(atlas: AtlasRecords, record: Patterns, at: int) -> ImagePatterns:
    """Return the published data of the image in a place of the record."""
    names, label = atlas.subject.images.class_names, int(record.labels[at])
    return ImagePatterns(
        atlas=atlas.subject.atlas,
        image=record.image_ids[at],
        sha256=record.image_sha256[at],
        picture=record.picture_files[at],
        class_name=names[label] if 0 <= label < len(names) else None,
        named=bool(record.named[at]),
        layers=tuple(
            _layer(atlas.subject.atlas, layer, record.layers[layer.name], at)
            for layer in atlas.subject.layers
        ),
        record_key=atlas.provenance.keys["patterns"],
    )


def _layer(atlas: str, layer: Layer, found: LayerPatterns, at: int) -> LayerPattern:
    return LayerPattern(
        layer=layer.name,
        mean=map_rows(found.mean[at]),
        maximum=map_rows(found.maximum[at]),
        strongest=tuple(
            StrongNeuron(
                neuron=str(NeuronId(atlas, layer.name, int(found.neurons[at, place]))),
                quantile=value(found.quantile[at, place]),
                peak=value(found.peak[at, place]),
                deviation=value(found.deviation[at, place]),
                map=map_rows(found.maps[at, place]),
            )
            for place in np.flatnonzero(found.neurons[at] != NOBODY)
        ),
    )


def map_rows(values: Floats) -> Map:
    """Return a map (height, width) as rows of JSON values; None for NaN."""
    return tuple(tuple(value(number) for number in row) for row in values)
