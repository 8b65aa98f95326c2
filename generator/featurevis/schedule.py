"""How long and how fast pictures are optimized: sizes, steps, step sizes, and when a picture has settled."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

WARM_UP = 5
"""Steps over which the step size rises: Adam knows little of the gradients' size before."""

LAST_RATE = 0.05
"""Step size at the end over the largest one."""

MEASUREMENTS = 16
"""Times that pictures are measured without transforms in the course of a stage."""

LOOK_BACK = 3
"""Measurements over which a picture's score must have risen, lest it count as settled."""

SETTLED_RISE = 0.02
"""Share of the score by which it must have risen over them; a settled picture goes on to the last steps."""

FINISH = 5
"""Measurements left to a settled picture: large steps find a picture, small ones perfect it."""

SMALLEST_STAGE = 96
"""Pixels a side below which no stage goes: to neurons of late layers smaller pictures are mostly border."""

FULL_SIZE_SHARE = 0.05
"""Share of the steps at full size where half the size came before: they only break up the repetition."""

FULL_SIZE_RATE = 0.3
"""Step size at full size over that at half the size: what was found is not to be lost again."""


@dataclass(frozen=True)
class Schedule:
    """Steps and step sizes of one stage.

    The step size of Adam rises over the first steps and then falls along a cosine (Loshchilov &
    Hutter 2017, "SGDR"). A picture whose score no longer rises jumps ahead to the last
    measurements of that course.

    Attributes:
        steps: At most so many.
        learning_rate: The largest step size.
        settles: Whether pictures jump ahead when they have settled.
    """

    steps: int
    learning_rate: float
    settles: bool = True

    @property
    def interval(self) -> int:
        """Steps between measurements."""
        return max(1, round(self.steps / MEASUREMENTS))

    @property
    def finish(self) -> int:
        """The step to which a settled picture jumps."""
        return max(0, self.steps - FINISH * self.interval)

    def step_sizes(self, clocks: Tensor, step: int) -> Tensor:
        """Return the step sizes of pictures that stand at `clocks` (pictures,), in the loop's own step."""
        falling = LAST_RATE + (1 - LAST_RATE) * (1 + torch.cos(math.pi * clocks / self.steps)) / 2
        return self.learning_rate * min(1.0, (step + 1) / WARM_UP) * falling

    def settled(self, scores: Sequence[Tensor]) -> Tensor:
        """Return which pictures have settled, from their scores (pictures,) at the measurements so far.

        A picture without a positive score has not begun to rise, so it has not settled.
        """
        now = scores[-1]
        if not self.settles or len(scores) <= LOOK_BACK:
            return torch.zeros_like(now, dtype=torch.bool)
        return (now > 0) & (now - scores[-1 - LOOK_BACK] < SETTLED_RISE * now)


@dataclass(frozen=True)
class Stage:
    """A part of an optimization at one size.

    Attributes:
        size: Pixels a side.
        steps: At most so many.
        rate: Its step size over the usual one.
    """

    size: int
    steps: int
    rate: float = 1.0


def stages(size: int, steps: int) -> tuple[Stage, ...]:
    """Return the stages of a picture, coarse to fine: one of half the size costs a quarter.

    Nearly all steps are made at half the size. The picture found there is repeated two times in both
    directions, which keeps the scale that neurons respond to, and goes on from there.

    Args:
        size: Of the finished picture, pixels a side.
        steps: In all stages together.
    """
    last = max(1, round(FULL_SIZE_SHARE * steps))
    if size % 2 or size // 2 < SMALLEST_STAGE or steps == last:
        return (Stage(size, steps),)
    return Stage(size // 2, steps - last), Stage(size, last, FULL_SIZE_RATE)
