"""Makes a contact sheet of noise beside noise, hostile names included."""

from __future__ import annotations

import numpy as np

from generator.records import ComparedNeuron, Comparison, MadePicture
from tests.pages.fake_atlas import fake_atlas


def fake_comparison() -> Comparison:
    atlas = fake_atlas()
    random = np.random.default_rng(0)

    def made(side: int, clean: float, robust: float, seconds: float) -> MadePicture:
        return MadePicture(random.integers(0, 256, (side, side, 3), np.uint8), clean, robust, seconds)

    neurons = tuple(
        ComparedNeuron(layer, channel, made(64, 2.0 + channel, 3.0, 0.5), made(128, theirs, 6.0, 40.0))
        for layer, theirs in (("layer1", 1.0), ("layer<2>", 0.0))
        for channel in range(3)
    )
    return Comparison(
        "fake-atlas", "A <b>title", 3, "cpu", atlas.subject.network, 80, 512, {"torch": "2"}, neurons
    )
