"""Frozen results and identities: what analyses return, the store keeps and pages show (numpy only)."""

from generator.records.activations import (
    ExemplarGroup,
    Exemplars,
    LayerExemplars,
    LayerStatistics,
    LayerSurvey,
    Statistics,
    Survey,
)
from generator.records.arrays import Booleans, Bytes8, Floats, Integers
from generator.records.identity import (
    AtlasRecords,
    ImagesInfo,
    Layer,
    LayerKind,
    NetworkInfo,
    NeuronId,
    Provenance,
    Skipped,
    Subject,
)
from generator.records.pictures import (
    Filters,
    LayerReceptiveFields,
    LayerReliability,
    LayerVisualizations,
    ReceptiveFields,
    Reliability,
    Visualizations,
)

__all__ = [
    "AtlasRecords",
    "Booleans",
    "Bytes8",
    "ExemplarGroup",
    "Exemplars",
    "Filters",
    "Floats",
    "ImagesInfo",
    "Integers",
    "Layer",
    "LayerExemplars",
    "LayerKind",
    "LayerReceptiveFields",
    "LayerReliability",
    "LayerStatistics",
    "LayerSurvey",
    "LayerVisualizations",
    "NetworkInfo",
    "NeuronId",
    "Provenance",
    "ReceptiveFields",
    "Reliability",
    "Skipped",
    "Statistics",
    "Subject",
    "Survey",
    "Visualizations",
]
