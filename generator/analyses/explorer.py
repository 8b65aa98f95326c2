"""Explorer: the network for the reader's browser, checked against PyTorch before any page offers it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import onnxruntime
import torch
from torch import Tensor

from generator.activations.onnx_export import CLASSES, INPUT, OPSET, exported
from generator.activations.stream import stream
from generator.analyses.base import Analysis, Context, Estimate, Scope
from generator.inputs.batches import Batch, batches
from generator.inputs.models import Network
from generator.records import ExplorerNetwork, ExportAgreement, Floats, Layer

CHECKED = 8
"""Images of the atlas, drawn with its seed, on which the exported network must agree with PyTorch."""

LEAST_CORRELATION = 0.999
LARGEST_DIFFERENCE = 0.02
"""Of an output's largest absolute value. Half-precision weights leave correlations of 1.0000 and
differences well below one percent; weights in 8 bit would fail."""

BYTES_A_PARAMETER = 2
MEGABYTE = 1_000_000
SECONDS, SECONDS_A_PARAMETER = 5.0, 2e-7  # of an export on two cores, as measured

Outputs = Mapping[str, Floats]


@dataclass(frozen=True)
class ExplorerTask:
    """The one export."""


class ExplorerAnalysis(Analysis[ExplorerTask, ExplorerNetwork, ExplorerNetwork]):
    """The network as an ONNX model with the chosen neurons as outputs, and how it agrees with PyTorch."""

    name: ClassVar[str] = "explorer"
    version: ClassVar[int] = 1
    scope: ClassVar[Scope] = "atlas"
    part_type: ClassVar[type] = ExplorerNetwork
    record_type: ClassVar[type] = ExplorerNetwork

    def wanted(self, context: Context) -> bool:
        """Whether the recipe wants an explorer."""
        return context.recipe.explorer.enabled

    def remark(self, record: ExplorerNetwork) -> str:
        """Say why there is no explorer."""
        return f"warning: no explorer: {record.problem}" if record.problem else ""

    def identity(self, context: Context) -> Mapping[str, Any]:
        """Return the neurons, in the order of the outputs, and how large the model may be."""
        return {
            "neurons": {layer.name: list(layer.neurons) for layer in context.layers},
            "megabytes": context.recipe.explorer.megabytes,
            "opset": OPSET,
        }

    def tasks(self, context: Context) -> Sequence[ExplorerTask]:  # noqa: ARG002
        """Return the one task."""
        return [ExplorerTask()]

    def run(self, context: Context, task: ExplorerTask) -> ExplorerNetwork:  # noqa: ARG002
        """Export the network and check it."""
        on_cpu = dataclasses.replace(context, device="cpu")
        network = on_cpu.network()
        size = network.info.parameters * BYTES_A_PARAMETER / MEGABYTE
        limit = context.recipe.explorer.megabytes
        if size > limit:
            return _left_out(
                f"the network's weights take {size:,.0f} MB, more than the {limit} MB that "
                "`explorer.megabytes` allows a reader's browser to load"
            )
        try:
            file = exported(network, context.layers)
            session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
        except Exception as error:  # the network may be the user's own, and exporters raise anything
            return _left_out(f"the network cannot be exported to ONNX ({_first_line(error)})")
        return checked(file, session, network, context.layers, list(_sample(on_cpu, network)))

    def combine(self, context: Context, parts: Sequence[ExplorerNetwork]) -> ExplorerNetwork:  # noqa: ARG002
        """Return the one result."""
        (network,) = parts
        return network

    def estimate(self, context: Context) -> Estimate:
        """Count the parameters: they are what is exported and stored."""
        parameters = context.network().info.parameters
        seconds = SECONDS + parameters * SECONDS_A_PARAMETER
        return Estimate("export for the browser", seconds, parameters * BYTES_A_PARAMETER)


def checked(
    file: bytes,
    session: onnxruntime.InferenceSession,
    network: Network,
    layers: Sequence[Layer],
    images: Sequence[Batch],
) -> ExplorerNetwork:
    """Compare an exported network with PyTorch, and keep its file only where they agree.

    Args:
        file: The ONNX model.
        session: The same, loaded.
        network: The network itself, on the CPU.
        layers: Whose chosen neurons are outputs.
        images: One batch for each image to compare on.
    """
    answers = network.outputs is not None
    expected = _of_network(network, layers, images, answers=answers)
    found = _of_session(session, network, images)
    agreements = {name: agreement(values, found[name]) for name, values in expected.items()}
    outside = [name for name, one in agreements.items() if not agrees(one)]
    problem = ""
    if outside:
        worst = agreements[outside[0]]
        named = f"layer `{outside[0]}`" if outside[0] != CLASSES else "the classes"
        problem = (
            f"the exported network differs from PyTorch at {named} (correlation {worst.correlation:.4f}, "
            f"largest difference {worst.difference:.3g} of {worst.largest:.3g})"
        )
    return ExplorerNetwork(
        problem=problem,
        file=b"" if problem else file,
        opset=OPSET,
        images=len(images),
        layers={layer.name: agreements[layer.name] for layer in layers},
        classes=agreements.get(CLASSES),
    )


def agreement(expected: Floats, found: Floats) -> ExportAgreement:
    """Compare two arrays of activations of the same shape; not finite values agree with nothing."""
    first, second = expected.astype(np.float64).ravel(), found.astype(np.float64).ravel()
    varies = first.std() > 0 and second.std() > 0
    correlation = float(np.corrcoef(first, second)[0, 1]) if varies else float("nan")
    return ExportAgreement(correlation, float(np.abs(first - second).max()), float(np.abs(first).max()))


def agrees(one: ExportAgreement) -> bool:
    """Whether an exported output may stand for PyTorch's; one that never varies only by its difference."""
    close = one.difference <= LARGEST_DIFFERENCE * one.largest
    return close and (bool(np.isnan(one.correlation)) or one.correlation >= LEAST_CORRELATION)


