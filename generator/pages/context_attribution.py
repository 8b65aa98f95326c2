"""Template values of where in a picture a neuron's peak comes from, on the pages of neurons and layers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from generator.geometry import even
from generator.pages.attribution_data import attribution_totals
from generator.pages.layer_view import LayerView
from generator.pages.links import link, picture_file
from generator.pages.neuron_view import NeuronView
from generator.pages.numbers import plural, share, shown, significant
from generator.pages.outlines import Placement
from generator.pages.overlays import Scale, bar_address, overlay_address
from generator.pages.schema_attribution import (
    AgreementData,
    AgreementMean,
    AttributionData,
    ExplainedImage,
    MethodData,
    MethodMean,
)

SIZE = 32
"""Pixels a side of an overlay: it has few squares, and the browser scales it to the picture."""

SCALE = Scale(-1.0, 1.0)

ALIKE = 0.02
"""Scores that lie nearer to each other count as the same."""

NAMES = {
    "response": "Response map",
    "gradient": "Gradient",
    "integrated": "Integrated gradients",
    "occlusion": "Occlusion",
}
TERMS = {
    "response": "response-map",
    "gradient": "gradient",
    "integrated": "integrated-gradients",
    "occlusion": "occlusion",
}
BASELINES = {"mean": "the mean colour", "blurred": "the picture blurred"}

FLAT = "the map is the same everywhere"
SILENT = "the strongest response of the neuron is not above zero"


def attribution(view: NeuronView) -> Mapping[str, Any] | None:
    """Return the neuron's attributions on its strongest image; None where there are none."""
    data = view.data.attribution
    if data is None or not data.images:
        return None
    first = data.images[0]
    known = first.activation is not None
    return {
        "known": known,
        "verdict": verdict(first),
        "figures": [_picture(view, first), *(_overlaid(view, first, one) for one in first.methods)]
        if known
        else [],
        "bar": bar_address(signed=True),
        "side": view.placement.side,
        "rows": [_row(one) for one in first.methods],
        "random": _random(first),
        "orders": len(first.random_scores),
        "pairs": [_pair(one) for one in first.agreement],
        "means": _means(data) if len(data.images) > 1 and known else None,
        "activation": shown(first.activation, SILENT),
        "baseline_activation": shown(first.baseline_activation, SILENT),
        "explained": share(first.explained, "the baseline gives the same activation"),
        "baseline": BASELINES[data.baseline],
        "steps": data.steps,
        "methods": view.link("methods.md#attribution"),
        "limits": view.link("limits.md#attribution"),
    }


def verdict(image: ExplainedImage) -> str:
    """Say which method to believe on an image, if any."""
    defined = [one for one in image.methods if one.score is not None]
    if not defined:
        return f"Nothing can be said: {SILENT if image.activation is None else FLAT}."
    orders = plural(len(image.random_scores), "random order")
    better = sorted((one for one in defined if one.beats_random), key=_score, reverse=True)
    if not better:
        return f"Believe none of these maps: no method does better than {orders} of the squares."
    best = [one for one in better if _score(one) > _score(better[0]) - ALIKE]
    also = [_name(one) for one in better[len(best) :]]
    worse = [_name(one) for one in defined if not one.beats_random]
    alike = f"alike, with the highest scores, up to {significant(_score(best[0]))}"
    alone = f"most, with the highest score, {significant(_score(best[0]))}"
    sentences = [f"Believe {_listed([_name(one) for one in best])} {alike if len(best) > 1 else alone}."]
    if also:
        sentences.append(f"Better than {orders} of the squares as well: {_listed(also)}.")
    if worse:
        sentences.append(f"Not better than {orders}: {_listed(worse)}.")
    return " ".join(sentences)


def _score(one: MethodData) -> float:
    return one.score if one.score is not None else -np.inf


def _name(one: MethodData) -> str:
    article = "the " if one.method in ("response", "gradient") else ""
    return article + NAMES[one.method].lower()


