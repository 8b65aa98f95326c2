"""Kept views: made once, no larger than allowed, those used last."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from generator.inputs.views import Views

SIDE = 4


def maker(made: list[int], number: int) -> Callable[[], NDArray[np.uint8]]:
    def make() -> NDArray[np.uint8]:
        made.append(number)
        return np.full((SIDE, SIDE, 3), number, np.uint8)

    return make


def test_a_view_is_made_once_and_nobody_can_write_to_it() -> None:
    views, made = Views(), list[int]()
    for _ in range(3):
        view = views.get("one", maker(made, 1))
    assert made == [1]
    with pytest.raises(ValueError, match="read-only"):
        view[0] = 0


def test_the_oldest_leave_when_there_is_no_room() -> None:
    views, made = Views(most_bytes=2 * SIDE * SIDE * 3), list[int]()
    for number in (1, 2, 1, 3, 1, 2):
        assert views.get(number, maker(made, number))[0, 0, 0] == number
    assert made == [1, 2, 3, 2]
    assert views.held == 2 * SIDE * SIDE * 3
