from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from generator.activations.layers import choose_layers
from generator.activations.stream import stream
from generator.inputs.batches import Batch
from generator.recipe import LayersSection
from generator.records import Layer
from tests.planted import ColourDetectors, network_of, random_batches


def test_every_layer_of_every_batch_is_handed_on_with_the_chosen_neurons() -> None:
    network = network_of(ColourDetectors())
    section = LayersSection(select=("colours", "rectified"), neurons=(5, 1))
    seen: dict[str, list[Tensor]] = {"colours": [], "rectified": []}
    batches: list[Batch] = []

    def receive(layer: Layer, maps: Tensor, batch: Batch) -> None:
        assert len(maps) == len(batch.indices)
        seen[layer.name].append(maps)
        batches.append(batch)

    stream(network, choose_layers(network, section, 0), random_batches(5, 2), receive)
    pixels = torch.cat([batch.pixels for batch in batches[::2]]).permute(0, 3, 1, 2) / 255
    expected = torch.stack([-pixels[:, 2], pixels[:, 1]], dim=1)
    torch.testing.assert_close(torch.cat(seen["colours"]), expected)
    torch.testing.assert_close(torch.cat(seen["rectified"]), expected.relu())
    assert np.concatenate([batch.indices for batch in batches[::2]]).tolist() == list(range(5))


def test_maps_are_float32_contiguous_and_without_a_graph() -> None:
    network = network_of(ColourDetectors())
    layers = choose_layers(network, LayersSection(select=("colours", "grey"), neurons="all"), 0)
    seen: list[Tensor] = []
    stream(network, layers, random_batches(3, 3), lambda _layer, maps, _batch: seen.append(maps))
    assert [maps.shape for maps in seen] == [(3, 7, 8, 8), (3, 1, 1, 1)]
    assert all(
        maps.dtype == torch.float32 and maps.is_contiguous() and not maps.requires_grad for maps in seen
    )


def test_hooks_leave_when_a_receiver_fails() -> None:
    network = network_of(ColourDetectors())
    layers = choose_layers(network, LayersSection(select=("colours",)), 0)

    def fail(*_: object) -> None:
        raise KeyError

    with pytest.raises(KeyError):
        stream(network, layers, random_batches(1, 1), fail)
    assert len(network.module.colours._forward_hooks) == 0
