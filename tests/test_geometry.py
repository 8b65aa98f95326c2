from __future__ import annotations

import numpy as np
import pytest
from torch import nn

from generator.activations.layers import choose_layers
from generator.activations.receptive import receptive_fields
from generator.geometry import cell_centres, even, interpolation
from generator.recipe import LayersSection
from generator.records import Layer, LayerReceptiveFields
from tests.planted import network_of

SIDE = 64


def layer(name: str, cells: int, kind: str = "convolution") -> Layer:
    return Layer(name, "Conv2d", kind, "ReLU", 8, cells, cells, (0,))


def fields(centres: np.ndarray, reach: float) -> LayerReceptiveFields:
    spans = np.clip(np.stack([centres - reach, centres + reach], axis=1), 0, SIDE).astype(np.int32)
    return LayerReceptiveFields(spans, spans)


def test_cells_of_whole_and_of_cut_fields_lie_at_the_centres() -> None:
    true = np.arange(8) * 8 + 0.5
    for reach in (3.5, 9.5, 27.5, 45.5):  # the last is wider than the picture, yet no row sees all of it
        found = cell_centres([layer("a", 8)], {"a": fields(true, reach)}, SIDE)["a"]
        np.testing.assert_allclose(found.rows, true)
        np.testing.assert_allclose(found.columns, true)


def test_fields_that_see_everything_go_on_from_the_layer_before() -> None:
    true = np.arange(8) * 8 + 0.5
    layers = [layer("a", 8), layer("b", 4), layer("c", 4)]
    measured = {"a": fields(true, 9.5), "b": fields(true[:4], 500), "c": fields(true[:4], 500)}
    found = cell_centres(layers, measured, SIDE)
    assert found["b"].rows.tolist() == found["c"].rows.tolist() == [0.5, 16.5, 32.5, 48.5]


def test_token_grids_single_cells_and_networks_that_see_everything_share_the_picture() -> None:
    everything = {"a": fields(np.zeros(4), 500), "b": fields(np.zeros(1), 500)}
    for kind in ("tokens", "convolution"):
        found = cell_centres([layer("a", 4, kind), layer("b", 1)], everything, SIDE)
        assert found["a"].rows.tolist() == even(4, SIDE).tolist() == [8, 24, 40, 56]
        assert found["b"].rows.tolist() == [32]


@pytest.mark.parametrize(
    ("kernel", "stride", "padding"), [(5, 2, 2), (7, 2, 3), (3, 1, 1), (4, 4, 0), (3, 2, 0)]
)
def test_measured_layers_lie_where_the_arithmetic_of_convolutions_says(
    kernel: int, stride: int, padding: int
) -> None:
    network = network_of(nn.Sequential(nn.Conv2d(3, 2, kernel, stride, padding), nn.ReLU()), 32)
    (chosen,) = choose_layers(network, LayersSection(select=("0",)), 0)
    found = cell_centres([chosen], {"0": receptive_fields(network, chosen)}, 32)["0"]
    expected = np.arange(chosen.height) * stride - padding + kernel / 2
    np.testing.assert_allclose(found.rows, expected)


def test_interpolation_is_linear_between_centres_and_constant_beyond() -> None:
    centres = np.array([4.5, 12.5, 20.5])
    values = interpolation(centres, 32, 32) @ np.array([1.0, 3.0, -1.0])
    expected = np.interp(np.arange(32) + 0.5, centres, [1.0, 3.0, -1.0])
    np.testing.assert_allclose(values, expected)
    assert interpolation(np.array([16.0]), 32, 5).tolist() == [[1.0]] * 5
