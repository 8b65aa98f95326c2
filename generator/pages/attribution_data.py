"""Gathers what the records hold of attributions into published data, of a neuron and of a layer."""

from __future__ import annotations

from typing import Any

import numpy as np

from generator.pages import schema_attribution as schema
from generator.pages.layer_view import LayerView
from generator.pages.numbers import value
from generator.records import (
    METHODS,
    PAIRS,
    AtlasRecords,
    Attribution,
    Exemplars,
    LayerAttribution,
    MeanInterval,
)


def attribution_data(view: LayerView, row: int) -> schema.AttributionData | None:
    """Return the attributions of the neuron in a row of its layer, None where there are none."""
    record, found = view.atlas.get("attribution", Attribution), view.attribution
    exemplars, shown = view.atlas.get("exemplars", Exemplars), view.exemplars
    if record is None or found is None or exemplars is None or shown is None or row >= len(found.images):
        return None
    pictures = shown.top.picture[row, : found.images.shape[1]].tolist()
    scores, agreement = found.neuron_score, found.neuron_agreement
    return schema.AttributionData.model_validate(
        {
            "baseline": record.baseline,
            "steps": record.steps,
            "integration": record.integration,
            "window": record.window,
            "images": tuple(
                _image(view, exemplars, found, (row, entry), picture)
                for entry, picture in enumerate(pictures)
                if picture >= 0
            ),
            "scores": tuple(
                {"method": method, **_interval(scores, (row, at))} for at, method in enumerate(METHODS)
            ),
            "agreement": tuple(
                {"first": first, "second": second, **_interval(agreement, (row, at))}
                for at, (first, second) in enumerate(PAIRS)
            ),
        }
    )


def _image(
    view: LayerView, exemplars: Exemplars, found: LayerAttribution, at: tuple[int, int], picture: int
) -> dict[str, Any]:
    names, label = view.atlas.subject.images.class_names, int(exemplars.labels[picture])
    agreement = zip(PAIRS, found.agreement[at], strict=True)
    return {
        "image": exemplars.image_ids[picture],
        "picture": exemplars.picture_files[picture],
        "class_name": names[label] if 0 <= label < len(names) else None,
        "row": int(found.position[at][0]),
        "column": int(found.position[at][1]),
        "activation": value(found.whole[at]),
        "baseline_activation": value(found.nothing[at]),
        "explained": value(found.explained[at]),
        "methods": tuple(_method(found, at, place) for place in range(len(METHODS))),
        "random_scores": tuple(value(score) for score in found.random[at]),
        "agreement": tuple(
            {"first": first, "second": second, "correlation": value(correlation)}
            for (first, second), correlation in agreement
        ),
    }


def _method(found: LayerAttribution, at: tuple[int, int], place: int) -> dict[str, Any]:
    own = (*at, place)
    return {
        "method": METHODS[place],
        "insertion": value(found.insertion[own]),
        "deletion": value(found.deletion[own]),
        "score": value(found.score[own]),
        "beats_random": bool(found.beats[own]),
        "largest": value(found.reach[own]),
        "map": tuple(tuple(value(number) for number in row) for row in found.maps[own]),
    }


def _interval(found: MeanInterval, at: tuple[int, ...]) -> dict[str, float | None]:
    return {name: value(getattr(found, name)[at]) for name in ("mean", "low", "high")}


def attribution_totals(atlas: AtlasRecords, layer: str) -> dict[str, Any] | None:
    """Return what a layer's attributions add up to, as JSON values; None where there are none.

    For each method its mean score over neurons with a 95% t interval, and for how many of the neurons for
    which it is defined it beats all random orders on the strongest image; the same of random orders; the
    agreement of methods.
    """
    record = atlas.get("attribution", Attribution)
    found = record.layers.get(layer) if record is not None else None
    if found is None:
        return None
    defined = np.isfinite(found.score[:, 0])
    return {
        "methods": [
            {
                "method": method,
                "score": _interval(found.layer_score, (at,)),
                "neurons": int(defined[:, at].sum()),
                "beats_random": int(found.beats[:, 0, at].sum()),
            }
            for at, method in enumerate(METHODS)
        ],
        "random": _interval(found.layer_random, (0,)),
        "agreement": [
            {"first": first, "second": second, **_interval(found.layer_agreement, (at,))}
            for at, (first, second) in enumerate(PAIRS)
        ],
    }
