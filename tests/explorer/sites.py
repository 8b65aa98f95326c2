"""Small atlases with an explorer: how they are built, and how their sites are served."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from generator.pages.render import render
from generator.pipeline import build_records
from generator.progress import Reporter
from generator.publish.build import build_site
from generator.publish.serve import make_server
from generator.recipe import Recipe
from generator.recipe_file import load_recipe
from generator.records import BrowserRuntime
from generator.store.layout import Layout
from generator.store.manifest import read_atlases

OVERRIDES = {
    "images.limit": "60",
    "concepts.source": "none",
    "layers.select": '["stem", "stage2.1", "stage4.1"]',
    "layers.neurons": "12",
    "statistics.bootstrap": "20",
    "visualization.steps": "8",
    "visualization.seeds": "1",
    "visualization.twin": "0",
    "visualization.negative": "false",
    "visualization.plain": "false",
    "visualization.groups": "false",
    "probes.enabled": "false",
    "patterns.drawn": "2",
    "attribution.enabled": "false",
    "contrasts.enabled": "false",
    "ablation.enabled": "false",
    "compute.device": "cpu",
}


def small_demo() -> Recipe:
    """Return the recipe of a few of the demo's neurons."""
    return load_recipe("demo", OVERRIDES)


def full_size_resnet(shared: Path) -> Recipe:
    """Return the recipe of a real network at the size that it was made for, on real images."""
    own = {
        "network.weights": str(shared / "models" / "resnet18-tinyimagenet.pth"),
        "preprocess.resize": "224",
        "preprocess.crop": "224",
        "images.source": "folder",
        "images.path": str(shared / "data" / "cifar10" / "test"),
        "images.limit": "24",
        "layers.select": '["layer1.0", "layer2.1", "layer4.1"]',
        "visualization.size": "64",
    }
    return load_recipe("resnet18-cifar10", OVERRIDES | own)


def finished(recipe: Recipe, folder: Path, runtime: BrowserRuntime) -> Path:
    """Return the finished site of a recipe's atlas."""
    layout = Layout(folder)
    build_records(recipe, layout, Reporter())
    atlases = read_atlases(layout)
    render(layout, atlases, runtime=runtime, site_url="")
    build_site(layout, [atlas.subject for atlas in atlases], site_url="")
    return layout.site


@contextmanager
def served(site: Path) -> Iterator[str]:
    """Serve a site below a path of the host, under the strict policy; yields the address."""
    with make_server(site, 0, "/some/path") as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/some/path"
        server.shutdown()
        thread.join()
