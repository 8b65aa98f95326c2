"""Gathers what the records hold of evidence and directions into their published data, and writes it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from generator.pages.images import webp
from generator.pages.numbers import value
from generator.pages.pattern_data import map_rows
from generator.pages.schema import canonical
from generator.pages.schema_evidence import (
    ControlData,
    DirectionData,
    DirectionPicture,
    EvidenceData,
    ImageMaps,
    LayerEvidenceData,
    MaskedData,
    MeanMaps,
    NeuronMaps,
    PairEvidenceData,
    ShareData,
    ShownImage,
    evidence_schema,
)
from generator.records import (
    AtlasRecords,
    Contrast,
    Contrasts,
    Directions,
    Evidence,
    Floats,
    LayerControl,
    LayerEvidence,
    MaskShare,
    NeuronId,
    PairDirections,
    PairEvidence,
)
from generator.store.layout import direction_picture


def evidence_of(atlas: AtlasRecords) -> Evidence | None:
    """Return an atlas's evidence; None without any, or without the contrasts and directions beside it."""
    if not {"contrasts", "directions"} <= atlas.records.keys():
        return None
    return atlas.get("evidence", Evidence)


def evidence_data(atlas: AtlasRecords) -> EvidenceData:
    """Return all that is published of an atlas's evidence; it must have some."""
    record, directions = evidence_of(atlas), atlas.get("directions", Directions)
    contrasts = atlas.get("contrasts", Contrasts)
    assert record is not None
    assert directions is not None
    assert contrasts is not None
    found = zip(contrasts.contrasts, record.pairs, directions.pairs, strict=True)
    keys = atlas.provenance.keys
    return EvidenceData(
        atlas=atlas.subject.atlas,
        record_keys=(keys["evidence"], keys["directions"]),
        shuffles=record.shuffles,
        resamples=record.resamples,
        pairs=tuple(_pair(atlas, number, *each) for number, each in enumerate(found, start=1)),
    )


def evidence_files(atlas: AtlasRecords) -> dict[str, bytes]:
    """Return the downloads of an atlas's evidence by file name; none without evidence."""
    if evidence_of(atlas) is None:
        return {}
    return {
        "evidence.json": canonical(evidence_data(atlas).model_dump(mode="json")),
        "evidence.schema.json": canonical(evidence_schema()),
    }


def write_directions(docs: Path, atlas: AtlasRecords) -> None:
    """Write the pictures of all directions."""
    directions = atlas.get("directions", Directions)
    for number, pair in enumerate(directions.pairs if directions is not None else (), start=1):
        for way, seeds in enumerate(pair.pictures):
            for seed, pixels in enumerate(seeds, start=1):
                path = docs / direction_picture(atlas.subject.atlas, number, way, seed)
                path.parent.mkdir(exist_ok=True)
                path.write_bytes(webp(pixels))


def _pair(
    atlas: AtlasRecords, number: int, contrast: Contrast, found: PairEvidence, direction: PairDirections
) -> PairEvidenceData:
    every = atlas.subject.images.class_names
    names = (every[contrast.first], every[contrast.second])
    first, second = found.averaged.tolist()
    masked = found.masked
    return PairEvidenceData(
        first=names[0],
        second=names[1],
        averaged=(first, second),
        images=tuple(
            ShownImage(
                image=image,
                sha256=found.image_sha256[place],
                picture=found.picture_files[place],
                class_name=names[0 if found.of_first[place] else 1],
                answer=value(found.answer[place]),
            )
            for place, image in enumerate(found.image_ids)
        ),
        masked=MaskedData(
            name=masked.name,
            synthetic=masked.synthetic,
            images=masked.ids,
            of_first=tuple(masked.of_first.tolist()),
            area=_values(masked.area),
        )
        if masked is not None
        else None,
        layers=tuple(_layer(atlas, name, layer, found) for name, layer in found.layers.items()),
        direction=_direction(atlas, number, names, direction) if direction.layer else None,
    )


def _layer(atlas: AtlasRecords, name: str, found: LayerEvidence, pair: PairEvidence) -> LayerEvidenceData:
    return LayerEvidenceData(
        layer=name,
        offset=value(found.offset),
        centre=_values(found.centre),
        control=_control(found.control) if found.control is not None else None,
        mean=_means(found.mean_layer),
        evidence=_means(found.mean_evidence),
        neurons=tuple(
            NeuronMaps(
                neuron=str(NeuronId(atlas.subject.atlas, name, channel)),
                first=map_rows(found.mean_neurons[0, place]),
                second=map_rows(found.mean_neurons[1, place]),
            )
            for place, channel in enumerate(found.neurons.tolist())
        ),
        images=tuple(
            ImageMaps(
                image=image,
                log_odds=value(found.log_odds[place]),
                agreement=value(found.agreement[place]),
                evidence=map_rows(found.evidence[place]),
                grad_cam=map_rows(found.grad_cam[place]),
            )
            for place, image in enumerate(pair.image_ids)
        ),
    )


def _means(maps: Floats) -> MeanMaps:
    return MeanMaps(first=map_rows(maps[0]), second=map_rows(maps[1]))


def _control(found: LayerControl) -> ControlData:
    auc, low, high = found.auc.tolist()
    return ControlData(
        verdict=found.verdict,
        auc=value(auc),
        auc_low=value(low),
        auc_high=value(high),
        mass=_share(found.mass),
        difference=_share(found.difference),
        log_odds=_values(found.log_odds),
        own_share=_values(found.own_share),
    )


def _share(found: MaskShare) -> ShareData:
    low, high = found.null.tolist()
    return ShareData(
        share=value(found.share),
        low=value(found.low),
        high=value(found.high),
        null_low=value(low),
        null_high=value(high),
    )


def _direction(
    atlas: AtlasRecords, number: int, names: tuple[str, str], found: PairDirections
) -> DirectionData:
    folder = f"{atlas.subject.atlas}/"
    low, high = found.natural.tolist()
    first, second = found.classes.tolist()
    random_low, random_high = found.random.tolist()
    return DirectionData(
        layer=found.layer,
        pictures=tuple(
            DirectionPicture(
                towards=names[way],
                picture=direction_picture(atlas.subject.atlas, number, way, seed + 1).removeprefix(folder),
                log_odds=value(found.log_odds[way, seed]),
            )
            for way, seed in np.ndindex(found.log_odds.shape)
        ),
        natural_low=value(low),
        natural_high=value(high),
        natural_images=found.images,
        mean_first=value(first),
        mean_second=value(second),
        random_low=value(random_low),
        random_high=value(random_high),
    )


def _values(numbers: Floats) -> tuple[float | None, ...]:
    return tuple(value(number) for number in numbers)
