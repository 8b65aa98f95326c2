"""Progress: plain lines where there is no terminal, time spans in words."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from generator import progress
from generator.progress import Reporter, duration


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.04, "0.0 s"),
        (9.94, "9.9 s"),
        (9.96, "10 s"),
        (59.4, "59 s"),
        (59.6, "1 min 00 s"),
        (3600, "1 h 00 min"),
    ],
)
def test_durations_in_words(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def reporter(*, terminal: bool) -> tuple[Reporter, io.StringIO]:
    stream = io.StringIO()
    return Reporter(Console(file=stream, force_terminal=terminal, width=100)), stream


def test_plain_lines_tell_what_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "PLAIN_INTERVAL", 0.0)
    plain, stream = reporter(terminal=False)
    with plain.stage("survey") as advance:
        advance(1, 4)
        advance(4, 4)
    lines = stream.getvalue().splitlines()
    assert lines[0] == "survey ..."
    assert lines[1].startswith("survey: 1 of 4, about ")
    assert lines[2].startswith("survey: done in ")
    assert len(lines) == 3
    assert list(plain.seconds) == ["survey"]


def test_a_terminal_gets_a_bar() -> None:
    live, stream = reporter(terminal=True)
    with live.stage("survey") as advance:
        advance(1, 2)
    assert "2/2" in stream.getvalue()


def test_a_failed_stage_is_not_counted() -> None:
    plain, stream = reporter(terminal=False)
    with pytest.raises(RuntimeError), plain.stage("survey"):
        raise RuntimeError
    assert plain.seconds == {}
    assert "done" not in stream.getvalue()
