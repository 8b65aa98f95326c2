"""The nonlinearities of torch, by the names of the functions that compute them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

ELEMENTWISE = {
    "celu": "CELU",
    "elu": "ELU",
    "gelu": "GELU",
    "hardshrink": "Hardshrink",
    "hardsigmoid": "Hardsigmoid",
    "hardswish": "Hardswish",
    "hardtanh": "Hardtanh",
    "leaky_relu": "LeakyReLU",
    "logsigmoid": "LogSigmoid",
    "mish": "Mish",
    "prelu": "PReLU",
    "relu": "ReLU",
    "relu6": "ReLU6",
    "rrelu": "RReLU",
    "selu": "SELU",
    "sigmoid": "Sigmoid",
    "silu": "SiLU",
    "softplus": "Softplus",
    "softshrink": "Softshrink",
    "softsign": "Softsign",
    "tanh": "Tanh",
    "tanhshrink": "Tanhshrink",
}
"""Of one value each: by function name, the name of the module class of `torch.nn`."""

ACROSS = {"glu": "GLU", "log_softmax": "LogSoftmax", "softmax": "Softmax"}
"""Of several values together, likewise."""


def function_name(func: Callable[..., Any]) -> str:
    """Return a torch function's name; an in-place one (`relu_`) has the name of its like."""
    return getattr(func, "__name__", "").strip("_")
