"""Fixtures that every test may use."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.browsers import ARGUMENTS, REQUIRE, find_browser

if TYPE_CHECKING:
    from playwright.sync_api import Browser

FIRST = ("test_pipeline.py", "browser", "explorer")
"""Files and folders of the longest tests: started first, so that no process ends long after the others."""

TESTS = Path(__file__).resolve().parent
SHARED = TESTS.parents[1] / "shared"


def pytest_configure(config: pytest.Config) -> None:
    """Give each test process one thread, since tests run in several; benchmarks get all threads."""
    if not config.getoption("markexpr").startswith("benchmark"):
        os.environ["OMP_NUM_THREADS"] = "1"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests that take longest before all others, which keep their order."""

    def place(item: pytest.Item) -> int:
        parts = item.path.relative_to(TESTS).parts
        return next((at for at, name in enumerate(FIRST) if name in parts), len(FIRST))

    items.sort(key=place)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real development data beside the checkout; skips where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("the development data (../shared) is not on this machine")
    return SHARED


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium; skips where there is none, unless it is required."""
    executable = find_browser()
    if executable is None:
        message = "no Chromium on this machine (apt-get install chromium)"
        if os.environ.get(REQUIRE) == "1":
            pytest.fail(f"{message}, though {REQUIRE}=1 requires it")
        pytest.skip(message)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=executable, args=list(ARGUMENTS))
        yield found
        found.close()
