"""Template values of the section on the kinds of images that excite a neuron most."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from generator.pages.links import picture_file
from generator.pages.neuron_view import NeuronView
from generator.pages.numbers import share, shown, significant
from generator.pages.schema_minds import Companion, GroupData, GroupImage, GroupPicture
from generator.records import Minds, NeuronId
from generator.store.layout import neuron_page

CONVINCING = 0.05
"""Corrected p value below which a class stands for a group."""

ALL_TINY = "every division has a group of a few images"

TOO_FEW = "too few images excite the neuron"


def minds(view: NeuronView) -> Mapping[str, Any] | None:
    """Return the groups of the neuron's strongest images; None where that was not measured."""
    found, record = view.data.minds, view.layer.atlas.get("minds", Minds)
    if found is None or record is None:
        return None
    return {
        "images": found.images,
        "count": found.groups,
        "silhouette": shown(found.silhouette, TOO_FEW if found.null is None else ALL_TINY),
        "null": shown(found.null, TOO_FEW),
        "samples": record.samples,
        "side": view.placement.side,
        "usual": shown(view.data.visualization.mean_response) if view.data.visualization else None,
        "pictured": any(group.picture is not None for group in found.divided),
        "groups": [_group(view, group, place) for place, group in enumerate(found.divided, start=1)],
        "methods": view.link("methods.md#minds"),
        "limits": view.link("limits.md#minds"),
    }


def _group(view: NeuronView, group: GroupData, place: int) -> dict[str, Any]:
    return {
        "title": f"Group {place}",
        "images": group.images,
        "label": label(group),
        "companions": [_companion(view, entry) for entry in group.companions],
        "entries": [_entry(view, entry, place) for entry in group.shown],
        "picture": _picture(view, group.picture, place) if group.picture is not None else None,
    }


def _picture(view: NeuronView, picture: GroupPicture, place: int) -> dict[str, Any]:
    return {
        "source": view.link(picture.picture),
        "alternative": f"Feature visualization of {view.neuron}, towards group {place}",
        "mean": shown(picture.mean_response),
        "verdict": "kept to its group" if picture.kept else "did not keep to its group",
    }


def label(group: GroupData) -> str:
    """Return the class that stands for a group, with its shares; empty where none does."""
    if group.class_name is None or group.chance is None or group.chance >= CONVINCING:
        return ""
    return (
        f"{group.class_name}: {share(group.share).text} of its images, "
        f"{share(group.share_elsewhere).text} of the others"
    )


def _companion(view: NeuronView, entry: Companion) -> dict[str, str]:
    neuron = NeuronId.parse(entry.neuron)
    face = view.layer.faces.get(neuron)
    return {
        "name": f"{neuron.layer}/{neuron.channel}",
        "link": view.link(neuron_page(neuron)) if entry.shown else "",
        "label": face.label if face is not None else "",
        "effect": significant(entry.effect) if entry.effect is not None else "",
    }


def _entry(view: NeuronView, entry: GroupImage, place: int) -> dict[str, str]:
    placement = view.placement
    alternative = f"Image {entry.image}" + (f", class {entry.class_name}" if entry.class_name else "")
    alternative += f", of group {place}"
    style = ""
    if placement.drawable:
        style = (
            f"--left:{100 * float(placement.columns[entry.column]) / placement.side:.1f}%;"
            f"--top:{100 * float(placement.rows[entry.row]) / placement.side:.1f}%"
        )
        alternative += f", peak at row {entry.row + 1}, column {entry.column + 1} of the response map"
    return {
        "source": view.link(picture_file(view.neuron.atlas, entry.picture)),
        "alternative": alternative,
        "class_name": entry.class_name or "",
        "style": style,
    }
