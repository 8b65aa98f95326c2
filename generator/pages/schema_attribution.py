"""The published data of where in its strongest images a neuron's peak comes from."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from generator.pages.schema_base import Measured, Part

Method = Literal["response", "gradient", "integrated", "occlusion"]

SquareMap = Annotated[
    tuple[tuple[float | None, ...], ...],
    Field(description="Rows of squares, top first; shares of the largest magnitude, -1 to 1"),
]


class MethodData(Part):
    """One method on one image; areas are under the activation as a share of the whole image's."""

    method: Method
    insertion: Annotated[Measured, Field(description="Area as squares come, the most important first")]
    deletion: Annotated[Measured, Field(description="Area as squares go, the most important first")]
    score: Annotated[Measured, Field(description="Insertion - deletion; random orders: 0 on average")]
    beats_random: Annotated[bool, Field(description="Score above the magnitude of every random one")]
    largest: Annotated[
        Measured, Field(description="Largest magnitude in the map, mean over a square's pixels")
    ]
    map: SquareMap


class AgreementData(Part):
    """Rank correlation of two methods' maps."""

    first: Method
    second: Method
    correlation: Measured


class ExplainedImage(Part):
    """One strong image, and what each method says of the activation at `row` and `column` of its map."""

    image: str
    picture: Annotated[str, Field(description="File below ATLAS/pictures/")]
    class_name: Annotated[str | None, Field(description="null: the image is unlabelled")]
    row: int
    column: int
    activation: Measured
    baseline_activation: Annotated[Measured, Field(description="There, when all of the image is replaced")]
    explained: Annotated[
        Measured,
        Field(description="Sum of integrated gradients over the difference of the two; 1 is complete"),
    ]
    methods: tuple[MethodData, ...]
    random_scores: Annotated[tuple[Measured, ...], Field(description="Of random orders of squares")]
    agreement: tuple[AgreementData, ...]


class MethodMean(Part):
    """A method's score, mean over images with its 95% t interval."""

    method: Method
    mean: Measured
    low: Measured
    high: Measured


class AgreementMean(Part):
    """Agreement of two methods, mean over images with its 95% t interval."""

    first: Method
    second: Method
    mean: Measured
    low: Measured
    high: Measured


class AttributionData(Part):
    """Attributions of a neuron's peaks; everything is null where the peak is not above zero."""

    baseline: Literal["mean", "blurred"]
    steps: int
    integration: int
    window: Annotated[int, Field(description="Pixels a side of what is occluded at once")]
    images: tuple[ExplainedImage, ...]
    scores: tuple[MethodMean, ...]
    agreement: tuple[AgreementMean, ...]
