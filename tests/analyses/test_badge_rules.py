"""The checks one by one, at and around their thresholds, and the badge that they add up to."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from generator.analyses.badge_rules import badge, layer_badges
from generator.records import BADGES, CHECKS, VERDICTS, LayerBadges, LayerPaths, LayerReliability

NAN = float("nan")


def judged(
    *,
    ratio: float = 2.0,
    beats_random: bool = True,
    agreement: float = 1.0,
    common: float = 0.4,
    path: float = 0.8,
    interval: float = 0.1,
    rivals: tuple[float, ...] = (0.1, 0.2),
) -> LayerBadges:
    """Judge a single neuron, by default one that passes everything."""
    one = np.ones(1, np.float32)
    ratios = LayerReliability(one * ratio, one, np.array([beats_random]), one, {})
    own = common if common >= 0.1 else NAN
    paths = LayerPaths(
        one * agreement, one[:, None] * common, one[:, None] * common, one[:, None] * own,
        one * path, one * (path - interval), one * (path + interval),
    )  # fmt: skip
    return layer_badges(np.array([7]), ratios, paths, np.array(rivals), own=False)


def outcome(found: LayerBadges) -> tuple[str, dict[str, str]]:
    return BADGES[found.badge[0]], {
        check: VERDICTS[verdict] for check, verdict in zip(CHECKS, found.verdicts[0], strict=True)
    }


def test_a_neuron_that_passes_every_check_is_reliable() -> None:
    name, verdicts = outcome(judged())
    assert name == "reliable"
    assert set(verdicts.values()) == {"passed"}
    assert judged().neurons.tolist() == [7]


@pytest.mark.parametrize(
    ("changes", "check", "verdict", "expected"),
    [
        ({"ratio": 1.0}, "excites", "passed", "reliable"),
        ({"ratio": 0.99}, "excites", "open", "mixed"),
        ({"ratio": 0.49}, "excites", "failed", "failed"),
        ({"ratio": NAN}, "excites", "failed", "failed"),
        ({"beats_random": False}, "excites", "failed", "failed"),
        ({"agreement": 0.9}, "agreement", "passed", "reliable"),
        ({"agreement": 0.8}, "agreement", "open", "mixed"),
        ({"agreement": 0.7}, "agreement", "failed", "failed"),
        ({"agreement": NAN}, "agreement", "unknown", "mixed"),
        ({"common": 0.05, "rivals": (0.01,)}, "common-ground", "open", "mixed"),
        ({"common": NAN}, "common-ground", "unknown", "mixed"),
        ({"path": 0.5}, "path", "passed", "reliable"),
        ({"path": 0.5, "interval": 0.5}, "path", "open", "mixed"),
        ({"path": 0.4}, "path", "open", "mixed"),
        ({"path": -0.05}, "path", "open", "mixed"),
        ({"path": -0.2}, "path", "failed", "failed"),
        ({"path": NAN}, "path", "unknown", "mixed"),
        ({"rivals": (0.1, 0.5)}, "twin", "open", "mixed"),
        ({"rivals": ()}, "twin", "unknown", "mixed"),
        ({"rivals": (NAN,)}, "twin", "unknown", "mixed"),
    ],
)
def test_each_check_at_its_thresholds(
    changes: dict[str, float], check: str, verdict: str, expected: str
) -> None:
    name, verdicts = outcome(judged(**changes))  # type: ignore[arg-type]
    assert verdicts[check] == verdict
    assert name == expected


def test_a_neuron_has_to_exceed_the_stated_share_of_the_twin_s() -> None:
    rivals = tuple(np.linspace(0.0, 0.39, 40))
    assert np.mean(np.array(rivals) < 0.365) < 0.95 <= np.mean(np.array(rivals) < 0.375)
    assert outcome(judged(common=0.365, rivals=rivals))[1]["twin"] == "open"
    assert outcome(judged(common=0.375, rivals=rivals))[1]["twin"] == "passed"
    assert outcome(judged(common=0.35, rivals=(0.1, 0.2, 0.3, 0.36)))[1]["twin"] == "open"


def test_a_badge_is_the_worst_of_its_checks() -> None:
    for verdicts in itertools.product(range(len(VERDICTS)), repeat=len(CHECKS)):
        names = [VERDICTS[verdict] for verdict in verdicts]
        expected = "failed" if "failed" in names else "reliable" if set(names) == {"passed"} else "mixed"
        assert BADGES[badge(np.array([verdicts]))[0]] == expected


def test_the_twin_s_neurons_are_compared_with_each_other_and_not_with_themselves() -> None:
    count = 3
    one = np.ones(count, np.float32)
    common = np.array([[0.2], [0.3], [0.9]], np.float32)
    ratios = LayerReliability(one * 2, one, np.ones(count, bool), one, {})
    paths = LayerPaths(one, common, common, common, one, one, one)
    found = layer_badges(np.arange(count), ratios, paths, common[:, 0], own=True)
    assert [BADGES[each] for each in found.badge] == ["mixed", "mixed", "reliable"]
    assert layer_badges(np.arange(count), ratios, paths, common[:, 0], own=False).badge.max() == 1
    assert found.common_of_twin == pytest.approx(0.9)
