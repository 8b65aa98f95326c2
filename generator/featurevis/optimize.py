"""The batched loop: raises an objective in pictures, each on its own, keeps the best and measures it."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from generator.activations.trace import device_of
from generator.errors import NetworkError
from generator.featurevis.objectives import Objective, own_maps, responding
from generator.featurevis.parametrize import FourierBasis, Parametrization
from generator.featurevis.rectify import REDIRECTED_STEPS, redirected_gradients
from generator.featurevis.transforms import RandomViews, settled
from generator.featurevis.variants import FIRST_VARIANT, Variant
from generator.inputs.models import Network
from generator.records import Floats, Integers, Layer, LayerVisualizations

MEASUREMENTS = 16
"""Times that pictures are measured without transforms in the course of an optimization."""

RANDOM_CONTRASTS = (1.0, 4.0, 16.0, 64.0)
"""Factors on a start spectrum: from the almost grey start picture to saturated colours."""

RANDOM_PICTURES = 16
"""Random pictures of which the strongest is what a visualization has to beat."""

WARM_UP = 5
"""Steps over which the step size rises: Adam knows little of the gradients' size before."""

LAST_SHARE = 0.05
"""Step size at the end over the largest one."""

ADAM_DECAYS = (0.9, 0.99)
"""Of Adam's running means; the second below torch's 0.999, for there are few steps to remember."""

ADAM_EPSILON = 1e-16
"""Far below torch's 1e-8, so that the pictures of neurons with tiny responses move as fast as others."""

BRIGHTEST = 255
"""Of an 8-bit picture."""

Respond = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Schedule:
    """How long and how fast: steps, and the largest step size of Adam.

    The step size rises over the first steps and then falls along a cosine: large steps find the
    picture, small ones perfect it (Loshchilov & Hutter 2017, "SGDR").
    """

    steps: int
    learning_rate: float

    def step_size(self, step: int) -> float:
        """Return the step size of a step, counted from 0."""
        falling = LAST_SHARE + (1 - LAST_SHARE) * (1 + math.cos(math.pi * step / self.steps)) / 2
        return self.learning_rate * min(1.0, (step + 1) / WARM_UP) * falling


@dataclass(frozen=True)
class Optimized:
    """Pictures at their best, and what the objective reports on the way there.

    `history` is of the whole picture, without transforms, after so many steps; `pictures` are those
    of the measurement at which the objective was highest.
    """

    pictures: Tensor  # (pictures, 3, height, width), RGB from 0 to 1
    history_steps: Integers  # (h,) int32
    history: Floats  # (pictures, h) float32


def visualize(
    network: Network,
    layer: Layer,
    neurons: Sequence[int],
    *,
    size: int,
    schedule: Schedule,
    seed: int,
    variant: Variant = FIRST_VARIANT,
) -> LayerVisualizations:
    """Optimize one picture for each neuron, all of them together, and measure what was reached.

    A picture depends on the seed, the layer, its own neuron and the variant, not on the other
    neurons of the batch (beyond float tolerance). What is measured is the finished picture in
    8 bit; random pictures are measured with the first variant only.

    Args:
        network: Frozen and in eval mode; left as it is.
        layer: A layer of the network.
        neurons: Channels of the layer.
        size: Pixels a side.
        schedule: Steps and step size.
        seed: The atlas's.
        variant: How the pictures are made.

    Raises:
        NetworkError: The network does not run on pictures of this size, passes no gradient to
            them, or answers with nothing finite.
    """
    device = str(device_of(network.module))
    with responding(network, layer) as respond:
        _check_size(respond, network, size, device)
        found = optimize(
            respond,
            variant.objective(neurons, layer),
            parametrization=variant.parametrization(size, device),
            views=variant.views(),
            schedule=replace(schedule, learning_rate=variant.step_size(schedule.learning_rate)),
            seeds=[derive_seed(seed, layer.name, neuron, variant.name) for neuron in neurons],
            waking=variant.kind != "negative",
        )
        pictures = (found.pictures * BRIGHTEST).round().to(torch.uint8)
        means, peaks = _measure(respond, pictures / BRIGHTEST, neurons)
        random_means = random_peaks = np.full(len(neurons), np.nan, dtype=np.float32)
        if variant == FIRST_VARIANT:
            random_means, random_peaks = _strongest_random(respond, size, device, neurons, seed)
    return LayerVisualizations(
        neurons=np.array(neurons, dtype=np.int32),
        pictures=pictures.permute(0, 2, 3, 1).contiguous().cpu().numpy(),
        mean_response=means,
        peak=peaks,
        random_mean=random_means,
        random_peak=random_peaks,
        history_steps=found.history_steps,
        history=found.history,
        steps_run=np.full(len(neurons), schedule.steps, dtype=np.int32),
    )


