"""Gathers what the records hold of the kinds of a neuron's strongest images into its published data."""

from __future__ import annotations

import numpy as np

from generator.pages import schema_minds as schema
from generator.pages.images import pixels_sha256
from generator.pages.layer_view import LayerView
from generator.pages.links import visualization_file
from generator.pages.numbers import value
from generator.records import LayerMinds, Minds


def minds_data(view: LayerView, row: int) -> schema.MindsData | None:
    """Return the groups of the neuron in a row of its layer, None without the record."""
    record, found = view.atlas.get("minds", Minds), view.minds
    if record is None or found is None:
        return None
    groups = int(found.groups[row])
    return schema.MindsData(
        images=int(found.images[row]),
        groups=groups,
        silhouette=value(found.silhouette[row]),
        null=value(found.null[row]),
        divided=tuple(
            _group(view, record, found, (row, group)) for group in range(groups if groups > 1 else 0)
        ),
    )


def _group(view: LayerView, record: Minds, found: LayerMinds, at: tuple[int, int]) -> schema.GroupData:
    names, label = view.atlas.subject.images.class_names, int(found.label[at])
    return schema.GroupData(
        images=int(found.sizes[at]),
        shown=tuple(
            _image(record, names, image, *position)
            for image, position in zip(found.shown[at].tolist(), found.position[at].tolist(), strict=True)
            if image >= 0
        ),
        companions=tuple(
            schema.Companion(
                neuron=str(view.neuron(channel)), shown=channel in view.layer.neurons, effect=value(effect)
            )
            for channel, effect in zip(found.companions[at].tolist(), found.effect[at], strict=True)
            if channel >= 0
        ),
        class_name=names[label] if 0 <= label < len(names) else None,
        share=value(found.share[at]),
        share_elsewhere=value(found.share_elsewhere[at]),
        chance=value(found.chance[at]),
        picture=_picture(view, view.layer.neurons[at[0]], at[1]),
    )


def group_row(view: LayerView, channel: int, group: int) -> int | None:
    """Return where the picture of a neuron's group lies in its layer's record, None where there is none."""
    found = view.group_pictures
    if found is None:
        return None
    return int(np.flatnonzero((found.neurons == channel) & (found.groups == group))[0])


def _picture(view: LayerView, channel: int, group: int) -> schema.GroupPicture | None:
    found, at = view.group_pictures, group_row(view, channel, group)
    if found is None or at is None:
        return None
    network, variant = view.atlas.subject.network.sha256, f"group-{group + 1}"
    sha256 = pixels_sha256(found.pictures[at])
    return schema.GroupPicture(
        picture=visualization_file(network, view.layer.name, channel, variant, sha256),
        mean_response=value(found.mean_response[at]),
        peak=value(found.peak[at]),
        likeness=tuple(float(str(one)) for one in found.likeness[at] if np.isfinite(one)),
        kept=bool(found.kept[at]),
    )


def _image(record: Minds, names: tuple[str, ...], image: int, row: int, column: int) -> schema.GroupImage:
    place = int(np.searchsorted(record.indices, image))
    label = int(record.labels[place])
    return schema.GroupImage(
        image=record.image_ids[place],
        picture=record.picture_files[place],
        class_name=names[label] if 0 <= label < len(names) else None,
        row=row,
        column=column,
    )
