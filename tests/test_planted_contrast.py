"""The planted contrast is what it says: its neurons alone tell the classes, and are confirmed."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from generator.analyses.contrast_statistics import Ranked, aucs, confirm, p_values
from tests.planted_contrast import (
    CAT,
    DISTRACTED,
    DOG,
    GROUND,
    PLANTED,
    SIDE,
    Pictures,
    PlantedContrast,
    network,
    pictures,
)

EACH = 60  # pictures of a class in each half
RATE = 0.05
SEEDS = 50


def inputs_of(drawn: Pictures) -> Tensor:
    """Return pictures as the network takes them, (n, 3, 40, 40)."""
    return torch.from_numpy(drawn.pixels).permute(0, 3, 1, 2).float() / 255


def maps_of(module: PlantedContrast, drawn: Pictures) -> dict[str, Tensor]:
    """Return the response maps (n, channels, height, width) of every layer."""
    maps, values = {}, inputs_of(drawn)
    with torch.no_grad():
        for name, layer in module.named_children():
            if name != "head":
                values = layer(values)
                maps[name] = values.clone()
    return maps


@pytest.fixture(scope="module")
def module() -> PlantedContrast:
    """The network."""
    built = network()
    assert isinstance(built, PlantedContrast)
    return built


def test_the_network_tells_every_cat_from_every_dog(module: PlantedContrast) -> None:
    drawn = pictures(200, seed=0)
    with torch.no_grad():
        logits = module(inputs_of(drawn))
    np.testing.assert_array_equal(logits.argmax(dim=1).numpy(), drawn.labels)
    assert (logits.diff(dim=1).abs() > 0.5).all()


def test_planted_neurons_answer_to_their_class_alone_and_on_its_part_alone(module: PlantedContrast) -> None:
    drawn = pictures(100, seed=1)
    maps = maps_of(module, drawn)["patterns"].numpy()
    for label, channels in enumerate((CAT, DOG)):
        own = maps[:, channels]
        assert (own[drawn.labels == label].max(axis=(2, 3)) > 0.1).all()
        assert not own[drawn.labels != label].any()
        assert not own.transpose(0, 2, 3, 1)[~drawn.masks].any()


def test_the_distractor_is_answered_beside_the_part_and_as_strongly(module: PlantedContrast) -> None:
    drawn = pictures(100, seed=2)
    maps = maps_of(module, drawn)["patterns"].numpy()
    assert (maps[:, DISTRACTED].max(axis=(1, 2)) > 0.1).all()
    assert not maps[:, DISTRACTED][drawn.masks].any()
    planted, distracted = maps[:, PLANTED["patterns"]].mean(axis=(0, 2, 3)), maps[:, DISTRACTED].mean()
    assert (distracted > 0.9 * planted).all()


def test_parts_differ_between_the_classes_in_the_sides_of_their_halves_alone() -> None:
    drawn = pictures(50, seed=3)
    assert drawn.masks.sum(axis=(1, 2)).tolist() == [100] * 100
    for pixels, label, mask in zip(drawn.pixels, drawn.labels, drawn.masks, strict=True):
        rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
        assert rows[0] >= 2 <= columns[0]
        assert max(rows[-1], columns[-1]) < SIDE - 2
        left = pixels[rows[0] : rows[-1] + 1, columns[0] : columns[4] + 1]
        assert (left[..., label] >= 180).all()
        assert (left[..., 1 - label] < GROUND).all()


def test_over_fifty_seeds_exactly_the_planted_neurons_are_confirmed(module: PlantedContrast) -> None:
    truth = np.zeros(0, dtype=bool)
    confirmed = []
    for seed in range(SEEDS):
        halves = []
        for half in (0, 1):
            drawn = pictures(EACH, seed=2 * seed + half)
            means = {name: maps.mean(dim=(2, 3)).numpy() for name, maps in maps_of(module, drawn).items()}
            together = np.concatenate([means[name] for name in PLANTED], axis=1)
            halves.append(Ranked.of(together, drawn.labels == 0))
            truth = np.concatenate(
                [np.isin(np.arange(means[name].shape[1]), planted) for name, planted in PLANTED.items()]
            )
        scores = [aucs(half, half.members[:, None]) for half in halves]
        chances = [p_values(half, score) for half, score in zip(halves, scores, strict=True)]
        both = [(score[:, 0], chance[:, 0]) for score, chance in zip(scores, chances, strict=True)]
        confirmed.append(confirm(both[0], both[1], RATE)[1])
    found = np.array(confirmed)
    assert found[:, truth].all()
    assert found[:, ~truth].sum() / found.sum() <= RATE
