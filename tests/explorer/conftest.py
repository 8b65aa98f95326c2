"""A finished site of a small atlas with its explorer, served under the strict policy."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from generator.pages.render import render
from generator.publish.build import build_site
from generator.publish.runtime import find_runtime
from generator.publish.serve import make_server
from generator.recipe import Recipe
from generator.recipe_file import load_recipe
from generator.records import BrowserRuntime
from generator.store.layout import Layout
from generator.store.manifest import read_atlases
from tests.browser.browsers import REQUIRE

OVERRIDES = {
    "images.limit": "60",
    "concepts.source": "none",
    "layers.select": '["stem", "stage2.1", "stage4.1"]',
    "layers.neurons": "12",
    "statistics.bootstrap": "20",
    "visualization.steps": "8",
    "visualization.seeds": "1",
    "visualization.twin": "0",
    "probes.enabled": "false",
    "compute.device": "cpu",
}


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
    return load_recipe("demo", OVERRIDES)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, recipe: Recipe, runtime: BrowserRuntime) -> Path:
    from generator.pipeline import build_records
    from generator.progress import Reporter

    layout = Layout(tmp_path_factory.mktemp("explorer"))
    build_records(recipe, layout, Reporter())
    atlases = read_atlases(layout)
    render(layout, atlases, runtime=runtime, site_url="")
    build_site(layout, [atlas.subject for atlas in atlases], site_url="")
    return layout.site


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    with make_server(site, 0, "/some/path") as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/some/path"
        server.shutdown()
        thread.join()
