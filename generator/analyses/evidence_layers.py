"""The evidence of one layer: sums over images as they stream by, single images, the background control."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from generator.activations.stream import stream
from generator.analyses.background_control import FEWEST_MASKED, CellMasks, control
from generator.analyses.base import Context
from generator.analyses.contrast_halves import DISCOVERY, half_of
from generator.analyses.encoding import half_precision
from generator.analyses.evidence_maps import Reading, agreement, centre_of
from generator.analyses.masked_images import MaskedSource, concepts_named
from generator.inputs.batches import Batch
from generator.records import (
    Booleans,
    Contrast,
    Floats,
    Layer,
    LayerContrast,
    LayerControl,
    LayerEvidence,
    LayerSurvey,
    MaskedImages,
    ReceptiveFields,
    Survey,
)

STRONGEST = 4
"""Confirmed neurons of a layer whose mean maps are shown, by |d| on the discovery half."""

Doubles = NDArray[np.float64]


@dataclass(eq=False)
class Averages:
    """Mean maps of a layer's neurons for both classes as their images stream by, and the maps of the first.

    Attributes:
        deviation: (n,), of the neurons' activations over all images; 1 for one that does not vary.
        mean: (n,), likewise.
        sums: (2, n, height, width).
        counts: Images of A and of B so far.
        first: Maps (n, height, width) of the first images of A, then of B.
    """

    mean: Doubles
    deviation: Doubles
    sums: Doubles
    counts: list[int] = field(default_factory=lambda: [0, 0])
    first: list[Floats] = field(default_factory=list)

    @classmethod
    def empty(cls, layer: Layer, survey: LayerSurvey) -> Averages:
        """Return sums of no images."""
        spread = np.sqrt(np.asarray(survey.variance, dtype=np.float64))
        shape = (2, len(layer.neurons), layer.height, layer.width)
        return cls(np.asarray(survey.mean), np.where(spread > 0, spread, 1.0), np.zeros(shape))

    def add(self, maps: Tensor, side: int, kept: int) -> None:
        """Add images' maps (images, n, height, width) to A (0) or B (1), keeping the class's first ones."""
        self.sums[side] += maps.sum(dim=0).cpu().double().numpy()
        missing = max(0, kept - self.counts[side])
        self.first.extend(maps[:missing].cpu().numpy())
        self.counts[side] += len(maps)

    @property
    def means(self) -> Doubles:
        """Mean maps (2, n, height, width), in activations."""
        means: Doubles = self.sums / np.array(self.counts, dtype=np.float64)[:, None, None, None]
        return means

    @property
    def layer_means(self) -> Doubles:
        """Mean maps (2, height, width) over neurons, each in its standard deviations from its mean."""
        scaled = (self.means - self.mean[:, None, None]) / self.deviation[:, None, None]
        means: Doubles = scaled.mean(axis=1)
        return means


@dataclass(frozen=True, eq=False)
class MaskedSample:
    """Images with masks, and what a contrast's layers say of them.

    Attributes:
        images: Which they are.
        masks: (m, side, side) bool.
        evidence: (m, height, width) by layer.
    """

    images: MaskedImages
    masks: Booleans
    evidence: dict[str, Doubles]


def reading_of(context: Context, contrast: Contrast, layer: Layer) -> Reading:
    """Return a layer's read-out, centred midway between A's and B's mean responses on the discovery half."""
    means, labels = context.record("survey", Survey).layers[layer.name].means, context.images.labels
    halves = [
        half_of(labels, label, DISCOVERY, context.recipe.seed) for label in (contrast.first, contrast.second)
    ]
    rows = np.concatenate(halves)
    centre = centre_of(np.asarray(means[rows]), np.arange(len(rows)) < len(halves[0]))
    result = contrast.layers[layer.name]
    return Reading(np.asarray(result.weights), result.bias, centre)


def layer_evidence(
    layer: Layer,
    result: LayerContrast,
    reading: Reading,
    averages: Averages,
    *,
    cams: Floats,
    controlled: LayerControl | None,
) -> LayerEvidence:
    """Return a layer's evidence from what streamed by, Grad-CAM of the first images, and the control."""
    strongest = strongest_confirmed(result)
    means = averages.means
    maps = reading.maps(np.stack(averages.first))
    return LayerEvidence(
        neurons=np.array(layer.neurons, dtype=np.int32)[strongest],
        mean_layer=half_precision(averages.layer_means),
        mean_evidence=half_precision(reading.maps(means)),
        mean_neurons=half_precision(means[:, strongest]),
        centre=reading.centre,
        offset=reading.offset,
        log_odds=reading.log_odds(maps),
        evidence=maps.astype(np.float32),
        grad_cam=cams.astype(np.float32),
        agreement=agreement(maps, cams),
        control=controlled,
    )


def strongest_confirmed(result: LayerContrast) -> NDArray[np.intp]:
    """Return rows of the confirmed neurons with the largest effects on the discovery half, largest first."""
    rows = np.flatnonzero(result.confirmed)
    order = np.argsort(-np.abs(result.effect[0, rows]), kind="stable")
    return rows[order][:STRONGEST]


def masked_sample(
    context: Context, contrast: Contrast, layers: Sequence[Layer], readings: Mapping[str, Reading]
) -> MaskedSample | None:
    """Show the network images with masks named as the two classes; None where there are too few.

    Raises:
        ImagesError: An image has gone or changed.
    """
    names = context.images.info.class_names
    if context.concepts is None or not layers:
        return None
    sides = concepts_named(context.concepts, names[contrast.first], names[contrast.second])
    if sides is None:
        return None
    found: dict[str, list[Doubles]] = {layer.name: [] for layer in layers}

    def receive(layer: Layer, maps: Tensor, batch: Batch) -> None:
        del batch
        found[layer.name].append(readings[layer.name].maps(maps.cpu().numpy()))

    source = MaskedSource(context.concepts, sides, context.recipe.contrasts.images)
    network = context.network()
    stream(network, layers, source.batches(network.preprocess, context.recipe.compute.batch_size), receive)
    of_first = np.array(source.of_first, dtype=bool)
    if min(of_first.sum(), (~of_first).sum()) < FEWEST_MASKED:
        return None
    masks = np.stack(source.masks)
    ids = tuple(context.concepts.ids[index] for index in source.indices)
    info = context.concepts.info
    images = MaskedImages(info.name, info.synthetic, ids, of_first, masks.mean(axis=(1, 2)))
    return MaskedSample(images, masks, {name: np.concatenate(maps) for name, maps in found.items()})


def control_of(context: Context, layer: Layer, reading: Reading, sample: MaskedSample) -> LayerControl:
    """Return whether a layer's evidence lies on the masked objects."""
    evidence = sample.evidence[layer.name]
    centres = context.record("receptive_fields", ReceptiveFields).centres[layer.name]
    return control(
        evidence,
        reading.log_odds(evidence),
        sample.images.of_first,
        masks=CellMasks.of(sample.masks, centres),
        area=sample.images.area,
        seed=context.recipe.seed,
    )
