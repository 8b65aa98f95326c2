"""A network wired by hand for the planted world: what every one of its neurons responds to is known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from tests.planted_world import SIDE, TONES

Evidence = Literal["none", "overlap", "pair", "absent"]
Role = Literal["wired", "dead", "noise", "figure"]

NOISE_NEURONS = 32
SMOOTH_NOISE = 16  # the last of them, whose neighbouring positions are alike, as in most networks
NOISE_SEED = 20  # any will do
KEYS = 8  # independent sums of a picture's pixels, so that no two pictures agree in all of them
MOST_TURN = 0.15  # radians for one step of one pixel value
WHITE = 255.0  # pixel value of 1.0 in the network's input

ALTERNATING = torch.tensor([-1.0, 2.0, -1.0]) / 4  # answers ± half the difference of alternating lines
SMOOTH = torch.tensor([1.0, 2.0, 1.0]) / 4  # answers nothing to the difference of alternating lines
TEXTURE_THRESHOLD = 15 / WHITE  # half of what a texture's two tones give, above what outlines do
CELL = 2  # pixels a side, in layers of stride 2
NEUTRAL = 30 / WHITE  # difference of two channels that noise on grey does not reach
TINTED = 20 / WHITE  # sum of differences above NEUTRAL from which a pixel counts as coloured
LARGE_PIXELS = 30.0  # coloured pixels in 14 × 14: more than a small shape has
CENTRE_PIXELS = 30.0  # counted for the centre being coloured, without which nothing is large enough
ENOUGH_PIXELS = 5.0  # beyond those two, from which on more make no difference
FIGURE_LIGHTS = (1.0, 0.5, -0.25, -0.5)  # what brightness adds to neurons that answer to any shape alike


@dataclass(frozen=True)
class PlantedLayer:
    """Where a layer's response maps lie: cell i of a row covers pixels from start + stride × i on."""

    name: str
    stride: int
    start: int
    side: int


@dataclass(frozen=True)
class Truth:
    """What is true of a neuron by construction.

    Attributes:
        layer: Name of the layer.
        channel: Channel of the layer.
        role: What it was made for.
        evidence: What a right label rests on (`generator.records.concepts.EVIDENCE`), `none` for no label.
        category: Of the concepts; empty without a label.
        names: The concepts; two for `pair`, the order does not matter.
        duplicate_of: Channel of the same layer that it equals up to a positive factor.
    """

    layer: str
    channel: int
    role: Role
    evidence: Evidence = "none"
    category: str = ""
    names: tuple[str, ...] = ()
    duplicate_of: int | None = None

    def __str__(self) -> str:
        return f"{self.layer}/{self.channel}"


LAYERS = {
    layer.name: layer
    for layer in (
        PlantedLayer("colours", stride=1, start=0, side=32),
        PlantedLayer("textures", stride=2, start=0, side=16),
        PlantedLayer("objects", stride=2, start=4, side=14),
        PlantedLayer("whole", stride=4, start=0, side=8),
    )
}
"""In order of execution. A neuron of `whole` sees the whole picture at every position."""

TRUTH: tuple[Truth, ...] = (
    Truth("colours", 0, "wired", "overlap", "colour", ("red",)),
    Truth("colours", 1, "wired", "overlap", "colour", ("green",)),
    Truth("colours", 2, "wired", "overlap", "colour", ("blue",)),
    Truth("colours", 3, "wired", "pair", "colour", ("red", "blue")),
    Truth("colours", 4, "dead"),
    Truth("textures", 0, "wired", "overlap", "texture", ("horizontal",)),
    Truth("textures", 1, "wired", "overlap", "texture", ("vertical",)),
    Truth("textures", 2, "wired", "overlap", "texture", ("vertical",), duplicate_of=1),
    Truth("objects", 0, "wired", "overlap", "texture", ("checks",)),
    Truth("objects", 1, "wired", "overlap", "size", ("large",)),
    *(Truth("objects", 2 + channel, "figure") for channel in range(len(FIGURE_LIGHTS))),
    Truth("whole", 0, "wired", "absent", "colour", ("red",)),
    *(Truth("whole", channel, "noise") for channel in range(1, NOISE_NEURONS + 1)),
)
"""Every channel of every layer, in order."""


def network() -> nn.Module:
    """Return the network, for recipes that name `tests.planted_neurons:network`; inputs are 0 to 1."""
    return PlantedNetwork().eval()


