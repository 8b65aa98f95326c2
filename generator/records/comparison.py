"""Our pictures beside torch-lucent's, of the same neurons, measured alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from generator.records.arrays import Bytes8
from generator.records.identity import NetworkInfo


@dataclass(frozen=True)
class MadePicture:
    """A picture that was optimized to excite a neuron, and what it reaches.

    `clean` is the mean response to the whole picture at the best of several sizes, `robust` the mean
    of it over random transforms; `seconds` is the wall time that the picture took (of several made
    together, an equal share).
    """

    pixels: Bytes8  # (size, size, 3), RGB
    clean: float
    robust: float
    seconds: float


@dataclass(frozen=True)
class MadePictures:
    """Pictures made together."""

    pictures: tuple[MadePicture, ...]


@dataclass(frozen=True)
class ComparedNeuron:
    """One neuron with both pictures."""

    layer: str
    channel: int
    ours: MadePicture
    theirs: MadePicture


@dataclass(frozen=True)
class Comparison:
    """The contact sheet of one recipe's network, neurons from the input to the output."""

    atlas: str
    title: str
    seed: int
    device: str
    network: NetworkInfo
    our_steps: int
    their_steps: int
    versions: Mapping[str, str]
    neurons: tuple[ComparedNeuron, ...]
