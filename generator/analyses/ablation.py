"""Ablation: what the network's answers lose without the neurons of a contrast, and without single neurons."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, ClassVar

import numpy as np
import torch

from generator.activations.mean_ablation import channel_means, mean_output, replacing
from generator.activations.resume import NETWORK, TRIED, Resumed
from generator.analyses.ablation_effects import (
    RESAMPLES,
    Doubles,
    ablated_set,
    set_measures,
    single_ablations,
    single_measures,
)
from generator.analyses.ablation_sets import controls
from generator.analyses.answering import Answer
from generator.analyses.base import Analysis, Context, Estimate, Scope
from generator.analyses.contrast_halves import CONFIRMATION, DISCOVERY, classes_of, contrastable, some_of
from generator.inputs.batches import Batch, batches
from generator.records import (
    AblatedSet,
    Ablation,
    Contrast,
    Contrasts,
    Floats,
    Integers,
    Layer,
    LayerAblation,
    Readout,
    SingleAblations,
)

REFERENCE_IMAGES, FEWEST_REFERENCE = 320, 5
"""Images of the discovery half that means are over, all classes alike, and of a class at least."""

MOST_CLASSES = 20
"""Classes that single ablations are tried on: those contrasted, and others drawn at random."""

STAGES = 2
"""Last stages whose neurons are ablated one at a time."""

Measure = Callable[[Floats, Integers], Doubles]
"""From scores (images, k) and the images' classes (images,) to measures (images, measures)."""

TIMED = 8  # images timed for an estimate

SET_SHARE, SINGLE_SHARE = 0.4, 0.2
"""Of a pass through the network, what comes after a layer, over all layers and over the last ones; for
estimates alone."""


@dataclass(frozen=True)
class AblationTask:
    """Ablations in one layer: the channels confirmed by each contrast, and those ablated one at a time."""

    layer: str
    sets: tuple[tuple[int, ...], ...]
    singles: tuple[int, ...]


