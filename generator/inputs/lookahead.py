"""Work done ahead in threads: results in order, never more than a bounded number waiting."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

import joblib

Item = TypeVar("Item")
Result = TypeVar("Result")

_MOST_THREADS = 16
"""Beyond, Python's lock around Pillow's calls leaves nothing to gain."""


def thread_count() -> int:
    """Return how many threads decode images: the processors this process may use."""
    return int(min(_MOST_THREADS, joblib.cpu_count()))


def ahead(work: Callable[[Item], Result], items: Iterable[Item], depth: int) -> Generator[Result, None, None]:
    """Yield `work(item)` for every item in order, working on up to `depth` items ahead in threads.

    Closing the iterator, or an error in `work` (raised at its place in the order), drops what has
    not begun and waits for the rest: no thread is left behind.
    """
    pool = ThreadPoolExecutor(thread_count(), thread_name_prefix="neuron-atlas-images")
    waiting: deque[Future[Result]] = deque()
    try:
        for item in items:
            waiting.append(pool.submit(work, item))
            if len(waiting) > depth:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
