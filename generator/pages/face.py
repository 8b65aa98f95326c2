"""How a neuron looks where others are listed: its pictures, name, label and badge."""

from __future__ import annotations

from dataclasses import dataclass

from generator.records import NeuronId


@dataclass(frozen=True)
class Face:
    """What other neurons' pages show of a neuron.

    Paths are below docs/ and empty where there is no such picture; `label` and `badge` are empty where
    there is none.
    """

    neuron: NeuronId
    visualization: str
    exemplar: str
    label: str
    badge: str
    dead: bool


@dataclass(frozen=True)
class Tile:
    """A neuron in a wall or mosaic; a picture's address is empty where there is none."""

    name: str
    channel: int
    link: str
    visualization: str
    exemplar: str
    dead: bool
    alternative: str
    label: str
