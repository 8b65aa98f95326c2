"""Template values of the pages that follow an image through all layers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from generator.pages.layer_view import LayerView
from generator.pages.links import link, picture_file
from generator.pages.numbers import plural, share, shown, significant
from generator.pages.outlines import UNITS, outline
from generator.pages.overlays import Scale, bar_address, overlay_address, scale_of
from generator.pages.pattern_data import ImagePatterns
from generator.records import NOBODY, AtlasRecords, Floats, Layer, NeuronId, Patterns
from generator.store.layout import (
    atlas_page,
    image_json,
    image_page,
    images_page,
    layer_page,
    neuron_page,
)

SIZE = 112
"""Pixels a side of an overlay: maps are smooth, and the browser scales them to the picture."""


def has_patterns(atlas: AtlasRecords) -> bool:
    """Whether activation patterns were measured, and the statistics that they are shown by."""
    return {"patterns", "statistics"} <= atlas.records.keys()


def patterns_of(atlas: AtlasRecords) -> Patterns:
    """Return the activation patterns of an atlas that has them."""
    record = atlas.get("patterns", Patterns)
    assert record is not None, "ask `has_patterns` first"
    return record


def images_context(atlas: AtlasRecords, found: Sequence[ImagePatterns]) -> dict[str, Any]:
    """Return all values of the page of all images."""
    subject = atlas.subject
    page = images_page(subject.atlas)
    drawn = sum(not data.named for data in found)
    return {
        "title": f"Images through the layers: {subject.title}",
        "description": f"Where in images of {subject.images.name} the layers of {subject.title} respond.",
        "trail": [(subject.title, link(atlas_page(subject.atlas), page))],
        "entries": [
            {
                "link": link(image_page(subject.atlas, data.picture), page),
                "source": link(picture_file(subject.atlas, data.picture), page),
                "image": data.image,
                "class_name": data.class_name or "",
                "named": data.named,
            }
            for data in found
        ],
        "drawn": plural(drawn, "image"),
        "named": plural(len(found) - drawn, "image") if drawn < len(found) else "",
        "seed": subject.seed,
        "methods": link("methods.md#patterns", page),
    }


def image_context(atlas: AtlasRecords, found: Sequence[ImagePatterns], at: int) -> dict[str, Any]:
    """Return all values of the page of the image in a place of the record."""
    subject, data = atlas.subject, found[at]
    page = image_page(subject.atlas, data.picture)
    return {
        "title": f"Image {data.image}",
        "description": f"Where in image {data.image} each layer of {subject.network.model} responds.",
        "data": data,
        "source": link(picture_file(subject.atlas, data.picture), page),
        "trail": [
            (subject.title, link(atlas_page(subject.atlas), page)),
            ("Images", link(images_page(subject.atlas), page)),
        ],
        "previous": _pointer(found, at - 1, page),
        "following": _pointer(found, at + 1, page),
        "images": link(images_page(subject.atlas), page),
        "layers": [_layer(atlas, layer, at, page) for layer in subject.layers],
        "count": plural(subject.images.count, "image"),
        "units": UNITS,
        "side": subject.network.crop,
        "bar": bar_address(signed=False),
        "json": link(image_json(subject.atlas, data.picture), page),
        "glossary": link("glossary.md", page),
        "methods": link("methods.md#patterns", page),
    }


def _pointer(found: Sequence[ImagePatterns], at: int, page: str) -> dict[str, str] | None:
    if not 0 <= at < len(found):
        return None
    data = found[at]
    return {"name": data.image, "link": link(image_page(data.atlas, data.picture), page)}


def _layer(atlas: AtlasRecords, layer: Layer, at: int, page: str) -> dict[str, Any]:
    view, record = LayerView(atlas, layer), patterns_of(atlas)
    found, image = record.layers[layer.name], record.image_ids[at]
    heatmaps = [("Mean over neurons", found.mean), ("Maximum over neurons", found.maximum)]
    known = bool(np.isfinite(found.mean[at]).all())
    drawable = view.placement.drawable
    places = np.flatnonzero(found.neurons[at] != NOBODY).tolist()
    return {
        "name": layer.name,
        "link": link(layer_page(atlas.subject.atlas, layer.name), page),
        "map": f"{layer.height} × {layer.width}",
        "drawable": drawable and known,
        "known": known,
        "heatmaps": [_heatmap(view, name, maps, at, image) for name, maps in heatmaps]
        if drawable and known
        else [],
        "neurons": [_neuron(view, at, place, page) for place in places],
    }


def _heatmap(view: LayerView, name: str, maps: Floats, at: int, image: str) -> dict[str, Any]:
    """Return a heatmap of a layer, on the scale of all images of the atlas."""
    scale = scale_of(np.asarray(maps, dtype=np.float64), signed=False)
    own = np.asarray(maps[at], dtype=np.float64)
    row, column = np.unravel_index(own.argmax(), own.shape)
    return {
        "name": name,
        "overlay": overlay_address(own, view.placement, scale, SIZE),
        "path": "",
        "high": significant(scale.high),
        "unit": "standard deviations",
        "alternative": f"{name} of layer {view.layer.name} for image {image}: strongest at row {row + 1}, "
        f"column {column + 1} of the {view.layer.height} × {view.layer.width} map, "
        f"{significant(float(own.max()))} standard deviations",
    }


def _neuron(view: LayerView, at: int, place: int, page: str) -> dict[str, Any]:
    """Return one of the strongest neurons, on the scale of its own strongest peak on all images."""
    found, image = patterns_of(view.atlas).layers[view.layer.name], patterns_of(view.atlas).image_ids[at]
    neuron = NeuronId(view.atlas.subject.atlas, view.layer.name, int(found.neurons[at, place]))
    row = view.layer.neurons.index(neuron.channel)
    statistics = view.statistics
    assert statistics is not None, "patterns require statistics"
    response = np.asarray(found.maps[at, place], dtype=np.float64)
    highest, threshold = float(statistics.maximum[row]), float(statistics.threshold[row])
    drawable = view.placement.drawable
    quantile = share(float(found.quantile[at, place])).text
    peak = shown(float(found.peak[at, place])).text
    return {
        "name": f"{neuron.layer}/{neuron.channel}",
        "link": link(neuron_page(neuron), page),
        "overlay": overlay_address(response, view.placement, Scale(0.0, highest), SIZE) if drawable else "",
        "path": outline(response, threshold, view.placement) if drawable else "",
        "high": significant(highest),
        "peak": peak,
        "quantile": quantile,
        "deviation": shown(float(found.deviation[at, place])).text,
        "alternative": f"Response map of neuron {neuron} to image {image}: peak {peak}, "
        f"stronger than on {quantile} of images",
    }
