"""Feature visualizations of some neurons of a layer: optimized coarse to fine, then measured as they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from generator.activations.trace import device_of
from generator.errors import NetworkError
from generator.featurevis.measure import BRIGHTEST, measure, random_pictures, strongest
from generator.featurevis.memory import freed_memory_kept, pictures_at_once
from generator.featurevis.objectives import Objective, responding
from generator.featurevis.optimize import Optimized, Respond, derive_seed, optimize
from generator.featurevis.prepared import prepared
from generator.featurevis.transparency import Transparency
from generator.featurevis.variants import FIRST_VARIANT, Variant
from generator.inputs.devices import tensor_float
from generator.inputs.models import Network
from generator.recipe_sections import Precision
from generator.records import Layer, LayerVisualizations

BY_ROW = [field.name for field in fields(LayerVisualizations) if field.name != "history_steps"]
"""What has a row for each picture."""


@dataclass(frozen=True)
class Making:
    """How pictures are made, whatever they are of.

    Attributes:
        size: Pixels a side.
        steps: At most so many, in all stages together.
        learning_rate: The largest step size of Fourier coefficients.
        seed: The atlas's.
        precision: `float32` or `bfloat16`, for the network during the optimization; what is
            reported is always measured in float32.
        transparent: Whether pictures get a mask of where their objective depended on them.
        start: Picture (3, size, size), RGB from 0 to 1, for variants that start from an image.
    """

    size: int
    steps: int
    learning_rate: float
    seed: int
    precision: Precision = "float32"
    transparent: bool = False
    start: Tensor | None = None


def visualize(
    network: Network,
    layer: Layer,
    neurons: Sequence[int],
    making: Making,
    variant: Variant = FIRST_VARIANT,
) -> LayerVisualizations:
    """Optimize the pictures of some neurons, as many together as memory holds, and measure them.

    A picture depends on the seed, the layer, its own neuron and the variant, not on the other
    neurons of the batch (beyond float tolerance). What is measured is the finished picture in
    8 bit; random pictures are measured with the first variant only.

    Args:
        network: Frozen and in eval mode; left as it is.
        layer: A layer of the network.
        neurons: Channels of the layer.
        making: Size, steps, seed and precision.
        variant: Which kind of pictures.

    Returns:
        Rows as `neurons`; of a variant with several facets all those of the first neuron first.

    Raises:
        NetworkError: The network does not run on pictures of this size, passes no gradient to
            them, or answers with nothing finite.
    """
    check_size(network, layer, making.size)
    quick = prepared(network, layer.name, making.precision)
    together = max(1, pictures_at_once(network, layer, making.size) // variant.facets)
    parts = []
    for start in range(0, len(neurons), together):
        chunk = neurons[start : start + together]
        found, mask = _staged(quick, layer, chunk, making, variant)
        rows = np.repeat(np.array(chunk, dtype=np.int32), variant.facets)
        measured = _measured(network, layer, rows, found, making.seed if variant == FIRST_VARIANT else None)
        parts.append(
            replace(measured, alpha=in_8_bit(mask.alpha())[:, 0].cpu().numpy()) if mask else measured
        )
    return joined(parts)


def joined(parts: Sequence[LayerVisualizations]) -> LayerVisualizations:
    """Join the pictures of one layer and variant; all were measured after the same steps."""
    first = parts[0]
    assert all(np.array_equal(first.history_steps, part.history_steps) for part in parts)
    return replace(
        first, **{name: np.concatenate([getattr(part, name) for part in parts]) for name in BY_ROW}
    )


def every_row(found: LayerVisualizations, start: int, step: int) -> LayerVisualizations:
    """Return the rows start, start + step and so on: one facet of each neuron."""
    return replace(found, **{name: getattr(found, name)[start::step] for name in BY_ROW})


def _staged(
    network: Network, layer: Layer, neurons: Sequence[int], making: Making, variant: Variant
) -> tuple[Optimized, Transparency | None]:
    """Optimize pictures through all their sizes; return them with their mask, if one is wanted."""
    seeds = [
        derive_seed(making.seed, layer.name, neuron, variant.name, *facet)
        for neuron in neurons
        for facet in variant.parts
    ]
    mask = Transparency(len(seeds)) if making.transparent else None
    objective = variant.objective(neurons, layer)
    return staged(network, layer, objective, seeds, making, variant=variant, mask=mask), mask


def staged(
    network: Network,
    layer: Layer,
    objective: Objective,
    seeds: Sequence[int],
    making: Making,
    *,
    variant: Variant = FIRST_VARIANT,
    mask: Transparency | None = None,
) -> Optimized:
    """Optimize pictures through all their sizes; on Nvidia GPUs with convolutions in TensorFloat-32.

    Args:
        network: Whose responses are raised; see `prepared`.
        layer: A layer of it.
        objective: What is raised, a number a picture.
        seeds: One a picture.
        making: Size, steps and precision.
        variant: Which kind of pictures; its own objective is not looked at.
        mask: Adds up where the objective depends on the pictures, if given.
    """
    stages: list[Optimized] = []
    device = str(device_of(network.module))
    with freed_memory_kept(), tensor_float(), responding(network, layer) as respond:
        begin = _start(making, variant, len(seeds))
        for stage in variant.stages(making.size, making.steps):
            if stages:
                begin = repeated(stages[-1].pictures, stage.size)
                seeds = [derive_seed(seed, stage.size) for seed in seeds]
            found = optimize(
                _lowered(respond, making.precision),
                objective,
                parametrization=variant.parametrization(stage.size, device, begin),
                views=variant.views(),
                schedule=variant.schedule(stage, making.learning_rate),
                seeds=seeds,
                waking=variant.kind != "negative",
                transparency=mask,
            )
            stages.append(found)
    return _in_a_row(stages)


def _start(making: Making, variant: Variant, pictures: int) -> Tensor | None:
    """Return the recipe's image for each picture, None for variants that start at random."""
    if not variant.from_image:
        return None
    assert making.start is not None, "the analysis gives the image that the recipe names"
    return making.start.expand(pictures, -1, -1, -1)


