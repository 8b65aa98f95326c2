"""Networks wired by hand so that answers are known, and slow obvious references to compare with."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torchvision.models import get_model

from generator.activations.layers import as_maps
from generator.activations.sketch import edges
from generator.activations.trace import tapped
from generator.inputs.batches import Batch
from generator.inputs.models import Network
from generator.inputs.preprocess import Preprocess
from generator.records import Layer, LayerSurvey, NetworkInfo

SIDE = 8  # pixels
SUMMED = (
    "mean",
    "variance",
    "response_sum",
    "response_squares",
    "class_peak_sum",
    "class_response_sum",
    "strongest_mean",
    "means",
)
"""Fields of a survey that are right up to rounding; all others are exact."""


def network_of(module: nn.Module, side: int = SIDE) -> Network:
    """Make a module a network whose inputs are pixels from 0 to 1."""
    preprocess = Preprocess(side, side, "bilinear", (0.0, 0.0, 0.0), (1.0, 1.0, 1.0))
    parameters = sum(parameter.numel() for parameter in module.parameters())
    view = (side, side, "bilinear", (0.0, 0.0, 0.0), (1.0, 1.0, 1.0))
    info = NetworkInfo("planted", "by hand", "0" * 64, parameters, *view, (), "", "1" * 64)
    return Network(module.eval().requires_grad_(False), preprocess, info)


class ColourDetectors(nn.Module):
    """Neurons that respond to a colour and to nothing else.

    `colours` yields red, green, blue, their opposites and a constant 0.5, before the rectifier
    `rectified`; `mean` pools them; `grey` sums up red, green and blue.
    """

    def __init__(self) -> None:
        super().__init__()
        self.colours = nn.Conv2d(3, 7, 1)
        self.rectified = nn.ReLU(inplace=True)
        self.mean = nn.AdaptiveAvgPool2d(1)
        self.flat = nn.Flatten()
        self.grey = nn.Linear(7, 1)
        eye = torch.eye(3)
        with torch.no_grad():
            self.colours.weight.copy_(torch.cat([eye, -eye, torch.zeros(1, 3)])[:, :, None, None])
            self.colours.bias.copy_(torch.tensor([0.0] * 6 + [0.5]))
            self.grey.weight.copy_(torch.tensor([[1.0] * 3 + [0.0] * 4]))
            self.grey.bias.zero_()

    def forward(self, inputs: Tensor) -> Tensor:
        outputs: Tensor = self.grey(self.flat(self.mean(self.rectified(self.colours(inputs)))))
        return outputs


def detectors() -> nn.Module:
    """Return the colour detectors, for recipes that name `tests.planted:detectors`."""
    return ColourDetectors()


def shapes_of(model: str, **settings: Any) -> nn.Module:
    """Return a torchvision network without values (on torch's meta device): its outputs have shapes only."""
    with torch.device("meta"):
        return get_model(model, weights=None, **settings)


def random_batches(
    images: int, batch_size: int, side: int = SIDE, seed: int = 0, classes: int = 3
) -> Iterator[Batch]:
    """Yield the same random images, labelled -1 to `classes` - 1, in batches of any size."""
    random = np.random.default_rng(seed)
    pixels = torch.from_numpy(random.integers(0, 256, (images, side, side, 3), dtype=np.uint8))
    labels = random.integers(-1, classes, images).astype(np.int32)
    for start in range(0, images, batch_size):
        chosen = slice(start, min(start + batch_size, images))
        yield Batch(np.arange(images)[chosen], labels[chosen], pixels[chosen])


def all_maps(
    network: Network, layers: Sequence[Layer], batches: Iterable[Batch]
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Keep every response map (images, neurons, height, width) of every layer, and all labels."""
    maps: dict[str, list[np.ndarray]] = {layer.name: [] for layer in layers}
    labels: list[np.ndarray] = []

    def keeper(layer: Layer) -> Callable[[Tensor], None]:
        chosen = list(layer.neurons)
        return lambda output: maps[layer.name].append(as_maps(output, layer)[:, chosen].clone().numpy())

    with tapped(network.module, {layer.name: keeper(layer) for layer in layers}) as forward, torch.no_grad():
        for batch in batches:
            forward(network.preprocess.normalize(batch.pixels))
            labels.append(batch.labels)
    return {name: np.concatenate(parts) for name, parts in maps.items()}, np.concatenate(labels)


def slow_survey(maps: np.ndarray, labels: np.ndarray, classes: int, kept: int) -> LayerSurvey:
    """Summarize response maps (images, neurons, height, width) that are all in memory."""
    images, neurons, _, width = maps.shape
    flat = maps.reshape(images, neurons, -1)
    values = np.moveaxis(flat, 1, 0).reshape(neurons, -1).astype(np.float64)
    peaks, means = flat.max(axis=2), flat.mean(axis=2, dtype=np.float64)
    responses = np.maximum(flat, 0).mean(axis=2, dtype=np.float64)
    places = flat.argmax(axis=2)
    positions = np.stack([places // width, places % width], axis=-1).astype(np.int32)
    top = np.array([sorted(range(images), key=lambda i: (-column[i], i))[:kept] for column in peaks.T])
    bottom = np.array([sorted(range(images), key=lambda i: (column[i], i))[:kept] for column in peaks.T])
    neuron = np.arange(neurons)[:, None]
    members = [labels == label for label in range(classes)]
    return LayerSurvey(
        positions=values.shape[1],
        images=images,
        mean=values.mean(axis=1),
        variance=values.var(axis=1),
        minimum=values.min(axis=1).astype(np.float32),
        maximum=values.max(axis=1).astype(np.float32),
        zeros=(values == 0).sum(axis=1),
        sketch=np.stack([slow_sketch(row) for row in values]),
        response_sum=responses.sum(axis=0),
        response_squares=(responses**2).sum(axis=0),
        class_counts=np.array([member.sum() for member in members], dtype=np.int64),
        class_peak_sum=np.array([peaks[member].sum(axis=0, dtype=np.float64) for member in members]).T,
        class_response_sum=np.array([responses[member].sum(axis=0) for member in members]).T,
        top_images=top,
        top_peaks=peaks[top, neuron],
        top_positions=positions[top, neuron],
        bottom_images=bottom,
        bottom_peaks=peaks[bottom, neuron],
        bottom_positions=positions[bottom, neuron],
        strongest_mean=means.max(axis=0).astype(np.float32),
        first_image=0,
        peaks=peaks.astype(np.float16),
        means=means.astype(np.float16),
    )


def assert_same_survey(found: LayerSurvey, expected: LayerSurvey) -> None:
    """Compare every field: what is counted or chosen exactly, what is summed up to rounding."""
    for field in dataclasses.fields(LayerSurvey):
        left, right = np.asarray(getattr(found, field.name)), np.asarray(getattr(expected, field.name))
        assert left.dtype == right.dtype, field.name
        if field.name in SUMMED:
            scale = 1.0 if field.name == "variance" else np.abs(right.astype(np.float64)).max()
            close = 1e-3 if field.name == "means" else 1e-5  # float16 has steps of a thousandth
            np.testing.assert_allclose(left, right, rtol=close, atol=close * scale, err_msg=field.name)
        else:
            np.testing.assert_array_equal(left, right, err_msg=field.name)


def slow_sketch(values: np.ndarray) -> np.ndarray:
    """Count values (m,) in the sketch's bins by comparing with their edges, symmetrically about zero."""
    bin_edges = edges()
    zero = len(bin_edges) // 2 - 1
    magnitude_edges = bin_edges[zero + 1 :]
    bins = np.searchsorted(magnitude_edges, np.abs(values), side="right").clip(0, zero)
    return np.bincount(zero + np.sign(values).astype(int) * bins, minlength=len(bin_edges) - 1)


def field_by_formula(position: int, layers: list[tuple[int, int, int]], side: int) -> tuple[int, int]:
    """Return the receptive field of one row of a stack of (kernel, stride, padding), the last one first seen.

    Walks back from the row: rows [start, stop) of an output see [start * stride - padding,
    (stop - 1) * stride - padding + kernel) of its input, clipped to it.
    """
    sides = [side]
    for kernel, stride, padding in layers:
        sides.append((sides[-1] + 2 * padding - kernel) // stride + 1)
    start, stop = position, position + 1
    for (kernel, stride, padding), length in zip(reversed(layers), reversed(sides[:-1]), strict=True):
        start, stop = start * stride - padding, (stop - 1) * stride - padding + kernel
        start, stop = max(start, 0), min(stop, length)
    return start, stop
