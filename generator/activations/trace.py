"""Hooks in a `with`: hand on each tapped layer's output, stop after the deepest, leave nothing behind."""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from generator.errors import LayerError, nearest

Tap = Callable[[Tensor], Tensor | None]
Forward = Callable[[Tensor], None]

SHOWN_NAMES = 12  # names listed in a message before it is cut short


class _DeepestTapReachedError(BaseException):
    """Ends a forward pass from inside a hook; no `except Exception` of a network can hold it up."""


class _Pass:
    """One forward pass: which taps wait for their layer, and in which thread it runs."""

    def __init__(self, taps: Mapping[str, Tap]) -> None:
        self.taps = taps
        self.waiting: set[str] = set()
        self.thread: int | None = None

    def hook(self, name: str) -> Callable[[nn.Module, Any, Any], None]:
        def receive(_module: nn.Module, _inputs: Any, output: Any) -> Any:
            if threading.get_ident() != self.thread:
                return None
            if name not in self.waiting:
                raise LayerError(
                    f"layer `{name}` must be called once in a forward pass, is called again; "
                    "tap a module that is not reused",
                    wanted=name,
                )
            tensor = first_tensor(output)
            if tensor is None:
                raise LayerError(
                    f"layer `{name}` must yield a tensor, got {type(output).__name__}", wanted=name
                )
            self.waiting.remove(name)
            instead = self.taps[name](tensor)
            if not self.waiting:
                raise _DeepestTapReachedError
            return None if instead is None else _replaced(output, instead)

        return receive

    def run(self, module: nn.Module, inputs: Tensor) -> None:
        self.waiting = set(self.taps)
        self.thread = threading.get_ident()
        try:
            module(inputs)
        except _DeepestTapReachedError:
            return
        finally:
            self.thread = None
        if self.waiting:
            missed = ", ".join(sorted(self.waiting))
            raise LayerError(
                f"layer `{missed}` must be reached by the forward pass, never is; tap another layer",
                wanted=missed,
            )


@contextmanager
def tapped(module: nn.Module, taps: Mapping[str, Tap]) -> Iterator[Forward]:
    """Run a network only as deep as the deepest tapped layer, handing each layer's output to its tap.

    A tap runs inside the layer's hook, so a later in-place operation cannot yet have changed the
    output; it must copy what it keeps. If it returns a tensor, the pass goes on with that instead.
    Passes of other threads through the same module do not reach these taps. A module that is reused
    after the deepest tap has fired goes unnoticed here: `generator.activations.layers.list_layers`
    leaves such modules out.

    Args:
        module: The network.
        taps: What to do with the output of each layer, by dotted module path. Of a tuple, list or mapping
            the first tensor is handed over.

    Yields:
        `forward(inputs)`, which runs the network on inputs (images, 3, height, width).

    Raises:
        LayerError: A layer is unknown, is not reached, yields no tensor, or is called twice.
    """
    modules = dict(module.named_modules(remove_duplicate=False))
    for name in taps:
        if name not in modules:
            raise unknown_layer(name, [known for known in modules if known])
    one_pass = _Pass(taps)
    handles = [modules[name].register_forward_hook(one_pass.hook(name)) for name in taps]

    def forward(inputs: Tensor) -> None:
        one_pass.run(module, inputs)

    try:
        yield forward
    finally:
        for handle in handles:
            handle.remove()


def unknown_layer(name: str, valid: list[str]) -> LayerError:
    """Return the error for a layer that is not there, with the nearest and the valid names."""
    shown = ", ".join(valid[:SHOWN_NAMES])
    more = f" and {len(valid) - SHOWN_NAMES} more" if len(valid) > SHOWN_NAMES else ""
    return LayerError(
        f"layer `{name}` must be one of the network's{nearest(name, valid)}; it has {shown}{more}",
        wanted=name,
        valid=valid,
    )


def first_tensor(output: Any) -> Tensor | None:
    """Return the first tensor of a module's output, however nested, or None."""
    if isinstance(output, Tensor):
        return output
    if isinstance(output, Mapping):
        output = tuple(output.values())
    if isinstance(output, tuple | list):
        for part in output:
            tensor = first_tensor(part)
            if tensor is not None:
                return tensor
    return None


def _replaced(output: Any, instead: Tensor) -> Any:
    """Return a module's output with another tensor for the first one in it."""
    if isinstance(output, Tensor):
        return instead
    if isinstance(output, Mapping):
        first = next(key for key, part in output.items() if first_tensor(part) is not None)
        changed: Any = copy.copy(output)
        changed[first] = _replaced(output[first], instead)
        return changed
    parts = list(output)
    place = next(place for place, part in enumerate(parts) if first_tensor(part) is not None)
    parts[place] = _replaced(parts[place], instead)
    return type(output)(*parts) if hasattr(output, "_fields") else type(output)(parts)


def device_of(module: nn.Module) -> torch.device:
    """Return the device of a network's tensors, the CPU for a network without any."""
    for tensor in (*module.parameters(), *module.buffers()):
        return tensor.device
    return torch.device("cpu")
