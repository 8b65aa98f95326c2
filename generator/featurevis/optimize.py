"""The batched loop: raises an objective in pictures, each on its own clock, and keeps the best of each."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from generator.errors import NetworkError
from generator.featurevis.adam import BatchAdam
from generator.featurevis.objectives import Objective
from generator.featurevis.parametrize import Parametrization
from generator.featurevis.rectify import REDIRECTED_STEPS, redirected_gradients
from generator.featurevis.schedule import Schedule
from generator.featurevis.transforms import RandomViews
from generator.featurevis.transparency import Transparency
from generator.records import Floats, Integers

Respond = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Optimized:
    """Pictures at their best, and what the objective reports on the way there.

    `history` is of the whole picture, without transforms, after so many steps; NaN after a
    picture's last step. `pictures` are those of the measurement at which the objective was highest.
    """

    pictures: Tensor  # (pictures, 3, height, width), RGB from 0 to 1
    history_steps: Integers  # (h,) int32
    history: Floats  # (pictures, h) float32
    steps_run: Integers  # (pictures,) int32


def optimize(
    respond: Respond,
    objective: Objective,
    *,
    parametrization: Parametrization,
    views: RandomViews,
    schedule: Schedule,
    seeds: Sequence[int],
    waking: bool = True,
    transparency: Transparency | None = None,
) -> Optimized:
    """Raise the objective of every picture with Adam on random views of it.

    Gradients are redirected past blocked ReLUs in the first steps, and after them for pictures
    whose objective has not yet come above zero. A gradient that is not finite counts as zero. A
    picture that has gone through its schedule leaves the batch.

    Args:
        respond: From pictures (pictures, 3, height, width) to response maps; differentiable.
        objective: From response maps to one number a picture.
        parametrization: What is moved, and how it becomes pictures.
        views: The random transforms.
        schedule: Steps and step sizes.
        seeds: One a picture: of its start and of its views.
        waking: Whether gradients are redirected; needless where responses are lowered.
        transparency: Adds up where the objective depends on the pictures, if given.

    Returns:
        For every picture its best state among the measurements at even distances.

    Raises:
        NetworkError: No gradient reaches the pictures, or the objective is never finite.
    """
    variables = parametrization.start([derive_seed(seed, "start") for seed in seeds]).requires_grad_()
    drawn = views.draw([derive_seed(seed, "views") for seed in seeds], schedule.steps).to(variables.device)
    adam = BatchAdam(variables)
    course = _Course(schedule, objective, len(seeds))
    course.measure(respond, parametrization.pictures(variables.detach()), step=0)
    for step in range(schedule.steps):
        redirected = course.asleep if step >= REDIRECTED_STEPS else torch.ones_like(course.asleep)
        maps = drawn[step, course.rows]
        with redirected_gradients(redirected) if waking and redirected.any() else nullcontext():
            pictures = parametrization.pictures(adam.variables)
            scores = course.objective(respond(views.apply(pictures, maps)))
        gradient, of_pictures = _gradients(scores, adam.variables, pictures)
        if transparency is not None:
            transparency.add(of_pictures, course.rows)
        adam.step(gradient, schedule.step_sizes(course.clocks, step))
        staying = course.advance(step + 1, respond, parametrization, adam.variables)
        if staying is not None:
            if not len(staying):
                break
            adam.keep(staying)
    return course.result()


class _Course:
    """Where each picture stands: its clock, its measurements without transforms, its best state.

    `rows` are the pictures still in the batch, and what is of them alone is in their order: `clocks`
    (steps of the schedule behind them), `asleep` (objective not above zero) and `objective`.
    """

    def __init__(self, schedule: Schedule, objective: Objective, pictures: int) -> None:
        self.schedule = schedule
        self.objective = objective
        self.steps = np.unique([*range(0, schedule.steps, schedule.interval), schedule.steps])
        self.run = np.zeros(pictures, dtype=np.int32)
        self.history = np.full((pictures, len(self.steps)), np.nan, dtype=np.float32)
        self.scores: list[Tensor] = []
        self.clocks = self.rows = self.asleep = torch.zeros(0, dtype=torch.long)

    @torch.no_grad()
    def measure(self, respond: Respond, pictures: Tensor, step: int) -> None:
        """Measure the pictures in the batch as they are after `step` steps of the loop."""
        maps = respond(pictures)
        scores = self.objective(maps)
        if step == 0:
            self.pictures, self.top = pictures.clone(), torch.full_like(scores, -torch.inf)
            self.rows = torch.arange(len(scores), device=scores.device)
            self.clocks = torch.zeros_like(self.rows)
        better = scores > self.top[self.rows]
        self.pictures[self.rows[better]] = pictures[better]
        self.top[self.rows[better]] = scores[better]
        self.asleep = ~(scores > 0)
        self.scores.append(scores)
        self.run[self.rows.cpu().numpy()] = step
        column = int(np.searchsorted(self.steps, step))
        self.history[self.rows.cpu().numpy(), column] = self.objective.report(maps).cpu().numpy()

    def advance(
        self, step: int, respond: Respond, parametrization: Parametrization, variables: Tensor
    ) -> Tensor | None:
        """Move all clocks on, measuring where it is time to.

        Returns:
            Positions in the batch of the pictures that stay in it, or None where all do.
        """
        self.clocks = self.clocks + 1
        if step not in self.steps:
            return None
        with torch.no_grad():
            self.measure(respond, parametrization.pictures(variables), step)
        settled = self.schedule.settled(self.scores) & (self.clocks < self.schedule.finish)
        self.clocks = torch.where(settled, self.schedule.finish, self.clocks)
        going = self.clocks < self.schedule.steps
        if bool(going.all()):
            return None
        staying = going.nonzero().flatten()
        self.rows, self.clocks, self.asleep = self.rows[staying], self.clocks[staying], self.asleep[staying]
        self.scores = [scores[staying] for scores in self.scores]
        self.objective = self.objective.of(staying.tolist())
        return staying

    def result(self) -> Optimized:
        """Return the pictures at their best.

        Raises:
            NetworkError: The network never answered with finite numbers.
        """
        if not np.isfinite(self.history).any():
            raise NetworkError(
                "the network must answer pictures with finite numbers, gives none; check its weights"
            )
        return Optimized(self.pictures, self.steps.astype(np.int32), self.history, self.run)


def _gradients(scores: Tensor, variables: Tensor, pictures: Tensor) -> tuple[Tensor, Tensor]:
    """Return the loss's gradient, which is what Adam descends, for the variables and for the pictures."""
    if not scores.requires_grad:
        raise NetworkError(
            "the network must pass gradients to its input, passes none; "
            "let it run without `torch.no_grad` and without rounding"
        )
    of_variables, of_pictures = torch.autograd.grad(-scores.sum(), (variables, pictures))
    return of_variables.nan_to_num(nan=0.0, posinf=0.0, neginf=0.0), of_pictures


def derive_seed(*parts: int | str) -> int:
    """Return a seed from 0 to 2⁶³ - 1 that depends on every part."""
    digest = hashlib.sha256("\0".join(map(str, parts)).encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1
