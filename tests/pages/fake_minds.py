"""Makes records of the kinds of strongest images: of the second neuron two, of the others one, or too few."""

from __future__ import annotations

import numpy as np

from generator.records import (
    MOST_GROUPS,
    Exemplars,
    GroupPictures,
    LayerGroupPictures,
    LayerMinds,
    Minds,
    Subject,
)

SHOWN, COMPANIONS = 4, 3


def mind_records(subject: Subject, exemplars: Exemplars) -> Minds:
    """Return groups whose pictures are the first exemplars'."""
    shown = np.arange(2 * SHOWN)
    files = exemplars.picture_files[: len(shown)]
    return Minds(
        19,
        shown.astype(np.int64),
        exemplars.image_ids[: len(shown)],
        files,
        exemplars.labels[: len(shown)],
        {name: exemplars.pictures[name] for name in files},
        {layer.name: _minds(len(layer.neurons), layer.neurons, bool(subject.images.class_names))
         for layer in subject.layers},
    )  # fmt: skip


def group_picture_records(subject: Subject) -> GroupPictures:
    """Return pictures of the second neuron's two groups, of which only the first kept to its own."""
    return GroupPictures({layer.name: _pictures(layer.neurons[1:2]) for layer in subject.layers})


def _pictures(neurons: tuple[int, ...]) -> LayerGroupPictures:
    count = 2 * len(neurons)
    responses = np.linspace(1, 2, count, dtype=np.float32)
    likeness = np.full((count, MOST_GROUPS), np.nan, np.float32)
    likeness[:, :2] = 0.8, -0.8
    return LayerGroupPictures(
        neurons=np.repeat(np.array(neurons, np.int32), 2),
        groups=np.tile(np.array([0, 1], np.int8), len(neurons)),
        pictures=np.arange(count * 16 * 16 * 3, dtype=np.uint8).reshape(count, 16, 16, 3),
        mean_response=responses,
        peak=responses * 2,
        likeness=likeness,
    )


def _minds(count: int, neurons: tuple[int, ...], labelled: bool) -> LayerMinds:
    group = (count, MOST_GROUPS)
    groups = np.ones(count, np.int8)
    groups[0] = 0
    groups[1:2] = 2
    silhouette = np.where(groups == 0, np.nan, np.where(groups == 2, 0.7, 0.2)).astype(np.float32)
    sizes, label = np.zeros(group, np.int32), np.full(group, -1, np.int32)
    shown = np.full((*group, SHOWN), -1, np.int64)
    companions = np.full((*group, COMPANIONS), -1, np.int32)
    effect = np.full((*group, COMPANIONS), np.nan, np.float32)
    share, elsewhere, chance = (np.full(group, np.nan, np.float32) for _ in range(3))
    sizes[1:2, :2] = 30, 18
    shown[1:2, :2] = np.arange(2 * SHOWN).reshape(2, SHOWN)
    companions[1:2, :2, 0], effect[1:2, :2, 0] = neurons[-1], 1.4
    if labelled:
        label[1:2, :2], share[1:2, :2], elsewhere[1:2, :2] = (0, 1), 0.8, 0.1
        chance[1:2, :2] = 0.001, 0.4
    images = np.where(groups == 0, 3, 48).astype(np.int32)
    return LayerMinds(
        images, groups, silhouette, (silhouette * 0 + 0.4).astype(np.float32), sizes, shown,
        np.where(shown[..., None] >= 0, 0, -1).repeat(2, -1).astype(np.int32), companions, effect, label,
        share, elsewhere, chance,
    )  # fmt: skip
