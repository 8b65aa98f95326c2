"""What the task of rendering a layer's neurons is handed: the records of this layer, without pictures."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from generator.records import (
    AtlasRecords,
    ConceptGallery,
    Evidence,
    Exemplars,
    Layer,
    Minds,
    Patterns,
    Visualizations,
)

# Records that no neuron's page shows: large, and not worth handing to a worker.
UNSHOWN = frozenset(
    {
        "probe_features",
        "probes",
        "readout",
        "cases",
        "findings",
        "explorer",
        "patterns",
        "evidence",
        "directions",
    }
)

# Records that hold pictures of images, which are written once for all pages.
PICTURED = (Exemplars, ConceptGallery, Minds, Patterns, Evidence)


def only(atlas: AtlasRecords, layer: Layer) -> AtlasRecords:
    """Return an atlas whose records hold one layer and no picture files: little to hand over."""
    shown = {name: record for name, record in atlas.records.items() if name not in UNSHOWN}
    return replace(atlas, records={name: _part(record, layer.name) for name, record in shown.items()})


def _part(record: Any, layer: str) -> Any:
    if hasattr(record, "layers"):
        record = replace(record, layers={name: own for name, own in record.layers.items() if name == layer})
    if isinstance(record, Visualizations):
        others = {
            variant: {name: own for name, own in layers.items() if name == layer}
            for variant, layers in record.others.items()
        }
        record = replace(record, others=others)
    return replace(record, pictures={}) if isinstance(record, PICTURED) else record