def _listed(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _picture(view: NeuronView, image: ExplainedImage) -> dict[str, str]:
    of_class = f", class {image.class_name}" if image.class_name else ""
    return {
        "source": view.link(picture_file(view.neuron.atlas, image.picture)),
        "overlay": "",
        "name": "Strongest image",
        "note": image.class_name or "",
        "alternative": f"Image {image.image}{of_class}, peak {shown(image.activation).text}, without overlay",
    }


def _overlaid(view: NeuronView, image: ExplainedImage, one: MethodData) -> dict[str, str]:
    """Return a method's map over the image, on a scale from minus to plus its largest magnitude."""
    values = np.array(one.map, dtype=np.float64)
    centres = even(len(values), view.placement.side)
    placement = Placement(centres, centres, view.placement.side, float(view.placement.side))
    row, column = np.unravel_index(np.abs(values).argmax(), values.shape)
    note, where = FLAT, FLAT
    if one.score is not None:
        note = f"score {significant(one.score)}"
        squares = f"{len(values)} × {len(values)} squares"
        where = f"strongest in row {row + 1}, column {column + 1} of {squares}, {note}"
    return {
        "source": view.link(picture_file(view.neuron.atlas, image.picture)),
        "overlay": overlay_address(values, placement, SCALE, SIZE) if one.score is not None else "",
        "name": NAMES[one.method],
        "note": note,
        "alternative": f"{NAMES[one.method]} of neuron {view.neuron} on image {image.image}: {where}",
    }


def _row(one: MethodData) -> dict[str, Any]:
    return {
        "name": NAMES[one.method],
        "term": TERMS[one.method],
        "insertion": shown(one.insertion, FLAT),
        "deletion": shown(one.deletion, FLAT),
        "score": shown(one.score, FLAT),
        "verdict": "not defined" if one.score is None else "yes" if one.beats_random else "no",
    }


def _random(image: ExplainedImage) -> dict[str, Any]:
    scores = [score for score in image.random_scores if score is not None]
    return {
        "low": shown(min(scores, default=None), SILENT),
        "high": shown(max(scores, default=None), SILENT),
    }


def _pair(one: AgreementData) -> dict[str, Any]:
    return {
        "name": f"{NAMES[one.first]} and {NAMES[one.second].lower()}",
        "correlation": shown(one.correlation, FLAT),
    }


def _means(data: AttributionData) -> dict[str, Any]:
    """Return scores and agreement over several images."""
    return {
        "images": plural(len(data.images), "strongest image"),
        "scores": [(NAMES[one.method], shown(one.mean, FLAT), _range(one)) for one in data.scores],
        "pairs": [
            (f"{NAMES[one.first]} and {NAMES[one.second].lower()}", shown(one.mean, FLAT), _range(one))
            for one in data.agreement
        ],
    }


def _range(one: MethodMean | AgreementMean) -> str:
    if one.low is None or one.high is None:
        return ""
    return f"{significant(one.low)} to {significant(one.high)}"


def attribution_summary(view: LayerView, page: str) -> Mapping[str, Any] | None:
    """Return what a layer's attributions add up to, None where there are none."""
    found = attribution_totals(view.atlas, view.layer.name)
    if found is None:
        return None
    random = found["random"]
    return {
        "rows": [
            {
                "name": NAMES[one["method"]],
                "term": TERMS[one["method"]],
                "score": shown(one["score"]["mean"], FLAT),
                "range": _ends(one["score"]),
                "beats": f"{one['beats_random']} of {one['neurons']}",
            }
            for one in found["methods"]
        ],
        "random": shown(random["mean"], SILENT),
        "random_range": _ends(random),
        "pairs": [
            {
                "name": f"{NAMES[one['first']]} and {NAMES[one['second']].lower()}",
                "correlation": shown(one["mean"], FLAT),
                "range": _ends(one),
            }
            for one in found["agreement"]
        ],
        "methods": link("methods.md#attribution", page),
    }


def _ends(found: Mapping[str, float | None]) -> str:
    low, high = found["low"], found["high"]
    return "" if low is None or high is None else f"{significant(low)} to {significant(high)}"
