"""What probes found, in words with numbers: of an atlas, of a layer, and of the images they rest on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from generator.pages.numbers import plural, share, shown, whole
from generator.records import NOWHERE, Curve, Probe, Probes, Subject

# Share of a task's best selectivity at which it counts as read (as in the analysis).
REACHED = 0.9

# Tasks named in one sentence; the table has all.
NAMED = 6

CAUTION = (
    "That a task can be read from a layer says that the information is there in linear form, not that the "
    "network uses it."
)


@dataclass(frozen=True)
class TrainingNote:
    """Whether probed images may be ones that the network was trained on; a warning where that may be."""

    warning: bool
    title: str
    text: str


def score_text(probe: Probe, value: float) -> str:
    """Write a score: accuracy in percent, R² as a number."""
    return share(value).text if probe.kind == "classes" else shown(value).text


def named_score(probe: Probe, value: float) -> str:
    """Write a score with its name."""
    return f"{'accuracy' if probe.kind == 'classes' else 'R²'} {score_text(probe, value)}"


def range_text(probe: Probe, curve: Curve, place: int) -> str:
    """Write a score's interval."""
    least = 0.0 if probe.kind == "classes" else -np.inf
    low, high = max(float(curve.low[place]), least), min(float(curve.high[place]), 1.0)
    return f"{score_text(probe, low)} to {score_text(probe, high)}"


def best_layer(probe: Probe) -> int:
    """Return the layer with the best selectivity."""
    return int(probe.trained.selectivity.mean.argmax())


def readable(probe: Probe) -> bool:
    """Whether any layer gives the task away."""
    return probe.emergence.layer != NOWHERE


def training_note(subject: Subject, probes: Probes) -> TrainingNote:
    """Say whether the probed images may be among those that the network was trained on."""
    stated, images = subject.network.trained_on, subject.images
    left_out = ""
    if probes.excluded:
        left_out = (
            f" {plural(probes.excluded, 'image')} that the recipe names as training images were left out."
        )
    if not stated:
        return TrainingNote(
            True,
            "These may be images that the network was trained on",
            "It is not stated which images the network was trained on. If the atlas's images are among them, "
            "probes of their classes may read what was learnt by heart." + left_out,
        )
    if images.name and images.name.lower() in stated.lower():
        return TrainingNote(
            True,
            "The network was trained on images of the same kind",
            f"It was trained on {stated}; the atlas's images are of the same kind "
            f"({images.name}{f', {images.split}' if images.split else ''}). Should some of them be training "
            "images, probes of their classes may read what was learnt by heart." + left_out,
        )
    text = f"As stated, the network was trained on {stated}."
    return TrainingNote(False, "What the network was trained on", text + left_out)


def findings(probes: Probes) -> list[str]:
    """Return what was found over the depth, in sentences."""
    found = sorted((p for p in probes.probes if readable(p)), key=lambda p: p.emergence.layer)
    count = len(probes.probes)
    if not found:
        return [
            f"None of {plural(count, 'task')} can be read from any layer better than with shuffled answers."
        ]
    result = [
        f"{whole(len(found))} of {plural(count, 'task')} can be read from some layer better than with "
        "shuffled answers.",
        f"Emergence, from the input on: {_by_layer(probes, found)}.",
    ]
    learnt = [probe for probe in found if probe.gain.low[best_layer(probe)] > 0]
    lost = [probe for probe in found if probe.gain.high[best_layer(probe)] < 0]
    result.append(
        f"At the layer where it is read best, the trained network beats its random twin in "
        f"{whole(len(learnt))} of them{f' ({_names(learnt)})' if learnt else ''}"
        + (f", and is worse than it in {whole(len(lost))} ({_names(lost)})." if lost else ".")
    )
    pixels = [probe for probe in found if _beaten_by_pixels(probe)]
    if pixels:
        result.append(f"Small pictures or colour histograms alone do at least as well for {_names(pixels)}.")
    return result


def _beaten_by_pixels(probe: Probe) -> bool:
    return float(probe.baselines.score.mean.max()) >= float(probe.trained.score.mean.max())


def _by_layer(probes: Probes, found: Sequence[Probe]) -> str:
    groups = [
        f"{_names([probe for probe in found if probe.emergence.layer == place])} at {probes.layers[place]}"
        for place in sorted({probe.emergence.layer for probe in found})
    ]
    return "; ".join(groups)


def _names(found: Iterable[Probe]) -> str:
    return ", ".join(probe.name for probe in found)


def layer_sentences(probes: Probes, layer: str) -> list[str]:
    """Return what a layer encodes, in sentences with numbers; none where no task was probed."""
    place = probes.layers.index(layer)
    found = [probe for probe in probes.probes if readable(probe)]
    if not found:
        return []
    reached = [
        probe
        for probe in found
        if probe.trained.selectivity.mean[place] >= REACHED * probe.trained.selectivity.mean.max()
    ]
    first = [probe for probe in found if probe.emergence.layer == place]
    named = f": {_names(reached)}" if reached else ""
    result = [
        f"A linear probe reads {whole(len(reached))} of {plural(len(found), 'task')} from this layer with at "
        f"least 90% of the selectivity that their best layer has{named}."
    ]
    result.append(
        f"First reached here: {_with_numbers(first, place)}."
        if first
        else "None of them is reached here first."
    )
    best = [probe for probe in found if best_layer(probe) == place and probe not in first]
    if best:
        result.append(f"Read best here: {_with_numbers(best, place)}.")
    return result


def _with_numbers(found: Sequence[Probe], place: int) -> str:
    ranked = sorted(found, key=lambda probe: -float(probe.trained.selectivity.mean[place]))
    texts = [
        f"{probe.name} ({named_score(probe, float(probe.trained.score.mean[place]))}; with shuffled answers "
        f"{score_text(probe, float(probe.trained.control.mean[place]))}, from the random twin "
        f"{score_text(probe, float(probe.twin.score.mean[place]))})"
        for probe in ranked[:NAMED]
    ]
    more = len(ranked) - len(texts)
    return ", ".join(texts) + (f", and {whole(more)} more" if more else "")


def emergence_text(probes: Probes, probe: Probe) -> str:
    """Write where a task emerges, with its interval where that is wider than one layer."""
    found = probe.emergence
    if found.layer == NOWHERE:
        return "nowhere"
    name = probes.layers[found.layer]
    if found.low == found.high == found.layer:
        return name
    return f"{name} ({probes.layers[found.low]} to {probes.layers[found.high]})"
