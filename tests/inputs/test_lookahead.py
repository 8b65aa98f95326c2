"""Work ahead in threads: order, bound, errors, and no thread left behind."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from generator.inputs.lookahead import ahead, thread_count


def test_results_come_in_order_whatever_takes_longest(own_threads: Callable[[], list[str]]) -> None:
    def work(item: int) -> int:
        time.sleep(0.02 if item % 5 == 0 else 0)
        return item * item

    assert list(ahead(work, range(30), depth=8)) == [item * item for item in range(30)]
    assert not own_threads()


def test_no_more_than_depth_items_are_taken_ahead(own_threads: Callable[[], list[str]]) -> None:
    taken: list[int] = []

    def items() -> object:
        for item in range(100):
            taken.append(item)
            yield item

    results = ahead(lambda item: item, items(), depth=4)  # type: ignore[arg-type]
    assert next(results) == 0
    assert len(taken) == 5
    assert next(results) == 1
    assert len(taken) == 6
    results.close()
    assert len(taken) == 6
    assert not own_threads()


def test_an_error_comes_at_its_place_and_leaves_no_thread(own_threads: Callable[[], list[str]]) -> None:
    def work(item: int) -> int:
        if item == 3:
            raise ValueError("three")
        return item

    seen: list[int] = []
    with pytest.raises(ValueError, match="three"):
        seen.extend(ahead(work, range(10), depth=4))
    results = ahead(work, range(10), depth=4)
    assert [next(results) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(ValueError, match="three"):
        next(results)
    assert not own_threads()


def test_there_is_at_least_one_thread() -> None:
    assert 1 <= thread_count() <= 16