class AblationAnalysis(Analysis[AblationTask, LayerAblation, Ablation]):
    """Confirmed neurons beside controls, and single neurons of the last stages, replaced by their mean."""

    name: ClassVar[str] = "ablation"
    version: ClassVar[int] = 1
    scope: ClassVar[Scope] = "atlas"
    requires: ClassVar[tuple[str, ...]] = ("readout", "contrasts")
    part_type: ClassVar[type] = LayerAblation
    record_type: ClassVar[type] = Ablation

    def wanted(self, context: Context) -> bool:
        """Whether classes can be contrasted."""
        return context.recipe.ablation.enabled and contrastable(context)

    def remark(self, record: Ablation) -> str:
        """Return in how many layers the confirmed neurons matter more than others."""
        sets = [one for layer in record.layers.values() for one in layer.sets if one is not None]
        if not sets:
            return "ablation: no confirmed neurons to ablate"
        more = sum(one.exceeds("margin") for one in sets)
        return f"ablation: in {more} of {len(sets)} sets of neurons more is lost than without others"

    def identity(self, context: Context) -> Mapping[str, Any]:
        """Return the settings that results depend on, beside the neurons themselves."""
        settings = context.recipe.ablation
        return {
            "images": settings.images,
            "draws": settings.draws,
            "single_images": settings.single_images,
            "end": context.layers[-1].name,
        }

    def tasks(self, context: Context) -> Sequence[AblationTask]:
        """Return one task a layer in which something is ablated."""
        contrasts = context.record("contrasts", Contrasts).contrasts
        late = {layer.name for layer in late_layers(context.layers)}
        tasks = []
        for layer in context.layers:
            rows = [np.flatnonzero(one.layers[layer.name].confirmed) for one in contrasts]
            sets = tuple(tuple(layer.neurons[row] for row in found.tolist()) for found in rows)
            tasks.append(AblationTask(layer.name, sets, layer.neurons if layer.name in late else ()))
        return tasks

    def run(self, context: Context, task: AblationTask) -> LayerAblation:
        """Ablate in one layer.

        Raises:
            NetworkError: An answer is not finite.
            ImagesError: An image has gone or changed.
        """
        if not task.singles and not any(task.sets):
            return LayerAblation(resumed=None, sets=(None,) * len(task.sets), single=None)
        return _Ablating(context, task).result()

    def combine(self, context: Context, parts: Sequence[LayerAblation]) -> Ablation:
        """Gather the layers."""
        labels = context.images.labels
        images = [
            [int((labels[own] == label).sum()) for label in (one.first, one.second)]
            for one in context.record("contrasts", Contrasts).contrasts
            for own in (contrast_images(context, one),)
        ]
        classes = single_classes(context)
        truth = labels[single_images(context)]
        return Ablation(
            resamples=RESAMPLES,
            reference=len(reference_images(context)),
            images=np.array(images, dtype=np.int64).reshape(-1, 2),
            classes=classes,
            class_images=np.array([(truth == label).sum() for label in classes.tolist()], dtype=np.int64),
            layers={layer.name: part for layer, part in zip(context.layers, parts, strict=True)},
        )

    def estimate(self, context: Context) -> Estimate:
        """Time a few images through the whole network; ablations run half of it on average."""
        settings, count = context.recipe.ablation, len(classes_of(context))
        each = self._seconds(context)
        pairs = max(1, len(context.recipe.contrasts.pairs))
        sets = pairs * 2 * settings.images * len(context.layers) * (2 + 2 * settings.draws)
        neurons = sum(len(layer.neurons) for layer in late_layers(context.layers))
        singles = min(count, MOST_CLASSES) * settings.single_images * neurons
        work = f"{neurons} single neurons, {len(context.layers)} sets a pair of classes"
        size = neurons * min(count, MOST_CLASSES) * 24 + pairs * len(context.layers) * 1000
        return Estimate(work, (sets * SET_SHARE + singles * SINGLE_SHARE) * each, size)

    @staticmethod
    def _seconds(context: Context) -> float:
        """Return what an image takes through the whole network, in seconds."""
        network, device = context.network(), torch.device(context.device)
        indices = np.arange(min(TIMED, len(context.images)))
        start = time.perf_counter()
        with torch.inference_mode():
            for batch in batches(context.images, indices, network.preprocess, TIMED):
                network.module(network.preprocess.normalize(batch.pixels.to(device)))
        return (time.perf_counter() - start) / len(indices)


def late_layers(layers: Sequence[Layer]) -> tuple[Layer, ...]:
    """Return the layers of the last two stages.

    A stage is a run of layers with as many channels and maps of the same size. A run that holds
    more than half of the layers (the blocks of a vision transformer) is none: each of its layers is a
    stage of its own.
    """

    def shape(layer: Layer) -> tuple[int, int, int]:
        return layer.size, layer.height, layer.width

    stages: list[list[Layer]] = []
    for _, run in groupby(layers, shape):
        own = list(run)
        stages += [own] if 2 * len(own) <= len(layers) else [[layer] for layer in own]
    return tuple(layer for stage in stages[-STAGES:] for layer in stage)


