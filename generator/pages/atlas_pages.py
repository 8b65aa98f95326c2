"""Writes the pages of an atlas that show many neurons: its layers, tables, contrasts, cases and the rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from generator.pages.context_atlas import atlas_context
from generator.pages.context_cases import case_pages
from generator.pages.context_concept_images import concept_images_context, has_concepts
from generator.pages.context_contrasts import contrasts_context
from generator.pages.context_data import data_context
from generator.pages.context_explorer import explorer_context
from generator.pages.context_findings import findings_context, findings_of
from generator.pages.context_layer import layer_context
from generator.pages.context_levels import has_levels, levels_context
from generator.pages.context_map import map_context, positions_file, positions_script
from generator.pages.context_network import has_report, network_context
from generator.pages.context_patterns import has_patterns
from generator.pages.context_probes import probes_context
from generator.pages.context_table import neurons_context, script_file, table_script
from generator.pages.contrast_data import contrasts_of
from generator.pages.downloads import write_downloads
from generator.pages.environment import render as fill
from generator.pages.evidence_data import write_directions
from generator.pages.explorer_data import explorer_of, write_explorer
from generator.pages.layer_view import LayerView
from generator.pages.map_data import has_map
from generator.pages.pattern_files import write_patterns
from generator.pages.probe_charts import probes_of
from generator.pages.summary import NeuronSummary
from generator.pages.tiles import faces
from generator.records import AtlasRecords
from generator.store.layout import (
    atlas_page,
    concepts_page,
    contrasts_page,
    data_page,
    explorer_page,
    findings_page,
    layer_page,
    levels_page,
    map_page,
    network_page,
    neurons_page,
    probes_page,
)

Page = tuple[str, str, dict[str, Any]]
"""Of a page: its path, its template and what fills it."""


def write_atlas_pages(
    docs: Path,
    atlas: AtlasRecords,
    summaries: Mapping[str, Sequence[NeuronSummary]],
    *,
    site_url: str,
    runtime_problem: str,
    compared: bool,
) -> None:
    """Write the pages of an atlas but those of single neurons, and the files that they need.

    Args:
        docs: The folder of the pages, where the neurons' own pages are already.
        atlas: Everything to show.
        summaries: The neurons of every layer, in the order of their channels.
        site_url: Where the site will be hosted, for permalinks.
        runtime_problem: Why the explorer cannot run; empty where it can.
        compared: Whether the site has torch-lucent's pictures of this network.
    """
    subject = atlas.subject
    everything = [summary for layer in subject.layers for summary in summaries[layer.name]]
    write_downloads(docs, atlas, everything)
    write_explorer(docs, atlas, everything)
    write_text(docs / script_file(subject.atlas), table_script(subject, everything))
    if has_map(atlas):
        write_text(docs / positions_file(subject.atlas), positions_script(atlas, everything))
    if has_patterns(atlas):
        write_patterns(docs, atlas)
    if contrasts_of(atlas) is not None:
        write_directions(docs, atlas)
    overview = atlas_context(atlas, summaries, site_url, compared=compared)
    write_text(docs / atlas_page(subject.atlas), fill("atlas.md.jinja", overview))
    for page, template, values in (
        *_layers(atlas, summaries, site_url),
        *_everywhere(docs, atlas, everything),
        *_measured(atlas, everything, runtime_problem),
    ):
        write_text(docs / page, fill(template, values))
    for page, (template, values) in case_pages(atlas, faces(atlas)).items():
        write_text(docs / page, fill(template, values))


def write_text(path: Path, text: str) -> None:
    """Write a text file in the same bytes on every system, with the folders that it needs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")


def _layers(
    atlas: AtlasRecords, summaries: Mapping[str, Sequence[NeuronSummary]], site_url: str
) -> Iterator[Page]:
    for layer in atlas.subject.layers:
        values = layer_context(LayerView(atlas, layer), summaries[layer.name], site_url)
        yield layer_page(atlas.subject.atlas, layer.name), "layer.md.jinja", values


def _everywhere(docs: Path, atlas: AtlasRecords, everything: Sequence[NeuronSummary]) -> Iterator[Page]:
    """Yield the pages that every atlas has."""
    subject = atlas.subject
    yield neurons_page(subject.atlas), "neurons.md.jinja", neurons_context(subject, everything)
    yield data_page(subject.atlas), "data.md.jinja", data_context(atlas, docs / subject.atlas)


def _measured(
    atlas: AtlasRecords, everything: Sequence[NeuronSummary], runtime_problem: str
) -> Iterator[Page]:
    """Yield the pages of what was measured, where it was."""
    name = atlas.subject.atlas
    if explorer_of(atlas) is not None:
        yield explorer_page(name), "explorer.md.jinja", explorer_context(atlas, runtime_problem)
    if has_concepts(atlas):
        yield concepts_page(name), "concepts.md.jinja", concept_images_context(atlas, everything)
    if has_levels(atlas):
        yield levels_page(name), "levels.md.jinja", levels_context(atlas, everything)
    if has_map(atlas):
        yield map_page(name), "map.md.jinja", map_context(atlas, everything)
    if has_report(atlas):
        yield network_page(name), "network.md.jinja", network_context(atlas)
    if probes_of(atlas) is not None:
        yield probes_page(name), "probes.md.jinja", probes_context(atlas)
    if contrasts_of(atlas) is not None:
        yield contrasts_page(name), "contrasts.md.jinja", contrasts_context(atlas, everything)
    if findings_of(atlas) is not None:
        yield findings_page(name), "findings.md.jinja", findings_context(atlas)
