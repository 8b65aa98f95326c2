"""Template values of the page of class contrasts: findings, depth, neurons, how it was measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from generator.pages.context_ablation import contrast_ablations
from generator.pages.context_evidence import evidence_contexts
from generator.pages.context_neuron import Headline
from generator.pages.contrast_charts import contrast_values
from generator.pages.contrast_data import contrasts_data, contrasts_of
from generator.pages.contrast_text import (
    CAUTION,
    best_layer,
    confirmed_count,
    findings,
    pair_name,
    readout_text,
    rule_text,
    summary,
)
from generator.pages.evidence_data import evidence_of
from generator.pages.links import link
from generator.pages.numbers import Shown, plural, shown, whole
from generator.pages.schema_contrasts import (
    ContrastData,
    ContrastLayer,
    ContrastNeuron,
    ContrastsData,
    SeparationData,
)
from generator.pages.summary import NeuronSummary
from generator.records import AtlasRecords, NeuronId
from generator.store.layout import atlas_page, contrasts_page, layer_page, neuron_page

# Neurons in the table of a contrast; the files hold all.
SHOWN_ROWS = 300

UNVARIED = "the neuron's responses to these images are all the same"

ABLATION_FILES = (
    ("single ablations as CSV", "ablation.csv"),
    ("all ablations as JSON", "ablation.json"),
    ("their JSON Schema", "ablation.schema.json"),
)

FILES = (
    ("all neurons as CSV", "contrasts.csv"),
    ("everything as JSON", "contrasts.json"),
    ("its JSON Schema", "contrasts.schema.json"),
)

EVIDENCE_FILES = (
    ("all maps and controls as JSON", "evidence.json"),
    ("their JSON Schema", "evidence.schema.json"),
)


def contrasts_card(atlas: AtlasRecords, page: str) -> dict[str, Any] | None:
    """Return what the cover says of contrasts, None without them."""
    if contrasts_of(atlas) is None:
        return None
    return {
        "link": link(contrasts_page(atlas.subject.atlas), page),
        "sentences": summary(contrasts_data(atlas)),
        "caution": CAUTION,
    }


def contrasts_context(atlas: AtlasRecords, summaries: Sequence[NeuronSummary]) -> dict[str, Any]:
    """Return all values of the page; `summaries` are those of all neurons shown."""
    subject, data = atlas.subject, contrasts_data(atlas)
    page = contrasts_page(subject.atlas)
    evidence = evidence_contexts(atlas, data.contrasts)
    labels = {str(one.neuron): (one.label.text or "") if one.label is not None else "" for one in summaries}
    ablations = contrast_ablations(atlas, page) or [None] * len(data.contrasts)
    files = (*_files(atlas), *(ABLATION_FILES if any(ablations) else ()))
    return {
        "title": f"Class contrasts of {subject.title}",
        "description": f"What separates classes inside the network of the atlas {subject.atlas}.",
        "subject": subject,
        "trail": [(subject.title, link(atlas_page(subject.atlas), page))],
        "caution": CAUTION,
        "readout": readout_text(data.readout),
        "fitted": data.readout.source == "fitted",
        "pairs": [
            _pair(atlas, one, f"pair-{number}", labels, page)
            | {"evidence": evidence[number - 1], "ablation": ablations[number - 1]}
            for number, one in enumerate(data.contrasts, start=1)
        ],
        "facts": _facts(data),
        "downloads": [(text, link(f"{subject.atlas}/{name}", page)) for text, name in files],
        "glossary": link("glossary.md", page),
        "methods": link("methods.md#contrasts", page),
        "limits": link("limits.md#contrasts", page),
    }


def _files(atlas: AtlasRecords) -> tuple[tuple[str, str], ...]:
    return FILES if evidence_of(atlas) is None else FILES + EVIDENCE_FILES


def _pair(
    atlas: AtlasRecords, one: ContrastData, anchor: str, labels: Mapping[str, str], page: str
) -> dict[str, Any]:
    rows = [neuron for neuron in one.neurons if neuron.found]
    rows.sort(key=lambda neuron: (not neuron.confirmed, -abs(neuron.effect_confirmation or 0.0)))
    return {
        "anchor": anchor,
        "name": pair_name(one),
        "first": one.first,
        "second": one.second,
        "rule": rule_text(one),
        "headlines": _headlines(one),
        "sentences": findings(one),
        "chart": contrast_values(one),
        "layers": [_layer(atlas, layer, page) for layer in one.layers],
        "rows": [_row(neuron, one, labels[neuron.neuron], page) for neuron in rows[:SHOWN_ROWS]],
        "hidden": whole(len(rows) - SHOWN_ROWS) if len(rows) > SHOWN_ROWS else "",
        "labelled": any(labels[neuron.neuron] for neuron in rows),
        "found": plural(len(rows), "neuron"),
    }


def _headlines(one: ContrastData) -> list[Headline]:
    best = best_layer(one)
    strongest = max(one.layers, key=lambda layer: discovered(one, layer.layer, layer.best))
    by_chance = sum(one.chance_confirmed) / len(one.chance_confirmed)
    return [
        Headline(
            "Confirmed neurons",
            "contrast",
            Shown(whole(confirmed_count(one))),
            f"of {whole(len(one.neurons))}",
        ),
        Headline("By chance", "null", shown(by_chance), "with shuffled labels"),
        Headline("Best layer", "auc", shown(best.joint.auc), f"AUC, {best.layer}"),
        Headline(
            "Best neuron",
            "auc",
            shown(strongest.single.auc),
            f"AUC, {strongest.layer}/{strongest.best}, chosen on the other half",
        ),
        Headline(
            "Held-out images",
            "image",
            Shown(whole(sum(one.images_confirmation))),
            f"{whole(one.images_confirmation[0])} + {whole(one.images_confirmation[1])}",
        ),
    ]


def discovered(one: ContrastData, layer: str, channel: int) -> float:
    """Return how far a neuron's AUC is from no skill on the discovery half, 0 to 0.5."""
    name = f"{layer}/{channel}"
    found = next(neuron for neuron in one.neurons if neuron.neuron.split("/", 1)[1] == name)
    return abs((found.auc_discovery or 0.0) - 0.5)


