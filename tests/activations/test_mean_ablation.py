"""Channels at their mean: of maps, of tokens with a class token, and of units; others stay as they are."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torchvision.models import VisionTransformer

from generator.activations.layers import list_layers
from generator.activations.mean_ablation import channel_means, mean_output, replacing
from generator.activations.trace import tapped
from generator.inputs.models import Network
from generator.records import Layer
from tests.planted import detectors, network_of, random_batches

IMAGES = 11
TOKENS = "encoder.layers.encoder_layer_1.mlp.1"


def transformer() -> nn.Module:
    """Return a small vision transformer: a class token and a grid of 2 × 2 patches."""
    torch.manual_seed(0)
    return VisionTransformer(
        image_size=8, patch_size=4, num_layers=2, num_heads=2, hidden_dim=8, mlp_dim=12, num_classes=3
    )


def found_in(module: nn.Module, name: str) -> tuple[Network, Layer]:
    network = network_of(module)
    return network, next(layer for layer in list_layers(network) if layer.name == name)


def outputs_of(network: Network, layer: Layer) -> Tensor:
    """Return the layer's output for all images at once."""
    kept: list[Tensor] = []
    with tapped(network.module, {layer.name: lambda output: kept.append(output.clone())}) as forward:
        for batch in random_batches(IMAGES, IMAGES):
            forward(network.preprocess.normalize(batch.pixels))
    return kept[0]


@pytest.mark.parametrize(
    ("module", "name"), [(detectors, "colours"), (transformer, TOKENS), (detectors, "grey")]
)
def test_the_mean_is_over_images_position_by_position_in_batches_of_any_size(
    module: object, name: str
) -> None:
    assert callable(module)
    network, layer = found_in(module(), name)
    expected = outputs_of(network, layer).double().mean(dim=0)
    for size in (3, IMAGES):
        found = mean_output(network, layer, random_batches(IMAGES, size))
        torch.testing.assert_close(found.double(), expected, rtol=1e-5, atol=1e-6)


def test_replaced_channels_of_maps_are_alike_for_all_images_and_others_are_untouched() -> None:
    network, layer = found_in(detectors(), "colours")
    output, channels = outputs_of(network, layer), np.array([1, 4])
    mean = mean_output(network, layer, random_batches(IMAGES, 4))
    changed = replacing(mean, layer, channels)(output.clone())
    torch.testing.assert_close(changed[:, channels], mean[channels].expand(IMAGES, -1, -1, -1))
    torch.testing.assert_close(changed[:, [0, 2, 3, 5, 6]], output[:, [0, 2, 3, 5, 6]], rtol=0, atol=0)
    np.testing.assert_allclose(channel_means(mean, layer), output.mean(dim=(0, 2, 3)), rtol=1e-5, atol=1e-7)


def test_the_class_token_is_replaced_too_but_does_not_count_in_the_mean_activation() -> None:
    network, layer = found_in(transformer(), TOKENS)
    output = outputs_of(network, layer)
    assert output.shape == (IMAGES, 1 + 4, 12)
    mean = mean_output(network, layer, random_batches(IMAGES, 4))
    changed = replacing(mean, layer, np.array([3]))(output.clone())
    torch.testing.assert_close(changed[:, :, 3], mean[:, 3].expand(IMAGES, -1))
    torch.testing.assert_close(changed[:, :, :3], output[:, :, :3], rtol=0, atol=0)
    np.testing.assert_allclose(
        channel_means(mean, layer), output[:, 1:].mean(dim=(0, 1)), rtol=1e-4, atol=1e-6
    )


def test_units_are_replaced_by_their_mean_and_no_channels_change_nothing() -> None:
    network, layer = found_in(detectors(), "grey")
    output = outputs_of(network, layer)
    mean = mean_output(network, layer, random_batches(IMAGES, 4))
    assert torch.equal(replacing(mean, layer, np.zeros(0, np.int32))(output.clone()), output)
    changed = replacing(mean, layer, np.array([0]))(output.clone())
    torch.testing.assert_close(changed, mean.expand_as(output))
