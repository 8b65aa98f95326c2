"""The whole way to badges on networks wired by hand: whose pictures can be trusted is known."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
import torch

from generator.records import BADGES, AtlasRecords, Badges, LayerBadges, Paths, Visualizations
from tests.building import built
from tests.planted_detours import DEAD, DETOUR, HONEST, Detours, write_pictures
from tests.planted_neurons import TRUTH
from tests.planted_world import write_world

SEEDS = (0, 1)


def badges_of(atlas: AtlasRecords) -> Badges:
    record = atlas.get("badges", Badges)
    assert record is not None
    return record


def name_of(layers: Mapping[str, LayerBadges], layer: str, channel: int) -> str:
    found = layers[layer]
    return BADGES[found.badge[found.neurons.tolist().index(channel)]]


def share(layers: Mapping[str, LayerBadges], badge: str) -> float:
    return float(np.mean(np.concatenate([found.badge for found in layers.values()]) == BADGES.index(badge)))


@pytest.fixture(scope="module")
def detours(tmp_path_factory: pytest.TempPathFactory) -> dict[int, AtlasRecords]:
    return {
        seed: built(
            write_pictures(tmp_path_factory.mktemp(f"detours{seed}"), seed=seed),
            tmp_path_factory.mktemp("output"),
        )
        for seed in SEEDS
    }


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> AtlasRecords:
    folder = tmp_path_factory.mktemp("planted")
    changes = {"visualization.seeds": "3", "visualization.steps": "40"}
    return built(write_world(folder), folder / "output", changes)


@pytest.mark.parametrize("seed", SEEDS)
def test_honest_neurons_are_mostly_reliable_and_never_failed(
    detours: dict[int, AtlasRecords], seed: int
) -> None:
    layers = badges_of(detours[seed]).layers
    names = [name_of(layers, layer, channel) for layer in ("hues", "units") for channel in HONEST]
    assert names.count("reliable") >= 2 / 3 * len(names)
    assert "failed" not in names


@pytest.mark.parametrize("seed", SEEDS)
def test_a_dead_neuron_has_failed(detours: dict[int, AtlasRecords], seed: int) -> None:
    assert name_of(badges_of(detours[seed]).layers, "units", DEAD) == "failed"


def test_pictures_that_take_the_detour_have_a_short_path_and_are_never_reliable(
    detours: dict[int, AtlasRecords],
) -> None:
    """Which pictures do is measured on the network without its detours."""
    paths_there, paths_honest, names = [], [], []
    for atlas in detours.values():
        record, pictures = atlas.get("paths", Paths), atlas.get("visualizations", Visualizations)
        assert record is not None
        assert pictures is not None
        summary = record.layers["units"].summary
        by_detour = share_by_detour(pictures)
        for channel in DETOUR:
            if by_detour[channel] > 0.75:
                paths_there.append(summary[channel])
                names.append(name_of(badges_of(atlas).layers, "units", channel))
        assert (by_detour[list(HONEST)] == 0).all()
        paths_honest += summary[list(HONEST)].tolist()
    assert len(paths_there) >= 3
    assert np.median(paths_there) < 0.1
    assert max(paths_there) < np.median(paths_honest)
    assert "reliable" not in names
    assert names.count("failed") >= len(names) / 2
    assert np.median(paths_honest) > 0.5


def share_by_detour(pictures: Visualizations) -> np.ndarray:
    """Return the share of each unit's response to its own pictures that is gone without the detours."""
    whole, without = Detours(), Detours()
    with torch.no_grad():
        without.mix.weight[:, without.strong.out_channels :] = 0
        shown = [pictures.layers["units"], *(layers["units"] for layers in pictures.others.values())]
        responses = [
            [module(torch.from_numpy(found.pictures).permute(0, 3, 1, 2) / 255).diagonal() for found in shown]
            for module in (whole, without)
        ]
    reached, left = (torch.stack(each).mean(dim=0).numpy() for each in responses)
    return np.divide(reached - left, reached, out=np.zeros_like(reached), where=reached > left)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_twin_of_honest_neurons_is_not_reliable(detours: dict[int, AtlasRecords], seed: int) -> None:
    record = badges_of(detours[seed])
    print(f"reliable: {share(record.layers, 'reliable'):.0%}, twin: {share(record.twin, 'reliable'):.0%}")
    assert share(record.twin, "reliable") <= 0.1
    assert share(record.layers, "reliable") >= share(record.twin, "reliable") + 0.5


def test_dead_and_noise_neurons_are_never_reliable(planted: AtlasRecords) -> None:
    layers = badges_of(planted).layers
    for truth in TRUTH:
        if truth.role in ("dead", "noise"):
            assert name_of(layers, truth.layer, truth.channel) != "reliable", truth
    dead = next(truth for truth in TRUTH if truth.role == "dead")
    assert name_of(layers, dead.layer, dead.channel) == "failed"
    noise = [name_of(layers, truth.layer, truth.channel) for truth in TRUTH if truth.role == "noise"]
    assert noise.count("failed") >= 0.8 * len(noise)


def test_seeds_of_noise_neurons_agree_by_chance(planted: AtlasRecords) -> None:
    record = planted.get("paths", Paths)
    assert record is not None
    noise = [truth.channel for truth in TRUTH if truth.role == "noise"]
    assert record.layers["whole"].agreement[noise].mean() == pytest.approx(0.5, abs=0.1)


def test_without_a_twin_nothing_is_reliable(tmp_path: Path) -> None:
    changes = {"visualization.twin": "0", "visualization.steps": "8"}
    atlas = built(write_pictures(tmp_path), tmp_path / "output", changes)
    record = badges_of(atlas)
    assert not record.twin
    assert record.twin_images == 0
    assert not any(name.startswith("twin_") for name in atlas.records)
    assert share(record.layers, "reliable") == 0
