"""The checks of a neuron's pictures, their thresholds, and the badge that they add up to."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from generator.analyses.path_similarity import COMMON_GROUND
from generator.records import (
    BADGES,
    CHECKS,
    VERDICTS,
    Booleans,
    Floats,
    Integers,
    LayerBadges,
    LayerPaths,
    LayerReliability,
)

RATIO_PASSED = 1.0
"""Activation ratio from which on a picture excites at least as much as the strongest image does."""

RATIO_FAILED = 0.5
"""Activation ratio below which an image excites more than twice as much as the picture."""

AGREEMENT_PASSED = 0.9
"""Seeds of a neuron that know nothing of it get this far in about 1 of 200 cases: the mean of three
independent numbers between 0 and 1, as three seeds have three pairs."""

AGREEMENT_FAILED = 0.75
"""Half of the way from chance to certainty: below it two seeds show two things, or nothing."""

PATH_PASSED = 0.5
"""Half of the way from random images (0) to top images (1)."""

PATH_FAILED = 0.0
"""A picture whose whole interval is below is processed less like the top images than random images are."""

TWIN_QUANTILE = 0.95
"""Share of the twin's neurons of the same layer that have to be exceeded, as in a test at the 5% level."""

THRESHOLDS: Mapping[str, float] = {
    "ratio_passed": RATIO_PASSED,
    "ratio_failed": RATIO_FAILED,
    "agreement_passed": AGREEMENT_PASSED,
    "agreement_failed": AGREEMENT_FAILED,
    "common_ground": COMMON_GROUND,
    "path_passed": PATH_PASSED,
    "path_failed": PATH_FAILED,
    "twin_quantile": TWIN_QUANTILE,
}

FAILED, OPEN, PASSED, UNKNOWN = (VERDICTS.index(name) for name in ("failed", "open", "passed", "unknown"))


def layer_badges(
    neurons: Integers, ratios: LayerReliability, paths: LayerPaths, rivals: Floats, *, own: bool
) -> LayerBadges:
    """Return the badges of a layer's neurons.

    Args:
        neurons: (n,) channels.
        ratios: Of these neurons.
        paths: Of these neurons.
        rivals: (m,) common ground of the twin's neurons of the layer; may be empty.
        own: Whether the neurons are the twin's themselves, in the order of `rivals`: each is then
            compared with all but itself.
    """
    common = paths.common[:, -1]
    bars = np.array([_bar(np.delete(rivals, row) if own else rivals) for row in range(len(neurons))])
    by_check = {
        "excites": _excites(ratios),
        "agreement": _between(paths.agreement, paths.agreement, AGREEMENT_FAILED, AGREEMENT_PASSED),
        "common-ground": _passed(np.isfinite(paths.path[:, -1]), common),
        "path": _path(paths),
        "twin": _passed(common > bars, common + bars),
    }
    verdicts = np.stack([by_check[name] for name in CHECKS], axis=1).astype(np.int8)
    bar = _bar(rivals)
    return LayerBadges(
        np.asarray(neurons, dtype=np.int32), badge(verdicts), verdicts, bar if np.isfinite(bar) else None
    )


def badge(verdicts: Integers) -> Integers:
    """Return `failed` where a check failed, `reliable` where all passed, else `mixed`: (n,) int8."""
    failed, reliable = (verdicts == FAILED).any(axis=1), (verdicts == PASSED).all(axis=1)
    names = np.where(failed, BADGES.index("failed"), BADGES.index("mixed"))
    return np.where(reliable, BADGES.index("reliable"), names).astype(np.int8)


def _bar(rivals: Floats) -> float:
    """Return what has to be exceeded; NaN without a rival of which it is known."""
    known = rivals[np.isfinite(rivals)]
    if not known.size:
        return float("nan")
    return float(np.quantile(known, TWIN_QUANTILE, method="inverted_cdf"))  # that share is not above it


def _excites(ratios: LayerReliability) -> Integers:
    """Judge what the picture reaches; without a natural response there is nothing that it could show."""
    verdict = _between(ratios.mean_ratio, ratios.mean_ratio, RATIO_FAILED, RATIO_PASSED)
    nothing = np.isnan(ratios.mean_ratio) | ~ratios.beats_random
    return np.where(nothing, FAILED, verdict)


def _path(paths: LayerPaths) -> Integers:
    """Judge the path: by its estimate to pass (with an interval above 0), by its upper end to fail."""
    verdict = _between(paths.summary, paths.summary_high, PATH_FAILED, PATH_PASSED)
    unsure = (verdict == PASSED) & ~(paths.summary_low > PATH_FAILED)
    return np.where(unsure, OPEN, verdict)


def _between(values: Floats, highest: Floats, failed: float, passed: float) -> Integers:
    """Judge by two thresholds: the highest value possible below the lower one fails."""
    verdict = np.where(values >= passed, PASSED, OPEN)
    return np.where(np.isnan(values), UNKNOWN, np.where(highest < failed, FAILED, verdict))


def _passed(passed: Booleans, known: Floats) -> Integers:
    return np.where(np.isnan(known), UNKNOWN, np.where(passed, PASSED, OPEN))
