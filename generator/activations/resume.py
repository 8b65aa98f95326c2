"""Runs what a network computes after a layer again and again, with the layer's output changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, fx, nn

from generator.activations.trace import first_tensor, tapped

Change = Callable[[Tensor], Tensor]

NETWORK = ""
"""Path of the network itself, whose output is the last."""

TRIED = 4
"""Images on which the rest of a network is compared with the whole of it."""

RELATIVE, ABSOLUTE = 1e-4, 1e-5
"""Tolerances of that comparison: a share of the largest value, and what is let pass besides."""


@dataclass(frozen=True)
class Cut:
    """A network cut open at a layer: what comes before, and what comes after it.

    Attributes:
        before: Yields the layer's output and what bypasses the layer, for the network's inputs.
        after: Yields the network's output (or that of a later layer) for these, in the same order.
    """

    before: nn.Module
    after: nn.Module


class Resumed:
    """A network whose layer's output can be changed, one batch of images for many changes.

    Where the network can be cut at the layer, only what comes after is run for each change. Where it
    cannot (it cannot be traced, or the two parts do not give what the whole gives), the whole is run
    with a hook on the layer.

    Args:
        module: The network, in eval mode.
        layer: Dotted path of the layer.
        end: Dotted path of the later layer whose output is wanted, `NETWORK` for the network's own. May be
            the layer itself.
        sample: Inputs (images, 3, height, width) on which the two ways are compared.

    """

    def __init__(self, module: nn.Module, layer: str, end: str, sample: Tensor) -> None:
        self.module, self.layer, self.end = module, layer, end
        self._cut = cut_at(module, layer, end)
        if self._cut is not None and not self._agrees(sample[:TRIED]):
            self._cut = None

    @property
    def cut(self) -> bool:
        """Whether only what comes after the layer is run for each change."""
        return self._cut is not None

    def outputs(self, inputs: Tensor, changes: Sequence[Change]) -> Iterator[Tensor]:
        """Yield what the network (or the later layer) gives for the inputs, once for each change.

        Args:
            inputs: (images, 3, height, width), normalized.
            changes: What each makes of the layer's output; may work in place.
        """
        if self._cut is None:
            for change in changes:
                yield self._whole(inputs, change)
            return
        with torch.inference_mode():
            output, *bypassing = self._cut.before(inputs)
        for change in changes:
            with torch.inference_mode():
                copies = (value.clone() if isinstance(value, Tensor) else value for value in bypassing)
                yielded = first_tensor(self._cut.after(change(output.clone()), *copies))
            assert yielded is not None, "answers are tensors"
            yield yielded

    def _whole(self, inputs: Tensor, change: Change) -> Tensor:
        """Run the whole network with a hook that changes the layer's output."""
        caught: list[Tensor] = []

        def keep(output: Tensor) -> None:
            caught.append(output.clone())

        def changed(output: Tensor) -> Tensor:
            instead = change(output.clone())
            if self.end == self.layer:
                keep(instead)
            return instead

        taps = {self.end: keep} | {self.layer: changed}
        with tapped(self.module, taps) as forward, torch.inference_mode():
            forward(inputs)
        return caught.pop()

    def _agrees(self, sample: Tensor) -> bool:
        """Whether both ways give the same, for the output as it is and with every channel at its mean."""

        def flattened(output: Tensor) -> Tensor:
            return output.mean(dim=0, keepdim=True).expand_as(output).clone()

        changes: list[Change] = [lambda output: output, flattened]
        try:
            found = list(self.outputs(sample, changes))
        except Exception:  # the traced code of any network may fail in any way
            return False
        expected = [self._whole(sample, change) for change in changes]
        return all(_close(one, other) for one, other in zip(found, expected, strict=True))


