"""Template values of the feature visualization section: pictures, activations reached, their course."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from generator.pages import sparks
from generator.pages.neuron_view import NeuronView
from generator.pages.numbers import shown, significant, whole
from generator.pages.schema import VariantData, VisualizationData
from generator.records import CONSTRAINED, FACET_PREFIX, FIRST, FROM_IMAGE, NEGATIVE, PLAIN, SEED_PREFIX

NO_NATURAL = "no natural image has a positive response to compare with"
NO_RATIO = "this atlas was built without the comparison with natural images"
NO_POSITIVE = "no seed's picture has a positive mean response"

# Variants that are no further seeds: what they are called, their anchor in the glossary, and what was done.
NAMES = {
    NEGATIVE: ("Negative", "negative-visualization", "Synthetic picture optimized to suppress"),
    CONSTRAINED: (
        "Natural magnitudes",
        "magnitude-constrained",
        "Synthetic picture with magnitudes like those of natural images, its phases optimized to excite",
    ),
    PLAIN: (
        "Activation maximization",
        "activation-maximization",
        "Picture whose pixels were optimized, without regularizers, to excite",
    ),
    FROM_IMAGE: (
        "From an image",
        "activation-maximization",
        "Natural picture whose pixels were then optimized, without regularizers, to excite",
    ),
}


def visualization(view: NeuronView) -> Mapping[str, Any] | None:
    """Return the feature visualization, or None for a neuron without one."""
    found = view.data.visualization
    if found is None:
        return None
    reason = NO_RATIO if found.beats_random is None else NO_NATURAL
    points = [(point.step, point.mean_response) for point in found.history if point.mean_response is not None]
    return {
        "source": view.link(found.picture),
        "alternative": _alternative(view, found),
        "size": found.size,
        "mean_response": shown(found.mean_response),
        "peak": shown(found.peak),
        "mean_ratio": shown(found.mean_ratio, reason),
        "peak_ratio": shown(found.peak_ratio, reason),
        "random_mean": shown(found.random_mean),
        "random_peak": shown(found.random_peak),
        "failed": found.beats_random is False,
        "others": [_other(view, entry, reason) for entry in _others(view)],
        "seeds": _seeds(view, found),
        "steps": whole(found.steps_run),
        "drawing": sparks.curve([step for step, _ in points], [value for _, value in points]),
        "chart": {
            "datasets": {
                "course": [{"step": step, "response": float(f"{value:.5g}")} for step, value in points],
                "marks": [{"at": found.random_mean, "label": "strongest random picture"}]
                if found.random_mean is not None
                else [],
            }
        },
        "course": (
            f"Mean response over {whole(found.steps_run)} steps of optimization, "
            f"ending at {shown(found.mean_response).text}"
        ),
    }


def _others(view: NeuronView) -> list[VariantData]:
    return [entry for entry in view.data.visualizations or () if entry.variant != FIRST]


def _other(view: NeuronView, entry: VariantData, reason: str) -> Mapping[str, Any]:
    """Return a picture that stands beside the first one."""
    name, term, done = NAMES.get(entry.variant) or _numbered(entry.variant)
    return {
        "name": name,
        "term": term,
        "source": view.link(entry.picture),
        "alternative": _reached(f"{done} {view.neuron}", entry.mean_response, entry.ratio),
        "mean_response": shown(entry.mean_response),
        "ratio": shown(entry.ratio, reason),
        "idle": entry.variant == NEGATIVE and entry.start_response == entry.mean_response == 0,
    }


def _numbered(variant: str) -> tuple[str, str, str]:
    """Return what a further seed or a facet is called, its anchor in the glossary, and what was done."""
    if variant.startswith(FACET_PREFIX):
        number = variant.removeprefix(FACET_PREFIX)
        done = f"Synthetic picture {number} of several pushed apart, optimized to excite"
        return f"Facet {number}", "facet", done
    number = variant.removeprefix(SEED_PREFIX)
    return f"Seed {number}", "", f"Synthetic picture from random start {number}, optimized to excite"


def _seeds(view: NeuronView, found: VisualizationData) -> Mapping[str, Any] | None:
    """Return how many seeds there are and how far apart they end, None where that was not measured."""
    entries = view.data.visualizations or ()
    count = sum(entry.variant.startswith(SEED_PREFIX) for entry in entries)
    if count == 1 or found.beats_random is None:
        return None
    return {"count": count, "spread": shown(found.seed_spread, NO_POSITIVE)}


def _alternative(view: NeuronView, found: VisualizationData) -> str:
    done = f"Synthetic picture optimized to excite {view.neuron}"
    return _reached(done, found.mean_response, found.mean_ratio)


def _reached(done: str, response: float | None, ratio: float | None) -> str:
    """Return what was done and measured, for an alternative text."""
    text = f"{done}: mean response {shown(response).text}"
    return (
        text if ratio is None else f"{text}, {significant(ratio)} times that of the strongest natural image"
    )