def reference_images(context: Context) -> Integers:
    """Return the images that means are over, of the discovery half, (images,) int64."""
    classes = classes_of(context)
    each = max(FEWEST_REFERENCE, REFERENCE_IMAGES // len(classes))
    return some_of(context.images.labels, classes, DISCOVERY, each, context.recipe.seed)


def contrast_images(context: Context, contrast: Contrast) -> Integers:
    """Return the held-out images that a contrast's ablations are tried on, (images,) int64."""
    pair = np.array([contrast.first, contrast.second], dtype=np.int32)
    most = context.recipe.ablation.images
    return some_of(context.images.labels, pair, CONFIRMATION, most, context.recipe.seed)


def single_classes(context: Context) -> Integers:
    """Return the classes that single ablations are tried on, sorted, (k,) int32."""
    classes = classes_of(context)
    contrasts = context.record("contrasts", Contrasts).contrasts
    first = list(dict.fromkeys(label for one in contrasts for label in (one.first, one.second)))
    others = np.random.default_rng(context.recipe.seed).permutation(np.setdiff1d(classes, first))
    return np.sort(np.array([*first, *others.tolist()][:MOST_CLASSES], dtype=np.int32))


def single_images(context: Context) -> Integers:
    """Return the held-out images that single ablations are tried on, (images,) int64."""
    most = context.recipe.ablation.single_images
    return some_of(context.images.labels, single_classes(context), CONFIRMATION, most, context.recipe.seed)


class _Ablating:
    """One layer: the network cut open there, the mean output, and answers without channels."""

    def __init__(self, context: Context, task: AblationTask) -> None:
        self.context, self.task = context, task
        self.network, self.device = context.network(), torch.device(context.device)
        self.place = [layer.name for layer in context.layers].index(task.layer)
        self.layer = context.layers[self.place]
        self.readout = context.record("readout", Readout)
        self.answer = Answer(self.readout, context.layers, self.device)
        reference = self._batches(reference_images(context))
        self.mean = mean_output(self.network, self.layer, reference)
        self.activation = channel_means(self.mean, self.layer)
        end = NETWORK if self.answer.end is None else self.answer.end.name
        sample = next(iter(self._batches(reference_images(context)[:TRIED])))
        self.resumed = Resumed(self.network.module, self.layer.name, end, self._inputs(sample))

    def result(self) -> LayerAblation:
        """Ablate the sets of all contrasts, and the single neurons."""
        contrasts = self.context.record("contrasts", Contrasts).contrasts
        return LayerAblation(
            resumed=self.resumed.cut,
            sets=tuple(
                self._set(number, contrast, np.array(own, dtype=np.int32)) if own else None
                for number, (contrast, own) in enumerate(zip(contrasts, self.task.sets, strict=True))
            ),
            single=self._singles() if self.task.singles else None,
        )

    def _set(self, number: int, contrast: Contrast, confirmed: Integers) -> AblatedSet:
        settings, seed = self.context.recipe.ablation, self.context.recipe.seed
        drawn = controls(confirmed, self.activation, settings.draws, (seed, self.place, number))
        images = contrast_images(self.context, contrast)
        columns = [self._column(label) for label in (contrast.first, contrast.second)]

        def measure(scores: Floats, truth: Integers) -> Doubles:
            own, other = np.where((truth == contrast.first)[:, None], columns, columns[::-1]).T
            return set_measures(scores, own, other)

        sets = [np.zeros(0, np.int32), confirmed, *drawn.reshape(-1, len(confirmed))]
        return ablated_set(
            confirmed,
            drawn,
            self.activation,
            self._measured(images, sets, measure),
            sides=(self.context.images.labels[images] == contrast.second).astype(np.int64),
            seed=(seed, self.place, number),
        )

    def _singles(self) -> SingleAblations:
        images, classes = single_images(self.context), single_classes(self.context)
        columns = np.array([self._column(label) for label in classes.tolist()])

        def measure(scores: Floats, truth: Integers) -> Doubles:
            return single_measures(scores, columns[np.searchsorted(classes, truth)])

        sets = [np.zeros(0, np.int32), *np.array(self.task.singles, dtype=np.int32)[:, None]]
        groups = np.searchsorted(classes, self.context.images.labels[images])
        measured = self._measured(images, sets, measure)
        return single_ablations(measured, groups, (self.context.recipe.seed, self.place))

    def _column(self, label: int) -> int:
        columns: list[int] = self.readout.classes.tolist()
        return columns.index(label)

    def _measured(self, images: Integers, sets: Sequence[Integers], measure: Measure) -> Doubles:
        """Return what is measured of the answers without each set of channels, (sets, m, measures)."""
        changes = [replacing(self.mean, self.layer, channels) for channels in sets]
        parts = []
        for batch in self._batches(images):
            found = self.resumed.outputs(self._inputs(batch), changes)
            with torch.inference_mode():
                answers = (self.answer(one).float().cpu().numpy() for one in found)
                parts.append([measure(scores, batch.labels) for scores in answers])
        return np.concatenate(parts, axis=1)

    def _batches(self, images: Integers) -> Iterator[Batch]:
        size = self.context.recipe.compute.batch_size
        return batches(self.context.images, images, self.network.preprocess, size)

    def _inputs(self, batch: Batch) -> torch.Tensor:
        return self.network.preprocess.normalize(batch.pixels.to(self.device))