def _lowered(respond: Respond, precision: Precision) -> Respond:
    """Let a network compute in a lower precision; its responses come in float32."""
    if precision == "float32":
        return respond

    def answer(pictures: Tensor) -> Tensor:
        with torch.autocast(pictures.device.type, dtype=getattr(torch, precision)):
            return respond(pictures).float()

    return answer


def repeated(pictures: Tensor, size: int) -> Tensor:
    """Repeat pictures (pictures, 3, height, width) in both directions up to `size` pixels a side."""
    times = -(-size // pictures.shape[-1])
    return pictures.repeat(1, 1, times, times)[..., :size, :size]


def _in_a_row(stages: Sequence[Optimized]) -> Optimized:
    """Return the last stage's pictures with the course of all stages."""
    ends = np.cumsum([0, *(stage.history_steps[-1] for stage in stages)])
    later = [slice(0 if index == 0 else 1, None) for index in range(len(stages))]
    return Optimized(
        pictures=stages[-1].pictures,
        history_steps=np.concatenate(
            [end + stage.history_steps[kept] for end, stage, kept in zip(ends, stages, later, strict=False)]
        ).astype(np.int32),
        history=np.concatenate(
            [stage.history[:, kept] for stage, kept in zip(stages, later, strict=True)], axis=1
        ),
        steps_run=np.sum([stage.steps_run for stage in stages], axis=0, dtype=np.int32),
    )


def _measured(
    network: Network, layer: Layer, neurons: NDArray[np.int32], found: Optimized, seed: int | None
) -> LayerVisualizations:
    """Measure finished pictures on the network itself, in 8 bits and float32; random ones with a seed."""
    pictures = in_8_bit(found.pictures)
    with responding(network, layer) as respond:
        means, peaks = measure(respond, pictures, neurons.tolist())
        random_means = random_peaks = np.full(len(neurons), np.nan, dtype=np.float32)
        if seed is not None:
            random = random_pictures(pictures.shape[-1], str(pictures.device), seed)
            random_means, random_peaks = strongest(respond, random, neurons.tolist())
    return LayerVisualizations(
        neurons=neurons,
        pictures=pictures.permute(0, 2, 3, 1).contiguous().cpu().numpy(),
        alpha=np.zeros((len(neurons), 0, 0), dtype=np.uint8),
        mean_response=means,
        peak=peaks,
        random_mean=random_means,
        random_peak=random_peaks,
        history_steps=found.history_steps,
        history=found.history,
        steps_run=found.steps_run,
    )


def in_8_bit(values: Tensor) -> Tensor:
    """Return pictures, 0 to 1, as they are stored: uint8."""
    return (values * BRIGHTEST).round().to(torch.uint8)


@torch.no_grad()
def check_size(network: Network, layer: Layer, size: int) -> None:
    """Make sure that the network takes pictures of another size than its own.

    Raises:
        NetworkError: It does not.
    """
    if size == network.preprocess.crop:
        return
    try:
        with responding(network, layer) as respond:
            respond(torch.zeros((1, 3, size, size), device=device_of(network.module)))
    except Exception as error:  # whatever a network raises for a size that it cannot take
        reason = " ".join(str(error).split()) or type(error).__name__
        raise NetworkError(
            f"`visualization.size` must be a picture size that the network accepts, got {size} ({reason}); "
            f"leave it out for the network's own {network.preprocess.crop}"
        ) from None