def _layer(atlas: AtlasRecords, layer: ContrastLayer, page: str) -> dict[str, Any]:
    best = NeuronId(atlas.subject.atlas, layer.layer, layer.best)
    return {
        "name": layer.layer,
        "link": link(layer_page(atlas.subject.atlas, layer.layer), page),
        "confirmed": f"{whole(layer.confirmed)} of {whole(layer.neurons)}",
        "found": whole(layer.found),
        "joint": shown(layer.joint.auc),
        "joint_range": _range(layer.joint),
        "single": shown(layer.single.auc),
        "single_range": _range(layer.single),
        "best": layer.best,
        "best_link": link(neuron_page(best), page),
        "chance": shown(layer.chance),
    }


def _range(found: SeparationData) -> str:
    return f"{shown(found.low).text} to {shown(found.high).text}"


def _row(neuron: ContrastNeuron, one: ContrastData, label: str, page: str) -> dict[str, Any]:
    known = NeuronId.parse(neuron.neuron)
    effect, auc = neuron.effect_confirmation, neuron.auc_confirmation
    return {
        "name": f"{known.layer}/{known.channel}",
        "link": link(neuron_page(known), page),
        "confirmed": neuron.confirmed,
        "larger": one.first if (neuron.effect_discovery or 0) > 0 else one.second,
        "discovery": shown(neuron.effect_discovery, UNVARIED),
        "discovery_sort": _sort(neuron.effect_discovery),
        "effect": shown(effect, UNVARIED),
        "effect_range": f"{shown(neuron.effect_low).text} to {shown(neuron.effect_high).text}",
        "effect_sort": _sort(effect),
        "auc": shown(auc),
        "auc_range": f"{shown(neuron.auc_low).text} to {shown(neuron.auc_high).text}",
        "auc_sort": _sort(auc),
        "label": label,
    }


def _sort(value: float | None) -> str:
    return "" if value is None else repr(value)


def _facts(data: ContrastsData) -> list[tuple[str, str]]:
    return [
        ("Responses", "mean response of every neuron shown to every image of the two classes"),
        ("Halves", "the images of each class are halved at random; what is found on the discovery half is "
         "measured on the confirmation half"),
        ("Found", f"Mann-Whitney test of every neuron of every layer on the discovery half, "
         f"Benjamini-Hochberg at a false discovery rate of {shown(data.rate).text}"),
        ("Confirmed", "the same on the confirmation half over the neurons found, in the same direction"),
        ("Intervals", f"95%, {whole(data.resamples)} bootstrap resamples of the confirmation half"),
        ("Null", f"{whole(len(data.contrasts[0].chance_found))} shuffles of the labels within each half"),
    ]  # fmt: skip
