"""Finished sites of small atlases with their explorers, served under the strict policy."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from generator.publish.runtime import find_runtime
from generator.recipe import Recipe
from generator.records import BrowserRuntime
from tests.browser.browsers import REQUIRE
from tests.explorer.sites import finished, full_size_resnet, served, small_demo


@pytest.fixture(scope="session")
def runtime() -> BrowserRuntime:
    """What runs networks in a browser; skips where it is neither cached nor to be fetched."""
    found = find_runtime()
    if found.problem:
        if os.environ.get(REQUIRE) == "1":
            pytest.fail(found.problem)
        pytest.skip(found.problem)
    return found


@pytest.fixture(scope="session")
def recipe() -> Recipe:
    return small_demo()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, recipe: Recipe, runtime: BrowserRuntime) -> Path:
    return finished(recipe, tmp_path_factory.mktemp("explorer"), runtime)


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    with served(site) as found:
        yield found


@pytest.fixture(scope="session")
def resnet_recipe(shared: Path) -> Recipe:
    return full_size_resnet(shared)


@pytest.fixture(scope="session")
def resnet_site(
    tmp_path_factory: pytest.TempPathFactory, resnet_recipe: Recipe, runtime: BrowserRuntime
) -> Path:
    return finished(resnet_recipe, tmp_path_factory.mktemp("resnet"), runtime)
