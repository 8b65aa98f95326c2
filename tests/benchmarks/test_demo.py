"""The recipe `demo` as a newcomer builds it, without a network: complete, and right about itself."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from generator.cli import main
from generator.records import EVIDENCE, Badges, Exemplars, Labels, Probes, Visualizations
from generator.store.layout import Layout
from generator.store.manifest import read_atlas
from tests.badge_shares import check_shares

pytestmark = [pytest.mark.benchmark, pytest.mark.long]

LEAST_NEURONS, LEAST_LAYERS, EXEMPLARS = 100, 5, 9
LEAST_CONFIRMED = 0.9


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: Any) -> None:
        raise AssertionError(f"the build must not ask the network, asked {arguments[1:]}")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.mark.usefixtures("no_network")
def test_the_demo_is_complete_and_its_labels_hold_on_held_out_images(tmp_path: Path) -> None:
    main(["build", "--output", str(tmp_path)])
    layout = Layout(tmp_path)
    atlas = read_atlas(layout, "demo")
    layers = [layer for layer in atlas.subject.layers if layer.neurons]
    assert len(layers) >= LEAST_LAYERS
    assert sum(len(layer.neurons) for layer in layers) >= LEAST_NEURONS
    labels = atlas.get("labels", Labels)
    exemplars = atlas.get("exemplars", Exemplars)
    pictures = atlas.get("visualizations", Visualizations)
    assert labels is not None
    assert exemplars is not None
    assert pictures is not None
    assert atlas.get("probes", Probes) is not None
    badges = atlas.get("badges", Badges)
    assert badges is not None
    check_shares("demo", badges)
    for layer in layers:
        assert exemplars.layers[layer.name].top.picture.shape == (len(layer.neurons), EXEMPLARS)
        assert exemplars.layers[layer.name].top.picture.min() >= 0
        assert set(pictures.layers[layer.name].neurons.tolist()) == set(layer.neurons)
        for neuron in layer.neurons:
            assert (layout.site / "demo" / layer.name / f"{neuron}.html").is_file()
    evidence = np.concatenate([layer.evidence for layer in labels.layers.values()])
    confirmed = np.concatenate([layer.confirmed for layer in labels.layers.values()])
    chosen = evidence != EVIDENCE.index("none")
    share = confirmed.sum() / chosen.sum()
    print(f"\nlabels: {share:.1%} of {chosen.sum()} candidates confirmed on the held-out half")
    assert chosen.sum() >= LEAST_NEURONS
    assert share >= LEAST_CONFIRMED
