"""Who and what a record speaks of: neurons, layers, networks, images, atlases."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeVar

from generator.errors import LayerError

Wanted = TypeVar("Wanted")
LayerKind = Literal["convolution", "linear", "tokens"]

_NEURON_ID = re.compile(r"(?P<atlas>[a-z0-9][a-z0-9-]*)/(?P<layer>[^/]+)/(?P<channel>\d+)")


@dataclass(frozen=True, order=True)
class NeuronId:
    """A neuron's one name, `ATLAS/LAYER/CHANNEL`: the same in URL, file, JSON and citation."""

    atlas: str
    layer: str
    channel: int

    def __str__(self) -> str:
        return f"{self.atlas}/{self.layer}/{self.channel}"

    @classmethod
    def parse(cls, text: str) -> NeuronId:
        """Read `ATLAS/LAYER/CHANNEL`.

        Raises:
            LayerError: `text` has another form.
        """
        match = _NEURON_ID.fullmatch(text)
        if match is None:
            raise LayerError(
                f"neuron must be written ATLAS/LAYER/CHANNEL, got `{text}`; "
                "for example `resnet18-cifar10/layer3.1/42`",
                wanted=text,
            )
        return cls(match["atlas"], match["layer"], int(match["channel"]))


@dataclass(frozen=True)
class Layer:
    """A tapped layer: where it is, what its output looks like, and which neurons are chosen.

    `activation` says what was applied last: `ReLU`, `GELU`, ... or an empty string for a linear
    output. `height` and `width` are those of a response map (1 × 1 for linear layers). `neurons`
    holds the chosen channels in the order in which the rule drew them; `size` counts all of them.
    """

    name: str
    module: str
    kind: LayerKind
    activation: str
    size: int
    height: int
    width: int
    neurons: tuple[int, ...]

    @property
    def whole(self) -> Layer:
        """The same layer with all of its channels chosen."""
        return replace(self, neurons=tuple(range(self.size)))


@dataclass(frozen=True)
class NetworkInfo:
    """What is known of a network: identity, preprocessing (pixels, RGB, 0 to 1), class names.

    `sha256` is that of the weights (names, shapes, types and bytes of all tensors in the state
    dict), `code_sha256` that of the structure and of a factory's source file. `trained_on` is as
    the recipe or the weights state it; empty when unknown.
    """

    model: str
    weights: str
    sha256: str
    parameters: int
    resize: int
    crop: int
    interpolation: str
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    class_names: tuple[str, ...]
    trained_on: str
    code_sha256: str


@dataclass(frozen=True)
class Skipped:
    """An image file that was left out, and why."""

    path: str
    reason: str


@dataclass(frozen=True)
class ImagesInfo:
    """What is known of an image set; `sha256` covers the ids, labels and contents of all images.

    `class_counts` has one entry for a class (images); both are empty for unlabelled images.
    """

    name: str
    source: str
    split: str
    count: int
    sha256: str
    class_names: tuple[str, ...]
    class_counts: tuple[int, ...]
    skipped: tuple[Skipped, ...]
    licence: str
    citation: str


@dataclass(frozen=True)
class Subject:
    """What an atlas is about: its name, network, images and layers."""

    atlas: str
    title: str
    description: str
    seed: int
    recipe_toml: str
    recipe_sha256: str
    neuron_rule: str
    network: NetworkInfo
    images: ImagesInfo
    layers: tuple[Layer, ...]

    def layer(self, name: str) -> Layer:
        """Return the layer called `name`.

        Raises:
            LayerError: The atlas has no such layer.
        """
        for layer in self.layers:
            if layer.name == name:
                return layer
        names = ", ".join(layer.name for layer in self.layers)
        raise LayerError(
            f"atlas `{self.atlas}` has no layer `{name}`; its layers are {names}",
            wanted=name,
            valid=[layer.name for layer in self.layers],
        )


@dataclass(frozen=True)
class Provenance:
    """Where an atlas's records come from: package versions, device, and each record's key.

    A key is the hash of everything its record depends on (analysis version, settings, network,
    images, required records); it names the record's folder in the store.
    """

    versions: Mapping[str, str]
    device: str
    keys: Mapping[str, str]


@dataclass(frozen=True)
class AtlasRecords:
    """Everything the pages of one atlas are made from; `records` by analysis name."""

    subject: Subject
    provenance: Provenance
    records: Mapping[str, Any]

    def get(self, name: str, kind: type[Wanted]) -> Wanted | None:
        """Return the record of an analysis, or None when the atlas was built without it."""
        record = self.records.get(name)
        assert record is None or isinstance(record, kind), f"record `{name}` is not a {kind}"
        return record
