"""A network as an ONNX model whose outputs are the chosen neurons' response maps, for other runtimes."""

from __future__ import annotations

import contextlib
import io
import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn

from generator.activations.layers import as_maps
from generator.activations.trace import first_tensor
from generator.inputs.models import Network
from generator.records import Layer

OPSET = 18
"""Of ONNX's operators: the newest that every runtime in use reads without conversion."""

INPUT, CLASSES = "input", "classes"
"""Names of the model's input and of the output that holds the network's own answer."""

LEAST_HALVED = 256
"""Elements of a tensor from which on it is stored in half precision: smaller ones weigh nothing."""


class _WithTaps(nn.Module):
    """A network that returns its layers' chosen response maps, and then its own output where wanted."""

    def __init__(self, network: Network, layers: Sequence[Layer], *, answers: bool) -> None:
        super().__init__()
        self.module = network.module
        self.layers = tuple(layers)
        self.answers = answers
        self.chosen = [torch.tensor(layer.neurons) for layer in layers]

    def forward(self, inputs: Tensor) -> tuple[Tensor, ...]:
        maps: dict[str, Tensor] = {}
        handles = [
            self.module.get_submodule(layer.name).register_forward_hook(self._tap(maps, layer, chosen))
            for layer, chosen in zip(self.layers, self.chosen, strict=True)
        ]
        try:
            output = self.module(inputs)
        finally:
            for handle in handles:
                handle.remove()
        tapped = tuple(maps[layer.name] for layer in self.layers)
        return (*tapped, output) if self.answers else tapped

    def _tap(self, maps: dict[str, Tensor], layer: Layer, chosen: Tensor) -> Any:
        def receive(_module: nn.Module, _inputs: Any, output: Any) -> None:
            tensor = first_tensor(output)
            assert tensor is not None, f"layer `{layer.name}` was tapped before"
            # A copy, before an operation in place can change the output.
            maps[layer.name] = as_maps(tensor, layer).index_select(1, chosen)

        return receive


def exported(network: Network, layers: Sequence[Layer]) -> bytes:
    """Return a network on the CPU as an ONNX model for one image at a time.

    Weights are stored in half precision and cast to float32 as the model is loaded, which halves the file.

    Args:
        network: On the CPU.
        layers: Whose chosen neurons become outputs, named as the layers.

    Returns:
        The file's bytes. Its input is `INPUT` (1, 3, crop, crop) float32; its outputs are (1, neurons,
        height, width) float32, and `CLASSES` (1, classes) where the network yields one row of numbers.

    Raises:
        Exception: Whatever PyTorch's exporter raises where it cannot follow the network.
    """
    crop = network.preprocess.crop
    answers = network.outputs is not None
    with _quietly(), torch.no_grad():
        program = torch.onnx.export(
            _WithTaps(network, layers, answers=answers).eval(),
            (torch.zeros(1, 3, crop, crop),),
            dynamo=True,
            input_names=[INPUT],
            output_names=[layer.name for layer in layers] + ([CLASSES] if answers else []),
            opset_version=OPSET,
            verbose=False,
        )
        assert program is not None, "the exporter that follows a network returns a program"
        model = program.model_proto
    _strip(model)
    _halve(model.graph)
    content: bytes = model.SerializeToString(deterministic=True)
    return content


@contextmanager
def _quietly() -> Iterator[None]:
    """Keep the exporter's progress, advice and warnings off the terminal: its faults are raised."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with (
            warnings.catch_warnings(),
            contextlib.redirect_stdout(io.StringIO()),
            contextlib.redirect_stderr(io.StringIO()),
        ):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)


def _strip(model: onnx.ModelProto) -> None:
    """Remove what the exporter noted of this machine's source files."""
    model.ClearField("metadata_props")
    graph = model.graph
    graph.ClearField("metadata_props")
    graph.ClearField("doc_string")
    for entry in (*graph.node, *graph.value_info, *graph.input, *graph.output, *graph.initializer):
        entry.ClearField("metadata_props")
        entry.ClearField("doc_string")


def _halve(graph: onnx.GraphProto) -> None:
    """Store large float32 tensors in half precision, where their values fit, and cast them back."""
    casts, kept = [], []
    for tensor in graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.dtype != np.float32 or values.size < LEAST_HALVED or not _fits(values):
            kept.append(tensor)
            continue
        stored = f"{tensor.name}.half"
        kept.append(numpy_helper.from_array(values.astype(np.float16), stored))
        casts.append(onnx.helper.make_node("Cast", [stored], [tensor.name], to=onnx.TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    graph.ClearField("initializer")
    graph.initializer.extend(kept)
    graph.ClearField("node")
    graph.node.extend(nodes)


def _fits(values: np.ndarray[Any, np.dtype[np.float32]]) -> bool:
    return bool(np.abs(values).max() <= np.finfo(np.float16).max)
