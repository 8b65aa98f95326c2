"""Template values of the map of all neurons, and the script that holds its positions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from generator.pages.context_neuron import Headline
from generator.pages.context_table import categories, script_file
from generator.pages.environment import embedded_json
from generator.pages.links import link
from generator.pages.map_data import map_of, places
from generator.pages.numbers import Shown, plural, share, shown, whole
from generator.pages.summary import NeuronSummary
from generator.records import AtlasRecords
from generator.store.layout import atlas_page, map_page, neurons_page

# Digits of a position: a tenth of a pixel on the largest screen.
DIGITS = 4


def positions_file(atlas: str) -> str:
    """Return where the positions lie, as a script (a page opened from disk can fetch nothing)."""
    return f"{atlas}/map-positions.js"


def positions_script(atlas: AtlasRecords, summaries: Sequence[NeuronSummary]) -> str:
    """Return the script that holds a position for every row of the table's data, null where it has none."""
    found = map_of(atlas)
    known = {} if found is None else places(atlas, found)
    rows = [
        [round(value, DIGITS) for value in known[summary.neuron]] if summary.neuron in known else None
        for summary in summaries
    ]
    return f"window.neuronAtlasMap = {embedded_json(rows)};\n"


def map_context(atlas: AtlasRecords, summaries: Sequence[NeuronSummary]) -> dict[str, Any]:
    """Return all values of the page; `summaries` are those of all neurons shown."""
    subject, found = atlas.subject, map_of(atlas)
    assert found is not None
    page = map_page(subject.atlas)
    left_out = len(summaries) - len(found.channel)
    colours = [("layer", "Layer")]
    if categories(summaries):
        colours.append(("category", "Category of the label"))
    if any(summary.badge for summary in summaries):
        colours.append(("badge", "Reliability"))
    views = [("points", "Points")]
    if any(summary.visualization for summary in summaries):
        views.append(("visualization", "Feature visualizations"))
    if any(summary.exemplar for summary in summaries):
        views.append(("exemplar", "Strongest images"))
    return {
        "title": f"Map of the neurons of {subject.title}",
        "description": f"All neurons of {subject.title} on a plane, by the images they respond to.",
        "subject": subject,
        "trail": [(subject.title, link(atlas_page(subject.atlas), page))],
        "count": plural(len(found.channel), "neuron"),
        "images": plural(subject.images.count, "image"),
        "headlines": [
            Headline(
                "Trustworthiness",
                "trustworthiness",
                shown(found.trustworthiness),
                f"random arrangements at most {shown(found.shuffled).text}",
            ),
            Headline(
                "Same layer nearby",
                "same-layer",
                share(found.together),
                f"random arrangements at most {share(found.together_shuffled).text}",
            ),
            Headline("Left out", "", Shown(whole(left_out)), "their responses never vary"),
        ],
        "neighbours": found.neighbours,
        "perplexity": shown(found.perplexity),
        "colours": colours,
        "views": views,
        "scripts": [
            link(script_file(subject.atlas), page),
            link(positions_file(subject.atlas), page),
            link("assets/neuron-map.js", page),
        ],
        "neurons": link(neurons_page(subject.atlas), page),
        "csv": link(f"{subject.atlas}/map.csv", page),
        "glossary": link("glossary.md", page),
        "methods": link("methods.md#map", page),
        "limits": link("limits.md#map", page),
    }
