"""Gradients past blocked ReLUs: they let a picture wake a neuron that its start leaves silent."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional
from torch.overrides import TorchFunctionMode

REDIRECTED_STEPS = 16
"""First steps of an optimization that redirect gradients; Lucid's `redirected_relu_grad`."""


@contextmanager
def redirected_gradients(items: Tensor) -> Iterator[None]:
    """Within the `with`, let gradients pass ReLU, ReLU6 and Hardtanh where these block them.

    Values stay what they are. The gradient of a loss reaches a blocked input only where descent
    would move the input back towards the open range, and only in those items of the batch for
    which the plain gradient is zero throughout. Covers modules (`nn.ReLU(inplace=True)` too),
    functions and tensor methods; a call whose first axis is not the batch keeps its plain gradient.

    Args:
        items: Which items of the batch (items,) are redirected at all, bool.

    Source:
        Lucid, `lucid/misc/redirected_relu_grad.py`; used by Olah, Mordvintsev & Schubert,
        Feature Visualization, Distill 2017.
    """
    with _Redirect(items):
        yield


class _Redirect(TorchFunctionMode):
    """Replaces calls of rectifiers by equal ones with the redirected gradient."""

    def __init__(self, items: Tensor) -> None:
        super().__init__()
        self.items = items

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        replacement = _REPLACEMENTS.get(func)
        if replacement is None:
            return func(*args, **(kwargs or {}))
        return replacement(self.items, *args, **(kwargs or {}))


class _Clamp(torch.autograd.Function):
    """`clamp` with the redirected gradient."""

    @staticmethod
    def forward(ctx: Any, *arguments: Any) -> Tensor:
        values, low, high, items, inplace = arguments
        if inplace:
            ctx.mark_dirty(values)
        clamped = values.clamp_(low, high) if inplace else values.clamp(low, high)
        ctx.save_for_backward(clamped, items)
        ctx.bounds = (low, high)
        return clamped

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None, None, None]:
        (gradient,) = gradients
        clamped, items = ctx.saved_tensors
        low, high = ctx.bounds
        plain = torch.ops.aten.hardtanh_backward(gradient, clamped, low, high)
        if gradient.shape[:1] == items.shape:
            sizes = torch.linalg.vector_norm(plain[..., None], ord=1, dim=tuple(range(1, plain.ndim + 1)))
            stuck = items & (sizes == 0)
            if stuck.any():
                plain[stuck] = _inward(gradient[stuck], clamped[stuck], low, high)
        return plain, None, None, None, None


def _inward(gradient: Tensor, clamped: Tensor, low: float, high: float) -> Tensor:
    """Return the gradient where descent would move values towards the open range, else zero."""
    inward = gradient.masked_fill((clamped <= low) & (gradient > 0), 0.0)
    return inward.masked_fill_((clamped >= high) & (gradient < 0), 0.0)


def _clamp(items: Tensor, values: Tensor, low: float, high: float, inplace: bool) -> Tensor:
    clamped: Tensor = _Clamp.apply(values, low, high, items, inplace)
    return clamped


def _relu(items: Tensor, input: Tensor, inplace: bool = False) -> Tensor:  # noqa: A002 (torch's name)
    return _clamp(items, input, 0.0, math.inf, inplace)


def _relu6(items: Tensor, input: Tensor, inplace: bool = False) -> Tensor:  # noqa: A002
    return _clamp(items, input, 0.0, 6.0, inplace)


def _hardtanh(
    items: Tensor,
    input: Tensor,  # noqa: A002
    min_val: float = -1.0,
    max_val: float = 1.0,
    inplace: bool = False,
) -> Tensor:
    return _clamp(items, input, min_val, max_val, inplace)


_REPLACEMENTS: dict[Callable[..., Any], Callable[..., Tensor]] = {
    functional.relu: _relu,
    torch.relu: _relu,
    Tensor.relu: _relu,
    torch.relu_: partial(_relu, inplace=True),
    Tensor.relu_: partial(_relu, inplace=True),
    functional.relu6: _relu6,
    functional.hardtanh: _hardtanh,
    functional.hardtanh_: partial(_hardtanh, inplace=True),
}
