"""The table of all neurons of an atlas: its page's values and the compact data that the page sorts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from generator.pages.coverage import has_labels
from generator.pages.environment import embedded_json
from generator.pages.label_text import NO_LABEL
from generator.pages.links import link
from generator.pages.numbers import whole
from generator.pages.summary import NeuronSummary, present_statistics
from generator.records import BADGES, Subject
from generator.store.layout import atlas_page, data_page, neuron_page, neurons_page

# Significant digits of the table's data: more than it shows, so that sorting breaks ties rightly.
TABLE_DIGITS = 6


def script_file(atlas: str) -> str:
    """Return where the table's data lies, as a script (a page opened from disk can fetch nothing)."""
    return f"{atlas}/neurons.js"


def neurons_context(subject: Subject, summaries: Sequence[NeuronSummary]) -> dict[str, Any]:
    """Return all values of the page of all neurons."""
    page = neurons_page(subject.atlas)
    return {
        "title": f"Neurons of {subject.title}",
        "description": f"All neurons shown of {subject.title}, to sort and filter.",
        "subject": subject,
        "trail": [(subject.title, link(atlas_page(subject.atlas), page))],
        "count": whole(len(summaries)),
        "layers": [layer.name for layer in subject.layers],
        "classes": sorted({summary.best_class for summary in summaries if summary.best_class}),
        "categories": categories(summaries),
        "badges": badges(summaries),
        "statistics": present_statistics(summaries),
        "script": link(script_file(subject.atlas), page),
        "asset": link("assets/neuron-table.js", page),
        "data": link(data_page(subject.atlas), page),
        "glossary": link("glossary.md", page),
    }


def table_script(subject: Subject, summaries: Sequence[NeuronSummary]) -> str:
    """Return the script that holds the table's data: `columns` and one array a neuron in `rows`.

    A row is [layer index, channel, dead (0 or 1), best class index or -1, page, visualization,
    strongest image, label index or -1, badge index or -1, then the statistics]; links are relative
    to the atlas's folder. A label is [text, category]; where none were measured, `categories` is empty.
    Badges are ordered from the worst to the best; where there are none, `badges` is empty.
    """
    page = neurons_page(subject.atlas)
    statistics = present_statistics(summaries)
    layers = [layer.name for layer in subject.layers]
    classes = sorted({summary.best_class for summary in summaries if summary.best_class})
    labels = sorted({label for summary in summaries if (label := _label(summary))})
    label_places = {label: place for place, label in enumerate(labels)}
    places = {name: place for place, name in enumerate(layers)}
    class_places = {name: place for place, name in enumerate(classes)}
    rows = [
        [
            places[summary.neuron.layer],
            summary.neuron.channel,
            int(summary.dead),
            class_places.get(summary.best_class, -1),
            link(neuron_page(summary.neuron), page),
            link(summary.visualization, page) if summary.visualization else "",
            link(summary.exemplar, page) if summary.exemplar else "",
            label_places[label] if (label := _label(summary)) else -1,
            BADGES.index(summary.badge) if summary.badge else -1,
            *(_rounded(summary.values.get(statistic.key)) for statistic in statistics),
        ]
        for summary in summaries
    ]
    content = {
        "atlas": subject.atlas,
        "layers": layers,
        "classes": classes,
        "labels": labels,
        "categories": categories(summaries),
        "badges": badges(summaries),
        "statistics": [asdict(statistic) for statistic in statistics],
        "rows": rows,
    }
    return f"window.neuronAtlas = {embedded_json(content)};\n"


def categories(summaries: Sequence[NeuronSummary]) -> list[str]:
    """Return what labels can be filtered by: categories and `no label`; nothing where not measured."""
    if not has_labels(summaries):
        return []
    return [*sorted({label[1] for summary in summaries if (label := _label(summary))}), NO_LABEL]


def badges(summaries: Sequence[NeuronSummary]) -> list[str]:
    """Return the badges that neurons can have, from the worst to the best; nothing where none has one."""
    return list(BADGES) if any(summary.badge for summary in summaries) else []


def _label(summary: NeuronSummary) -> tuple[str, str] | None:
    label = summary.label
    return (label.text, label.category) if label and label.text and label.category else None


def _rounded(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.{TABLE_DIGITS}g}")
