"""Which layers `auto` means: the first convolution and what the network's blocks compute."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from torch import nn

from generator.errors import LayerError
from generator.records import Layer

Named = tuple[str, nn.Module]


def automatic_names(module: nn.Module, layers: Sequence[Layer]) -> tuple[str, ...]:
    """Name the layers that `auto` stands for.

    The first convolution, and then:

    - The outputs of the blocks. Blocks are modules with submodules of their own, seen through plain
      containers (Sequential, ModuleList), on the outermost level where a class of them occurs at
      least twice. A block that is no more than the first convolution with its trimmings is left out.
    - In blocks with an MLP over channels (a widening linear layer, then a nonlinearity, on tokens or
      channels-last maps), the hidden units after the nonlinearity instead: a residual stream
      has no preferred axes, hidden units do (Elhage et al. 2021).
    - In a network without blocks, all convolutions (before their nonlinearity); without
      convolutions, all linear layers.

    Args:
        module: The network.
        layers: Its tappable layers, in order of execution.

    Raises:
        LayerError: The network has none of these.
    """
    modules = dict(module.named_modules())
    maps = {layer.name: layer for layer in layers if layer.kind != "linear"}
    convolutions = [name for name in maps if isinstance(modules[name], nn.Conv2d)]
    blocks = [(name, block) for name, block in _blocks(module, "") if not _is_stem(name, block, convolutions)]
    hidden = [name for block, _ in blocks for name in _hidden_units(block, modules, maps)]
    names = hidden or [name for name, _ in blocks if name in maps]
    if names:
        return tuple(dict.fromkeys((*convolutions[:1], *names)))
    linear = [layer.name for layer in layers if isinstance(modules[layer.name], nn.Linear)]
    if not (convolutions or linear):
        raise LayerError(
            "`layers.select` must name layers for this network, got `auto`: it has no blocks, convolutions "
            "or linear layers; `neuron-atlas layers MODEL` lists what can be tapped",
            wanted="auto",
            valid=[layer.name for layer in layers],
        )
    return tuple(convolutions or linear)


def _blocks(module: nn.Module, prefix: str) -> list[Named]:
    """Return the modules on the outermost level where a class occurs at least twice."""
    composites = [
        (name, member) for name, member in _members(module, prefix) if any(True for _ in member.children())
    ]
    classes = Counter(type(member) for _, member in composites)
    if any(count > 1 for count in classes.values()):
        return composites
    return [block for name, member in composites for block in _blocks(member, f"{name}.")]


def _members(module: nn.Module, prefix: str) -> Iterator[Named]:
    """Yield the children of a module, those of plain containers in their place."""
    for name, child in module.named_children():
        if _is_container(child):
            yield from _members(child, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", child


def _is_container(module: nn.Module) -> bool:
    """Whether a module only holds others: plain containers, and stages, whose members are all composite."""
    if type(module) in (nn.Sequential, nn.ModuleList):
        return True
    members = list(module.children())
    return isinstance(module, nn.Sequential) and all(
        any(True for _ in member.children()) for member in members
    )


def _is_stem(name: str, block: nn.Module, convolutions: list[str]) -> bool:
    own = sum(isinstance(member, nn.Conv2d) for member in block.modules())
    return own == 1 and bool(convolutions) and convolutions[0].startswith(f"{name}.")


def _hidden_units(block: str, modules: dict[str, nn.Module], maps: dict[str, Layer]) -> Iterator[str]:
    inside = [layer for name, layer in maps.items() if name.startswith(f"{block}.")]
    for before, after in pairwise(inside):
        linear = modules[before.name]
        widens = isinstance(linear, nn.Linear) and linear.out_features > linear.in_features
        if widens and after.activation and after.kind == "tokens" and after.size == before.size:
            yield after.name
