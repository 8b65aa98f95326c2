"""Gathers what the records hold of class contrasts into their published data, and writes it as files."""

from __future__ import annotations

import csv
import io
from typing import Any

from generator.pages.layer_view import LayerView
from generator.pages.numbers import value
from generator.pages.schema import canonical
from generator.pages.schema_contrasts import (
    ContrastData,
    ContrastLayer,
    ContrastNeuron,
    ContrastsData,
    NeuronContrast,
    ReadoutData,
    SeparationData,
    contrasts_schema,
)
from generator.records import AtlasRecords, Contrast, Contrasts, LayerContrast, Readout, Separation


def contrasts_of(atlas: AtlasRecords) -> Contrasts | None:
    """Return an atlas's contrasts; None without any."""
    record = atlas.get("contrasts", Contrasts)
    return record if record is not None and record.contrasts else None


def neuron_contrasts(view: LayerView, row: int) -> tuple[NeuronContrast, ...] | None:
    """Return a neuron's part in every contrast, None where there are none."""
    record = contrasts_of(view.atlas)
    if record is None:
        return None
    names = view.atlas.subject.images.class_names
    return tuple(NeuronContrast(**_part(names, one, view.layer.name, row)) for one in record.contrasts)


def _part(names: tuple[str, ...], contrast: Contrast, layer: str, row: int) -> dict[str, Any]:
    found = contrast.layers[layer]
    return {
        "first": names[contrast.first],
        "second": names[contrast.second],
        "effect_discovery": value(found.effect[0, row]),
        "effect_confirmation": value(found.effect[1, row]),
        "effect_low": value(found.effect_low[row]),
        "effect_high": value(found.effect_high[row]),
        "auc_discovery": value(found.auc[0, row]),
        "auc_confirmation": value(found.auc[1, row]),
        "auc_low": value(found.auc_low[row]),
        "auc_high": value(found.auc_high[row]),
        "p_discovery": value(found.p_value[0, row]),
        "p_confirmation": value(found.p_value[1, row]),
        "mean_first": value(found.means[0, row]),
        "mean_second": value(found.means[1, row]),
        "found": bool(found.found[row]),
        "confirmed": bool(found.confirmed[row]),
        "weight": value(found.weights[row]),
    }


def contrasts_data(atlas: AtlasRecords) -> ContrastsData:
    """Return all that is published of an atlas's contrasts; it must have some."""
    record, readout = contrasts_of(atlas), atlas.get("readout", Readout)
    assert record is not None
    assert readout is not None
    return ContrastsData(
        atlas=atlas.subject.atlas,
        record_key=atlas.provenance.keys["contrasts"],
        rate=record.rate,
        resamples=record.resamples,
        readout=ReadoutData(
            source=readout.source,
            layer=readout.layer or None,
            classes=len(readout.classes),
            fitted_on=readout.fitted_on,
            images=len(readout.images),
            accuracy=value(readout.accuracy),
        ),
        contrasts=tuple(_contrast(atlas, one) for one in record.contrasts),
    )


def _contrast(atlas: AtlasRecords, one: Contrast) -> ContrastData:
    names = atlas.subject.images.class_names
    depth, low, high = one.depth.tolist()
    (discovery, confirmation) = one.counts.tolist()
    return ContrastData(
        first=names[one.first],
        second=names[one.second],
        rule=one.rule,
        value=one.value,
        images_discovery=tuple(discovery),
        images_confirmation=tuple(confirmation),
        depth=value(depth),
        depth_low=value(low),
        depth_high=value(high),
        chance_found=tuple(one.chance_found.tolist()),
        chance_confirmed=tuple(one.chance_confirmed.tolist()),
        layers=tuple(_layer(atlas, name, found) for name, found in one.layers.items()),
        neurons=tuple(
            ContrastNeuron(
                neuron=f"{atlas.subject.atlas}/{layer.name}/{channel}", **_part(names, one, layer.name, row)
            )
            for layer in atlas.subject.layers
            for row, channel in enumerate(layer.neurons)
        ),
    )


def _layer(atlas: AtlasRecords, name: str, found: LayerContrast) -> ContrastLayer:
    return ContrastLayer(
        layer=name,
        neurons=len(found.found),
        found=int(found.found.sum()),
        confirmed=int(found.confirmed.sum()),
        best=atlas.subject.layer(name).neurons[found.best],
        single=_separation(found.single),
        joint=_separation(found.joint),
        chance=value(found.chance),
    )


def _separation(found: Separation) -> SeparationData:
    return SeparationData(auc=value(found.auc), low=value(found.low), high=value(found.high))


def contrast_files(atlas: AtlasRecords) -> dict[str, bytes]:
    """Return the downloads of an atlas's contrasts by file name; none without contrasts."""
    if contrasts_of(atlas) is None:
        return {}
    data = contrasts_data(atlas)
    return {
        "contrasts.json": canonical(data.model_dump(mode="json")),
        "contrasts.csv": _csv(data).encode(),
        "contrasts.schema.json": canonical(contrasts_schema()),
    }


def _csv(data: ContrastsData) -> str:
    """Return the part of every neuron in every contrast as CSV (RFC 4180)."""
    buffer = io.StringIO(newline="")
    columns = ["neuron", *NeuronContrast.model_fields]
    writer = csv.DictWriter(buffer, columns, lineterminator="\r\n")
    writer.writeheader()
    for contrast in data.contrasts:
        writer.writerows(neuron.model_dump(mode="json") for neuron in contrast.neurons)
    return buffer.getvalue()
