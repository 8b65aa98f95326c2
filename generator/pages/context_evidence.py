"""Template values of where the evidence for a class lies: mean maps, single images, controls, directions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from generator.pages.contrast_text import best_layer
from generator.pages.evidence_data import evidence_data, evidence_of
from generator.pages.evidence_text import (
    NO_DIRECTION,
    NO_LAYER,
    NO_MASKS,
    VERDICTS,
    control_sentences,
    direction_sentences,
    drawn_text,
    favours,
    masked_text,
    null,
    portion,
    succeeded,
)
from generator.pages.layer_view import LayerView
from generator.pages.links import link, picture_file
from generator.pages.numbers import Shown, shown, significant, whole
from generator.pages.overlays import (
    Scale,
    bar_address,
    clipped_scale,
    map_address,
    overlay_address,
    scale_of,
)
from generator.pages.schema_contrasts import ContrastData
from generator.pages.schema_evidence import LayerEvidenceData, MeanMaps, PairEvidenceData
from generator.records import AtlasRecords, Floats, NeuronId
from generator.store.layout import contrasts_page, layer_page, neuron_page

SIZE = 96
"""Pixels a side of a map: maps are smooth, and the browser scales them."""

HELD = 0.98
"""Share of the values of signed maps that colours tell apart: few extreme cells must not hide the rest."""

DEVIATIONS, LOG_ODDS, ACTIVATION = "std. deviations", "log odds", "activation"


def evidence_contexts(atlas: AtlasRecords, contrasts: Sequence[ContrastData]) -> list[dict[str, Any] | None]:
    """Return the values of every contrast's section, None where the atlas has no evidence."""
    if evidence_of(atlas) is None:
        return [None for _ in contrasts]
    data = evidence_data(atlas)
    return [_pair(atlas, one, found) for one, found in zip(contrasts, data.pairs, strict=True)]


def _pair(atlas: AtlasRecords, contrast: ContrastData, one: PairEvidenceData) -> dict[str, Any]:
    page = contrasts_page(atlas.subject.atlas)
    chosen = _chosen(contrast, one)
    return {
        "sentences": _sentences(one, chosen),
        "drawn": drawn_text(one) if one.layers else "",
        "controls": [_control(layer) for layer in one.layers if layer.control is not None],
        "sides": [("first", one.first), ("second", one.second), ("difference", _difference(one))],
        "layers": [
            _layer(atlas, contrast, one, layer, page) | {"open": layer is chosen} for layer in one.layers
        ],
        "bar": bar_address(signed=True),
        "side": atlas.subject.network.crop,
        "methods": link("methods.md#evidence", page),
        "first": one.first,
        "second": one.second,
        "direction": _direction(atlas, one, page),
    }


def _chosen(contrast: ContrastData, one: PairEvidenceData) -> LayerEvidenceData | None:
    """Return the layer that tells the classes apart best, of those with evidence."""
    if not one.layers:
        return None
    known = {layer.layer: layer for layer in one.layers}
    among = tuple(layer for layer in contrast.layers if layer.layer in known)
    return known[best_layer(contrast.model_copy(update={"layers": among})).layer]


def _sentences(one: PairEvidenceData, chosen: LayerEvidenceData | None) -> list[str]:
    if chosen is None:
        return [NO_LAYER]
    if one.masked is None:
        return [NO_MASKS]
    return [masked_text(one, one.masked), *control_sentences(chosen, one.masked)]


def _control(layer: LayerEvidenceData) -> dict[str, Any]:
    found = layer.control
    assert found is not None
    return {
        "layer": layer.layer,
        "verdict": VERDICTS[found.verdict],
        "mass": portion(found.mass),
        "null": null(found.mass),
        "difference": portion(found.difference),
        "difference_null": null(found.difference),
        "auc": shown(found.auc),
        "auc_range": f"{shown(found.auc_low).text} to {shown(found.auc_high).text}",
    }


def _difference(one: PairEvidenceData) -> str:
    return f"{one.first} \N{MINUS SIGN} {one.second}"


def _layer(
    atlas: AtlasRecords, contrast: ContrastData, one: PairEvidenceData, layer: LayerEvidenceData, page: str
) -> dict[str, Any]:
    view = LayerView(atlas, atlas.subject.layer(layer.layer))
    found = next(entry for entry in contrast.layers if entry.layer == layer.layer)
    return {
        "name": layer.layer,
        "link": link(layer_page(atlas.subject.atlas, layer.layer), page),
        "map": f"{view.layer.height} × {view.layer.width}",
        "confirmed": f"{whole(found.confirmed)} of {whole(found.neurons)} neurons confirmed",
        "verdict": VERDICTS[layer.control.verdict] if layer.control is not None else "",
        "tiles": _tiles(view, one, layer, page),
        "images": _images(view, one, layer, page),
    }


