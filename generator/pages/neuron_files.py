"""Writes the files of one neuron: page, JSON, feature visualizations, figure."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from generator.pages import images
from generator.pages.context_neuron import neuron_context
from generator.pages.context_provenance import has_figure
from generator.pages.environment import render
from generator.pages.label_text import scores
from generator.pages.layer_view import LayerView
from generator.pages.links import figure_file, picture_file, thumbnail_file
from generator.pages.minds_data import group_row
from generator.pages.neuron_data import picture_pixels, visualization_row
from generator.pages.neuron_view import NeuronView
from generator.pages.numbers import shown
from generator.pages.outlines import region
from generator.pages.summary import NeuronSummary, summarize
from generator.records import FIRST, Bytes8
from generator.store.layout import neuron_json

# Side of the masks that dim a figure's images outside the outlined region, pixels.
MASK = images.TILE


def write_neuron(docs: Path, layer: LayerView, row: int, site_url: str) -> NeuronSummary:
    """Write all files of the neuron in a row of its layer's records.

    The pictures of the atlas's exemplars must be there already.

    Args:
        docs: The folder of the pages; the layer's folder exists.
        layer: The layer with its records.
        row: The neuron.
        site_url: Where the site will be hosted.
    """
    view = NeuronView(layer, row)
    pictures = _pictures(view)
    for entry in view.data.visualizations or ():
        _write_visualization(docs, entry.picture, pictures[entry.variant], small=entry.variant == FIRST)
    for file, pixels in _group_pictures(view):
        _write_visualization(docs, file, pixels, small=False)
    (docs / neuron_json(view.neuron)).write_bytes(view.json)
    if has_figure(view):
        (docs / figure_file(view.neuron)).write_bytes(_figure(docs, view, pictures.get(FIRST)))
    text = render("neuron.md.jinja", neuron_context(view, site_url))
    (docs / view.page).write_text(text, encoding="utf-8")
    return summarize(view)


def _pictures(view: NeuronView) -> dict[str, Bytes8]:
    """Return the neuron's visualizations by variant."""
    rows = {name: visualization_row(view.layer, view.row, name) for name in view.layer.variants}
    return {
        name: picture_pixels(view.layer.variants[name], row) for name, row in rows.items() if row is not None
    }


def _group_pictures(view: NeuronView) -> Iterator[tuple[str, Bytes8]]:
    """Yield the files and pixels of the pictures of a neuron's groups."""
    found, data = view.layer.group_pictures, view.data.minds
    for place, group in enumerate(data.divided if data is not None else ()):
        at = group_row(view.layer, view.neuron.channel, place)
        if group.picture is not None and found is not None and at is not None:
            yield group.picture.picture, found.pictures[at]


def _write_visualization(docs: Path, file: str, pixels: Bytes8, *, small: bool) -> None:
    """Write a visualization, perhaps with its small version, unless another atlas of the network did."""
    path = docs / file
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(images.webp(pixels))
        if small:
            (docs / thumbnail_file(file)).write_bytes(images.thumbnail(pixels))


def _figure(docs: Path, view: NeuronView, picture: Bytes8 | None) -> bytes:
    top = view.data.exemplars.top[:9] if view.data.exemplars is not None else ()
    tiles = [
        (docs / picture_file(view.neuron.atlas, exemplar.picture), _mask(view, place))
        for place, exemplar in enumerate(top)
    ]
    return images.figure(tiles, picture, str(view.neuron), _caption(view))


def _mask(view: NeuronView, place: int) -> Bytes8 | None:
    record = view.layer.exemplars
    if record is None or view.threshold is None or not view.placement.drawable:
        return None
    return region(record.top.maps[view.row, place], view.threshold, view.placement, MASK)


def _caption(view: NeuronView) -> list[str]:
    data, lines = view.data, []
    if data.label is not None and data.label.confirmed:
        lines.append(f"Label: {data.label.text} ({data.label.category}), {scores(data.label)}")
    subject = view.layer.atlas.subject
    if data.exemplars is not None and data.exemplars.top:
        top = [exemplar.peak for exemplar in data.exemplars.top[:9] if exemplar.peak is not None]
        lines.append(
            f"Strongest images of {subject.images.name}, peaks {shown(top[-1]).text} to {shown(top[0]).text}"
            if top
            else f"Strongest images of {subject.images.name}"
        )
    if data.visualization is not None:
        ratio = data.visualization.mean_ratio
        against = f", {shown(ratio).text} times the strongest natural image" if ratio is not None else ""
        response = shown(data.visualization.mean_response).text
        lines.append(f"Feature visualization: mean response {response}{against}")
    lines.append(f"Neuron Atlas, {subject.network.model}, content hash {view.sha256[:12]}")
    return lines
