from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torchvision.models import get_model

from generator.activations.layers import as_maps, list_layers
from generator.activations.receptive import receptive_fields, seconds_a_line
from generator.activations.trace import tapped
from generator.errors import NetworkError
from generator.inputs.models import Network
from generator.records import Layer
from tests.planted import field_by_formula, network_of

ROUNDING = 1e-9  # products in double precision may be summed in another order

RESNET = {  # (kernel, stride, padding) of everything before a layer's output
    "conv1": [(7, 2, 3)],
    "layer1.0": [(7, 2, 3), (3, 2, 1), (3, 1, 1), (3, 1, 1)],
    "layer1.1": [(7, 2, 3), (3, 2, 1), *[(3, 1, 1)] * 4],
    "layer2.0": [(7, 2, 3), (3, 2, 1), *[(3, 1, 1)] * 4, (3, 2, 1), (3, 1, 1)],
}


def layer_of(network: Network, name: str) -> Layer:
    return next(layer for layer in list_layers(network) if layer.name == name)


def fields(network: Network, name: str) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    found = receptive_fields(network, layer_of(network, name))
    assert found.rows.dtype == np.int32
    return [tuple(row) for row in found.rows.tolist()], [tuple(column) for column in found.columns.tolist()]


def fields_by_position(network: Network, name: str) -> list[tuple[int, int]]:
    """Find what each row sees by changing one input pixel after the other, whatever the direction.

    A change of either sign, on a bright or dark ground, moves some output through rectifiers and maxima.
    """
    layer, side = layer_of(network, name), network.preprocess.crop
    module = copy.deepcopy(network.module).double()
    caught: list[Tensor] = []
    sees = np.zeros((layer.height, side), dtype=bool)
    random = torch.Generator().manual_seed(1)
    rows, columns = np.divmod(np.arange(side * side), side)
    with tapped(module, {name: lambda output: caught.append(as_maps(output, layer).clone())}) as forward:
        for change in (9, -9, 1, -1):
            ground = torch.randn(1, 3, side, side, dtype=torch.float64, generator=random)
            changed = ground.repeat(side * side + 1, 1, 1, 1)
            changed[np.arange(side * side), :, rows, columns] += change
            forward(changed)
            moved = ((caught[-1][:-1] - caught[-1][-1]).abs() > ROUNDING).any(dim=3).any(dim=1)
            for row, seen in zip(rows, moved.numpy(), strict=True):
                sees[:, row] |= seen
    places = [np.flatnonzero(row) for row in sees]
    return [(int(place[0]), int(place[-1]) + 1) for place in places]


@pytest.mark.parametrize(
    "layers",
    [
        [(3, 1, 1)],
        [(3, 1, 0), (5, 2, 2)],
        [(7, 2, 3), (3, 2, 1), (3, 1, 1)],
        [(2, 2, 0), (3, 1, 2), (1, 1, 0)],
        [(4, 3, 1), (3, 2, 1)],
    ],
)
def test_fields_of_a_stack_of_convolutions_follow_the_formula_up_to_the_borders(
    layers: list[tuple[int, int, int]],
) -> None:
    side, parts = 29, []
    for kernel, stride, padding in layers:
        parts += [nn.Conv2d(3, 3, kernel, stride, padding), nn.ReLU(inplace=True)]
    network = network_of(nn.Sequential(*parts), side)
    rows, columns = fields(network, str(len(parts) - 1))
    assert rows == [field_by_formula(row, layers, side) for row in range(len(rows))]
    assert columns == rows


def test_rows_and_columns_are_told_apart() -> None:
    network = network_of(nn.Sequential(nn.Conv2d(3, 4, (3, 1), padding=(1, 0)), nn.AvgPool2d((1, 2))))
    rows, columns = fields(network, "1")
    assert rows == [(max(row - 1, 0), min(row + 2, 8)) for row in range(8)]
    assert columns == [(2 * column, 2 * column + 2) for column in range(4)]


