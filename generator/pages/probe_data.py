"""The published data of probes: every score of every task, layer and baseline, as JSON and as a table."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

import numpy as np

from generator.pages.numbers import value
from generator.pages.schema import canonical
from generator.records import (
    BASELINES,
    NOWHERE,
    AtlasRecords,
    Curve,
    Locality,
    Probe,
    ProbeCurves,
    Probes,
)

FORMAT = "neuron-atlas/probes/1"

COLUMNS = {
    "task": "what is read",
    "images": "concepts or images (the atlas's own)",
    "kind": "classes (accuracy), number or angle (R²)",
    "features": "trained, twin, pixels, colours, majority, or the number of best neurons",
    "layer": "empty for baselines",
    "score": "accuracy or R², mean over splits",
    "score_low": "95% interval over splits",
    "score_high": "95% interval over splits",
    "control": "the same with shuffled answers",
    "control_low": "95% interval over splits",
    "control_high": "95% interval over splits",
    "selectivity": "score less control, or less majority if that is higher",
    "selectivity_low": "95% interval over splits",
    "selectivity_high": "95% interval over splits",
}


def probes_csv(probes: Probes) -> str:
    """Return all curves as CSV (RFC 4180)."""
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    for probe in probes.probes:
        head = {"task": probe.name, "images": probe.images, "kind": probe.kind}
        for row in _rows(probes, probe):
            writer.writerow({**head, **row})
    return buffer.getvalue()


def _rows(probes: Probes, probe: Probe) -> Iterator[dict[str, Any]]:
    for features, found in (("trained", probe.trained), ("twin", probe.twin)):
        for place, layer in enumerate(probes.layers):
            yield {"features": features, "layer": layer, **_scores(found, place)}
    for place, name in enumerate(BASELINES):
        yield {"features": name, "layer": "", **_scores(probe.baselines, place)}
    yield {"features": "majority", "layer": "", **_entry("score", probe.majority, 0)}
    if probe.locality is not None:
        layer = probes.layers[probe.locality.layer]
        for place, count in enumerate(probe.locality.counts.tolist()):
            yield {"features": count, "layer": layer, **_scores(probe.locality.curves, place)}


def _scores(found: ProbeCurves, place: int) -> dict[str, float | None]:
    result: dict[str, float | None] = {}
    for name in ("score", "control", "selectivity"):
        result |= _entry(name, getattr(found, name), place)
    return result


def _entry(name: str, curve: Curve, place: int) -> dict[str, float | None]:
    ends = {name: curve.mean, f"{name}_low": curve.low, f"{name}_high": curve.high}
    return {key: value(values[place]) for key, values in ends.items()}


def probes_json(atlas: AtlasRecords, probes: Probes) -> bytes:
    """Return all that was measured, single splits included."""
    return canonical(
        {
            "format": FORMAT,
            "atlas": atlas.subject.atlas,
            "layers": list(probes.layers),
            "dimensions": probes.dimensions,
            "splits": probes.splits,
            "resamples": probes.resamples,
            "excluded": probes.excluded,
            "record_key": atlas.provenance.keys["probes"],
            "tasks": [_task(probes, probe) for probe in probes.probes],
            "unprobed": {task.name: task.reason for task in probes.unprobed},
        }
    )


def _task(probes: Probes, probe: Probe) -> dict[str, Any]:
    found = probe.emergence
    return {
        "task": probe.name,
        "meaning": probe.meaning,
        "images": probe.images,
        "kind": probe.kind,
        "pooling": probe.pooling,
        "answers": dict(zip(probe.values, probe.counts, strict=True)),
        "training": probe.training,
        "testing": probe.testing,
        "trained": _curves(probe.trained),
        "twin": _curves(probe.twin),
        "baselines": {"names": list(BASELINES), **_curves(probe.baselines)},
        "majority": _curve(probe.majority),
        "gain": _curve(probe.gain),
        "emergence": {
            "layer": _layer(probes, found.layer),
            "low": _layer(probes, found.low),
            "high": _layer(probes, found.high),
            "shares": _numbers(found.shares),
        },
        "locality": _locality(probes, probe.locality),
        "fits": probe.fits,
        "cut_short": probe.cut_short,
    }


def _locality(probes: Probes, found: Locality | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "layer": probes.layers[found.layer],
        "neurons": found.counts.tolist(),
        "enough": found.enough or None,
        **_curves(found.curves),
    }


def _layer(probes: Probes, place: int) -> str | None:
    return None if place == NOWHERE else probes.layers[place]


def _curves(found: ProbeCurves) -> dict[str, Any]:
    return {
        **{name: _curve(getattr(found, name)) for name in ("score", "control", "selectivity")},
        "scores": [_numbers(row) for row in found.scores],
        "controls": [_numbers(row) for row in found.controls],
        "strengths": [_numbers(row) for row in found.strengths],
    }


def _curve(curve: Curve) -> dict[str, Any]:
    return {"mean": _numbers(curve.mean), "low": _numbers(curve.low), "high": _numbers(curve.high)}


def _numbers(values: np.ndarray[Any, Any]) -> list[float | None]:
    return [value(number) for number in values]
