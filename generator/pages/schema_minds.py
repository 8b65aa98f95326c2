"""The published data of whether the images that excite a neuron most are of one kind or of several."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from generator.pages.schema_base import Measured, Part


class GroupImage(Part):
    """An image near the middle of its group; `row` and `column` place the peak in the response map."""

    image: str
    picture: Annotated[str, Field(description="File below ATLAS/pictures/")]
    class_name: Annotated[str | None, Field(description="null: the image is unlabelled")]
    row: int
    column: int


class Companion(Part):
    """A channel of the same layer that is more active where the group excites the neuron."""

    neuron: Annotated[str, Field(description="ATLAS/LAYER/CHANNEL")]
    shown: Annotated[bool, Field(description="Whether the atlas has a page of it")]
    effect: Annotated[Measured, Field(description="Difference of means in standard deviations")]


class GroupPicture(Part):
    """A feature visualization of the neuron that also raises what the layer does on the group's images."""

    picture: Annotated[str, Field(description="File below the site")]
    mean_response: Annotated[Measured, Field(description="Of the neuron alone, as the peak")]
    peak: Measured
    likeness: Annotated[
        tuple[float, ...],
        Field(
            description="To each group, in their order: cosine of what the layer does at the peak, as seen "
            "from the middle of the groups"
        ),
    ]
    kept: Annotated[bool, Field(description="Whether it is more like its own group than like any other")]


class GroupData(Part):
    """One group of strongest images, and the class it has most more of than the others."""

    images: int
    shown: tuple[GroupImage, ...]
    companions: tuple[Companion, ...]
    class_name: Annotated[str | None, Field(description="null: unlabelled images")]
    share: Measured
    share_elsewhere: Annotated[Measured, Field(description="In the other groups")]
    chance: Annotated[Measured, Field(description="Fisher's exact test, corrected for classes and groups")]
    picture: Annotated[GroupPicture | None, Field(description="null: the atlas was built without them")]


class MindsData(Part):
    """Groups among the strongest images; none are listed where no division beats its null."""

    images: Annotated[int, Field(description="Strongest images that excite the neuron, looked at")]
    groups: Annotated[int, Field(description="1: no division beats its null; 0: too few images")]
    silhouette: Annotated[Measured, Field(description="Of the best division into two to four groups")]
    null: Annotated[Measured, Field(description="Best of samples without groups")]
    divided: tuple[GroupData, ...]
