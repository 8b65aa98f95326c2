"""Fixtures for the tests of inputs."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest


@pytest.fixture
def own_threads() -> Callable[[], list[str]]:
    """Return a function that names the program's threads that are not from before the test."""
    before = set(threading.enumerate())
    return lambda: [
        thread.name
        for thread in threading.enumerate()
        if thread not in before and thread.name.startswith("neuron-atlas")
    ]
