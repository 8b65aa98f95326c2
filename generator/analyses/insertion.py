"""Insertion and deletion: how a response changes as squares of a picture come or go in a given order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from generator.analyses.attribution_maps import square_of
from generator.records import Booleans, Floats, Integers


class Respond(Protocol):
    """From inputs (B, 3, side, side) that are made of one picture to the response asked for there, (B,)."""

    def __call__(self, inputs: Tensor, place: int) -> Tensor:
        """Return the responses; `place` is the picture's."""


@dataclass(frozen=True)
class Courses:
    """Responses to pictures (i), square by square in given orders (o), at `steps` + 1 even distances.

    Insertion begins with the baseline and ends with the picture, deletion the other way round.
    """

    insertion: Floats  # (i, o, steps + 1) float32
    deletion: Floats  # (i, o, steps + 1) float32

    @property
    def whole(self) -> Floats:
        """The response to the whole picture, (i,)."""
        return self.insertion[:, 0, -1]

    @property
    def nothing(self) -> Floats:
        """The response to the baseline, (i,)."""
        return self.insertion[:, 0, 0]


def ranks(values: Floats, ties: Integers) -> Integers:
    """Return the place of each square (..., q) when the largest value comes first.

    Args:
        values: (..., q).
        ties: (..., q) int, of which the smaller comes first where values are equal.
    """
    order = np.lexsort((ties, -values), axis=-1)
    return np.argsort(order, axis=-1, kind="stable")


def courses(
    respond: Respond, inputs: Tensor, nothing: Tensor, order: Integers, *, steps: int, batch_size: int
) -> Courses:
    """Replace squares of pictures by their baseline, and the other way round, in given orders.

    The whole picture and the baseline are shown once for all orders of a picture, whatever lies between
    once: (2 + 2 × orders × (steps - 1)) passes a picture.

    Args:
        respond: The response asked for.
        inputs: Pictures (i, 3, side, side).
        nothing: Their baselines, alike.
        order: (i, o, q), the place of each square in the order, from 0; squares by rows.
        steps: Even parts in which the squares come or go.
        batch_size: Pictures shown at once.

    Source:
        Petsiuk, Das & Saenko 2018, "RISE: Randomized Input Sampling for Explanation of Black-box Models".
    """
    count, squares = order.shape[1:]
    inner = np.rint(np.arange(1, steps) * squares / steps)[:, None]
    come = order[:, :, None] < inner  # (i, o, steps - 1, q)
    found = []
    for place in range(len(inputs)):
        own = come[place].reshape(-1, squares)
        ends = np.repeat([[False], [True]], squares, axis=1)
        kept = np.concatenate([ends, own, ~own])
        found.append(
            _responses(partial(respond, place=place), inputs[place], nothing[place], kept, batch_size)
        )
    values = np.stack(found)
    first, last = (np.repeat(values[:, None, end, None], count, axis=1) for end in (0, 1))
    between = values[:, 2:].reshape(len(inputs), 2, count, steps - 1)
    return Courses(
        insertion=np.concatenate([first, between[:, 0], last], axis=2),
        deletion=np.concatenate([last, between[:, 1], first], axis=2),
    )


@torch.no_grad()
def _responses(
    respond: Callable[[Tensor], Tensor], picture: Tensor, nothing: Tensor, kept: Booleans, batch_size: int
) -> Floats:
    """Return the responses (k,) to a picture of which some squares (k, q) are kept."""
    lie = square_of(picture.shape[-1])
    spread = torch.from_numpy(lie[:, None] == np.arange(lie[-1] + 1)).to(picture)
    shares = torch.from_numpy(kept.reshape(-1, 1, *spread.shape[1:] * 2)).to(picture)
    picture, nothing = picture.contiguous(), nothing.contiguous()  # colour by colour: mixed far faster
    made = picture.new_empty((min(batch_size, len(shares)), *picture.shape))
    parts = []
    for some in torch.split(shares, batch_size):
        pixels = spread @ some @ spread.T  # exactly 0 or 1, so that what is mixed is exact too
        mixed = torch.lerp(nothing, picture, pixels, out=made[: len(some)])
        parts.append(respond(mixed).clone())  # a response may be a view of what is mixed anew
    responses: Floats = torch.cat(parts).float().cpu().numpy()
    return responses


def area(course: Floats, whole: Floats) -> Floats:
    """Return the area under courses (i, o, steps + 1) as a share of the whole picture's response (i,).

    NaN where that is not above zero.
    """
    mean = np.trapezoid(course, axis=2) / (course.shape[2] - 1)
    share: Floats = np.full_like(mean, np.nan)
    np.divide(mean, whole[:, None], out=share, where=whole[:, None] > 0)
    return share
