"""Template values of an atlas's data page: downloads, provenance, recipe."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from generator.pages.context_provenance import facts
from generator.pages.downloads import LABEL_COLUMNS
from generator.pages.links import link
from generator.pages.numbers import shown
from generator.pages.schema import LayerData, NeuronData
from generator.pages.summary import STATISTICS
from generator.records import AtlasRecords
from generator.store.layout import atlas_page, data_page

# What can be downloaded from an atlas's folder, and what it is.
DOWNLOADS = (
    ("neurons.csv", "table of all neurons: identity, label, badge, statistics, best class, content hash"),
    (
        "neurons.json",
        "the same as JSON, with counts and medians, the network, the images, the layers and the versions",
    ),
    ("{atlas}.zip", "the data of every neuron, one JSON file each, with all files of this list"),
    ("probes.csv", "scores of all probes by task, layer and baseline, with intervals"),
    ("probes.json", "the same as JSON, with every split, the emergence and the settings"),
    ("explorer.onnx", "the network with the neurons shown as outputs (ONNX), as the explorer runs it"),
    ("explorer.json", "what the explorer needs beside it: quantiles of every neuron, places, labels"),
    ("explorer.schema.json", "JSON Schema of that file"),
    ("contrasts.csv", "every neuron's part in the class contrasts: effect sizes, AUCs, intervals, verdicts"),
    ("contrasts.json", "the same as JSON, with the layers, the shuffles and the read-out"),
    ("contrasts.schema.json", "JSON Schema of that file"),
    ("evidence.json", "where in images the evidence for a class lies: all maps, object against background"),
    ("evidence.schema.json", "JSON Schema of that file"),
    ("ablation.csv", "what every class loses without single neurons: accuracy, score, intervals"),
    ("ablation.json", "the same as JSON, with the sets of neurons of the contrasts and their controls"),
    ("ablation.schema.json", "JSON Schema of that file"),
    ("cases.json", "case studies: rules, the neurons they find, values, neurons drawn at random"),
    ("findings.json", "findings: effects, intervals, nulls, p values and expectations"),
    ("map.csv", "positions of the neurons on the map"),
    ("neuron.schema.json", "JSON Schema of a neuron's file"),
    ("SHA256SUMS", "content hashes of all neurons; check with sha256sum --check beside the unpacked folder"),
    ("recipe.toml", "the recipe that the atlas was built from"),
)


def data_context(atlas: AtlasRecords, folder: Path) -> dict[str, Any]:
    """Return all values of the data page.

    Args:
        atlas: The atlas.
        folder: The atlas's folder below docs/, with its downloads already written.
    """
    subject = atlas.subject
    page = data_page(subject.atlas)
    names = [(name.format(atlas=subject.atlas), meaning) for name, meaning in DOWNLOADS]
    return {
        "title": f"Data of {subject.title}",
        "description": f"Downloads, provenance and recipe of the atlas {subject.atlas}.",
        "subject": subject,
        "trail": [(subject.title, link(atlas_page(subject.atlas), page))],
        "downloads": [
            {
                "name": name,
                "link": link(f"{subject.atlas}/{name}", page),
                "meaning": meaning,
                "size": size((folder / name).stat().st_size),
            }
            for name, meaning in names
            if (folder / name).exists()
        ],
        "columns": [
            *LABEL_COLUMNS.items(),
            *((statistic.key, statistic.meaning) for statistic in STATISTICS),
        ],
        "parts": [name for name in NeuronData.model_fields if name != "format"],
        "layer_parts": list(LayerData.model_fields),
        "facts": facts(atlas),
        "recipe": subject.recipe_toml,
        "rule": subject.neuron_rule,
    }


def size(count: int) -> str:
    """Write a file's size (1 kB is 1,000 bytes)."""
    for unit, scale in (("MB", 1_000_000), ("kB", 1_000)):
        if count >= scale:
            return f"{shown(count / scale).text} {unit}"
    return f"{count} bytes"