def cut_at(module: nn.Module, layer: str, end: str) -> Cut | None:
    """Cut a network open at a layer, None where it cannot be traced.

    Args:
        module: The network.
        layer: Dotted path of the layer.
        end: Dotted path of the later layer whose output is wanted, `NETWORK` for the network's own.

    Source:
        Reed et al. 2022, "torch.fx: Practical Program Capture and Transformation for Deep Learning".
    """
    tracer = _Tracer()
    try:
        graph = tracer.trace(module)
        start = tracer.yielded[layer]
        stop = (
            next(node for node in graph.nodes if node.op == "output")
            if end == NETWORK
            else tracer.yielded[end]
        )
        return _cut(module, graph, start, stop)
    except Exception:  # tracing runs any network's code, which may fail in any way
        return None


class _Tracer(fx.Tracer):
    """Traces a network, and notes which node holds the first tensor that each module yields."""

    def __init__(self) -> None:
        super().__init__(autowrap_functions=(torch._assert,))  # of torchvision's networks
        self.yielded: dict[str, fx.Node] = {}

    def call_module(
        self, m: nn.Module, forward: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        """Go on as torch does, and note the node."""
        yielded = super().call_module(m, forward, args, kwargs)
        proxy = _first_proxy(yielded)
        if proxy is not None:
            self.yielded[self.path_of_module(m)] = proxy.node
        return yielded


def _first_proxy(yielded: Any) -> fx.Proxy | None:
    if isinstance(yielded, fx.Proxy):
        return yielded
    if isinstance(yielded, Mapping):
        yielded = tuple(yielded.values())
    if isinstance(yielded, tuple | list):
        return next((found for part in yielded if (found := _first_proxy(part)) is not None), None)
    return None


def _cut(module: nn.Module, graph: fx.Graph, start: fx.Node, stop: fx.Node) -> Cut:
    """Copy a graph in two parts, at the value of `start`; the second yields that of `stop`."""
    following = _following(graph, start)
    last = _after_order(graph, stop)
    rest = [node for node in graph.nodes if node in following and last(node)]
    bypassing = list(
        dict.fromkeys(
            used
            for node in (*rest, stop)
            for used in node.all_input_nodes
            if used not in following and used is not start and used.op != "get_attr"
        )
    )
    before, after = fx.Graph(), fx.Graph()
    copied: dict[fx.Node, fx.Node] = {}
    for node in graph.nodes:
        if node not in following and node.op != "output":
            copied[node] = before.node_copy(node, copied.__getitem__)
    before.output(tuple(copied[node] for node in (start, *bypassing)))
    resumed = {node: after.placeholder(f"value_{place}") for place, node in enumerate((start, *bypassing))}
    for node in graph.nodes:
        if node.op == "get_attr" and node not in resumed:
            resumed[node] = after.node_copy(node, resumed.__getitem__)
    for node in rest:
        if node.op != "output":
            resumed[node] = after.node_copy(node, resumed.__getitem__)
    after.output(fx.map_arg(stop.args[0], resumed.__getitem__) if stop.op == "output" else resumed[stop])
    return Cut(fx.GraphModule(module, before), fx.GraphModule(module, after))


def _following(graph: fx.Graph, start: fx.Node) -> set[fx.Node]:
    """Return the nodes that depend on a node."""
    following: set[fx.Node] = set()
    for node in graph.nodes:
        if any(used is start or used in following for used in node.all_input_nodes):
            following.add(node)
    return following


def _after_order(graph: fx.Graph, stop: fx.Node) -> Callable[[fx.Node], bool]:
    """Return whether a node comes no later than `stop`."""
    order = {node: place for place, node in enumerate(graph.nodes)}
    return lambda node: order[node] <= order[stop]


def _close(one: Tensor, other: Tensor) -> bool:
    if one.shape != other.shape:
        return False
    scale = float(other.abs().max()) if other.numel() else 0.0
    return bool(torch.allclose(one, other, rtol=0.0, atol=ABSOLUTE + RELATIVE * scale, equal_nan=True))
