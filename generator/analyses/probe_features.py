"""Features for probes: pooled responses of every layer of the network and of its random twin."""

from __future__ import annotations

import dataclasses
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

import numpy as np
from torch import Tensor

from generator.activations.pooled import (
    Projection,
    calibrated,
    colour_histogram,
    pooled_grid,
    pooled_mean,
    small_picture,
)
from generator.activations.stream import stream
from generator.analyses.base import Analysis, Context, Estimate, Scope
from generator.analyses.pixel_attributes import attributes
from generator.analyses.probe_sample import probed_images
from generator.errors import NetworkError
from generator.inputs.answers import answers_sha256
from generator.inputs.batches import Batch, batches
from generator.inputs.concepts import CHUNK, ConceptBatch, concept_batches
from generator.inputs.twin import random_twin
from generator.records import (
    Booleans,
    Floats,
    Integers,
    Layer,
    LayerProbeFeatures,
    ProbeFeatures,
    ProbeImages,
    ProbeSet,
)

PICTURE = 16  # pixels a side of the small pictures that are a baseline
COLOURS = 4  # cells along each channel of the histogram that is a baseline

Key = tuple[str, str]
"""What features are of, and the layer's name where they are of one."""


@dataclass(frozen=True)
class ProbeShard:
    """The probed images [start, stop) of one kind."""

    images: ProbeImages
    start: int
    stop: int


class ProbeFeaturesAnalysis(Analysis[ProbeShard, ProbeFeatures, ProbeFeatures]):
    """Pooled and projected responses of all layers to all probed images."""

    name: ClassVar[str] = "probe_features"
    version: ClassVar[int] = 1
    scope: ClassVar[Scope] = "atlas"
    part_type: ClassVar[type] = ProbeFeatures
    record_type: ClassVar[type] = ProbeFeatures

    def wanted(self, context: Context) -> bool:
        """Whether the recipe wants probes."""
        return context.recipe.probes.enabled

    def identity(self, context: Context) -> Mapping[str, Any]:
        """Return the layers, the dimensions, and everything that decides which images are probed."""
        settings = context.recipe.probes
        return {
            "dimensions": settings.dimensions,
            "images": settings.images,
            "exclude": answers_sha256(settings).get("exclude", ""),
            "concepts": context.concepts.info.sha256 if context.concepts else "",
            "layers": [layer.name for layer in context.layers],
        }

    def tasks(self, context: Context) -> Sequence[ProbeShard]:
        """Return shards of about `compute.shard` images."""
        size = context.recipe.compute.shard
        return [
            ProbeShard(images, start, min(start + size, len(chosen)))
            for images, chosen in probed_images(context).items()
            for start in range(0, len(chosen), size)
        ]

    def run(self, context: Context, task: ProbeShard) -> ProbeFeatures:
        """Show some images to the network and to its twin.

        Raises:
            NetworkError: An activation is not finite.
            ImagesError: An image has gone or changed.
        """
        chosen = probed_images(context)[task.images]
        look = _Look(context, task.images)
        few = _joined([look.features(batch) for batch in look.batches(chosen[:CHUNK])])
        settings, seed = context.recipe.probes, context.recipe.seed
        projections = {key: calibrated(values, settings.dimensions, seed) for key, values in few.items()}
        mine = chosen[task.start : task.stop]
        shown = [look.projected(batch, projections) for batch in look.batches(mine)]
        return ProbeFeatures({task.images: look.gathered(mine, shown)})

    def combine(self, context: Context, parts: Sequence[ProbeFeatures]) -> ProbeFeatures:
        """Put the shards together."""
        result: dict[str, ProbeSet] = {}
        for images in probed_images(context):
            own = [part.sets[images] for part in parts if images in part.sets]
            columns = {
                field.name: np.concatenate([getattr(part, field.name) for part in own])
                for field in dataclasses.fields(ProbeSet)
                if field.name != "layers"
            }
            layers = {
                layer.name: _concatenated([part.layers[layer.name] for part in own])
                for layer in context.layers
            }
            result[images] = ProbeSet(**columns, layers=layers)
        return ProbeFeatures(result)

    def estimate(self, context: Context) -> Estimate:
        """Time a few images of each kind and scale them to all."""
        seconds, count = 0.0, 0
        for images, chosen in probed_images(context).items():
            look, few = _Look(context, images), chosen[:CHUNK]
            look.features(next(look.batches(few[:1])))  # what only the first image costs
            start = time.perf_counter()
            for batch in look.batches(few):
                look.features(batch)
            seconds += (time.perf_counter() - start) * len(chosen) / len(few)
            count += len(chosen)
        width = sum(layer.size + 4 * context.recipe.probes.dimensions for layer in context.layers)
        work = f"{count} images, {len(context.layers)} layers of the network and of its twin"
        return Estimate(work, seconds, count * width * 4)


