"""Responses to the concept images: every neuron's threshold, and how well its peaks tell concepts."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor

from generator.activations import sketch
from generator.activations.stream import stream
from generator.analyses.base import THRESHOLD_LEVEL, Context, Estimate
from generator.analyses.concept_auc import separation
from generator.analyses.concept_auc_intervals import auc_intervals
from generator.analyses.concept_images import ConceptAnalysis, ConceptShard
from generator.errors import NetworkError
from generator.inputs.batches import Batch
from generator.inputs.concepts import CHUNK, ConceptBatch, concept_batches, halves
from generator.records import (
    Booleans,
    ConceptResponses,
    Floats,
    Integers,
    Layer,
    LayerConceptResponses,
)


@dataclass(frozen=True)
class LayerPart:
    """What some concept images left of a layer's neurons (n)."""

    sketch: Integers  # (n, bins) int64
    minimum: Floats  # (n,) float32
    maximum: Floats  # (n,) float32
    peaks: Floats  # (images, n) float32


@dataclass(frozen=True)
class ResponsesPart:
    """What some concept images left: whether each concept is in each of them, and the layers."""

    present: Booleans  # (images, c)
    layers: Mapping[str, LayerPart]


class ConceptResponsesAnalysis(ConceptAnalysis[ResponsesPart, ConceptResponses]):
    """Thresholds and AUCs of all chosen neurons over the concept images."""

    name: ClassVar[str] = "concept_responses"
    version: ClassVar[int] = 2
    part_type: ClassVar[type] = ResponsesPart
    record_type: ClassVar[type] = ConceptResponses

    def run(self, context: Context, task: ConceptShard) -> ResponsesPart:
        """Show some concept images to the network.

        Raises:
            NetworkError: An activation is not finite.
            ImagesError: An image has gone or changed.
        """
        running = {layer.name: _RunningResponses(len(layer.neurons)) for layer in context.layers}
        concepts = len(context.concept_set.info.concepts)
        present: list[Booleans] = []
        seen: list[Batch] = []

        def receive(layer: Layer, maps: Tensor, batch: Batch) -> None:
            assert isinstance(batch, ConceptBatch)
            if seen != [batch]:
                seen[:] = [batch]
                present.append(batch.present(concepts))
            running[layer.name].add(layer.name, maps)

        network = context.network()
        indices, size = np.arange(task.start, task.stop), context.recipe.compute.batch_size
        source = concept_batches(context.concept_set, indices, network.preprocess, size)
        stream(network, context.layers, source, receive)
        return ResponsesPart(
            np.concatenate(present), {name: summary.result() for name, summary in running.items()}
        )

    def combine(self, context: Context, parts: Sequence[ResponsesPart]) -> ConceptResponses:
        """Put the shards together and measure."""
        present = np.concatenate([part.present for part in parts])
        side = halves(len(present))
        return ConceptResponses(
            concepts=context.concept_set.info,
            counts=np.stack([present[side == half].sum(axis=0) for half in (0, 1)]).astype(np.int64),
            layers={
                layer.name: _measured(
                    [part.layers[layer.name] for part in parts], present, side, context.recipe.seed
                )
                for layer in context.layers
            },
        )

    def estimate(self, context: Context) -> Estimate:
        """Time one chunk and scale it to all images."""
        start = time.perf_counter()
        self.run(context, ConceptShard(0, CHUNK))
        count = len(context.concept_set)
        seconds = (time.perf_counter() - start) * count / CHUNK
        neurons = sum(len(layer.neurons) for layer in context.layers)
        concepts = len(context.concept_set.info.concepts)
        return Estimate(f"{count} concept images, {neurons} neurons", seconds, neurons * concepts * 12)


class _RunningResponses:
    """Sketch, extremes and peaks of one layer's neurons, batch by batch."""

    def __init__(self, neurons: int) -> None:
        self.counts = torch.zeros(neurons, sketch.BINS, dtype=torch.int64)
        self.peaks: list[Tensor] = []
        self.lows: list[Tensor] = []

    def add(self, name: str, maps: Tensor) -> None:
        """Take response maps (images, neurons, height, width) into account."""
        flat = maps.flatten(2)
        self.peaks.append(flat.amax(dim=2).cpu())
        self.lows.append(flat.amin(dim=2).amin(dim=0).cpu())
        if not bool((self.peaks[-1].isfinite()).all() and self.lows[-1].isfinite().all()):
            raise NetworkError(
                f"activations of layer `{name}` must be finite, got NaN or infinity on a concept image; "
                "check the network's weights and its preprocessing"
            )
        self.counts = self.counts.to(flat.device)
        sketch.tally(self.counts, flat)

    def result(self) -> LayerPart:
        """Return the summary of all batches."""
        peaks = torch.cat(self.peaks)
        lows = torch.stack(self.lows).amin(dim=0)
        return LayerPart(self.counts.cpu().numpy(), lows.numpy(), peaks.amax(dim=0).numpy(), peaks.numpy())


def _measured(
    parts: Sequence[LayerPart], present: Booleans, side: Integers, seed: int
) -> LayerConceptResponses:
    minimum = np.minimum.reduce([part.minimum for part in parts])
    maximum = np.maximum.reduce([part.maximum for part in parts])
    counts = np.add.reduce([part.sketch for part in parts])
    threshold = sketch.quantiles(counts, np.array([THRESHOLD_LEVEL]), minimum, maximum)[:, 0]
    peaks = np.concatenate([part.peaks for part in parts])
    found = separation(peaks, present, side, seed)
    low, high = auc_intervals(peaks[side == 1], present[side == 1], seed)
    return LayerConceptResponses(
        threshold, maximum, found.auc, low, high, found.shuffled_best, found.shuffled
    )
