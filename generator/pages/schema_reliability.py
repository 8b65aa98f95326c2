"""The published data of how far a neuron's pictures can be trusted."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from generator.pages.schema_base import Measured, Part


class CheckData(Part):
    """What came of one check of the pictures; `unknown`: what it asks for could not be measured."""

    check: Annotated[
        Literal["excites", "agreement", "common-ground", "path", "twin"],
        Field(description="See the methods page, section reliability"),
    ]
    verdict: Literal["passed", "open", "failed", "unknown"]


class PathData(Part):
    """One measured layer, on the way to the neuron's own."""

    layer: str
    common_ground: Annotated[
        Measured,
        Field(description="Correlation of top images among each other less that with random images"),
    ]
    common_ground_low: Annotated[Measured, Field(description="Lower end of its interval")]
    path: Annotated[Measured, Field(description="Pictures between random images (0) and top images (1)")]


class ReliabilityData(Part):
    """How far the neuron's pictures can be trusted: the badge, and what it rests on."""

    badge: Literal["failed", "mixed", "reliable"]
    checks: tuple[CheckData, ...]
    agreement: Annotated[
        Measured, Field(description="AUC of two seeds of the neuron against seeds of two neurons")
    ]
    path: Annotated[Measured, Field(description="Over all layers where the path is defined")]
    path_low: Measured
    path_high: Measured
    layers: Annotated[tuple[PathData, ...], Field(description="From the first measured layer to its own")]
    twin_common_ground: Annotated[
        Measured, Field(description="95% quantile of common ground in the twin's layer; null: no twin")
    ]
