"""The weights of a network's first convolution, which read as small images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from torch import nn

from generator.activations.layers import list_layers
from generator.analyses.base import Analysis, Context, Estimate, Scope
from generator.inputs.models import Network
from generator.records import Filters


@dataclass(frozen=True)
class FiltersTask:
    """All filters at once."""


class FiltersAnalysis(Analysis[FiltersTask, Filters, Filters]):
    """All filters of the convolution that runs first, whichever neurons are chosen."""

    name: ClassVar[str] = "filters"
    version: ClassVar[int] = 1
    scope: ClassVar[Scope] = "network"
    part_type: ClassVar[type] = Filters
    record_type: ClassVar[type] = Filters

    def identity(self, context: Context) -> Mapping[str, Any]:  # noqa: ARG002
        """Return nothing: filters depend on the weights alone."""
        return {}

    def tasks(self, context: Context) -> Sequence[FiltersTask]:  # noqa: ARG002
        """Return the one task."""
        return [FiltersTask()]

    def run(self, context: Context, task: FiltersTask) -> Filters:  # noqa: ARG002
        """Read the weights."""
        return first_filters(context.network())

    def combine(self, context: Context, parts: Sequence[Filters]) -> Filters:  # noqa: ARG002
        """Return the one result."""
        (filters,) = parts
        return filters

    def estimate(self, context: Context) -> Estimate:
        """Count the filters and their bytes; reading them takes no time to speak of."""
        filters = first_filters(context.network())
        return Estimate(f"{len(filters.weights)} first-layer filters", 0.0, filters.weights.nbytes)


def first_filters(network: Network) -> Filters:
    """Return the weights of the convolution (`nn.Conv2d`) that a forward pass calls first.

    Returns:
        Weights (filters, channels, height, width) float32; an empty layer name and an array
        without elements when the network has no such convolution.
    """
    for layer in list_layers(network):
        module = network.module.get_submodule(layer.name)
        if isinstance(module, nn.Conv2d):
            return Filters(layer.name, module.weight.detach().float().cpu().numpy().copy())
    return Filters("", np.zeros((0, 0, 0, 0), dtype=np.float32))
