"""Template values of the page of probes: findings, charts, the table of tasks, how it was measured."""

from __future__ import annotations

from typing import Any

from generator.pages.context_neuron import Headline
from generator.pages.links import link
from generator.pages.numbers import Shown, plural, shown, whole
from generator.pages.probe_charts import (
    BASELINE_NAMES,
    curve_values,
    emergence_values,
    in_order,
    locality_values,
    probes_of,
)
from generator.pages.probe_text import (
    CAUTION,
    best_layer,
    emergence_text,
    findings,
    range_text,
    readable,
    score_text,
    training_note,
)
from generator.records import AtlasRecords, Locality, Probe, Probes
from generator.store.layout import atlas_page, layer_page, probes_page

IMAGES = {"concepts": "concept images", "images": "the atlas's own images"}
KINDS = {"classes": "accuracy", "number": "R²", "angle": "R² of cosine and sine"}
POOLINGS = {"mean": "mean over positions", "grid": "means of four quarters"}
NO_EMERGENCE = "no layer gives it away better than with shuffled answers"
NOT_TRIED = "tasks of position use four values a neuron"
FEW_UNREAD = "few neurons give it away no better than with shuffled answers"

# Files that the page offers; the figures of emergence are missing where no task emerges.
FIGURES = (("probes", "curves"), ("probe-emergence", "emergence"))


def probes_card(atlas: AtlasRecords, page: str) -> dict[str, Any] | None:
    """Return what the cover says of probes, None without them."""
    probes = probes_of(atlas)
    if probes is None:
        return None
    return {
        "link": link(probes_page(atlas.subject.atlas), page),
        "sentences": findings(probes),
        "caution": CAUTION,
        "emergence": emergence_values(probes),
    }


def probes_context(atlas: AtlasRecords) -> dict[str, Any]:
    """Return all values of the page."""
    probes, subject = probes_of(atlas), atlas.subject
    assert probes is not None
    page = probes_page(subject.atlas)
    return {
        "title": f"Probes of {subject.title}",
        "description": f"What linear probes read from each layer of the atlas {subject.atlas}.",
        "subject": subject,
        "trail": [(subject.title, link(atlas_page(subject.atlas), page))],
        "headlines": _headlines(probes),
        "sentences": findings(probes),
        "caution": CAUTION,
        "training": training_note(subject, probes),
        "tasks": [(probe.name, f"{probe.name} ({KINDS[probe.kind]})") for probe in probes.probes],
        "curves": curve_values(probes),
        "emergence": emergence_values(probes),
        "few": [probe.name for probe in probes.probes if probe.locality is not None],
        "locality": locality_values(probes),
        "rows": [_row(probes, probe, atlas, page) for probe in _by_emergence(probes)],
        "facts": _facts(probes),
        "unprobed": [(task.name, task.reason) for task in probes.unprobed],
        "downloads": _downloads(atlas, probes, page),
        "glossary": link("glossary.md", page),
        "methods": link("methods.md#probes", page),
        "limits": link("limits.md#probes", page),
    }


def _by_emergence(probes: Probes) -> list[Probe]:
    return [*in_order(probes), *(probe for probe in probes.probes if not readable(probe))]


def _headlines(probes: Probes) -> list[Headline]:
    found = [probe for probe in probes.probes if readable(probe)]
    learnt = sum(bool(probe.gain.low[best_layer(probe)] > 0) for probe in found)
    return [
        Headline("Tasks", "probe", Shown(whole(len(probes.probes)))),
        Headline("Readable", "probe-selectivity", Shown(whole(len(found))), "from some layer"),
        Headline("Better than the twin", "random-twin", Shown(whole(learnt)), "where read best"),
        Headline("Layers", "layer", Shown(whole(len(probes.layers)))),
        Headline("Fits", "", Shown(whole(sum(probe.fits for probe in probes.probes)))),
    ]


def _row(probes: Probes, probe: Probe, atlas: AtlasRecords, page: str) -> dict[str, Any]:
    at = best_layer(probe)
    score = probe.trained.score
    return {
        "name": probe.name,
        "meaning": probe.meaning,
        "kind": KINDS[probe.kind],
        "answers": plural(len(probe.values), "answer") if probe.values else "",
        "layer": probes.layers[at],
        "link": link(layer_page(atlas.subject.atlas, probes.layers[at]), page),
        "order": at,
        "emergence": emergence_text(probes, probe) if readable(probe) else "",
        "emergence_order": probe.emergence.layer if readable(probe) else len(probes.layers),
        "missing": "" if readable(probe) else NO_EMERGENCE,
        "score": score_text(probe, float(score.mean[at])),
        "range": range_text(probe, score, at),
        "sort": repr(float(score.mean[at])),
        "cells": [
            (score_text(probe, value), repr(value))
            for value in (
                float(probe.trained.control.mean[at]),
                float(probe.twin.score.mean[at]),
                *(float(value) for value in probe.baselines.score.mean),
                float(probe.majority.mean[0]),
            )
        ],
        "enough": _enough(probe.locality),
    }


def _enough(found: Locality | None) -> dict[str, Any]:
    if found is None:
        return {"shown": shown(None, NOT_TRIED), "sort": ""}
    if not found.enough:
        return {"shown": shown(None, FEW_UNREAD), "sort": ""}
    return {"shown": Shown(whole(found.enough)), "sort": str(found.enough)}


def _facts(probes: Probes) -> list[tuple[str, str]]:
    sizes = sorted({(probe.images, probe.training, probe.testing) for probe in probes.probes})
    pooled = ", ".join(POOLINGS[name] for name in sorted({probe.pooling for probe in probes.probes}))
    cut_short, fits = (sum(getattr(p, name) for p in probes.probes) for name in ("cut_short", "fits"))
    halves = [
        f"{IMAGES[images]}: {whole(training)} for fitting, {whole(testing)} for testing"
        for images, training, testing in sizes
    ]
    return [
        ("Features of a layer", f"all its neurons, pooled ({pooled}), projected to "
         f"{whole(probes.dimensions)} dimensions, standardized on the fitting half"),
        ("Images", "; ".join(halves)),
        ("Splits", f"{whole(probes.splits)} random halves, stratified by answer"),
        ("Baselines", ", ".join(BASELINE_NAMES.values()) + ", in as many dimensions"),
        ("Interval of emergence", f"{whole(probes.resamples)} resamples of the test images"),
        ("Fits", f"{whole(fits)}, of which {whole(cut_short)} were cut short before they converged"),
        ("Left out as training images", whole(probes.excluded)),
    ]  # fmt: skip


def _downloads(atlas: AtlasRecords, probes: Probes, page: str) -> list[tuple[str, str]]:
    figures = [
        (f"{meaning} as {suffix.upper()}", f"{name}.{suffix}")
        for name, meaning in FIGURES
        for suffix in ("svg", "png")
        if name == "probes" or in_order(probes)
    ]
    files = [("all numbers as CSV", "probes.csv"), ("all numbers as JSON", "probes.json"), *figures]
    return [(text, link(f"{atlas.subject.atlas}/{name}", page)) for text, name in files]
