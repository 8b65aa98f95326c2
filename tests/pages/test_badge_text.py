"""Badges in words: every outcome of every check has a sentence with what was found and the threshold."""

from __future__ import annotations

import pytest

from generator.analyses.badge_rules import THRESHOLDS
from generator.pages.badge_text import badge_reason, check_rows, sentences
from generator.pages.layer_view import LayerView
from generator.pages.neuron_data import neuron_data
from generator.pages.schema import VisualizationData
from generator.pages.schema_reliability import CheckData, PathData, ReliabilityData
from generator.records import CHECKS
from tests.pages.fake_atlas import fake_atlas


def picture(*, ratio: float | None = 2.0, beats_random: bool = True) -> VisualizationData:
    view = LayerView(fake_atlas(), fake_atlas().subject.layers[0])
    found = neuron_data(view, 1).visualization
    assert found is not None
    return found.model_copy(update={"mean_ratio": ratio, "beats_random": beats_random})


def data(
    verdicts: tuple[str, ...] = ("passed",) * 5, *, badge: str = "reliable", **values: float | None
) -> ReliabilityData:
    numbers: dict[str, float | None] = {
        "agreement": 0.97, "path": 0.8, "path_low": 0.7, "path_high": 0.9, "twin_common_ground": 0.12,
    }  # fmt: skip
    common = values.pop("common_ground", 0.34)
    numbers |= values
    layer = PathData(layer="conv", common_ground=common, common_ground_low=common, path=0.8)
    checks = [
        CheckData.model_validate({"check": check, "verdict": verdict})
        for check, verdict in zip(CHECKS, verdicts, strict=True)
    ]
    return ReliabilityData.model_validate({"badge": badge, "checks": checks, "layers": [layer], **numbers})


def test_a_reason_names_the_checks_that_decided() -> None:
    assert badge_reason(data()) == "all 5 checks passed"
    mixed = data(("passed", "open", "passed", "unknown", "open"), badge="mixed")
    assert badge_reason(mixed) == "not passed: agreement of seeds, random twin; not measured: path"
    failed = data(("failed", "open", "passed", "failed", "open"), badge="failed")
    assert badge_reason(failed) == "failed: activation, path"


def test_sentences_hold_the_numbers_and_the_thresholds() -> None:
    found = sentences(data(), picture(), THRESHOLDS)
    assert list(found) == list(CHECKS)
    assert "2.00 times" in found["excites"]
    assert "below 0.5" in found["excites"]
    assert "0.970" in found["agreement"]
    assert "from 0.9 on" in found["agreement"]
    assert "0.340" in found["common-ground"]
    assert "0.700 to 0.900" in found["path"]
    assert "more in common (0.340) than those of 95% of the neurons" in found["twin"]
    assert "(0.120)" in found["twin"]


@pytest.mark.parametrize(
    ("values", "check", "phrase"),
    [
        ({"agreement": None}, "agreement", "several seeds"),
        ({"common_ground": None}, "common-ground", "No natural image excites"),
        ({"path": None}, "path", "enough in common"),
        ({"twin_common_ground": None}, "twin", "no neuron of a randomly initialized twin"),
        ({"common_ground": None}, "twin", "was not measured"),
        ({"twin_common_ground": 0.5}, "twin", "no more in common"),
    ],
)
def test_what_was_not_found_is_said(values: dict[str, float | None], check: str, phrase: str) -> None:
    assert phrase in sentences(data(**values), picture(), THRESHOLDS)[check]


def test_a_picture_no_better_than_random_or_without_a_natural_response() -> None:
    assert "A random picture" in sentences(data(), picture(beats_random=False), THRESHOLDS)["excites"]
    assert "nothing that its picture" in sentences(data(), picture(ratio=None), THRESHOLDS)["excites"]
    assert "nothing that its picture" in sentences(data(), None, THRESHOLDS)["excites"]


def test_verdicts_are_words() -> None:
    rows = check_rows(data(("passed", "open", "failed", "unknown", "passed")), picture(), THRESHOLDS)
    assert [row["verdict"] for row in rows] == ["passed", "not passed", "failed", "not measured", "passed"]
