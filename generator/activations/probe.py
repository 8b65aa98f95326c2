"""One forward pass under observation: which modules can be tapped, and what their outputs are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from generator.activations.nonlinearities import ACROSS, ELEMENTWISE, function_name
from generator.activations.trace import device_of, first_tensor
from generator.inputs.models import Network
from generator.records import Layer, LayerKind

PROBE_IMAGES = 2  # two, so that what does not depend on the image (a table of position biases) shows
MOST_PREFIX_TOKENS = 8  # class and register tokens before the grid: 1 in ViT, 5 in DINOv2 with registers

_MARK = "_neuron_atlas_mark"
_KEEP_VALUES = frozenset(
    (
        "cat",
        "chunk",
        "clone",
        "contiguous",
        "detach",
        "dropout",
        "dropout2d",
        "expand",
        "flatten",
        "float",
        "getitem",
        "movedim",
        "permute",
        "reshape",
        "select",
        "split",
        "squeeze",
        "swapaxes",
        "to",
        "transpose",
        "unflatten",
        "unsqueeze",
        "view",
    )
)
_CHANNELS_FIRST = frozenset(
    (
        "adaptive_avg_pool2d",
        "adaptive_max_pool2d",
        "avg_pool2d",
        "batch_norm",
        "conv2d",
        "conv_transpose2d",
        "group_norm",
        "instance_norm",
        "interpolate",
        "max_pool2d",
        "pixel_shuffle",
    )
)
_CHANNELS_LAST = frozenset(("layer_norm", "linear", "multi_head_attention_forward", "rms_norm"))


@dataclass(frozen=True)
class _Mark:
    """What is known of a tensor: the nonlinearity that made it, and on which axis its channels lie."""

    activation: str = ""
    channels: Literal["first", "last"] | None = None


@dataclass
class Probe:
    """What a probe saw: tappable layers in order of execution, and why other modules are none."""

    layers: tuple[Layer, ...] = ()
    untappable: dict[str, str] = field(default_factory=dict)


def probe(network: Network) -> Probe:
    """Run a network on black images and look at every module's output."""
    sightings = _watch(network)
    result = Probe()
    grids: list[tuple[int, int]] = []
    layers = []
    for name, module in network.module.named_modules():
        if name and name not in sightings:
            result.untappable[name] = f"a {type(module).__name__}, is not called in a forward pass"
    for name, sighting in sightings.items():
        layer = _layer(name, sighting, grids)
        if sighting.calls > 1:
            result.untappable[name] = (
                f"a {sighting.module}, is called {sighting.calls} times in a forward pass"
            )
        elif layer is None:
            result.untappable[name] = f"a {sighting.module}, yields no response maps ({sighting.yields()})"
        else:
            layers.append(layer)
        if layer is not None and len(sighting.shape) == 4:
            grids.append((layer.height, layer.width))
    result.layers = tuple(layers)
    return result


@dataclass(frozen=True)
class _Sighting:
    """One module's call: its class, how often it was called, and what it yielded last."""

    module: str
    calls: int
    shape: tuple[int, ...]
    floating: bool
    mark: _Mark

    def yields(self) -> str:
        """Say what the module yields."""
        return f"shape {' × '.join(map(str, self.shape))}" if self.shape else "no tensor"


def _watch(network: Network) -> dict[str, _Sighting]:
    """Return the sightings of all modules but the root, in the order in which they first finished."""
    sightings: dict[str, _Sighting] = {}
    handles = [
        module.register_forward_hook(_observer(name, sightings))
        for name, module in network.module.named_modules()
        if name
    ]
    crop = network.preprocess.crop
    pixels = torch.zeros(PROBE_IMAGES, crop, crop, 3, dtype=torch.uint8, device=device_of(network.module))
    try:
        with torch.no_grad(), _Marking():
            network.module(network.preprocess.normalize(pixels))
    finally:
        for handle in handles:
            handle.remove()
    return sightings