def responses(pixels: NDArray[np.uint8]) -> dict[str, NDArray[np.float32]]:
    """Return the response maps of every layer to pictures (n, 32, 32, 3): (n, channels, side, side)."""
    module = network()
    maps: dict[str, NDArray[np.float32]] = {}

    def keeper(name: str) -> Callable[[nn.Module, Any, Tensor], None]:
        return lambda _module, _inputs, output: maps.update({name: output.numpy()})

    for name in LAYERS:
        module.get_submodule(name).register_forward_hook(keeper(name))
    with torch.no_grad():
        module(torch.from_numpy(pixels).permute(0, 3, 1, 2).float() / WHITE)
    return maps


def placed(maps: NDArray[np.float32], layer: str) -> NDArray[np.float32]:
    """Return response maps (..., side, side) at the pixels that they are of: (..., 32, 32), 0 elsewhere."""
    planted = LAYERS[layer]
    spread = maps.repeat(planted.stride, axis=-2).repeat(planted.stride, axis=-1)
    inside = slice(planted.start, planted.start + planted.stride * planted.side)
    result = np.zeros((*maps.shape[:-2], SIDE, SIDE), np.float32)
    result[..., inside, inside] = spread
    return result


class PlantedNetwork(nn.Module):
    """Four layers, each rectified; takes pictures (images, 3, 32, 32), yields means of the last one."""

    def __init__(self) -> None:
        super().__init__()
        self.colours = Colours()
        self.textures = Textures()
        self.objects = Objects()
        self.whole = Whole()

    def forward(self, pixels: Tensor) -> Tensor:
        colours = self.colours(pixels)
        self.textures(pixels)
        self.objects(pixels)
        outputs: Tensor = self.whole(pixels, colours).mean(dim=(2, 3))
        return outputs


class Colours(nn.Module):
    """Red, green, blue, red or blue, and a neuron that would need more than a channel can hold."""

    def __init__(self) -> None:
        super().__init__()
        primary = 2 * torch.eye(3) - torch.ones(3, 3)  # a channel less the sum of the others
        self.primary = _wired(primary, -40 / WHITE, gain=4.0)
        chosen = [[1.0, 0, 0], [0, 1, 0], [0, 0, 1], [1, 0, 1], [0.5, 0.5, 0.5]]
        self.mix = _wired(torch.tensor(chosen), torch.tensor([0.0, 0.0, 0.0, 0.0, -2.0]))
        self.rectifier = nn.ReLU()

    def forward(self, pixels: Tensor) -> Tensor:
        outputs: Tensor = self.rectifier(self.mix(self.rectifier(self.primary(pixels))))
        return outputs


class Textures(nn.Module):
    """Stripes across and stripes upright of two pixels' period, and the latter once more, weaker.

    Of brightness alone, in which all colours are alike; the outline of a shape stays below the threshold.
    """

    def __init__(self) -> None:
        super().__init__()
        kernels = [torch.outer(ALTERNATING, SMOOTH), torch.outer(SMOOTH, ALTERNATING)]
        self.ripples = _ripples(kernels)
        self.cells = _cells(torch.tensor([[1.0, 1, 0, 0], [0, 0, 1, 1]]), -TEXTURE_THRESHOLD, gain=10.0)
        self.mix = _wired(torch.tensor([[1.0, 0], [0, 1], [0, 0.4]]), 0.0)
        self.rectifier = nn.ReLU()

    def forward(self, pixels: Tensor) -> Tensor:
        hidden = self.rectifier(self.cells(self.rectifier(self.ripples(pixels))))
        outputs: Tensor = self.rectifier(self.mix(hidden))
        return outputs


