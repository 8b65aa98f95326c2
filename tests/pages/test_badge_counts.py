"""Badges counted: shares with intervals, the twin's beside the network's."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest

from generator.pages.badge_counts import badge_headlines, badge_summary, tally, wilson
from generator.records import BADGES, CHECKS, Badges, LayerBadges
from tests.pages.fake_atlas import fake_atlas


def layer_of(names: list[str]) -> LayerBadges:
    verdicts = np.ones((len(names), len(CHECKS)), np.int8)
    badge = np.array([BADGES.index(name) for name in names], np.int8)
    return LayerBadges(np.arange(len(names), dtype=np.int32), badge, verdicts, None)


def test_badges_are_counted_from_the_best_to_the_worst() -> None:
    found = tally([layer_of(["failed", "reliable"]), layer_of(["reliable", "mixed", "mixed", "mixed"])])
    assert list(found.counts.items()) == [("reliable", 2), ("mixed", 3), ("failed", 1)]
    assert found.part("mixed") == 0.5
    assert tally([]).part("mixed") is None


@pytest.mark.parametrize(("successes", "count"), [(0, 40), (3, 72), (40, 40), (20, 40)])
def test_intervals_are_wilson_s(successes: int, count: int) -> None:
    expected = binomtest(successes, count).proportion_ci(method="wilson")
    assert wilson(successes, count) == pytest.approx((expected.low, expected.high), abs=1e-4)


def test_nothing_is_known_of_no_neurons() -> None:
    assert wilson(0, 0) == (0.0, 1.0)


def test_the_twin_stands_beside_the_network() -> None:
    atlas = fake_atlas(layers=2)
    names = [layer.name for layer in atlas.subject.layers]
    summary = badge_summary(atlas, names)
    assert summary is not None
    record = atlas.get("badges", Badges)
    assert record is not None
    reliable = BADGES.index("reliable")
    own, twin = (
        sum(int((layer.badge == reliable).sum()) for layer in kind.values())
        for kind in (record.layers, record.twin)
    )
    assert summary["rows"][0]["count"] == str(own)
    assert summary["rows"][0]["twin_count"] == str(twin)
    assert f"{twin} reliable" in summary["sentences"][1]
    (headline,) = badge_headlines(atlas, names)
    assert headline.value.text == str(own)
    assert headline.note == f"of 12, random twin {twin} of 6"


def test_without_badges_nothing_is_said() -> None:
    atlas = fake_atlas(without=("badges",))
    assert badge_summary(atlas, [layer.name for layer in atlas.subject.layers]) is None
    assert badge_headlines(atlas, []) == []