def _tiles(
    view: LayerView, one: PairEvidenceData, layer: LayerEvidenceData, page: str
) -> list[dict[str, Any]]:
    """Return mean maps of both classes and their difference: of the layer, of its evidence, of neurons."""
    tiles = [
        _tile(view, one, layer.mean, ("All neurons", DEVIATIONS), ""),
        _tile(view, one, layer.evidence, ("Evidence", LOG_ODDS), ""),
    ]
    for neuron in layer.neurons:
        known = NeuronId.parse(neuron.neuron)
        name = f"{known.layer}/{known.channel}"
        tiles.append(_tile(view, one, neuron, (name, ACTIVATION), link(neuron_page(known), page)))
    return tiles


def _tile(
    view: LayerView, one: PairEvidenceData, maps: MeanMaps, named: tuple[str, str], address: str
) -> dict[str, Any]:
    first, second = (np.array(found, dtype=np.float64) for found in (maps.first, maps.second))
    both = np.stack([first, second])
    signed = not address or bool((both < 0).any())
    own = clipped_scale(both, HELD) if signed else scale_of(both, signed=False)
    between = clipped_scale(first - second, HELD)
    sides = (
        ("first", f"images of {one.first}", first, own),
        ("second", f"images of {one.second}", second, own),
        ("difference", _difference(one), first - second, between),
    )
    return {
        "name": named[0],
        "unit": named[1],
        "link": address,
        "sides": [
            {
                "key": key,
                "name": name,
                **_drawn(scale),
                "source": map_address(found, view.placement, scale, SIZE),
                "alternative": f"{named[0]} in {view.layer.name}, {name}: {_strongest(found)}",
            }
            for key, name, found, scale in sides
        ],
    }


def _drawn(scale: Scale) -> dict[str, str]:
    """Return the colour bar of a scale."""
    return {
        "bar": bar_address(signed=scale.signed),
        "low": significant(scale.low),
        "high": significant(scale.high),
    }


def _strongest(found: Floats) -> str:
    """Say where a map is furthest from 0."""
    row, column = np.unravel_index(np.abs(found).argmax(), found.shape)
    height, width = found.shape
    return (
        f"furthest from 0 at row {row + 1}, column {column + 1} of the {height} × {width} map, "
        f"{significant(float(found[row, column]))}"
    )


def _images(
    view: LayerView, one: PairEvidenceData, layer: LayerEvidenceData, page: str
) -> list[dict[str, Any]]:
    """Return the shown images with evidence and Grad-CAM, each on one scale for all images of the layer."""
    kinds = {
        "Evidence": [np.array(entry.evidence, dtype=np.float64) for entry in layer.images],
        "Grad-CAM": [np.array(entry.grad_cam, dtype=np.float64) for entry in layer.images],
    }
    scales = {name: clipped_scale(np.stack(maps), HELD) for name, maps in kinds.items()}
    names = (one.first, one.second)
    result = []
    for place, (image, entry) in enumerate(zip(one.images, layer.images, strict=True)):
        maps = [
            {
                "name": name,
                **_drawn(scales[name]),
                "overlay": overlay_address(found[place], view.placement, scales[name], SIZE),
                "alternative": f"{name} for {one.first} against {one.second} in {view.layer.name} on image "
                f"{image.image} ({image.class_name}): {_strongest(found[place])}",
            }
            for name, found in kinds.items()
        ]
        result.append(
            {
                "image": image.image,
                "class_name": image.class_name,
                "source": link(picture_file(view.atlas.subject.atlas, image.picture), page),
                "log_odds": favours(entry.log_odds, names),
                "answer": favours(image.answer, names),
                "agreement": shown(entry.agreement, "one of the maps is the same everywhere"),
                "maps": maps,
            }
        )
    return result


def _direction(atlas: AtlasRecords, one: PairEvidenceData, page: str) -> Mapping[str, Any]:
    found = one.direction
    if found is None:
        return {"sentences": [NO_DIRECTION], "layer": "", "ways": []}
    places = range(len(found.pictures))
    return {
        "sentences": direction_sentences(one, found),
        "layer": found.layer,
        "link": link(layer_page(atlas.subject.atlas, found.layer), page),
        "ways": [
            {
                "towards": towards,
                "pictures": [
                    _picture(atlas, one, place, page)
                    for place in places
                    if found.pictures[place].towards == towards
                ],
            }
            for towards in (one.first, one.second)
        ],
    }


def _picture(atlas: AtlasRecords, one: PairEvidenceData, place: int, page: str) -> dict[str, Any]:
    found = one.direction
    assert found is not None
    picture = found.pictures[place]
    odds: Shown = favours(picture.log_odds, (one.first, one.second))
    return {
        "source": link(f"{atlas.subject.atlas}/{picture.picture}", page),
        "log_odds": odds,
        "failed": not succeeded(one, found, place),
        "alternative": f"Feature visualization of the direction towards {picture.towards} in {found.layer}: "
        f"log odds {odds.text}",
    }
