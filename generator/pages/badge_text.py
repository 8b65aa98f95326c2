"""The only place that puts a badge into words: its reasons, check by check."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from generator.pages.numbers import significant
from generator.pages.schema import VisualizationData
from generator.pages.schema_reliability import ReliabilityData
from generator.records import CHECKS

# What each check is called, and its anchor in the glossary.
NAMES: Mapping[str, tuple[str, str]] = {
    "excites": ("Activation", "activation-ratio"),
    "agreement": ("Agreement of seeds", "agreement"),
    "common-ground": ("Common ground of top images", "common-ground"),
    "path": ("Path", "path-similarity"),
    "twin": ("Random twin", "random-twin"),
}

# How a verdict reads on a page.
VERDICT_WORDS = {"passed": "passed", "open": "not passed", "failed": "failed", "unknown": "not measured"}

MEANINGS = {
    "reliable": "all checks passed",
    "mixed": "no check failed, but not all passed",
    "failed": "at least one check failed",
}


def badge_reason(data: ReliabilityData) -> str:
    """Return why a neuron has its badge, in one phrase that names the checks."""
    named = {
        verdict: [NAMES[entry.check][0].lower() for entry in data.checks if entry.verdict == verdict]
        for verdict in VERDICT_WORDS
    }
    if data.badge == "reliable":
        return f"all {len(CHECKS)} checks passed"
    wanted = ("failed",) if data.badge == "failed" else ("open", "unknown")
    return "; ".join(
        f"{VERDICT_WORDS[verdict]}: {', '.join(named[verdict])}" for verdict in wanted if named[verdict]
    )


def sentences(
    data: ReliabilityData, picture: VisualizationData | None, thresholds: Mapping[str, float]
) -> Mapping[str, str]:
    """Return what was found, by check, with the threshold beside it."""
    own = data.layers[-1]
    return {
        "excites": _excites(picture, thresholds),
        "agreement": _agreement(data.agreement, thresholds),
        "common-ground": _common_ground(own.common_ground, own.common_ground_low, thresholds),
        "path": _path(data, thresholds),
        "twin": _twin(own.common_ground, data.twin_common_ground, thresholds),
    }


def _excites(picture: VisualizationData | None, thresholds: Mapping[str, float]) -> str:
    if picture is None or picture.mean_ratio is None:
        return "No natural image excites the neuron: there is nothing that its picture could stand for."
    found = (
        f"The picture excites the neuron {significant(picture.mean_ratio)} times as much as the strongest "
        f"natural image does (passed from {_exact(thresholds['ratio_passed'])} on, failed below "
        f"{_exact(thresholds['ratio_failed'])})."
    )
    return found if picture.beats_random else f"{found} A random picture excites it at least as much."


def _agreement(agreement: float | None, thresholds: Mapping[str, float]) -> str:
    if agreement is None:
        return "It takes several seeds, several neurons and a layer with more than a few channels."
    return (
        f"With a probability of {significant(agreement)} the layer finds two of the neuron's seeds more "
        f"alike than seeds of two neurons (0.5 is chance; passed from "
        f"{_exact(thresholds['agreement_passed'])} on, failed below "
        f"{_exact(thresholds['agreement_failed'])})."
    )


def _common_ground(common: float | None, low: float | None, thresholds: Mapping[str, float]) -> str:
    if common is None or low is None:
        return "No natural image excites the neuron, or there are too few images."
    return (
        f"In the neuron's layer its top images are more alike to each other than to random images by a "
        f"correlation of {significant(common)}, at least {significant(low)} (passed from "
        f"{_exact(thresholds['common_ground'])} on)."
    )


def _path(data: ReliabilityData, thresholds: Mapping[str, float]) -> str:
    if data.path is None or data.path_low is None or data.path_high is None:
        return "In no measured layer do the top images have enough in common to compare a picture with them."
    return (
        f"From the first measured layer to its own, the pictures go {significant(data.path)} of the way from "
        f"random images (0) to top images (1); interval {significant(data.path_low)} to "
        f"{significant(data.path_high)} (passed from {_exact(thresholds['path_passed'])} on with an interval "
        f"above {_exact(thresholds['path_failed'])}, failed with one below)."
    )


def _twin(common: float | None, bar: float | None, thresholds: Mapping[str, float]) -> str:
    if bar is None:
        return "There is no neuron of a randomly initialized twin to compare with."
    if common is None:
        return "The common ground of its top images was not measured."
    less = "more" if common > bar else "no more"
    return (
        f"Its top images have {less} in common ({significant(common)}) than those of {_percent(thresholds)} "
        f"of the neurons of the same layer in the untrained twin ({significant(bar)})."
    )


def _percent(thresholds: Mapping[str, float]) -> str:
    return f"{thresholds['twin_quantile']:.0%}"


def _exact(threshold: float) -> str:
    return f"{threshold:g}"


def check_rows(
    data: ReliabilityData, picture: VisualizationData | None, thresholds: Mapping[str, float]
) -> list[dict[str, Any]]:
    """Return the checks as rows: name, anchor in the glossary, verdict in words, what was found."""
    found = sentences(data, picture, thresholds)
    return [
        {
            "name": NAMES[entry.check][0],
            "term": NAMES[entry.check][1],
            "verdict": VERDICT_WORDS[entry.verdict],
            "kind": entry.verdict,
            "found": found[entry.check],
        }
        for entry in data.checks
    ]
