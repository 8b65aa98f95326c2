"""The read-out: what stands for the network's answer about the images' classes, and how well it does."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor

from generator.activations.layers import as_maps
from generator.activations.pooled import pooled_mean
from generator.activations.trace import tapped
from generator.analyses.answering import Answer, output_columns
from generator.analyses.base import Analysis, Context, Estimate, Scope
from generator.analyses.contrast_halves import CONFIRMATION, DISCOVERY, classes_of, contrastable, some_of
from generator.analyses.linear import Linear, fit_linear
from generator.inputs.batches import batches
from generator.records import Floats, Integers, Layer, Readout

MOST_IMAGES = 800
"""Images of a half, over all classes; of many classes each gives fewer."""

FEWEST_IMAGES = 10  # of a class, however many classes there are
TIMED = 8  # images timed for an estimate


@dataclass(frozen=True)
class ReadoutTask:
    """The read-out of the whole atlas."""

    images: int


class ReadoutAnalysis(Analysis[ReadoutTask, Readout, Readout]):
    """The network's logits where its outputs are of the images' classes, else a linear read-out."""

    name: ClassVar[str] = "readout"
    version: ClassVar[int] = 1
    scope: ClassVar[Scope] = "atlas"
    part_type: ClassVar[type] = Readout
    record_type: ClassVar[type] = Readout

    def wanted(self, context: Context) -> bool:
        """Whether classes can be contrasted."""
        return contrastable(context)

    def remark(self, record: Readout) -> str:
        """Return what stands for the network's answer where it has none of its own."""
        if record.source == "outputs":
            return ""
        return f"readout: no outputs of these classes; a linear read-out of {record.layer} stands in"

    def identity(self, context: Context) -> Mapping[str, Any]:
        """Return the last layer, which a fitted read-out reads."""
        return {"layer": context.layers[-1].name}

    def tasks(self, context: Context) -> Sequence[ReadoutTask]:
        """Return the one task."""
        each = max(FEWEST_IMAGES, MOST_IMAGES // len(classes_of(context)))
        return [ReadoutTask(min(context.recipe.contrasts.images, each))]

    def run(self, context: Context, task: ReadoutTask) -> Readout:
        """Show the images, fit the read-out where one is needed, and score the held-out ones.

        Raises:
            NetworkError: An answer is not finite.
            ImagesError: An image has gone or changed.
        """
        classes, labels, seed = classes_of(context), context.images.labels, context.recipe.seed
        network = context.network()
        columns = output_columns(network, context.images.info, classes)
        linear, fitted_on = Linear(np.zeros((0, 0)), np.zeros(0)), 0
        if columns is None:
            shown = some_of(labels, classes, DISCOVERY, task.images, seed)
            linear, fitted_on = _fitted(context, shown), len(shown)
        held_out = some_of(labels, classes, CONFIRMATION, task.images, seed)
        readout = Readout(
            source="fitted" if columns is None else "outputs",
            layer=context.layers[-1].name if columns is None else "",
            classes=classes,
            columns=np.zeros(0, dtype=np.int32) if columns is None else columns,
            weights=linear.weights,
            bias=linear.bias,
            images=held_out,
            scores=np.zeros((0, len(classes)), dtype=np.float32),
            truth=labels[held_out],
            fitted_on=fitted_on,
        )
        return _scored(context, readout)

    def combine(self, context: Context, parts: Sequence[Readout]) -> Readout:  # noqa: ARG002
        """Return the one part."""
        return parts[0]

    def estimate(self, context: Context) -> Estimate:
        """Time a few images."""
        (task,) = self.tasks(context)
        start = time.perf_counter()
        for _ in _yielded(context, np.arange(min(TIMED, len(context.images))), None):
            pass
        each = (time.perf_counter() - start) / TIMED
        images = 2 * task.images * len(classes_of(context))
        return Estimate(f"{images} images", images * each, images * len(classes_of(context)) * 4)


def _yielded(context: Context, indices: Integers, end: Layer | None) -> Iterator[object]:
    """Yield, batch by batch, what the network (or a layer of it) yields for some images."""
    network, device = context.network(), torch.device(context.device)
    source = batches(context.images, indices, network.preprocess, context.recipe.compute.batch_size)
    caught: list[Tensor] = []
    taps = {} if end is None else {end.name: caught.append}
    with tapped(network.module, taps) as forward, torch.inference_mode():
        for batch in source:
            inputs = network.preprocess.normalize(batch.pixels.to(device))
            if end is None:
                yield network.module(inputs)
            else:
                forward(inputs)
                yield caught.pop()


def _fitted(context: Context, indices: Integers) -> Linear:
    last = context.layers[-1]
    pooled = []
    for value in _yielded(context, indices, last):
        assert isinstance(value, Tensor)
        pooled.append(pooled_mean(as_maps(value, last).float()))
    linear = fit_linear(np.concatenate(pooled), context.images.labels[indices], context.recipe.seed)
    return _one_a_class(linear)


def _one_a_class(linear: Linear) -> Linear:
    """Return a score for each class also of two classes, of which logistic regression gives one."""
    if len(linear.weights) > 1:
        return linear
    sides = np.array([[-0.5], [0.5]])
    return Linear(sides * linear.weights, sides[:, 0] * linear.bias)


def _scored(context: Context, readout: Readout) -> Readout:
    answer = Answer(readout, context.layers, torch.device(context.device))
    scores: list[Floats] = [
        answer(value).float().cpu().numpy() for value in _yielded(context, readout.images, answer.end)
    ]
    return Readout(**{**vars(readout), "scores": np.concatenate(scores)})
