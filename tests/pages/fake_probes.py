"""Makes records of probes of random numbers: tasks that emerge early, late, and nowhere."""

from __future__ import annotations

from typing import Any

import numpy as np

from generator.records import (
    NOWHERE,
    Curve,
    Emergence,
    Locality,
    Probe,
    ProbeCurves,
    ProbeKind,
    Probes,
    Subject,
    UnprobedTask,
)

HOSTILE = 'own: <b> & "mood"'
SPLITS = 5

# Name, kind, and the layer where it emerges as a share of the depth; None: nowhere.
TASKS: tuple[tuple[str, ProbeKind, float | None], ...] = (
    ("colour", "classes", 0.0),
    ("object", "classes", 0.9),
    ("hue", "angle", 0.0),
    ("size", "number", 0.5),
    (HOSTILE, "classes", None),
)


def probe_records(subject: Subject, seed: int) -> dict[str, Any]:
    """Return the record of probes of an atlas; features are not there, as pages need none."""
    random = np.random.default_rng(seed + 1)
    layers = tuple(layer.name for layer in subject.layers)
    return {
        "probes": Probes(
            layers=layers,
            dimensions=64,
            splits=SPLITS,
            resamples=1000,
            excluded=3,
            probes=tuple(_probe(*task, len(layers), random) for task in TASKS),
            unprobed=(UnprobedTask("part: wing", "fewer than two answers have at least 10 images"),),
        )
    }


def _curve(values: Any, reach: float) -> Curve:
    return Curve(values, values - reach, values + reach)


def _curves(scores: Any, control: float, random: np.random.Generator) -> ProbeCurves:
    count = len(scores)
    all_scores = scores[:, None] + random.normal(0, 0.01, (count, SPLITS))
    controls = control + random.normal(0, 0.01, (count, SPLITS))
    return ProbeCurves(
        score=_curve(all_scores.mean(axis=1), 0.03),
        control=_curve(controls.mean(axis=1), 0.03),
        selectivity=_curve((all_scores - controls).mean(axis=1), 0.04),
        scores=all_scores,
        controls=controls,
        strengths=np.full((count, SPLITS), 0.02),
    )


def _probe(
    name: str, kind: ProbeKind, share: float | None, layers: int, random: np.random.Generator
) -> Probe:
    classes = kind == "classes"
    control = 0.25 if classes else -0.05
    place = NOWHERE if share is None else int(share * layers)
    depth = np.arange(layers)
    scores = control + 0.01 * depth if share is None else np.where(depth >= place, 0.9, 0.4) - 0.01 * depth
    trained, twin = _curves(scores, control, random), _curves(0.4 - 0.02 * depth, control, random)
    shares = np.zeros(layers)
    if share is not None:
        shares[place] = 1.0
    few = np.array([0.4, 0.7, 0.85])
    return Probe(
        name=name,
        meaning=f"what is <asked> about {name}",
        images="images" if name == HOSTILE else "concepts",
        kind=kind,
        pooling="grid" if name == "size" else "mean",
        values=("a", "b", "c", "d") if classes else (),
        counts=(25, 25, 25, 25) if classes else (),
        training=50,
        testing=50,
        trained=trained,
        twin=twin,
        baselines=_curves(np.array([0.5, 0.45]), control, random),
        majority=_curve(np.array([0.26 if classes else -0.01]), 0.02),
        gain=_curve(trained.score.mean - twin.score.mean, 0.05),
        emergence=Emergence(
            place, place, min(place + 1, layers - 1) if share is not None else NOWHERE, shares
        ),
        locality=None
        if name == "size"
        else Locality(
            max(place, 0), np.array([1, 2, 4]), _curves(few, control, random), 0 if share is None else 4
        ),
        fits=140,
        cut_short=1,
    )
