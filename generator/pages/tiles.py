"""Neurons as tiles: from summaries on pages of many neurons, from faces on the pages of others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from generator.pages.concept_data import label_data
from generator.pages.face import Face, Tile
from generator.pages.label_text import short
from generator.pages.layer_view import LayerView
from generator.pages.links import link, picture_file, thumbnail_file
from generator.pages.neuron_data import first_picture
from generator.pages.numbers import shown
from generator.pages.reliability_data import badge_of
from generator.pages.summary import NeuronSummary
from generator.records import NOBODY, AtlasRecords, Layer, NeuronId, Related
from generator.store.layout import neuron_page


def tile(summary: NeuronSummary, page: str) -> Tile:
    """Return a neuron as a tile on a page."""
    label = summary.label
    face = Face(
        neuron=summary.neuron,
        visualization=summary.visualization,
        exemplar=summary.exemplar,
        label=(label.text or "") if label is not None else "",
        badge=summary.badge,
        dead=summary.dead,
    )
    peak = summary.values.get("maximum")
    return _tile(
        face,
        page,
        f"strongest peak {shown(peak).text}" if peak is not None else "",
        "dead" if face.dead else short(label) if label is not None else "",
    )


def face_tile(face: Face, page: str) -> Tile:
    """Return a neuron as a tile on another neuron's page."""
    return _tile(face, page, "dead" if face.dead else "", f"label {face.label}" if face.label else "")


def _tile(face: Face, page: str, *phrases: str) -> Tile:
    name = f"{face.neuron.layer}/{face.neuron.channel}"
    said = [f"Neuron {name}", *phrases, f"picture {face.badge}" if face.badge else ""]
    return Tile(
        name=name,
        channel=face.neuron.channel,
        link=link(neuron_page(face.neuron), page),
        visualization=link(face.visualization, page) if face.visualization else "",
        exemplar=link(face.exemplar, page) if face.exemplar else "",
        dead=face.dead,
        alternative=", ".join(phrase for phrase in said if phrase),
        label=face.label,
    )


def faces(atlas: AtlasRecords) -> dict[NeuronId, Face]:
    """Return the faces of all neurons of an atlas."""
    views = (LayerView(atlas, layer) for layer in atlas.subject.layers)
    return {face.neuron: face for view in views for face in _layer_faces(view)}


def _layer_faces(view: LayerView) -> Iterator[Face]:
    for row, channel in enumerate(view.layer.neurons):
        picture, label = first_picture(view, row), label_data(view, row)
        yield Face(
            neuron=view.neuron(channel),
            visualization=thumbnail_file(picture) if picture else "",
            exemplar=_strongest(view, row),
            label=(label.text or "") if label is not None else "",
            badge=badge_of(view, row),
            dead=bool(view.statistics.dead[row]) if view.statistics is not None else False,
        )


def _strongest(view: LayerView, row: int) -> str:
    found = view.exemplars
    at = int(found.top.picture[row, 0]) if found is not None else NOBODY
    return picture_file(view.atlas.subject.atlas, view.picture_files[at]) if at >= 0 else ""


def faces_beside(
    atlas: AtlasRecords, layer: Layer, everyone: Mapping[NeuronId, Face]
) -> dict[NeuronId, Face]:
    """Return the faces that the pages of a layer's neurons show: little to hand to a worker."""
    view = LayerView(atlas, layer)
    groups: list[Related] = []
    if view.similar is not None:
        groups += [view.similar.within, view.similar.across, view.similar.opposed]
    if view.connections is not None:
        groups += [view.connections.incoming, view.connections.outgoing]
    companions = view.minds.companions.ravel().tolist() if view.minds is not None else []
    wanted = {neuron for group in groups for neuron in named(atlas, group)}
    wanted |= {view.neuron(channel) for channel in companions if channel >= 0}
    return {neuron: everyone[neuron] for neuron in wanted if neuron in everyone}


def named(atlas: AtlasRecords, group: Related) -> Iterator[NeuronId]:
    """Yield the neurons of a group, whether they are shown or not."""
    layers = atlas.subject.layers
    for place, channel in zip(group.layer.ravel().tolist(), group.channel.ravel().tolist(), strict=True):
        if place != NOBODY:
            yield NeuronId(atlas.subject.atlas, layers[place].name, channel)
