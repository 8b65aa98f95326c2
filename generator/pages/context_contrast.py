"""Template values of class contrasts on the pages of neurons and layers: those that they take part in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from generator.pages.contrast_data import contrasts_of
from generator.pages.layer_view import LayerView
from generator.pages.links import link
from generator.pages.neuron_view import NeuronView
from generator.pages.numbers import plural, shown, whole
from generator.pages.schema_contrasts import NeuronContrast
from generator.store.layout import contrasts_page

UNVARIED = "its responses to these images are all the same"


def contrast(view: NeuronView) -> Mapping[str, Any] | None:
    """Return the neuron's part in every contrast, None where the atlas has none."""
    found = view.data.contrasts
    if found is None:
        return None
    return {
        "rows": [_row(one) for one in found],
        "atlas": view.link(contrasts_page(view.neuron.atlas)),
        "limits": view.link("limits.md#contrasts"),
    }


def layer_contrasts(view: LayerView, page: str) -> Mapping[str, Any] | None:
    """Return what the contrasts find in a layer, None where the atlas has none."""
    record = contrasts_of(view.atlas)
    if record is None:
        return None
    names = view.atlas.subject.images.class_names
    return {
        "link": link(contrasts_page(view.atlas.subject.atlas), page),
        "sentences": [
            f"{names[one.first]} against {names[one.second]}: "
            f"{whole(int(one.layers[view.layer.name].confirmed.sum()))} of "
            f"{plural(len(view.layer.neurons), 'neuron')} confirmed."
            for one in record.contrasts
        ],
    }


def _row(one: NeuronContrast) -> dict[str, Any]:
    return {
        "name": f"{one.first} against {one.second}",
        "verdict": verdict(one),
        "effect": shown(one.effect_confirmation, UNVARIED),
        "effect_range": _range(one.effect_low, one.effect_high),
        "auc": shown(one.auc_confirmation),
        "auc_range": _range(one.auc_low, one.auc_high),
        "first": shown(one.mean_first),
        "second": shown(one.mean_second),
    }


def verdict(one: NeuronContrast) -> str:
    """Say what the two halves gave."""
    if not one.found:
        return "not found"
    if not one.confirmed:
        return "found, not confirmed"
    return f"confirmed: larger for {one.first if (one.effect_confirmation or 0) > 0 else one.second}"


def _range(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f"{shown(low).text} to {shown(high).text}"
