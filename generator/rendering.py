"""Records to pages to site: the half of the story that needs no torch."""

from __future__ import annotations

from collections.abc import Sequence

import joblib

from generator.errors import SiteError
from generator.pages.render import render
from generator.progress import Reporter
from generator.publish.build import build_site
from generator.publish.links import check_links
from generator.publish.runtime import find_runtime
from generator.records import AtlasRecords, BrowserRuntime, ExplorerNetwork
from generator.store.cleaning import locked
from generator.store.layout import Layout
from generator.store.manifest import read_atlases, read_comparisons

NAMED_LINKS = 5  # broken links named in an error
NEURONS_A_WORKER = 100  # fewer pages render faster than a process starts


def render_site(
    layout: Layout, reporter: Reporter, *, site_url: str = "", workers: int | None = None
) -> None:
    """Render all finished atlases of an output folder into one site and check every link.

    Args:
        layout: Where records stand and where pages and site go.
        reporter: Shows progress.
        site_url: The address the site will have, for permalinks; empty for none.
        workers: Processes that render pages; None for as many as the machine has cores and the
            number of neurons is worth.

    Raises:
        StoreError: No atlas is there, or a record is damaged.
        SiteError: MkDocs warns or fails, or a link of the site leads nowhere.
    """
    with locked(layout):
        atlases = read_atlases(layout)
        runtime = _runtime(atlases, reporter)
        with reporter.stage("pages") as advance:
            processes = workers or _worthwhile(atlases)
            render(
                layout,
                atlases,
                comparisons=read_comparisons(layout),
                runtime=runtime,
                site_url=site_url,
                workers=processes,
                progress=advance,
            )
        with reporter.stage("site"):
            build_site(layout, [atlas.subject for atlas in atlases], site_url=site_url)
        with reporter.stage("links"):
            broken = check_links(layout.site)
    if broken:
        raise SiteError(f"{len(broken)} broken links in the site: " + "; ".join(broken[:NAMED_LINKS]))


def _runtime(atlases: Sequence[AtlasRecords], reporter: Reporter) -> BrowserRuntime:
    """Find what runs networks in a browser, where an atlas has one to run."""
    networks = [atlas.get("explorer", ExplorerNetwork) for atlas in atlases]
    if not any(network is not None and network.file for network in networks):
        return BrowserRuntime({}, "")
    with reporter.stage("runtime"):
        runtime = find_runtime()
    if runtime.problem:
        reporter.note(
            f"warning: no explorer yet: {runtime.problem}; all else is built, and `neuron-atlas render` adds "
            "it where there is a network"
        )
    return runtime


def _worthwhile(atlases: Sequence[AtlasRecords]) -> int:
    neurons = sum(len(layer.neurons) for atlas in atlases for layer in atlas.subject.layers)
    return max(1, min(int(joblib.cpu_count()), neurons // NEURONS_A_WORKER))
