"""The map of all neurons: whether there is one, and its downloads."""

from __future__ import annotations

import csv
import io

from generator.records import AtlasRecords, NeuronId, NeuronMap

COLUMNS = ("neuron", "layer", "channel", "x", "y")


def map_of(atlas: AtlasRecords) -> NeuronMap | None:
    """Return the map of an atlas that has enough neurons for one, else None."""
    found = atlas.get("neuron_map", NeuronMap)
    return found if found is not None and len(found.channel) else None


def has_map(atlas: AtlasRecords) -> bool:
    """Whether there is a map."""
    return map_of(atlas) is not None


def places(atlas: AtlasRecords, found: NeuronMap) -> dict[NeuronId, tuple[float, float]]:
    """Return the position of every neuron on the map."""
    names = [layer.name for layer in atlas.subject.layers]
    columns = zip(found.layer.tolist(), found.channel.tolist(), found.position, strict=True)
    return {
        NeuronId(atlas.subject.atlas, names[layer], channel): (float(str(x)), float(str(y)))
        for layer, channel, (x, y) in columns
    }


def map_csv(atlas: AtlasRecords, found: NeuronMap) -> str:
    """Return the map as CSV (RFC 4180)."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for neuron, (x, y) in places(atlas, found).items():
        writer.writerow((str(neuron), neuron.layer, neuron.channel, x, y))
    return buffer.getvalue()
