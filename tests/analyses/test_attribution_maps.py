"""Captum's maps on networks whose answer is known, against loops over windows, and where maps lie."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torchvision.models import VisionTransformer

from generator.activations.layers import list_layers
from generator.analyses.attribution_maps import (
    SQUARES,
    Answer,
    CaptumMaps,
    Places,
    answering,
    baselines,
    captum_maps,
    in_squares,
    response_maps,
    square_of,
    window_of,
)
from generator.geometry import even
from generator.inputs.models import Network
from generator.pages.outlines import Placement
from generator.pages.overlays import resampled
from generator.records import Layer, LayerCentres
from tests.planted import network_of
from tests.planted_patch import AGAINST, FOR, SIDE, Cells, Patches, mask_of, pictures

COUNT = 4


def layer_of(network: Network, name: str) -> Layer:
    (found,) = [layer for layer in list_layers(network) if layer.name == name]
    return found


def places(channels: list[int], rows: int = 0, columns: int = 0) -> Places:
    count = len(channels)
    return Places(torch.tensor(channels), torch.full((count,), rows), torch.full((count,), columns))


@pytest.fixture(scope="module")
def patches() -> Iterator[Answer]:
    network = network_of(Patches(), SIDE)
    with answering(network, layer_of(network, "rectified")) as answer:
        yield answer


def attributed(answer: Answer, channel: int, *, batch_size: int = 64, integration: int = 8) -> CaptumMaps:
    inputs = pictures(COUNT)
    asked = places([channel] * COUNT)
    nothing = baselines(inputs, "mean")
    return captum_maps(answer, inputs, nothing, asked, integration=integration, batch_size=batch_size)


def test_all_mass_lies_on_the_patch_that_is_seen(patches: Answer) -> None:
    found, seen = attributed(patches, 0), mask_of(FOR)
    inputs = pictures(COUNT).numpy()
    np.testing.assert_allclose(found.gradient, np.broadcast_to(seen / 16, found.gradient.shape), atol=1e-7)
    np.testing.assert_allclose(found.integrated, inputs[:, 0] * seen / 16, atol=1e-6)  # exact: it is linear
    strength = np.abs(found.occlusion)
    middle = mask_of((slice(6, 8), slice(10, 12))), mask_of((slice(4, 6), slice(8, 10)))
    assert (strength[:, seen].min(axis=1) > 0).all()
    assert (strength.reshape(COUNT, -1).argmax(axis=1)[:, None] == np.flatnonzero(seen)).any(axis=1).all()
    assert all(
        (strength[:, part].mean(axis=1) > 3 * strength[:, ~seen].mean(axis=1)).all() for part in middle
    )


def test_what_speaks_against_is_negative(patches: Answer) -> None:
    found, inputs = attributed(patches, 1), pictures(COUNT).numpy()
    expected = inputs[:, 0] * (2 * mask_of(FOR).astype(float) - mask_of(AGAINST)) / 16
    np.testing.assert_allclose(found.integrated, expected, atol=1e-6)
    assert (found.occlusion[:, mask_of(FOR)].mean(axis=1) > 0).all()
    assert (found.occlusion[:, mask_of(AGAINST)].mean(axis=1) < 0).all()
    assert (found.gradient >= 0).all()


def test_occlusion_is_that_of_a_loop_over_windows(patches: Answer) -> None:
    inputs, asked = pictures(COUNT), places([1] * COUNT)
    nothing = baselines(inputs, "blurred")
    found = captum_maps(patches, inputs, nothing, asked, integration=4, batch_size=5).occlusion
    window, stride = window_of(SIDE)
    for picture in range(COUNT):
        total, windows = np.zeros((SIDE, SIDE)), np.zeros((SIDE, SIDE))
        one = Places(*(part[:1] for part in asked))
        with torch.no_grad():
            whole = float(patches(inputs[picture : picture + 1], *one))
            for top in range(0, SIDE - window + 1, stride):
                for left in range(0, SIDE - window + 1, stride):
                    changed = inputs[picture : picture + 1].clone()
                    part = (slice(top, top + window), slice(left, left + window))
                    changed[0, :, part[0], part[1]] = nothing[picture, :, part[0], part[1]]
                    total[part] += whole - float(patches(changed, *one))
                    windows[part] += 1
        np.testing.assert_allclose(found[picture], total / windows, atol=1e-6)


def test_batch_size_changes_nothing(patches: Answer) -> None:
    small, large = attributed(patches, 1, batch_size=COUNT), attributed(patches, 1, batch_size=200)
    for name in ("gradient", "integrated", "occlusion", "integrated_sum"):
        np.testing.assert_allclose(getattr(small, name), getattr(large, name), atol=1e-6)


def deep() -> Network:
    """Return a random network that is not linear, with rectifiers that work in place."""
    torch.manual_seed(0)
    module = nn.Sequential(
        nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(inplace=True), nn.Conv2d(8, 4, 3, 2), nn.ReLU(inplace=True)
    )
    return network_of(module, SIDE)


def test_integrated_gradients_add_up_to_the_activation_and_gradients_are_those_of_small_steps() -> None:
    network = deep()
    inputs, asked = pictures(COUNT), places([2] * COUNT, 3, 3)
    nothing = baselines(inputs, "mean")
    with answering(network, layer_of(network, "2")) as answer:
        found = captum_maps(answer, inputs, nothing, asked, integration=200, batch_size=64)
        with torch.no_grad():
            difference = (answer(inputs, *asked) - answer(nothing, *asked)).numpy()
            changes = []
            for colour in range(3):
                ahead, behind = inputs[:1].clone(), inputs[:1].clone()
                ahead[0, colour, 7, 7] += 1e-2
                behind[0, colour, 7, 7] -= 1e-2
                one = Places(*(part[:1] for part in asked))
                changes.append(float(answer(ahead, *one) - answer(behind, *one)) / 2e-2)
    np.testing.assert_allclose(found.integrated_sum, difference, rtol=0.02)
    np.testing.assert_allclose(found.gradient[0, 7, 7], np.abs(changes).max(), rtol=0.02)


def test_tokens_are_explained_at_their_patch() -> None:
    torch.manual_seed(0)
    module = VisionTransformer(
        image_size=SIDE, patch_size=4, num_layers=1, num_heads=2, hidden_dim=8, mlp_dim=16, num_classes=2
    )
    network = network_of(module, SIDE)
    layer = layer_of(network, "encoder.layers.encoder_layer_0.mlp.1")
    assert (layer.kind, layer.height, layer.width) == ("tokens", 4, 4)
    inputs, asked = pictures(2), places([3, 5], 1, 2)
    hidden: list[Tensor] = []
    handle = module.get_submodule(layer.name).register_forward_hook(lambda *call: hidden.append(call[2]))
    with torch.no_grad():
        module(inputs)
    handle.remove()
    expected = torch.stack([hidden[0][0, 1 + 1 * 4 + 2, 3], hidden[0][1, 1 + 1 * 4 + 2, 5]])
    with answering(network, layer) as answer:
        torch.testing.assert_close(answer(inputs, *asked).detach(), expected)
        nothing = baselines(inputs, "mean")
        found = captum_maps(answer, inputs, nothing, asked, integration=100, batch_size=50)
        with torch.no_grad():
            difference = (answer(inputs, *asked) - answer(nothing, *asked)).numpy()
    np.testing.assert_allclose(found.integrated_sum, difference, rtol=0.02, atol=1e-3)


def test_a_later_operation_in_place_does_not_change_what_is_explained() -> None:
    network = deep()
    inputs, asked = pictures(COUNT), places([0, 1, 2, 3], 2, 2)
    with answering(network, layer_of(network, "2")) as answer, torch.no_grad():
        found = answer(inputs, *asked)
    first, _, second, _ = network.module
    with torch.no_grad():
        maps = second(torch.relu(first(inputs)))
    expected = torch.stack([maps[at, at, 2, 2] for at in range(COUNT)])
    assert (expected < 0).any()
    torch.testing.assert_close(found, expected)


@pytest.mark.parametrize("side", [5, 16, 40, 64, 224])
def test_squares_share_the_picture_and_hold_means(side: int) -> None:
    lie = square_of(side)
    counts = np.bincount(lie)
    assert len(counts) == min(side, SQUARES)
    assert counts.max() - counts.min() <= 1
    values = torch.from_numpy(np.random.default_rng(0).normal(size=(2, side, side)))
    found = in_squares(values)
    for row, column in ((0, 0), (len(counts) - 1, 1)):
        own = values.numpy()[:, lie == row][:, :, lie == column]
        np.testing.assert_allclose(found[:, row, column], own.mean(axis=(1, 2)))
    window, stride = window_of(side)
    assert stride <= window <= side


def test_the_response_map_is_the_one_that_pages_draw() -> None:
    network = network_of(Cells(), SIDE)
    inputs: Tensor = pictures(1)
    with torch.no_grad():
        maps = network.module(inputs)[:, 0].numpy()
    centres = LayerCentres(even(4, 64), even(4, 64))
    found = response_maps(maps, centres, 64)[0]
    np.testing.assert_allclose(
        found, resampled(maps[0], Placement(centres.rows, centres.columns, 64, 64.0), 16, 16)
    )
    assert (
        np.unravel_index(found.argmax(), found.shape)[0] // 4 == np.unravel_index(maps[0].argmax(), (4, 4))[0]
    )


def test_baselines_are_grey_or_blurred() -> None:
    inputs = pictures(2)
    assert not baselines(inputs, "mean").any()
    blurred = baselines(inputs, "blurred")
    assert blurred.shape == inputs.shape
    torch.testing.assert_close(blurred.mean(), inputs.mean(), atol=0.05, rtol=0)
    assert blurred.std() < inputs.std() / 3
