"""Evidence: where in images lies what speaks for one class against another, by layer, with its controls."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from threadpoolctl import threadpool_limits

from generator.activations.stream import stream
from generator.analyses.answering import Answer
from generator.analyses.background_control import RESAMPLES, SHUFFLES
from generator.analyses.base import Analysis, Context, Estimate, Scope
from generator.analyses.contrast_halves import CONFIRMATION, contrastable, half_of
from generator.analyses.encoding import encode_picture
from generator.analyses.evidence_layers import (
    STRONGEST,
    Averages,
    control_of,
    layer_evidence,
    masked_sample,
    reading_of,
)
from generator.analyses.grad_cam import grad_cam
from generator.inputs.batches import Batch, batches
from generator.records import (
    Contrast,
    Contrasts,
    Evidence,
    Floats,
    Integers,
    Layer,
    PairEvidence,
    Readout,
    Survey,
)

SHOWN = 3
"""Images of each class that are shown one by one, drawn at random."""

SAMPLE = 8  # images timed for an estimate


@dataclass(frozen=True)
class EvidenceTask:
    """The evidence of one contrast, by its place among them."""

    contrast: int


@dataclass(frozen=True)
class EvidencePart:
    """The evidence of one contrast, and the pictures of its images."""

    pair: PairEvidence
    pictures: Mapping[str, bytes]


class EvidenceAnalysis(Analysis[EvidenceTask, EvidencePart, Evidence]):
    """Mean maps of both classes, evidence and Grad-CAM of single images, object against background."""

    name: ClassVar[str] = "evidence"
    version: ClassVar[int] = 1
    scope: ClassVar[Scope] = "atlas"
    requires: ClassVar[tuple[str, ...]] = ("survey", "receptive_fields", "readout", "contrasts")
    part_type: ClassVar[type] = EvidencePart
    record_type: ClassVar[type] = Evidence

    def wanted(self, context: Context) -> bool:
        """Whether classes can be contrasted."""
        return contrastable(context)

    def identity(self, context: Context) -> Mapping[str, Any]:
        """Return numbers of images and neurons, and the concept images."""
        return {
            "shown": SHOWN,
            "strongest": STRONGEST,
            "images": context.recipe.contrasts.images,
            "concepts": context.concepts.info.sha256 if context.concepts is not None else "",
        }

    def tasks(self, context: Context) -> Sequence[EvidenceTask]:
        """Return one task a contrast."""
        return [EvidenceTask(place) for place in range(len(_contrasts(context)))]

    def run(self, context: Context, task: EvidenceTask) -> EvidencePart:
        """Show held-out images of two classes, and images with their masks, to the network again.

        Raises:
            NetworkError: An answer is not finite.
            ImagesError: An image has gone or changed.
        """
        with threadpool_limits(1):
            return _pair(context, _contrasts(context)[task.contrast])

    def combine(self, context: Context, parts: Sequence[EvidencePart]) -> Evidence:  # noqa: ARG002
        """Gather the contrasts."""
        pictures = {name: data for part in parts for name, data in part.pictures.items()}
        return Evidence(SHUFFLES, RESAMPLES, tuple(part.pair for part in parts), pictures)

    def estimate(self, context: Context) -> Estimate:
        """Time a few images on their way through the network; Grad-CAM of single ones adds little."""
        network = context.network()
        indices = np.arange(min(SAMPLE, len(context.images)))
        for sample in (indices[:1], indices):  # the first to warm up
            start = time.perf_counter()
            source = batches(context.images, sample, network.preprocess, context.recipe.compute.batch_size)
            stream(network, context.layers, source, lambda _layer, _maps, _batch: None)
        each = (time.perf_counter() - start) / len(sample)
        pairs = max(1, len(context.recipe.contrasts.pairs))
        images = pairs * 4 * context.recipe.contrasts.images
        cells = sum(layer.height * layer.width for layer in context.layers)
        maps = pairs * cells * (2 * SHOWN * 8 + 2 * (2 + STRONGEST) * 2)
        return Estimate(f"at most {images} images, own ones and ones with masks", images * each, maps)


def evidence_layers(context: Context, contrast: Contrast) -> tuple[Layer, ...]:
    """Return the layers whose evidence has a place: some confirmed neurons, and more than one position."""
    return tuple(
        layer
        for layer in context.layers
        if contrast.layers[layer.name].confirmed.any() and layer.height > 1 and layer.width > 1
    )


def _contrasts(context: Context) -> tuple[Contrast, ...]:
    return context.record("contrasts", Contrasts).contrasts


def _pair(context: Context, contrast: Contrast) -> EvidencePart:
    images, most = context.images, context.recipe.contrasts.images
    layers = evidence_layers(context, contrast)
    readings = {layer.name: reading_of(context, contrast, layer) for layer in layers}
    own = [
        half_of(images.labels, label, CONFIRMATION, context.recipe.seed)[:most]
        for label in (contrast.first, contrast.second)
    ]
    shown = np.concatenate([group[:SHOWN] for group in own])
    averages = _averages(context, own, layers)
    pixels, cams, answer = _grad_cams(context, contrast, layers, shown)
    sample = masked_sample(context, contrast, layers, readings)
    encoded = [encode_picture(picture) for picture in pixels]
    pair = PairEvidence(
        image_ids=tuple(images.ids[image] for image in shown.tolist()),
        image_sha256=tuple(images.sha256[image] for image in shown.tolist()),
        picture_files=tuple(file for file, _ in encoded),
        of_first=images.labels[shown] == contrast.first,
        answer=answer,
        averaged=np.array([len(group) for group in own], dtype=np.int64),
        masked=None if sample is None else sample.images,
        layers={
            layer.name: layer_evidence(
                layer,
                contrast.layers[layer.name],
                readings[layer.name],
                averages[layer.name],
                cams=cams[layer.name],
                controlled=None
                if sample is None
                else control_of(context, layer, readings[layer.name], sample),
            )
            for layer in layers
        },
    )
    return EvidencePart(pair, dict(encoded))


def _averages(context: Context, groups: Sequence[Integers], layers: Sequence[Layer]) -> dict[str, Averages]:
    """Stream the held-out images of both classes; the first of each are those shown one by one."""
    surveys = context.record("survey", Survey).layers
    found = {layer.name: Averages.empty(layer, surveys[layer.name]) for layer in layers}
    if not layers:
        return found
    network = context.network()
    for side, group in enumerate(groups):

        def receive(layer: Layer, maps: torch.Tensor, batch: Batch, side: int = side) -> None:
            del batch
            found[layer.name].add(maps, side, SHOWN)

        source = batches(context.images, group, network.preprocess, context.recipe.compute.batch_size)
        stream(network, layers, source, receive)
    return found


def _grad_cams(
    context: Context, contrast: Contrast, layers: Sequence[Layer], shown: Integers
) -> tuple[list[Any], dict[str, Floats], Floats]:
    """Return the views of the shown images, their Grad-CAM by layer, and the answer's differences."""
    network, device = context.network(), torch.device(context.device)
    readout = context.record("readout", Readout)
    answer = Answer(readout, context.layers, device)
    classes = readout.classes.tolist()
    pair = classes.index(contrast.first), classes.index(contrast.second)
    (batch,) = batches(context.images, shown, network.preprocess, len(shown))
    inputs = network.preprocess.normalize(batch.pixels.to(device))
    # Without any layer to explain, the last one is asked all the same: its answers are shown.
    found = {
        layer.name: grad_cam(network, layer, answer, pair, inputs)
        for layer in (layers or context.layers[-1:])
    }
    differences = next(iter(found.values()))[1]
    return list(batch.pixels.numpy()), {name: maps for name, (maps, _) in found.items()}, differences
