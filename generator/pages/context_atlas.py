"""Template values of an atlas's cover and of the home page's list of atlases."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from generator.pages.badge_counts import badge_headlines, badge_summary
from generator.pages.citation import atlas_citation
from generator.pages.context_cases import cases_of
from generator.pages.context_concept_images import concept_card
from generator.pages.context_contrasts import contrasts_card
from generator.pages.context_findings import findings_card
from generator.pages.context_layer import defined, filter_pictures, layer_headlines, median
from generator.pages.context_levels import has_levels
from generator.pages.context_network import has_report
from generator.pages.context_neuron import Headline
from generator.pages.context_probes import probes_card
from generator.pages.coverage import coverage, coverage_headlines, coverage_text, emergence, has_labels
from generator.pages.layer_view import LayerView
from generator.pages.links import link
from generator.pages.map_data import has_map
from generator.pages.numbers import Shown, plural, shown, whole
from generator.pages.summary import NeuronSummary, present_statistics
from generator.pages.tiles import tile
from generator.records import AtlasRecords, Filters, ImagesInfo, Subject
from generator.store.layout import (
    COMPARISON_PAGE,
    atlas_page,
    cases_page,
    data_page,
    layer_page,
    levels_page,
    map_page,
    network_page,
    neurons_page,
)

# Tiles of one layer on the cover; its own page shows all.
COVER_TILES = 24

# Tiles of an atlas on the home page, spread evenly over all its neurons.
HOME_TILES = 16

# Skipped files named on the page; all are counted.
SHOWN_SKIPPED = 5

# Statistics drawn over depth.
DEPTH_STATISTICS = ("sparseness", "selectivity", "best_auc", "level", "mean_ratio", "path")

Summaries = Mapping[str, Sequence[NeuronSummary]]


def atlas_context(
    atlas: AtlasRecords, summaries: Summaries, site_url: str, *, compared: bool = False
) -> dict[str, Any]:
    """Return all values of an atlas's cover; `summaries` are by layer, ordered by channel.

    `compared` says that the page of comparisons shows pictures of this network.
    """
    subject = atlas.subject
    page = atlas_page(subject.atlas)
    everything = [summary for layer in subject.layers for summary in summaries[layer.name]]
    hashes = {str(summary.neuron): summary.sha256 for summary in everything}
    return {
        "title": subject.title,
        "description": subject.description
        or f"The neurons of {subject.network.model} on {subject.images.name}.",
        "subject": subject,
        "headlines": [
            *headlines(subject, everything),
            *badge_headlines(atlas, [layer.name for layer in subject.layers]),
        ],
        "rule": subject.neuron_rule,
        "layers": [_layer(atlas, index, summaries, page) for index in range(len(subject.layers))],
        "statistics": [s for s in present_statistics(everything) if s.key in DEPTH_STATISTICS],
        "chart": depth_chart(subject, summaries),
        "network": network_facts(subject),
        "images": image_facts(subject.images),
        "classes": list(
            zip(subject.images.class_names, map(whole, subject.images.class_counts), strict=True)
        ),
        "warnings": warnings(subject),
        "skipped": skipped(subject.images),
        "filters": _filters(atlas, page),
        "labels": labels(everything, summaries),
        "badges": badge_summary(atlas, [layer.name for layer in subject.layers]),
        "concepts": concept_card(atlas, page),
        "probes": probes_card(atlas, page),
        "contrasts": contrasts_card(atlas, page),
        "findings": findings_card(atlas, page),
        "cases": link(cases_page(subject.atlas), page) if cases_of(atlas) else "",
        "map": link(map_page(subject.atlas), page) if has_map(atlas) else "",
        "levels": link(levels_page(subject.atlas), page) if has_levels(atlas) else "",
        "comparison": link(COMPARISON_PAGE, page) if compared else "",
        "report": link(network_page(subject.atlas), page) if has_report(atlas) else "",
        "neurons": link(neurons_page(subject.atlas), page),
        "data": link(data_page(subject.atlas), page),
        "glossary": link("glossary.md", page),
        "citation": atlas_citation(atlas, hashes, site_url),
    }


def headlines(subject: Subject, everything: Sequence[NeuronSummary]) -> list[Headline]:
    """Return the numbers at the top of a cover."""
    size = sum(layer.size for layer in subject.layers)
    result = [
        Headline("Layers", "layer", Shown(whole(len(subject.layers)))),
        Headline("Neurons shown", "neuron", Shown(whole(len(everything))), f"of {whole(size)}"),
        Headline("Images", "", Shown(whole(subject.images.count))),
    ]
    result += coverage_headlines(everything, measured=has_labels(everything))
    if present_statistics(everything):
        dead = sum(summary.dead for summary in everything)
        result.append(Headline("Dead", "dead", Shown(whole(dead)), "of the neurons shown"))
        result.append(Headline("Median sparseness", "sparseness", median(everything, "sparseness")))
    return result


def _layer(atlas: AtlasRecords, index: int, summaries: Summaries, page: str) -> dict[str, Any]:
    layer = atlas.subject.layers[index]
    own = summaries[layer.name]
    return {
        "layer": layer,
        "link": link(layer_page(atlas.subject.atlas, layer.name), page),
        "tiles": [tile(summary, page) for summary in own[:COVER_TILES]],
        "hidden": len(own) - min(len(own), COVER_TILES),
        "count": f"{whole(len(own))} of {plural(layer.size, 'neuron')}",
        "headlines": layer_headlines(
            LayerView(atlas, layer), own, labelled=any(has_labels(found) for found in summaries.values())
        ),
    }


def labels(everything: Sequence[NeuronSummary], summaries: Summaries) -> dict[str, Any] | None:
    """Return how far labels go and how they change with depth, None where they were not measured."""
    found = coverage(everything)
    if found is None:
        return None
    return {"sentences": coverage_text(found), "emergence": emergence(summaries)}


def depth_chart(subject: Subject, summaries: Summaries) -> dict[str, Any] | None:
    """Return quartiles of statistics by layer, in the order of the network."""
    rows = []
    for index, layer in enumerate(subject.layers):
        for key in DEPTH_STATISTICS:
            values = defined(summaries[layer.name], key)
            if values:
                low, middle, high = quartiles(values)
                rows.append(
                    {
                        "layer": layer.name,
                        "order": index,
                        "statistic": key,
                        "low": low,
                        "median": middle,
                        "high": high,
                    }
                )
    return {"datasets": {"layers": rows}} if rows else None


def quartiles(values: Sequence[float]) -> tuple[float, float, float]:
    """Return the quartiles of a non-empty sample (linear interpolation)."""
    if len(values) == 1:
        return values[0], values[0], values[0]
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return low, middle, high


def network_facts(subject: Subject) -> list[tuple[str, str]]:
    """Return what is known of the network: name and value."""
    network = subject.network
    return [
        ("Model", network.model),
        ("Weights", network.weights or "brought by the factory"),
        ("Parameters", whole(network.parameters)),
        ("Trained on", network.trained_on or "not stated"),
        ("Classes", whole(len(network.class_names)) if network.class_names else "not named"),
        (
            "Input",
            f"{network.crop} × {network.crop} pixels, cropped from a shorter side of {network.resize} "
            f"({network.interpolation})",
        ),
        ("Mean, standard deviation", f"{_triple(network.mean)}; {_triple(network.std)}"),
        ("Weights SHA-256", network.sha256),
    ]


def _triple(values: Sequence[float]) -> str:
    return ", ".join(shown(value).text for value in values)


def image_facts(images: ImagesInfo) -> list[tuple[str, str]]:
    """Return what is known of the images: name and value."""
    rows = [
        ("Images", f"{images.name}{f', {images.split}' if images.split else ''}"),
        ("Source", images.source),
        ("Count", whole(images.count)),
        ("Classes", whole(len(images.class_names)) if images.class_names else "unlabelled"),
        ("Skipped files", whole(len(images.skipped))),
        ("Licence", images.licence or "not stated"),
        ("Citation", images.citation),
        ("Content SHA-256", images.sha256),
    ]
    return [(name, text) for name, text in rows if text]


def warnings(subject: Subject) -> list[str]:
    """Return what a reader must know before believing the numbers."""
    result = []
    if not subject.network.trained_on:
        result.append(
            "It is not stated which images the network was trained on; if it was trained on these, its "
            "responses to them may be stronger and more selective than to new images."
        )
    if subject.images.skipped:
        result.append(f"{plural(len(subject.images.skipped), 'file')} could not be used and were left out.")
    if not subject.images.class_names:
        result.append("The images are unlabelled, so nothing can be said about classes.")
    return result


def skipped(images: ImagesInfo) -> dict[str, Any] | None:
    """Return why files were skipped: counts by reason, and the first few by name."""
    if not images.skipped:
        return None
    reasons = Counter(entry.reason for entry in images.skipped)
    ranked = sorted(reasons.items(), key=lambda entry: (-entry[1], entry[0]))
    return {
        "reasons": [(reason, whole(count)) for reason, count in ranked],
        "named": [(entry.path, entry.reason) for entry in images.skipped[:SHOWN_SKIPPED]],
        "hidden": max(0, len(images.skipped) - SHOWN_SKIPPED),
    }


def _filters(atlas: AtlasRecords, page: str) -> Mapping[str, Any] | None:
    """Return the first convolution's filters where no layer page can show them."""
    record = atlas.get("filters", Filters)
    tapped = {layer.name for layer in atlas.subject.layers}
    if record is None or not record.layer or record.layer in tapped:
        return None
    return filter_pictures(record, None, page)


def home_context(atlases: Sequence[tuple[AtlasRecords, Summaries]]) -> dict[str, Any]:
    """Return all values of the home page."""
    return {"atlases": [_home_entry(atlas.subject, summaries) for atlas, summaries in atlases]}


def _home_entry(subject: Subject, summaries: Summaries) -> dict[str, Any]:
    everything = [summary for layer in subject.layers for summary in summaries[layer.name]]
    live = [summary for summary in everything if not summary.dead] or everything
    chosen = live[:: max(1, len(live) // HOME_TILES)][:HOME_TILES]
    return {
        "subject": subject,
        "link": link(atlas_page(subject.atlas), "index.md"),
        "neurons": link(neurons_page(subject.atlas), "index.md"),
        "tiles": [tile(summary, "index.md") for summary in chosen],
        "counts": [
            plural(len(subject.layers), "layer"),
            plural(len(everything), "neuron"),
            plural(subject.images.count, "image"),
        ],
    }