def optimize(
    respond: Respond,
    objective: Objective,
    *,
    parametrization: Parametrization,
    views: RandomViews,
    schedule: Schedule,
    seeds: Sequence[int],
    waking: bool = True,
) -> Optimized:
    """Raise the objective of every picture with Adam on random views of it.

    Gradients are redirected past blocked ReLUs in the first steps, and after them for pictures
    whose objective has not yet come above zero. A gradient that is not finite counts as zero.

    Args:
        respond: From pictures (pictures, 3, height, width) to response maps; differentiable.
        objective: From response maps to one number a picture.
        parametrization: What is moved, and how it becomes pictures.
        views: The random transforms.
        schedule: Steps and step size.
        seeds: One a picture: of its start and of its views.
        waking: Whether gradients are redirected; needless where responses are lowered.

    Returns:
        For every picture its best state among the measurements at even distances.

    Raises:
        NetworkError: No gradient reaches the pictures, or the objective is never finite.
    """
    variables = parametrization.start([derive_seed(seed, "start") for seed in seeds]).requires_grad_()
    drawn = views.draw([derive_seed(seed, "views") for seed in seeds], schedule.steps)
    maps = settled(drawn).to(variables.device)
    adam = torch.optim.Adam([variables], betas=ADAM_DECAYS, eps=ADAM_EPSILON)
    course = _Course(schedule.steps)
    course.measure(respond, objective, parametrization, variables)
    for step in range(schedule.steps):
        redirected = course.asleep if step >= REDIRECTED_STEPS else torch.ones_like(course.asleep)
        with redirected_gradients(redirected) if waking and redirected.any() else nullcontext():
            scores = objective(respond(views.apply(parametrization.pictures(variables), maps[step])))
        variables.grad = _gradient(scores, variables)
        adam.param_groups[0]["lr"] = schedule.step_size(step)
        adam.step()
        if step + 1 in course.steps:
            course.measure(respond, objective, parametrization, variables)
    return course.result()


class _Course:
    """Measurements of pictures without transforms, and each picture's best state so far."""

    def __init__(self, steps: int) -> None:
        self.steps = np.unique(np.linspace(0, steps, MEASUREMENTS + 1).round().astype(np.int32))
        self.history: list[Tensor] = []

    @torch.no_grad()
    def measure(
        self, respond: Respond, objective: Objective, parametrization: Parametrization, variables: Tensor
    ) -> None:
        pictures = parametrization.pictures(variables)
        maps = respond(pictures)
        scores = objective(maps)
        self.asleep = ~(scores > 0)
        if not self.history:
            self.pictures, self.top = pictures, torch.full_like(scores, -torch.inf)
        better = scores > self.top
        self.pictures = torch.where(better[:, None, None, None], pictures, self.pictures)
        self.top = torch.where(better, scores, self.top)
        self.history.append(objective.report(maps))

    def result(self) -> Optimized:
        history = torch.stack(self.history, dim=1).cpu().numpy()
        if not np.isfinite(history).any():
            raise NetworkError(
                "the network must answer pictures with finite numbers, gives none; check its weights"
            )
        return Optimized(self.pictures, self.steps, history)


def _gradient(scores: Tensor, variables: Tensor) -> Tensor:
    """Return the gradient of the loss, which is what Adam descends: the objective's, negated."""
    if not scores.requires_grad:
        raise NetworkError(
            "the network must pass gradients to its input, passes none; "
            "let it run without `torch.no_grad` and without rounding"
        )
    (gradient,) = torch.autograd.grad(-scores.sum(), variables)
    return gradient.nan_to_num(nan=0.0, posinf=0.0, neginf=0.0)


@torch.no_grad()
def _measure(respond: Respond, pictures: Tensor, neurons: Sequence[int]) -> tuple[Floats, Floats]:
    """Return mean response and peak (neurons,) float32, each of the neuron's own picture."""
    own = own_maps(respond(pictures), neurons)
    return own.mean(dim=(1, 2)).cpu().numpy(), own.amax(dim=(1, 2)).cpu().numpy()


@torch.no_grad()
def _strongest_random(
    respond: Respond, size: int, device: str, neurons: Sequence[int], seed: int
) -> tuple[Floats, Floats]:
    """Return the largest mean response and peak (neurons,) float32 among random pictures."""
    means, peaks = [], []
    for pictures in torch.split(random_pictures(size, device, seed), len(neurons)):
        maps = respond(pictures)[:, list(neurons)]
        means.append(maps.mean(dim=(2, 3)))
        peaks.append(maps.amax(dim=(2, 3)))
    return torch.cat(means).amax(dim=0).cpu().numpy(), torch.cat(peaks).amax(dim=0).cpu().numpy()


def random_pictures(size: int, device: str, seed: int) -> Tensor:
    """Return random pictures (pictures, 3, size, size): start spectra at several contrasts."""
    basis = FourierBasis(size, device)
    spectra = basis.start([derive_seed(seed, "random picture", index) for index in range(RANDOM_PICTURES)])
    contrasts = spectra.new_tensor(RANDOM_CONTRASTS).repeat(RANDOM_PICTURES // len(RANDOM_CONTRASTS))
    return basis.pictures(spectra * contrasts[:, None, None, None, None])


def derive_seed(*parts: int | str) -> int:
    """Return a seed from 0 to 2⁶³ - 1 that depends on every part."""
    digest = hashlib.sha256("\0".join(map(str, parts)).encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def _check_size(respond: Respond, network: Network, size: int, device: str) -> None:
    """Make sure that the network takes pictures of another size than its own."""
    if size == network.preprocess.crop:
        return
    try:
        with torch.no_grad():
            respond(torch.zeros((1, 3, size, size), device=device))
    except Exception as error:  # whatever a network raises for a size that it cannot take
        reason = " ".join(str(error).split()) or type(error).__name__
        raise NetworkError(
            f"`visualization.size` must be a picture size that the network accepts, got {size} ({reason}); "
            f"leave it out for the network's own {network.preprocess.crop}"
        ) from None
