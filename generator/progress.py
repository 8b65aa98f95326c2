"""Progress of every stage: a live bar on a terminal, plain lines elsewhere, both with what is left."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

PLAIN_INTERVAL = 10.0  # seconds between plain lines of one stage

Advance = Callable[[int, int], None]


class Reporter:
    """Shows stages and notes on a console; `seconds` keeps the wall time of each stage.

    Args:
        console: Where to write; a terminal gets live bars, anything else plain lines.
    """

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(stderr=True, highlight=False, soft_wrap=True)
        self.seconds: dict[str, float] = {}

    def note(self, text: str) -> None:
        """Show one line."""
        self.console.print(text, markup=False)

    @contextmanager
    def stage(self, name: str, detail: str = "") -> Iterator[Advance]:
        """Time a stage; the context gives `advance(done, total)` to report its progress.

        A stage that ends with an error is not counted as done.
        """
        started = time.monotonic()
        title = f"{name} ({detail})" if detail else name
        show = self._live if self.console.is_terminal else self._plain
        with show(title) as advance:
            yield advance
        self.seconds[name] = time.monotonic() - started

    def summary(self) -> None:
        """Show the time of every stage."""
        total = sum(self.seconds.values())
        stages = ", ".join(f"{name} {duration(value)}" for name, value in self.seconds.items())
        self.note(f"time: {duration(total)} in all; {stages}")

    @contextmanager
    def _live(self, title: str) -> Iterator[Advance]:
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=self.console) as progress:
            task = progress.add_task(title, total=None)
            yield lambda done, total: progress.update(task, completed=done, total=total)
            known = progress.tasks[0].total or 1
            progress.update(task, completed=known, total=known)

    @contextmanager
    def _plain(self, title: str) -> Iterator[Advance]:
        started = shown = time.monotonic()
        self.note(f"{title} ...")

        def advance(done: int, total: int) -> None:
            nonlocal shown
            now = time.monotonic()
            if 0 < done < total and now - shown >= PLAIN_INTERVAL:
                shown = now
                left = (now - started) / done * (total - done)
                self.note(f"{title}: {done} of {total}, about {duration(left)} left")

        yield advance
        self.note(f"{title}: done in {duration(time.monotonic() - started)}")


def duration(seconds: float) -> str:
    """Return a time span in words: `0.4 s`, `12 s`, `3 min 05 s`, `2 h 10 min`."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
