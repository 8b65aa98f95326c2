"""Dissection: how far each neuron's thresholded response maps and each concept's masks coincide."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor

from generator.activations.overlap import FRACTION, MaskStack, RunningOverlap
from generator.activations.stream import stream
from generator.analyses.base import Context, Estimate
from generator.analyses.concept_images import ConceptAnalysis, ConceptShard, masked_columns
from generator.analyses.concept_overlap import Masks, Overlap, dissected
from generator.inputs.batches import Batch
from generator.inputs.concepts import CHUNK, HALF, ConceptBatch, ConceptView, concept_batches, halves
from generator.records import (
    Booleans,
    ConceptResponses,
    Dissection,
    Integers,
    Layer,
    ReceptiveFields,
)


@dataclass(frozen=True)
class LayerOverlap:
    """Pixels counted for a layer's neurons (n) and the masked concepts (m); see `RunningOverlap`."""

    active: Integers  # (2, n) int64
    shared: Integers  # (2, shifts, n, m) int64
    spread: Integers  # (2, shifts, n, m) int64, units of 1 / FRACTION pixel


@dataclass(frozen=True)
class DissectionPart:
    """What some concept images left: pixels of masks, of pairs of masks at once, and the layers."""

    areas: Integers  # (2, m) int64
    together: Integers  # (m, m) int64
    layers: Mapping[str, LayerOverlap]


class DissectionAnalysis(ConceptAnalysis[DissectionPart, Dissection]):
    """Intersection over union of every chosen neuron and every masked concept.

    Source:
        Bau, Zhou, Khosla, Oliva & Torralba 2017, "Network Dissection: Quantifying Interpretability
        of Deep Visual Representations".
    """

    name: ClassVar[str] = "dissection"
    version: ClassVar[int] = 1
    requires: ClassVar[tuple[str, ...]] = ("concept_responses", "receptive_fields")
    part_type: ClassVar[type] = DissectionPart
    record_type: ClassVar[type] = Dissection

    def run(self, context: Context, task: ConceptShard) -> DissectionPart:
        """Show some concept images to the network again, half a chunk at a time, and count pixels.

        Raises:
            ImagesError: An image has gone or changed.
        """
        thresholds = context.record("concept_responses", ConceptResponses).layers
        centres = context.record("receptive_fields", ReceptiveFields).centres
        network = context.network()
        side, columns = network.preprocess.crop, masked_columns(context)
        running = {
            layer.name: RunningOverlap(
                thresholds[layer.name].threshold, centres[layer.name], side, len(columns), HALF
            )
            for layer in context.layers
        }
        families = _families(context)
        counted = _CountedMasks(columns)
        which = halves(len(context.concept_set))
        seen: list[Batch] = []
        current: list[MaskStack] = []

        def receive(layer: Layer, maps: Tensor, batch: Batch) -> None:
            assert isinstance(batch, ConceptBatch)
            half = int(which[batch.indices[0]])
            if seen != [batch]:
                seen[:] = [batch]
                masks = counted.add(half, batch.views)
                current[:] = [MaskStack(masks, families, side, maps.device)]
            running[layer.name].add(half, maps, current[0])

        indices = np.arange(task.start, task.stop)
        stream(
            network,
            context.layers,
            concept_batches(context.concept_set, indices, network.preprocess, HALF),
            receive,
        )
        layers = {name: LayerOverlap(*summary.result()) for name, summary in running.items()}
        return DissectionPart(counted.areas, counted.together, layers)

    def combine(self, context: Context, parts: Sequence[DissectionPart]) -> Dissection:
        """Add the counts up and turn them into IoU."""
        responses = context.record("concept_responses", ConceptResponses)
        fields = context.record("receptive_fields", ReceptiveFields).layers
        columns = masked_columns(context)
        numbers = np.array(list(columns), dtype=np.int32)
        masks = Masks(
            categories=tuple(responses.concepts.concepts[number].category for number in numbers),
            counts=responses.counts[:, numbers],
            areas=np.add.reduce([part.areas for part in parts]),
            together=np.add.reduce([part.together for part in parts]),
        )
        return Dissection(
            masked=numbers,
            extents=masks.extents(),
            areas=masks.areas,
            layers={
                layer.name: dissected(
                    _added([part.layers[layer.name] for part in parts]),
                    masks,
                    fields[layer.name],
                )
                for layer in context.layers
            },
        )

    def estimate(self, context: Context) -> Estimate:
        """Time reading one chunk with its masks, twice over for the counting, and scale it."""
        start = time.perf_counter()
        preprocess = context.network().preprocess
        for batch in concept_batches(context.concept_set, np.arange(CHUNK), preprocess, HALF):
            context.network().module(preprocess.normalize(batch.pixels.to(context.device)))
        count = len(context.concept_set)
        seconds = 2 * (time.perf_counter() - start) * count / CHUNK
        neurons = sum(len(layer.neurons) for layer in context.layers)
        columns = len(masked_columns(context))
        return Estimate(f"{neurons} neurons × {columns} concepts", seconds, neurons * columns * 12)


def _families(context: Context) -> list[int]:
    """Return the number of every masked concept's category."""
    known = context.concept_set.info.concepts
    categories = [known[number].category for number in masked_columns(context)]
    numbers = {category: number for number, category in enumerate(dict.fromkeys(categories))}
    return [numbers[category] for category in categories]


def _added(parts: Sequence[LayerOverlap]) -> Overlap:
    return Overlap(
        active=np.add.reduce([part.active for part in parts]),
        shared=np.add.reduce([part.shared for part in parts]),
        spread=np.add.reduce([part.spread for part in parts]) / FRACTION,
    )


class _CountedMasks:
    """Adds up the pixels of masks, and of pairs of masks at once."""

    def __init__(self, columns: Mapping[int, int]) -> None:
        self.columns = columns
        self.areas = np.zeros((2, len(columns)), dtype=np.int64)
        self.together = np.zeros((len(columns), len(columns)), dtype=np.int64)

    def add(self, half: int, views: Sequence[ConceptView]) -> list[dict[int, Booleans]]:
        """Count the masks of some images, and return them by column."""
        result = []
        for view in views:
            own = {self.columns[number]: mask for number, mask in view.masks.items()}
            if own:
                places = np.array(list(own))
                flat = torch.from_numpy(np.stack(list(own.values()))).flatten(1).float()
                common = (flat @ flat.T).round().long().numpy()
                self.areas[half, places] += np.diagonal(common)
                self.together[np.ix_(places, places)] += common
            result.append(own)
        return result
