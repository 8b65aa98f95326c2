"""The network as the explorer's page runs it in a browser, and how closely that follows PyTorch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class ExportAgreement:
    """How an output of the exported network compares with PyTorch's, over all images checked.

    `correlation` is NaN where the output is the same everywhere. `difference` is the largest absolute
    one, `largest` the largest absolute value of PyTorch's: both in activations.
    """

    correlation: float
    difference: float
    largest: float


@dataclass(frozen=True)
class ExplorerNetwork:
    """A network exported to ONNX with the chosen neurons of its layers as outputs.

    `problem` says in one line why there is no explorer, and is empty where there is one. `file` is the ONNX
    model: input `input` (1, 3, side, side); outputs named as the layers (1, neurons, height, width), in the
    order of `Layer.neurons`; then `classes` (1, classes) where the network yields one row of numbers.
    It is empty where there is a problem. `layers` and `classes` hold the check, which is made of
    `images` images of the atlas; they are empty where it could not be made.
    """

    problem: str
    file: bytes
    opset: int
    images: int
    layers: Mapping[str, ExportAgreement]
    classes: ExportAgreement | None


@dataclass(frozen=True)
class BrowserRuntime:
    """The files that run a network in a browser, by name; or why they are not there, in one line."""

    files: Mapping[str, bytes]
    problem: str