def _joined(parts: Sequence[Mapping[Key, Floats]]) -> dict[Key, Floats]:
    return {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}


def _concatenated(parts: Sequence[LayerProbeFeatures]) -> LayerProbeFeatures:
    names = [field.name for field in dataclasses.fields(LayerProbeFeatures)]
    return LayerProbeFeatures(
        **{name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    )


@dataclass(frozen=True)
class _Shown:
    """What one batch left."""

    features: Mapping[Key, Floats]
    present: Booleans
    attributes: Floats


class _Look:
    """Looks at images of one kind with the network and its twin, at all neurons of every layer."""

    def __init__(self, context: Context, images: ProbeImages) -> None:
        self.context = context
        self.images = images
        self.layers = [layer.whole for layer in context.layers]
        network = context.network()
        self.networks = {"": network, "twin_": random_twin(network, context.recipe.seed)}

    def batches(self, indices: Integers) -> Iterator[Batch]:
        """Yield the images, decoded ahead."""
        preprocess, size = self.context.network().preprocess, self.context.recipe.compute.batch_size
        if self.images == "images":
            return batches(self.context.images, indices, preprocess, size)
        return concept_batches(self.context.concept_set, indices, preprocess, size)

    def features(self, batch: Batch) -> dict[Key, Floats]:
        """Return all features of a batch before any projection."""
        found: dict[Key, Floats] = {
            ("pixels", ""): small_picture(batch.pixels, PICTURE),
            ("colours", ""): colour_histogram(batch.pixels, COLOURS),
        }
        for prefix, network in self.networks.items():
            stream(network, self.layers, [batch], partial(self._receive, found, prefix))
        return found

    def _receive(
        self, found: dict[Key, Floats], prefix: str, layer: Layer, maps: Tensor, _batch: Batch
    ) -> None:
        if not bool(maps.isfinite().all()):
            whose = "its randomly initialized twin" if prefix else "the network"
            raise NetworkError(
                f"activations of layer `{layer.name}` of {whose} must be finite, got NaN or infinity "
                "on a probed image; check weights and preprocessing"
            )
        found[f"{prefix}mean", layer.name] = pooled_mean(maps)
        if self.images == "concepts":
            found[f"{prefix}grid", layer.name] = pooled_grid(maps)

    def projected(self, batch: Batch, projections: Mapping[Key, Projection]) -> _Shown:
        """Return what is kept of a batch."""
        found = self.features(batch)
        kept = {key: projections[key](values) for key, values in found.items()}
        kept |= {("pooled", layer): found["mean", layer] for kind, layer in found if kind == "mean"}
        if isinstance(batch, ConceptBatch):
            present = batch.present(len(self.context.concept_set.info.concepts))
            return _Shown(kept, present, np.zeros((len(present), 0)))
        measured = attributes(batch.pixels.numpy())
        return _Shown(kept, np.zeros((len(measured), 0), dtype=bool), measured)

    def gathered(self, indices: Integers, shown: Sequence[_Shown]) -> ProbeSet:
        """Put batches together."""
        features = _joined([batch.features for batch in shown])
        nothing = np.zeros((len(indices), 0), dtype=np.float32)
        by_layer: dict[str, dict[str, Floats]] = defaultdict(lambda: {"grid": nothing, "twin_grid": nothing})
        for (kind, layer), values in features.items():
            if layer:
                by_layer[layer][kind] = values
        return ProbeSet(
            indices=indices,
            pixels=features["pixels", ""],
            colours=features["colours", ""],
            present=np.concatenate([batch.present for batch in shown]),
            attributes=np.concatenate([batch.attributes for batch in shown]),
            layers={layer: LayerProbeFeatures(**kinds) for layer, kinds in by_layer.items()},
        )
