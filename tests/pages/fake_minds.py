"""Makes records of the kinds of strongest images: of the second neuron two, of the others one, or too few."""

from __future__ import annotations

import numpy as np

from generator.records import MOST_GROUPS, Exemplars, LayerMinds, Minds, Subject

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
