"""Levels: neurons that are wired from low to high come out in that order, whatever is missing."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from generator.analyses.levels import label_rungs, layer_levels, ranked
from generator.records import (
    EVIDENCE,
    LEVEL_DEPTH,
    LEVEL_RUNGS,
    Concept,
    Labels,
    Layer,
    LayerLabels,
    LayerLevels,
    LayerReceptiveFields,
    LayerStatistics,
    LayerVisualizations,
)

SIDE = 32  # of the network's input, pixels


def fields_of(rows: int, columns: int) -> LayerReceptiveFields:
    """Return receptive fields of this height and width, the first one cut off by the border."""
    return LayerReceptiveFields(
        *(np.array([[0, side // 2], [1, side + 1]], np.int32) for side in (rows, columns))
    )


def visualizations_of(channels: list[int], pictures: list[np.ndarray]) -> LayerVisualizations:
    count = len(channels)
    nothing = np.zeros(count, np.float32)
    return LayerVisualizations(
        np.array(channels, np.int32), np.stack(pictures), np.zeros((count, 0, 0), np.uint8),
        nothing, nothing, nothing, nothing,
        np.zeros(0, np.int32), np.zeros((count, 0), np.float32), np.zeros(count, np.int32),
    )  # fmt: skip


def statistics_of(selectivity: list[float], dead: list[bool]) -> LayerStatistics:
    empty = {field.name: np.zeros((len(dead), 0)) for field in dataclasses.fields(LayerStatistics)}
    return LayerStatistics(**empty | {"selectivity": np.array(selectivity), "dead": np.array(dead)})


def waves(cycles: int, colour: tuple[float, float, float]) -> np.ndarray:
    wave = np.sin(2 * np.pi * cycles * np.arange(SIDE) / SIDE)[:, None, None] * np.ones((1, SIDE, 3))
    return np.round(127.5 + 100 * wave * np.array(colour)).astype(np.uint8)


GREY, COLOURED = waves(4, (1, 1, 1)), waves(12, (1, 0.9, 0.1))
RED = np.full((SIDE, SIDE, 3), (230, 20, 20), np.uint8)


def planted() -> dict[str, LayerLevels]:
    """Return two layers: edges, colours and a dead neuron that see little; patterns that see all."""
    early = Layer("early", "Conv2d", "convolution", "ReLU", 9, 2, 2, neurons=(7, 2, 5))
    late = Layer("late", "Conv2d", "convolution", "ReLU", 9, 2, 2, neurons=(0, 1))
    nan = np.nan
    return {
        "early": layer_levels(
            early, fields_of(3, 5), visualizations_of([2, 5, 7], [RED, COLOURED, GREY]),
            statistics_of([0.05, 0.02, nan], [False, False, True]), rungs=np.array([nan, 0, 5]), side=SIDE,
        ),
        "late": layer_levels(
            late, fields_of(SIDE, SIDE), visualizations_of([0, 1], [COLOURED, COLOURED]),
            statistics_of([0.4, 0.9], [False, False]), rungs=np.array([3, 5]), side=SIDE,
        ),
    }  # fmt: skip


def test_parts_are_what_was_planted() -> None:
    early, late = planted().values()
    field = np.sqrt(15)
    np.testing.assert_allclose(early.measured[0], [field, 4 / SIDE * field, 0, np.nan, 0.05], atol=1e-2)
    np.testing.assert_allclose(early.measured[1], [field, 0, 1, 0, 0.02], atol=1e-2)
    np.testing.assert_allclose(early.measured[2], [field, *[np.nan] * 4], rtol=1e-6)
    np.testing.assert_allclose(late.measured[:, :2], [[SIDE, 12]] * 2, atol=0.1)
    np.testing.assert_allclose(late.parts[:, 0], 1)
    np.testing.assert_allclose(late.parts[:, 3], [0.6, 1], rtol=1e-6)
    for layer in (early, late):
        known = np.isfinite(layer.parts)
        means = [row[row_known].mean() if row_known.sum() >= 3 else np.nan
                 for row, row_known in zip(layer.parts, known, strict=True)]  # fmt: skip
        np.testing.assert_allclose(layer.level, means, rtol=1e-5)


def test_planted_neurons_are_ordered_as_wired() -> None:
    record = ranked(planted(), seed=0)
    early, late = record.layers.values()
    assert early.level[1] < early.level[0] < late.level[0] < late.level[1]  # red, edge, part, class
    assert np.isnan(early.level[2])
    np.testing.assert_allclose(early.quantile, [1 / 3, 0, np.nan], rtol=1e-6)
    np.testing.assert_allclose(late.quantile, [2 / 3, 1], rtol=1e-6)
    assert record.depth.shape == (len(LEVEL_DEPTH), 3)
    fineness = record.depth[LEVEL_DEPTH.index("fineness"), 0]  # 4, 0, then 12 and 12 cycles a picture
    assert fineness == pytest.approx(np.corrcoef([2, 1, 3.5, 3.5], [1.5, 1.5, 3.5, 3.5])[0, 1])
    rho, low, high = record.depth[0]
    assert rho == pytest.approx(np.corrcoef([2, 1, 3, 4], [1.5, 1.5, 3.5, 3.5])[0, 1])
    assert low <= rho <= high


def test_more_neurons_change_no_level() -> None:
    alone = {"late": planted()["late"]}
    np.testing.assert_array_equal(
        ranked(alone, seed=0).layers["late"].level, ranked(planted(), seed=0).layers["late"].level
    )


def test_without_pictures_labels_and_classes_there_is_no_level() -> None:
    grey = np.full((SIDE, SIDE, 3), 128, np.uint8)
    layer = Layer("fc", "Linear", "linear", "", 1, 1, 1, neurons=(0,))
    found = layer_levels(
        layer, fields_of(SIDE, SIDE), visualizations_of([0], [grey]), statistics_of([np.nan], [False]),
        rungs=np.array([np.nan]), side=SIDE,
    )  # fmt: skip
    assert np.isnan(found.level).all()
    record = ranked({"fc": found}, seed=0)
    assert np.isnan(record.depth).all()
    assert np.isnan(record.layers["fc"].quantile).all()


def test_only_confirmed_labels_with_a_rung_count() -> None:
    concepts = (
        Concept("colour", "red", "mask"), Concept("side", "left", "fact"), Concept("class", "cat", "class"),
    )  # fmt: skip
    rows = np.array([[0, -1], [0, -1], [1, -1], [2, -1], [-1, -1]], np.int32)
    nothing = np.zeros((2, 5), np.float32)
    evidence = np.full(5, EVIDENCE.index("present"), np.uint8)
    labels = Labels(
        concepts,
        19,
        {"fc": LayerLabels(evidence, rows, nothing, nothing, np.array([1, 0, 1, 1, 0], np.uint8))},
    )
    np.testing.assert_array_equal(
        label_rungs(labels, "fc"), [0, np.nan, np.nan, len(LEVEL_RUNGS) - 1, np.nan]
    )
