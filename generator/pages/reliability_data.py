"""Gathers what the records hold of how far a neuron's pictures can be trusted into its published data."""

from __future__ import annotations

import numpy as np

from generator.pages import schema_reliability as schema
from generator.pages.layer_view import LayerView
from generator.pages.numbers import value
from generator.records import BADGES, CHECKS, VERDICTS


def badge_of(view: LayerView, row: int) -> str:
    """Return the badge of the neuron in a row of its layer; empty where it has none."""
    found = view.badges
    if found is None:
        return ""
    (at,) = np.flatnonzero(found.neurons == view.layer.neurons[row])
    return BADGES[found.badge[at]]


def reliability_data(view: LayerView, row: int) -> schema.ReliabilityData | None:
    """Return the badge of the neuron in a row with all that it rests on, None where it has none."""
    badges, paths = view.badges, view.paths
    if badges is None or paths is None:
        return None
    (at,) = np.flatnonzero(badges.neurons == view.layer.neurons[row])
    names = [layer.name for layer in view.atlas.subject.layers[: view.position]]
    return schema.ReliabilityData(
        badge=BADGES[badges.badge[at]],
        checks=tuple(
            schema.CheckData(check=check, verdict=VERDICTS[verdict])
            for check, verdict in zip(CHECKS, badges.verdicts[at].tolist(), strict=True)
        ),
        agreement=value(paths.agreement[row]),
        path=value(paths.summary[row]),
        path_low=value(paths.summary_low[row]),
        path_high=value(paths.summary_high[row]),
        layers=tuple(
            schema.PathData(
                layer=name,
                common_ground=value(paths.common[row, place]),
                common_ground_low=value(paths.common_low[row, place]),
                path=value(paths.path[row, place]),
            )
            for place, name in enumerate(names)
        ),
        twin_common_ground=badges.common_of_twin,
    )