def _observer(name: str, sightings: dict[str, _Sighting]) -> Callable[[nn.Module, Any, Any], None]:
    def observe(module: nn.Module, _inputs: Any, output: Any) -> None:
        tensor = first_tensor(output)
        if tensor is not None and type(module).__name__ in (*ELEMENTWISE.values(), *ACROSS.values()):
            _set_mark(tensor, replace(_mark(tensor), activation=type(module).__name__))
        sightings[name] = _Sighting(
            module=type(module).__name__,
            calls=sightings[name].calls + 1 if name in sightings else 1,
            shape=() if tensor is None else tuple(tensor.shape),
            floating=tensor is not None and tensor.is_floating_point(),
            mark=_Mark() if tensor is None else _mark(tensor),
        )

    return observe


def _layer(name: str, sighting: _Sighting, grids: list[tuple[int, int]]) -> Layer | None:
    """Return the layer of a sighting, None if its output cannot be laid out as response maps."""
    shape, channels = sighting.shape, sighting.mark.channels
    if not sighting.floating or len(shape) not in (2, 3, 4) or shape[0] != PROBE_IMAGES or 0 in shape:
        return None
    kind: LayerKind
    if len(shape) == 2:
        kind, size, (height, width) = "linear", shape[1], (1, 1)
    elif len(shape) == 3:
        if channels == "first":
            return None
        kind, size, (height, width) = "tokens", shape[2], _grid(shape[1], grids)
    elif channels == "last":
        if shape[1] != shape[2]:  # of a square picture: not its positions, but windows and places therein
            return None
        kind, size, (height, width) = "tokens", shape[3], shape[1:3]
    else:
        kind, size, (height, width) = "convolution", shape[1], shape[2:]
    return Layer(name, sighting.module, kind, sighting.mark.activation, size, height, width, ())


def _grid(tokens: int, grids: list[tuple[int, int]]) -> tuple[int, int]:
    """Return the latest map's shape that the tokens fill, some prefix tokens aside, or 1 × tokens."""
    for height, width in reversed(grids):
        prefix = tokens - height * width
        if 0 <= prefix <= min(MOST_PREFIX_TOKENS, height * width - 1):
            return height, width
    return 1, tokens


class _Marking(TorchFunctionMode):
    """Marks every tensor that a torch function returns."""

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        sources = [_mark(tensor) for tensor in _tensors(args)]
        axes = _axes_before(func, args, kwargs or {})
        result = func(*args, **(kwargs or {}))
        for tensor in _tensors(result):
            _set_mark(tensor, _mark_after(function_name(func), sources, axes, tensor.ndim))
        return result


def _mark_after(name: str, sources: list[_Mark], axes: list[int] | None, ndim: int) -> _Mark:
    """Return the mark of a function's result, from its name and the marks of its arguments."""
    known = [source.channels for source in sources if source.channels is not None]
    channels = known[0] if known else None
    if name in _CHANNELS_FIRST:
        channels = "first"
    elif name in _CHANNELS_LAST:
        channels = "last"
    elif axes is not None and channels is not None:
        now = axes.index(1 if channels == "first" else ndim - 1)
        channels = "first" if now == 1 else "last" if now == ndim - 1 else None
    activation = ELEMENTWISE.get(name) or ACROSS.get(name) or ""
    if name in _KEEP_VALUES and len({source.activation for source in sources}) == 1:
        activation = sources[0].activation
    return _Mark(activation, channels)


def _axes_before(
    func: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> list[int] | None:
    """Return, for a function that permutes axes, which axis each axis of its result was before."""
    name = function_name(func)
    if name not in ("permute", "transpose", "swapaxes", "movedim") or not isinstance(args[0], Tensor):
        return None
    # The function itself tells, applied to a tensor whose lengths number its axes.
    numbered = torch.empty(tuple(range(1, args[0].ndim + 1)), device="meta")
    return [length - 1 for length in func(numbered, *args[1:], **kwargs).shape]


def _tensors(value: Any) -> Iterator[Tensor]:
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, tuple | list):
        for part in value:
            yield from _tensors(part)


def _mark(tensor: Tensor) -> _Mark:
    mark = getattr(tensor, _MARK, None)
    return mark if isinstance(mark, _Mark) else _Mark()


def _set_mark(tensor: Tensor, mark: _Mark) -> None:
    setattr(tensor, _MARK, mark)