@pytest.mark.parametrize("name", RESNET)
def test_fields_of_a_residual_network(name: str) -> None:
    network = network_of(get_model("resnet18", weights=None), 64)
    rows, columns = fields(network, name)
    assert rows == columns == [field_by_formula(row, RESNET[name], 64) for row in range(len(rows))]
    if name == "layer1.0":
        assert rows[8] == (19, 46), "27 pixels"


@pytest.mark.parametrize(
    "part",
    [
        nn.MaxPool2d(3, 2, padding=1),
        nn.MaxPool2d(2, 2, ceil_mode=True),
        nn.MaxPool2d(2, stride=1, dilation=2),
        nn.AdaptiveMaxPool2d(3),
        nn.Sequential(nn.Hardswish(), nn.Conv2d(3, 2, 3, stride=2)),
        nn.Sequential(nn.Conv2d(3, 3, 3, groups=3, dilation=2), nn.ReLU6(inplace=True), nn.Hardsigmoid()),
    ],
    ids=["max", "max-ceil", "max-dilated", "max-adaptive", "hardswish", "dilated-relu6"],
)
def test_fields_are_those_found_by_changing_every_pixel(part: nn.Module) -> None:
    torch.manual_seed(0)
    network = network_of(nn.Sequential(nn.Conv2d(3, 3, 3, padding=1), part), 9)
    rows, _ = fields(network, "1")
    assert rows == fields_by_position(network, "1")


class Gate(nn.Module):
    """Squeeze and excite: every position is scaled by what all positions say."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(3, 3, 1), nn.Hardsigmoid())

    def forward(self, inputs: Tensor) -> Tensor:
        return inputs * self.gate(inputs)


@pytest.mark.parametrize("name", ["0", "1", "2", "3"])
def test_gates_and_linear_layers_see_the_whole_image(name: str) -> None:
    network = network_of(nn.Sequential(Gate(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(48, 2)))
    rows, columns = fields(network, name)
    assert set(rows) == set(columns) == {(0, 8)}
    assert len(rows) == {"0": 8, "1": 4}.get(name, 1)


def test_a_filter_whose_weights_sum_to_zero_is_seen_and_zero_weights_are_not() -> None:
    edge = nn.Conv2d(3, 1, 3, padding=1, bias=False)
    with torch.no_grad():
        edge.weight.copy_(torch.tensor([[1.0, -2, 1], [-2, 4, -2], [1, -2, 1]]))
    rows, columns = fields(network_of(nn.Sequential(edge)), "0")
    assert rows == columns == [(max(place - 1, 0), min(place + 2, 8)) for place in range(8)]
    with torch.no_grad():
        edge.weight[:, :, :2] = 0
    rows, _ = fields(network_of(nn.Sequential(edge)), "0")
    assert rows == [(row + 1, row + 2) for row in range(7)] + [(0, 8)], "the last row sees padding alone"


def test_what_sees_nothing_counts_as_seeing_everything() -> None:
    blind = nn.Conv2d(3, 2, 3)
    nn.init.zeros_(blind.weight)
    assert fields(network_of(nn.Sequential(blind)), "0")[0] == [(0, 8)] * 6


class Single(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.part = nn.Conv2d(3, 1, 1)

    def forward(self, inputs: Tensor) -> Tensor:
        return self.part(inputs.float())


def test_a_network_that_fixes_its_types_is_a_clear_error() -> None:
    network = network_of(Single())
    with pytest.raises(NetworkError, match="`part` must run in double precision") as caught:
        receptive_fields(network, layer_of(network, "part"))
    assert "\n" not in str(caught.value)


def test_measuring_leaves_the_network_as_it_was() -> None:
    network = network_of(nn.Sequential(nn.Conv2d(3, 1, 1), nn.ReLU()))
    before = network.module(torch.ones(1, 3, 8, 8))
    assert seconds_a_line(network, layer_of(network, "1")) > 0
    receptive_fields(network, layer_of(network, "1"))
    assert torch.equal(network.module(torch.ones(1, 3, 8, 8)), before)
    assert not next(network.module.parameters()).requires_grad
