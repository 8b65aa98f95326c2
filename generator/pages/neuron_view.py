"""One neuron as its page's sections see it: its records, its published data, its place in the site."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from generator.pages.layer_view import LayerView
from generator.pages.links import link
from generator.pages.neuron_data import neuron_data
from generator.pages.outlines import Placement
from generator.pages.schema import NeuronData, encode
from generator.records import NeuronId
from generator.store.layout import neuron_page


@dataclass(frozen=True)
class NeuronView:
    """The neuron in a row of its layer's records."""

    layer: LayerView
    row: int

    @property
    def neuron(self) -> NeuronId:
        """The neuron's id."""
        return self.layer.neuron(self.layer.layer.neurons[self.row])

    @cached_property
    def data(self) -> NeuronData:
        """What is published of the neuron."""
        return neuron_data(self.layer, self.row)

    @cached_property
    def json(self) -> bytes:
        """The bytes of the neuron's JSON file."""
        return encode(self.data)

    @cached_property
    def sha256(self) -> str:
        """The content hash: that of the JSON file."""
        return hashlib.sha256(self.json).hexdigest()

    @property
    def page(self) -> str:
        """The neuron's page below docs/."""
        return neuron_page(self.neuron)

    @property
    def here(self) -> str:
        """The page that shows the neuron, below docs/: its own."""
        return self.page

    @property
    def placement(self) -> Placement:
        """Where the neuron's response maps lie on the pictures."""
        return self.layer.placement

    @property
    def threshold(self) -> float | None:
        """The neuron's own threshold, None when its statistics were not measured."""
        return self.data.statistics.threshold if self.data.statistics else None

    def link(self, target: str) -> str:
        """Return the link from the page that shows the neuron to a file or page below docs/."""
        return link(target, self.here)


@dataclass(frozen=True)
class Section:
    """A section of the neuron page: heading, template, and the function that fills it.

    `build` returns the template's values, or None where the neuron has nothing of the kind; the
    section is then left out.
    """

    anchor: str
    title: str
    template: str
    build: Callable[[NeuronView], Mapping[str, Any] | None]


@dataclass(frozen=True)
class FilledSection:
    """A section ready for its template."""

    anchor: str
    title: str
    template: str
    values: Mapping[str, Any]


def filled(sections: tuple[Section, ...], view: NeuronView) -> list[FilledSection]:
    """Return the sections that a neuron has, filled, in their order."""
    result = []
    for section in sections:
        values = section.build(view)
        if values is not None:
            result.append(FilledSection(section.anchor, section.title, section.template, values))
    return result