class Objects(nn.Module):
    """Checks, the inside of large shapes, by wide windows, and that of any shape, whatever it is.

    The latter two answer equally, but for the brightness of the window, which is mostly background. The
    first two rows and columns are cut off.
    """

    def __init__(self) -> None:
        super().__init__()
        self.ripples = _ripples([torch.outer(ALTERNATING, ALTERNATING)])
        self.checks = _cells(torch.ones(1, 2), -TEXTURE_THRESHOLD, gain=10.0)
        self.window = _wired(torch.outer(SMOOTH, SMOOTH)[None, None], -0.1, padding=1)
        differences = torch.tensor([[1.0, -1, 0], [0, 1, -1], [-1, 0, 1]])
        self.tints = _wired(torch.cat([differences, -differences]), -NEUTRAL, gain=1 / TINTED)
        self.steps = _wired(torch.ones(2, 6), torch.tensor([0.0, -1.0]))
        self.area = _cells(torch.tensor([[1.0, -1.0]]), 0.0, gain=float(CELL**2))
        around = torch.ones(1, 1, 7, 7)
        around[0, 0, 3, 3] += CENTRE_PIXELS / CELL**2
        excess = -LARGE_PIXELS - CENTRE_PIXELS - torch.tensor([0.0, ENOUGH_PIXELS])
        self.size = _wired(around.repeat(2, 1, 1, 1), excess, gain=1 / ENOUGH_PIXELS, padding=3)
        self.brightness = _cells(torch.ones(1, 3) / 3, -TONES["plain"] / WHITE, gain=10.0)
        self.around = _wired(torch.ones(1, 1, 7, 7) / 49, 0.0, padding=3)
        self.large = _wired(torch.tensor([[5.0, -5.0, 1.0]]), -4.0)  # brightness alone never reaches 4
        figures = [[5 / CELL**2, light] for light in FIGURE_LIGHTS]
        self.figures = _wired(torch.tensor(figures), -4.0)
        self.rectifier = nn.ReLU()

    def forward(self, pixels: Tensor) -> Tensor:
        checks = self.window(self.rectifier(self.checks(self.rectifier(self.ripples(pixels)))))
        tinted = self.rectifier(self.steps(self.rectifier(self.tints(pixels))))
        area = self.area(tinted)
        size = self.rectifier(self.size(area))
        brightness = self.around(self.brightness(pixels))
        large = self.large(torch.cat([size, brightness], dim=1))
        figures = self.figures(torch.cat([area, brightness], dim=1))
        outputs: Tensor = self.rectifier(torch.cat([checks, large, figures], dim=1)[:, :, 2:, 2:])
        return outputs


class Whole(nn.Module):
    """A neuron that falls silent where red is anywhere, and noise that depends on the picture alone.

    The noise is a product of two waves, whose phases at every position are another mixture of a few keys
    of the picture: sums of all its pixels with random weights. The mixtures' factors are so large that a
    small change of the picture turns the waves by many periods.
    """

    def __init__(self) -> None:
        super().__init__()
        random = np.random.default_rng(NOISE_SEED)
        weights = torch.from_numpy(random.choice([-2.0, -1, 1, 2], (KEYS, 3, SIDE, SIDE)))
        self.keys = _wired(weights, 0.0, gain=WHITE)
        shape = (1 + NOISE_NEURONS, LAYERS["whole"].side, LAYERS["whole"].side)
        factors = random.uniform(-MOST_TURN, MOST_TURN, (2, KEYS, *shape))
        self.factors: Tensor
        self.register_buffer("factors", torch.from_numpy(factors).float())
        self.phases: Tensor
        self.register_buffer("phases", torch.from_numpy(random.uniform(0, 2 * np.pi, (2, *shape))).float())
        self.rectifier = nn.ReLU()

    def forward(self, pixels: Tensor, colours: Tensor) -> Tensor:
        turns = torch.einsum("ik,wkchv->iwchv", self.keys(pixels)[:, :, 0, 0], self.factors)
        rough = torch.sin(turns + self.phases).prod(dim=1)
        smooth = functional.interpolate(rough[:, -SMOOTH_NOISE:, ::2, ::2], scale_factor=2, mode="bilinear")
        noise = torch.cat([rough[:, :-SMOOTH_NOISE], smooth], dim=1)
        without_red = 1 + 0.2 * noise[:, :1] - colours[:, :1].sum(dim=(2, 3), keepdim=True)
        outputs: Tensor = self.rectifier(torch.cat([without_red, noise[:, 1:]], dim=1))
        return outputs


def _wired(
    weight: Tensor, bias: Tensor | float, *, gain: float = 1.0, stride: int = 1, padding: int = 0
) -> nn.Conv2d:
    """Return a convolution with these weights (outputs, inputs[, height, width]), all of it times `gain`."""
    if weight.ndim == 2:
        weight = weight[:, :, None, None]
    outputs, inputs, height, width = weight.shape
    layer = nn.Conv2d(inputs, outputs, (height, width), stride=stride, padding=padding)
    with torch.no_grad():
        layer.weight.copy_(weight * gain)
        assert layer.bias is not None
        layer.bias.copy_(torch.as_tensor(bias) * gain)
    return layer


def _ripples(kernels: list[Tensor]) -> nn.Conv2d:
    """Return a convolution of brightness with each kernel (3, 3), each followed by its negative."""
    signed = torch.stack([sign * kernel for kernel in kernels for sign in (1.0, -1.0)])
    layer = _wired(signed[:, None].repeat(1, 3, 1, 1) / 3, 0.0, padding=1)
    layer.padding_mode = "replicate"
    return layer


def _cells(weight: Tensor, bias: float, *, gain: float) -> nn.Conv2d:
    """Return the mean over cells of 2 × 2 pixels of a mixture of channels (outputs, inputs)."""
    spread = weight[:, :, None, None].repeat(1, 1, CELL, CELL) / CELL**2
    return _wired(spread, bias, gain=gain, stride=CELL)