def _left_out(problem: str) -> ExplorerNetwork:
    return ExplorerNetwork(problem, b"", OPSET, 0, {}, None)


def _first_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return f"{type(error).__name__}: {lines[0]}"[:200] if lines else type(error).__name__


def _sample(context: Context, network: Network) -> Iterator[Batch]:
    """Draw the images to compare on, one a batch."""
    count = min(CHECKED, len(context.images))
    drawn = np.random.default_rng(context.recipe.seed).choice(len(context.images), count, replace=False)
    return batches(context.images, np.sort(drawn), network.preprocess, 1)


def _of_network(
    network: Network, layers: Sequence[Layer], images: Sequence[Batch], *, answers: bool
) -> Outputs:
    """Return PyTorch's outputs by name, (images, ...), by the way that all other analyses go."""
    found: dict[str, list[Floats]] = {layer.name: [] for layer in layers}

    def receive(layer: Layer, maps: Tensor, _batch: Batch) -> None:
        found[layer.name].append(maps.numpy())

    stream(network, layers, images, receive)
    if answers:
        with torch.inference_mode():
            inputs = [network.preprocess.normalize(batch.pixels) for batch in images]
            found[CLASSES] = [network.module(one).numpy() for one in inputs]
    return {name: np.concatenate(values) for name, values in found.items()}


def _of_session(session: onnxruntime.InferenceSession, network: Network, images: Sequence[Batch]) -> Outputs:
    """Return the exported network's outputs by name, (images, ...)."""
    names = [output.name for output in session.get_outputs()]
    runs = [
        session.run(names, {INPUT: network.preprocess.normalize(batch.pixels).contiguous().numpy()})
        for batch in images
    ]
    return {name: np.concatenate([run[place] for run in runs]) for place, name in enumerate(names)}
