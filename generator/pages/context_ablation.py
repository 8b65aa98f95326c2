"""Template values of ablations: of the page of contrasts, and of a neuron's section."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from generator.pages.ablation_charts import ablation_values
from generator.pages.ablation_data import ablation_data, ablation_of
from generator.pages.ablation_text import CAUTION, interval, measure_of, neuron_sentence, sentences
from generator.pages.links import link
from generator.pages.neuron_view import NeuronView
from generator.pages.numbers import Shown, plural, share, shown, signed_share, whole
from generator.pages.schema_ablation import ChangeData, ClassAblation, SetAblation
from generator.records import AtlasRecords
from generator.store.layout import contrasts_page, layer_page

SHOWN_CLASSES = 6
"""Classes in the table of a neuron, those that lose most first; the files hold all."""

NO_DRAWS = "the layer has too few other neurons"


def contrast_ablations(atlas: AtlasRecords, page: str) -> list[dict[str, Any] | None]:
    """Return what is shown of the ablations of each contrast, in order; None for all without ablations."""
    record = ablation_of(atlas)
    if record is None:
        return []
    data = ablation_data(atlas)
    return [
        {
            "sentences": sentences(one),
            "caution": CAUTION,
            "chart": ablation_values(one) if one.layers else None,
            "rows": [_row(atlas, layer, page) for layer in one.layers],
            "images": f"{whole(one.images[0])} + {whole(one.images[1])}",
            "draws": whole(max((len(layer.random_channels) for layer in one.layers), default=0)),
            "whole": ", ".join(layer.layer for layer in one.layers if not layer.resumed),
            "reference": plural(data.reference, "image"),
        }
        for one in data.contrasts
    ]


def _row(atlas: AtlasRecords, one: SetAblation, page: str) -> dict[str, Any]:
    margin, pair, among = (measure_of(one, name) for name in ("margin", "pair_accuracy", "accuracy"))
    return {
        "name": one.layer,
        "link": link(layer_page(atlas.subject.atlas, one.layer), page),
        "neurons": whole(len(one.channels)),
        "intact": shown(margin.intact),
        "margins": [_changed(found) for found in (margin.confirmed, margin.random, margin.matched)],
        "verdict": "more than the controls" if margin.exceeds else "not clearly more",
        "pairs": [
            signed_share(found.change, NO_DRAWS) for found in (pair.confirmed, pair.random, pair.matched)
        ],
        "among": [
            signed_share(found.change, NO_DRAWS) for found in (among.confirmed, among.random, among.matched)
        ],
        "activations": [
            shown(number, NO_DRAWS)
            for number in (one.activation, one.random_activation, one.matched_activation)
        ],
    }


def _changed(found: ChangeData) -> tuple[Shown, str]:
    return shown(found.change, NO_DRAWS), interval(found)


def ablation(view: NeuronView) -> Mapping[str, Any] | None:
    """Return what happens without the neuron, None where it was not ablated alone."""
    found = view.data.ablation
    if found is None:
        return None
    return {
        "sentence": neuron_sentence(found),
        "caution": CAUTION,
        "rows": [_class_row(one) for one in found.classes[:SHOWN_CLASSES]],
        "hidden": whole(len(found.classes) - SHOWN_CLASSES) if len(found.classes) > SHOWN_CLASSES else "",
        "classes": plural(len(found.classes), "class"),
        "overall": shown(found.overall_score.change),
        "overall_range": interval(found.overall_score),
        "neurons": plural(found.neurons, "neuron"),
        "atlas": view.link(contrasts_page(view.neuron.atlas)),
        "methods": view.link("methods.md#ablation"),
        "limits": view.link("limits.md#ablation"),
    }


def _class_row(one: ClassAblation) -> dict[str, Any]:
    return {
        "name": one.name,
        "score": shown(one.score.change),
        "score_range": interval(one.score),
        "intact": shown(one.intact_score),
        "accuracy": signed_share(one.accuracy.change),
        "accuracy_intact": share(one.intact_accuracy),
        "rank": whole(one.rank),
    }
