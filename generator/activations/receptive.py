"""Receptive fields: which input rows and columns each row and column of a response map sees, by gradient."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional
from torch.overrides import TorchFunctionMode

from generator.activations.layers import as_maps
from generator.activations.nonlinearities import ELEMENTWISE, function_name
from generator.activations.trace import tapped
from generator.errors import NetworkError
from generator.inputs.models import Network
from generator.records import Layer, LayerReceptiveFields

ROWS, COLUMNS = 2, 3  # axes of a response map and of the network's input

_SEED = 0  # of the picture and of the weights of outputs; any will do
_CLAMPS = frozenset(("clamp", "clamp_max", "clamp_min", "clip", "threshold"))
_POOLING = ("kernel_size", "stride", "padding", "dilation", "ceil_mode")  # arguments of max_pool2d, in order

Field = tuple[int, int]


def receptive_fields(network: Network, layer: Layer) -> LayerReceptiveFields:
    """Measure which input pixels can influence each row and each column of a layer's response maps.

    For every row of the map, a randomly weighted sum over its columns and channels is differentiated
    by the input: input rows with a gradient other than exactly zero are seen. The same for columns.
    So that the gradient reaches all that could matter, and not only what does for one picture, it passes
    elementwise nonlinearities unchanged (straight through), and maxima are replaced by averages.

    The network is copied to the CPU in double precision: there, convolutions are plain matrix
    products, whose gradient is exactly zero where nothing is connected (Winograd and FFT
    algorithms leave rounding noise instead) and does not underflow in deep networks. Rows are
    taken to see no further up than the rows below them, as in every network of convolutions,
    pooling and attention; so rows between two that see the same are not measured.

    Args:
        network: The network.
        layer: A layer of it.

    Returns:
        Bounding intervals [start, stop) in input pixels, clipped to the input. Rows and columns that
        no pixel influences (all their weights are zero) count as seeing the whole input.

    Raises:
        NetworkError: The network does not run in double precision.

    Source:
        Luo et al. 2016, "Understanding the Effective Receptive Field in Deep Convolutional Neural
        Networks" (the field by gradient); Bengio, Léonard & Courville 2013, "Estimating or Propagating
        Gradients Through Stochastic Neurons" (straight through).
    """
    try:
        pixels, maps = _opened_maps(network, layer)
        return LayerReceptiveFields(rows=_fields(pixels, maps, ROWS), columns=_fields(pixels, maps, COLUMNS))
    except RuntimeError as error:
        reason = " ".join(str(error).split())
        raise NetworkError(
            f"layer `{layer.name}` must run in double precision to have its receptive field measured, "
            f"but {reason}; leave types to the module's parameters"
        ) from None


def seconds_a_line(network: Network, layer: Layer) -> float:
    """Time the measurement of one row of a layer's response maps."""
    pixels, maps = _opened_maps(network, layer)
    start = time.perf_counter()
    _field(pixels, maps.select(ROWS, 0), ROWS)
    return time.perf_counter() - start


def _opened_maps(network: Network, layer: Layer) -> tuple[Tensor, Tensor]:
    """Return a random picture and the opened network's response maps to it, with their graph."""
    module = copy.deepcopy(network.module).to("cpu", torch.float64)
    crop = network.preprocess.crop
    generator = torch.Generator().manual_seed(_SEED)
    pixels = torch.randn(1, 3, crop, crop, dtype=torch.float64, generator=generator).requires_grad_()
    caught: list[Tensor] = []
    taps = {layer.name: lambda output: caught.append(as_maps(output, layer))}
    with tapped(module, taps) as forward, torch.enable_grad(), _Opening():
        forward(pixels)
    return pixels, caught[0]


def _fields(pixels: Tensor, maps: Tensor, axis: int) -> NDArray[np.int32]:
    """Return the field (length, 2) of every row or column."""
    length, whole = maps.shape[axis], (0, pixels.shape[axis])
    weights = torch.randn(maps.shape, dtype=maps.dtype, generator=torch.Generator().manual_seed(_SEED))
    weighted = maps * weights  # equal weights could cancel: those of an edge filter sum to zero
    measured: dict[int, Field | None] = {}

    def measure(place: int) -> Field | None:
        if place not in measured:
            measured[place] = _field(pixels, weighted.select(axis, place), axis)
        return measured[place]

    pending = [(0, length - 1)]
    while pending:
        low, high = pending.pop()
        seen = measure(low)
        if high - low > 1 and seen is not None and seen == measure(high):
            measured.update(dict.fromkeys(range(low, high), seen))
        elif high > low:
            middle = (low + high) // 2
            pending += [(low, middle), (middle + 1, high)]
    return np.array([measured[place] or whole for place in range(length)], dtype=np.int32)


def _field(pixels: Tensor, outputs: Tensor, axis: int) -> Field | None:
    """Return the first and one past the last input row (or column) that has a gradient."""
    if not outputs.requires_grad:
        return None
    (gradient,) = torch.autograd.grad(outputs.sum(), pixels, retain_graph=True)
    others = [other for other in range(pixels.ndim) if other != axis]
    places = (gradient != 0).sum(dim=others).nonzero().flatten()
    return (int(places[0]), int(places[-1]) + 1) if len(places) else None


class _Opening(TorchFunctionMode):
    """Lets all gradients through elementwise nonlinearities, and averages where a maximum is asked for."""

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        name, options = function_name(func), dict(kwargs or {})
        if name in ELEMENTWISE or name in _CLAMPS:
            return _straight_through(func, *args, **options)
        average = _AVERAGES.get(name.removesuffix("_with_indices"))
        if average is None:
            return func(*args, **options)
        averaged = average(*args, **options)
        wants_indices = name.endswith("_with_indices")
        return (averaged, func(*args, **options)[1]) if wants_indices else averaged


def _straight_through(func: Callable[..., Tensor], values: Tensor, *args: Any, **options: Any) -> Tensor:
    """Return what the function does, out of place, with a gradient of one everywhere."""
    result = func(values.detach().clone(), *args, **options)
    return values + (result - values).detach()


def _average_pool(values: Tensor, *args: Any, **options: Any) -> Tensor:
    """Average over the windows of `max_pool2d`, which has the same arguments; gaps of dilation are filled."""
    given = dict(zip(_POOLING, args, strict=False)) | options
    kernel = _pair(given["kernel_size"])
    spans = [1 + gap * (size - 1) for gap, size in zip(_pair(given.get("dilation", 1)), kernel, strict=True)]
    stride, padding = _pair(given.get("stride") or kernel), _pair(given.get("padding", 0))
    return functional.avg_pool2d(values, spans, list(stride), list(padding), given.get("ceil_mode", False))


def _adaptive_average(values: Tensor, output_size: Any, *_args: Any, **_options: Any) -> Tensor:
    return functional.adaptive_avg_pool2d(values, output_size)


def _average(values: Tensor, dim: Any = (), keepdim: bool = False) -> Tensor:
    return values.mean(dim or None, keepdim)


def _pair(value: int | Sequence[int]) -> tuple[int, int]:
    """Return both sides of a pooling argument, which may be one number for both, alone or in a list."""
    return (value, value) if isinstance(value, int) else (value[0], value[-1])


_AVERAGES: dict[str, Callable[..., Tensor]] = {
    "max_pool2d": _average_pool,
    "adaptive_max_pool2d": _adaptive_average,
    "amax": _average,
}
