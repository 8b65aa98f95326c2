"""Renders records into the tree of pages that MkDocs reads; a new tree replaces the old one whole.

Scripts and styles of the pages: mkdocs.yml names `assets/atlas.css` and `assets/atlas.js`; the
latter loads `assets/charts.js`, `assets/chart-specs.js` and `assets/vega.js` (the last two are
written here) when a chart comes into view, and the page of all neurons names
`assets/neuron-table.js` itself.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import joblib

from generator.errors import SiteError
from generator.pages import charts
from generator.pages.atlas_pages import write_atlas_pages, write_text
from generator.pages.comparison_page import write_comparison
from generator.pages.context_atlas import home_context
from generator.pages.drawing import CODE
from generator.pages.environment import render as fill
from generator.pages.explorer_data import write_runtime
from generator.pages.face import Face
from generator.pages.layer_view import LayerView
from generator.pages.links import COMPARISON_PICTURES, NETWORKS, PICTURES
from generator.pages.neuron_files import write_neuron
from generator.pages.portions import PICTURED, only
from generator.pages.summary import NeuronSummary
from generator.pages.tiles import faces, faces_beside
from generator.pages.written import copy_written, fill_written, hand_written
from generator.records import (
    AtlasRecords,
    BrowserRuntime,
    Comparison,
    Layer,
    NeuronId,
)
from generator.store.layout import (
    WRITTEN,
    Layout,
    bundled,
)

# Neurons of one task: enough to outweigh handing the layer's records to a worker.
CHUNK = 32

# Folder names below docs/ that an atlas cannot have; MkDocs leaves out `templates`.
RESERVED = frozenset({"assets", NETWORKS, COMPARISON_PICTURES, WRITTEN, CODE, "templates"})

NO_RUNTIME = BrowserRuntime({}, "the site was rendered without it")

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class _Task:
    """Some neurons of one layer; `atlas` holds its records alone, `faces` who else is on their pages."""

    docs: Path
    atlas: AtlasRecords
    layer: Layer
    rows: range
    faces: Mapping[NeuronId, Face]
    site_url: str


def render(
    layout: Layout,
    atlases: Sequence[AtlasRecords],
    *,
    site_url: str,
    comparisons: Sequence[Comparison] = (),
    runtime: BrowserRuntime = NO_RUNTIME,
    workers: int = 1,
    progress: Progress | None = None,
) -> None:
    """Write the pages of all atlases to `layout.docs`; the same records give the same bytes.

    Args:
        layout: The output folder; an existing tree of pages is replaced when the new one is whole.
        atlases: Everything to show, in the order of the home page.
        site_url: Where the site will be hosted, for permalinks; empty: they are paths.
        comparisons: Of our pictures with torch-lucent's; of those without an atlas as well.
        runtime: What runs networks in a browser, for the atlases' explorers.
        workers: Processes that render neuron pages.
        progress: Called with the neurons done and their number.

    Raises:
        SiteError: Two atlases have one name, a name is taken, or the pages cannot be written.
    """
    staging, old = layout.output / ".docs.new", layout.output / ".docs.old"
    try:
        _clear(staging)
        shutil.copytree(bundled("site_src"), staging)
        copy_written(layout.written, staging)
        written = hand_written(staging)
        _check_names(atlases, staging)
        _write_assets(staging / "assets")
        write_runtime(staging, runtime)
        if comparisons:
            write_comparison(staging, comparisons)
        compared = frozenset(comparison.network.sha256 for comparison in comparisons)
        neurons = _write_atlases(
            staging,
            atlases,
            compared,
            runtime.problem,
            site_url=site_url,
            workers=workers,
            progress=progress or _silent,
        )
        fill_written(staging, written, [atlas.subject.atlas for atlas in atlases], neurons)
        _swap(staging, layout.docs, old)
    except OSError as error:
        raise SiteError(
            f"pages cannot be written to `{layout.output}`: {error.strerror or error}; "
            "check space and permissions"
        ) from None
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _silent(_done: int, _total: int) -> None:
    """Report nothing."""


def _clear(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)


def _swap(staging: Path, docs: Path, old: Path) -> None:
    _clear(old)
    if docs.exists():
        docs.replace(old)
    staging.replace(docs)
    _clear(old)


def _check_names(atlases: Sequence[AtlasRecords], docs: Path) -> None:
    seen: set[str] = set()
    for atlas in atlases:
        name = atlas.subject.atlas
        if name in RESERVED or (docs / name).exists():
            raise SiteError(f"an atlas's name must not be `{name}`, which the site itself uses; rename it")
        if name in seen:
            raise SiteError(f"atlases must have different names, got `{name}` twice; rename one")
        seen.add(name)


def _write_assets(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    write_text(folder / "chart-specs.js", charts.script())
    write_text(folder / "vega.js", charts.runtime())


def _write_atlases(
    docs: Path,
    atlases: Sequence[AtlasRecords],
    compared: frozenset[str],
    runtime_problem: str,
    *,
    site_url: str,
    workers: int,
    progress: Progress,
) -> dict[str, NeuronSummary]:
    """Write all that is generated; return the neurons by name."""
    total = sum(len(layer.neurons) for atlas in atlases for layer in atlas.subject.layers)
    done = 0
    rendered = []
    for atlas in atlases:
        _write_pictures(docs, atlas)
        summaries: dict[str, list[NeuronSummary]] = {layer.name: [] for layer in atlas.subject.layers}
        for chunk in _run(_tasks(docs, atlas, site_url), workers):
            summaries[chunk[0].neuron.layer].extend(chunk)
            done += len(chunk)
            progress(done, total)
        for found in summaries.values():
            found.sort(key=lambda summary: summary.neuron.channel)
        is_compared = atlas.subject.network.sha256 in compared
        write_atlas_pages(
            docs, atlas, summaries, site_url=site_url, runtime_problem=runtime_problem, compared=is_compared
        )
        rendered.append((atlas, summaries))
    write_text(docs / "index.md", fill("home.md.jinja", home_context(rendered)))
    return {
        str(summary.neuron): summary for _, layers in rendered for own in layers.values() for summary in own
    }


def _write_pictures(docs: Path, atlas: AtlasRecords) -> None:
    """Write the dataset pictures of an atlas, and make its layers' folders."""
    folder = docs / atlas.subject.atlas
    folder.mkdir()
    for layer in atlas.subject.layers:
        (folder / layer.name).mkdir()
    for record in atlas.records.values():
        if isinstance(record, PICTURED) and record.pictures:
            (folder / PICTURES).mkdir(exist_ok=True)
            for name, content in sorted(record.pictures.items()):
                (folder / PICTURES / name).write_bytes(content)


def _tasks(docs: Path, atlas: AtlasRecords, site_url: str) -> Iterator[_Task]:
    everyone = faces(atlas)
    for layer in atlas.subject.layers:
        own, beside = only(atlas, layer), faces_beside(atlas, layer, everyone)
        for start in range(0, len(layer.neurons), CHUNK):
            rows = range(start, min(start + CHUNK, len(layer.neurons)))
            yield _Task(docs, own, layer, rows, beside, site_url)


def _run(tasks: Iterator[_Task], workers: int) -> Iterator[list[NeuronSummary]]:
    if workers == 1:
        return map(_write_chunk, tasks)
    parallel = joblib.Parallel(n_jobs=workers, backend="loky", return_as="generator")
    results: Iterator[list[NeuronSummary]] = parallel(joblib.delayed(_write_chunk)(task) for task in tasks)
    return results


def _write_chunk(task: _Task) -> list[NeuronSummary]:
    view = LayerView(task.atlas, task.layer, task.faces)
    return [write_neuron(task.docs, view, row, task.site_url) for row in task.rows]
