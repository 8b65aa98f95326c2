"""Shares of badges in a network and in its twin: printed, and held against what a control has to show."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from generator.records import BADGES, Badges, LayerBadges

MOST_OF_TWIN = 0.1  # share of the twin's neurons that may be reliable
WELL_ABOVE = 0.15  # by which the trained network's share is larger


def shares(layers: Mapping[str, LayerBadges]) -> dict[str, float]:
    badges = np.concatenate([layer.badge for layer in layers.values()])
    return {name: float(np.mean(badges == BADGES.index(name))) for name in BADGES}


def words(layers: Mapping[str, LayerBadges]) -> str:
    return ", ".join(f"{share:.1%} {name}" for name, share in shares(layers).items())


def check_shares(name: str, record: Badges) -> None:
    """Print the shares of every badge, all in all and layer by layer, and compare them."""
    print(f"\n{name}: {words(record.layers)}\ntwin: {words(record.twin)}")
    for layer, found in record.layers.items():
        print(f"  {layer}: {words({layer: found})} | twin: {words({layer: record.twin[layer]})}")
    own, twin = shares(record.layers)["reliable"], shares(record.twin)["reliable"]
    assert twin <= MOST_OF_TWIN
    assert own >= twin + WELL_ABOVE
