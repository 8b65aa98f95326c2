"""Template values of a layer page: headline numbers, wall, distribution, table, filters, best classes."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from generator.pages.badge_counts import ORDER, badge_headlines, badge_summary
from generator.pages.citation import layer_citation
from generator.pages.context_attribution import attribution_summary
from generator.pages.context_contrast import layer_contrasts
from generator.pages.context_neuron import Headline, identity
from generator.pages.context_patterns import has_patterns
from generator.pages.coverage import (
    categories,
    categories_chart,
    coverage,
    coverage_headlines,
    coverage_text,
    has_labels,
)
from generator.pages.images import filter_address
from generator.pages.label_text import NO_LABEL
from generator.pages.layer_view import LayerView
from generator.pages.links import link
from generator.pages.numbers import Shown, plural, share, shown, whole
from generator.pages.probe_charts import probes_of
from generator.pages.probe_text import CAUTION, layer_sentences
from generator.pages.summary import NeuronSummary, Statistic, present_statistics
from generator.pages.tiles import tile
from generator.records import Filters, Subject
from generator.store.layout import atlas_page, images_page, layer_page, neuron_page, neurons_page, probes_page

# Best classes named on the page.
SHOWN_CLASSES = 12


def layer_context(view: LayerView, summaries: Sequence[NeuronSummary], site_url: str) -> dict[str, Any]:
    """Return all values of a layer page; `summaries` are those of the layer's shown neurons."""
    subject, name = view.atlas.subject, view.layer.name
    page = layer_page(subject.atlas, name)
    ordered = sorted(summaries, key=lambda summary: summary.neuron.channel)
    hashes = {str(summary.neuron): summary.sha256 for summary in ordered}
    columns = present_statistics(ordered)
    return {
        "title": f"Layer {subject.atlas}/{name}",
        "description": f"The neurons of layer {name} of {subject.network.model} on {subject.images.name}.",
        "layer": view.layer,
        "trail": [(subject.title, link(atlas_page(subject.atlas), page))],
        "identity": [*identity(view), view.layer.module],
        "headlines": layer_headlines(view, ordered, labelled=has_labels(ordered)),
        "rule": subject.neuron_rule,
        "tiles": [tile(summary, page) for summary in ordered],
        "labels": labels(ordered),
        "patterns": link(f"{images_page(subject.atlas)}", page) if has_patterns(view.atlas) else "",
        "attribution": attribution_summary(view, page),
        "contrasts": layer_contrasts(view, page),
        "probes": probes(view, page),
        "badges": badge_summary(view.atlas, [name]),
        "badge_filter": [badge for badge in ORDER if any(summary.badge for summary in ordered)],
        "chart": distribution_chart(ordered, page),
        "statistics": columns,
        "rows": [table_row(summary, columns, page) for summary in ordered],
        "filters": filters(view, page),
        "best_classes": best_classes(ordered),
        "previous": _neighbour(subject, view.position - 2, page),
        "following": _neighbour(subject, view.position, page),
        "neurons": link(neurons_page(subject.atlas), page),
        "glossary": link("glossary.md", page),
        "citation": layer_citation(view.atlas, name, hashes, site_url),
    }


def layer_headlines(view: LayerView, summaries: Sequence[NeuronSummary], *, labelled: bool) -> list[Headline]:
    """Return the numbers at the top of a layer page; `labelled`: those of labels are among them."""
    count = len(summaries)
    result = [Headline("Neurons shown", "neuron", Shown(whole(count)), f"of {whole(view.layer.size)}")]
    result += coverage_headlines(summaries, measured=labelled)
    if view.statistics is not None:
        dead = sum(summary.dead for summary in summaries)
        result.append(Headline("Dead", "dead", Shown(whole(dead)), f"of {whole(count)} shown"))
        for key, name, term in (
            ("sparseness", "Median sparseness", "sparseness"),
            ("selectivity", "Median selectivity", "class-selectivity"),
        ):
            result.append(Headline(name, term, median(summaries, key)))
    if view.reliability is not None:
        result.append(Headline("Median ratio", "activation-ratio", median(summaries, "mean_ratio")))
    return [*result, *badge_headlines(view.atlas, [view.layer.name])]


