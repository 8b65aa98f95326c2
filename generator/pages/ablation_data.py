"""Gathers what the records hold of ablations into their published data, and writes it as files."""

from __future__ import annotations

import csv
import io
from typing import Any

import numpy as np

from generator.pages.layer_view import LayerView
from generator.pages.numbers import value
from generator.pages.schema import canonical
from generator.pages.schema_ablation import (
    AblatedNeuron,
    AblationData,
    ChangeData,
    ClassAblation,
    ContrastAblation,
    NeuronAblation,
    SetAblation,
    SetMeasure,
    ablation_schema,
)
from generator.records import (
    SET_MEASURES,
    SINGLE_MEASURES,
    AblatedSet,
    Ablation,
    AtlasRecords,
    Contrasts,
    SingleAblations,
)

_ACCURACY, _SCORE = (SINGLE_MEASURES.index(name) for name in ("accuracy", "score"))


def ablation_of(atlas: AtlasRecords) -> Ablation | None:
    """Return an atlas's ablations; None without them."""
    return atlas.get("ablation", Ablation)


def neuron_ablation(view: LayerView, row: int) -> NeuronAblation | None:
    """Return what happens without a neuron, None where it was not ablated alone."""
    record = ablation_of(view.atlas)
    single = None if record is None else record.layers[view.layer.name].single
    if record is None or single is None:
        return None
    return NeuronAblation(**_single(view.atlas, record, single, row))


def _single(atlas: AtlasRecords, record: Ablation, single: SingleAblations, row: int) -> dict[str, Any]:
    names = atlas.subject.images.class_names
    order = np.argsort(single.change[_SCORE, row], kind="stable").tolist()
    below = single.change[_SCORE] < single.change[_SCORE, row]

    def change(measure: int, place: int) -> ChangeData:
        found = (single.change, single.low, single.high)
        return ChangeData(**_named([values[measure, row, place] for values in found]))

    def overall(measure: int) -> ChangeData:
        found = (single.overall, single.overall_low, single.overall_high)
        return ChangeData(**_named([values[measure, row] for values in found]))

    return {
        "neurons": single.change.shape[1],
        "overall_accuracy": overall(_ACCURACY),
        "overall_score": overall(_SCORE),
        "classes": tuple(
            ClassAblation(
                name=names[record.classes[place]],
                accuracy=change(_ACCURACY, place),
                score=change(_SCORE, place),
                intact_accuracy=value(single.intact[_ACCURACY, place]),
                intact_score=value(single.intact[_SCORE, place]),
                rank=1 + int(below[:, place].sum()),
            )
            for place in order
        ),
    }


def ablation_data(atlas: AtlasRecords) -> AblationData:
    """Return all that is published of an atlas's ablations; it must have some."""
    record, contrasts = ablation_of(atlas), atlas.get("contrasts", Contrasts)
    assert record is not None
    assert contrasts is not None
    names = atlas.subject.images.class_names
    counts = zip(record.classes.tolist(), record.class_images.tolist(), strict=True)
    return AblationData(
        atlas=atlas.subject.atlas,
        record_key=atlas.provenance.keys["ablation"],
        resamples=record.resamples,
        reference=record.reference,
        class_images={names[label]: count for label, count in counts},
        contrasts=tuple(
            ContrastAblation(
                first=names[one.first],
                second=names[one.second],
                images=tuple(record.images[number].tolist()),
                layers=_sets(record, number),
            )
            for number, one in enumerate(contrasts.contrasts)
        ),
        neurons=tuple(_neurons(atlas, record)),
    )


def _neurons(atlas: AtlasRecords, record: Ablation) -> list[AblatedNeuron]:
    return [
        AblatedNeuron(
            neuron=f"{atlas.subject.atlas}/{layer.name}/{channel}", **_single(atlas, record, single, row)
        )
        for layer in atlas.subject.layers
        if (single := record.layers[layer.name].single) is not None
        for row, channel in enumerate(layer.neurons)
    ]


def _sets(record: Ablation, number: int) -> tuple[SetAblation, ...]:
    return tuple(
        _set(name, bool(layer.resumed), found)
        for name, layer in record.layers.items()
        if (found := layer.sets[number]) is not None
    )


def _set(name: str, resumed: bool, found: AblatedSet) -> SetAblation:
    random, matched = (tuple(map(tuple, drawn.tolist())) for drawn in found.drawn)
    activation = [value(number) for number in found.activation]
    return SetAblation(
        layer=name,
        channels=tuple(found.channels.tolist()),
        resumed=resumed,
        random_channels=random,
        matched_channels=matched,
        activation=activation[0],
        random_activation=activation[1],
        matched_activation=activation[2],
        measures=tuple(_measure(found, column) for column in range(len(SET_MEASURES))),
    )


def _measure(found: AblatedSet, column: int) -> SetMeasure:
    changes = [
        ChangeData(**_named([values[row, column] for values in (found.change, found.low, found.high)]))
        for row in range(3)
    ]
    excess = [
        ChangeData(**_named([values[row, column] for values in
                             (found.excess, found.excess_low, found.excess_high)]))
        for row in range(2)
    ]  # fmt: skip
    draws = [tuple(value(one) for one in own[:, column]) for own in found.draws]
    return SetMeasure(
        measure=SET_MEASURES[column],
        intact=value(found.intact[column]),
        confirmed=changes[0],
        random=changes[1],
        matched=changes[2],
        random_draws=draws[0],
        matched_draws=draws[1],
        excess_random=excess[0],
        excess_matched=excess[1],
        exceeds=found.exceeds(SET_MEASURES[column]),
    )


def _named(numbers: list[Any]) -> dict[str, float | None]:
    return dict(zip(ChangeData.model_fields, map(value, numbers), strict=True))


def ablation_files(atlas: AtlasRecords) -> dict[str, bytes]:
    """Return the downloads of an atlas's ablations by file name; none without them."""
    if ablation_of(atlas) is None:
        return {}
    data = ablation_data(atlas)
    return {
        "ablation.json": canonical(data.model_dump(mode="json")),
        "ablation.csv": _csv(data).encode(),
        "ablation.schema.json": canonical(ablation_schema()),
    }


def _csv(data: AblationData) -> str:
    """Return what happens to every class without every neuron ablated alone as CSV (RFC 4180)."""
    buffer = io.StringIO(newline="")
    changes = [f"{measure}_{part}" for measure in SINGLE_MEASURES for part in ChangeData.model_fields]
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(["neuron", "class", *changes, "rank"])
    for one in data.neurons:
        for own in one.classes:
            numbers = [*own.accuracy.model_dump().values(), *own.score.model_dump().values()]
            writer.writerow([one.neuron, own.name, *numbers, own.rank])
    return buffer.getvalue()