def median(summaries: Sequence[NeuronSummary], key: str) -> Shown:
    """Return the median of a statistic over the neurons for which it is defined."""
    values = defined(summaries, key)
    return shown(statistics.median(values) if values else None, "it is not defined for any neuron shown")


def defined(summaries: Sequence[NeuronSummary], key: str) -> list[float]:
    """Return the defined values of a statistic."""
    return [value for summary in summaries if (value := summary.values.get(key)) is not None]


def distribution_chart(summaries: Sequence[NeuronSummary], page: str) -> dict[str, Any] | None:
    """Return the values of the chart of statistics across neurons, None without statistics."""
    if not present_statistics(summaries):
        return None
    rows = [
        {
            "neuron": str(summary.neuron.channel),
            "link": link(neuron_page(summary.neuron), page),
            **summary.values,
        }
        for summary in summaries
    ]
    return {"datasets": {"neurons": rows}}


def table_row(summary: NeuronSummary, columns: Sequence[Statistic], page: str) -> dict[str, Any]:
    """Return a neuron as a row of a table; `sort` values are plain numbers, empty when undefined."""
    cells = []
    for statistic in columns:
        number = summary.values.get(statistic.key)
        text = share(number) if statistic.key == "zero_fraction" else shown(number)
        cells.append({"key": statistic.key, "shown": text, "sort": "" if number is None else repr(number)})
    label = summary.label
    return {
        "tile": tile(summary, page),
        "best_class": summary.best_class,
        "cells": cells,
        "badge": summary.badge,
        "label": label.text if label is not None and label.text is not None else "",
        "category": label.category if label is not None and label.category is not None else NO_LABEL,
    }


def labels(summaries: Sequence[NeuronSummary]) -> dict[str, Any] | None:
    """Return what the layer's labels are, None where they were not measured."""
    found = coverage(summaries)
    if found is None:
        return None
    return {
        "sentences": coverage_text(found),
        "chart": categories_chart(found.labels),
        "categories": categories(found.labels),
        "filter": [*sorted({label.category or "" for label in found.labels}), NO_LABEL],
    }


def probes(view: LayerView, page: str) -> dict[str, Any] | None:
    """Return what probes read from the layer, in sentences; None where they read nothing anywhere."""
    record = probes_of(view.atlas)
    sentences = layer_sentences(record, view.layer.name) if record is not None else []
    if not sentences:
        return None
    name = view.atlas.subject.atlas
    return {"sentences": sentences, "caution": CAUTION, "link": link(probes_page(name), page)}


def best_classes(summaries: Sequence[NeuronSummary]) -> list[tuple[str, str]]:
    """Return the classes that are the best of most neurons, with how many."""
    counts = Counter(summary.best_class for summary in summaries if summary.best_class)
    ranked = sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))
    return [(name, plural(count, "neuron")) for name, count in ranked[:SHOWN_CLASSES]]


def filters(view: LayerView, page: str) -> Mapping[str, Any] | None:
    """Return the weights of the layer's filters as pictures, None where the record is not of this layer."""
    record = view.atlas.get("filters", Filters)
    if record is None or record.layer != view.layer.name or not record.weights.size:
        return None
    return filter_pictures(record, view, page)


def filter_pictures(record: Filters, view: LayerView | None, page: str) -> Mapping[str, Any] | None:
    """Return filters as pictures; those of neurons that the atlas shows link to their pages."""
    channels = record.weights.shape[1]
    if channels not in (1, 3):
        return None
    known = set(view.layer.neurons) if view is not None else set()
    return {
        "layer": record.layer,
        "height": record.weights.shape[2],
        "width": record.weights.shape[3],
        "colour": channels == 3,
        "entries": [
            {
                "channel": channel,
                "source": filter_address(weights),
                "link": link(neuron_page(view.neuron(channel)), page)
                if view is not None and channel in known
                else "",
            }
            for channel, weights in enumerate(record.weights)
        ],
    }


def _neighbour(subject: Subject, index: int, page: str) -> dict[str, str] | None:
    if not 0 <= index < len(subject.layers):
        return None
    name = subject.layers[index].name
    return {"name": name, "link": link(layer_page(subject.atlas, name), page)}
