"""The page on training: the script's own report in full, any other JSON as it is, and never a crash."""

from __future__ import annotations

import json
from typing import Any

import pytest

from generator.pages.context_network import LONGEST, has_report, nested, network_context
from generator.pages.environment import render
from generator.records import NetworkReport
from tests.pages.fake_atlas import fake_atlas
from tests.pages.fake_concepts import REPORT


def context(text: str) -> dict[str, Any]:
    atlas = fake_atlas(layers=1, neurons=2)
    atlas.records["network_report"] = NetworkReport(text)
    assert has_report(atlas)
    return network_context(atlas)


def page(text: str) -> str:
    return render("network.md.jinja", context(text))


def test_the_report_of_the_script_is_laid_out() -> None:
    report = context(json.dumps(REPORT))["report"]
    assert report["headlines"][0].value.text == "98%"
    assert report["headlines"][0].note == "95% interval 95.7% to 99.1%"
    assert report["command"] == (
        "python -m generator.training --scenes 20000 --unseen 300 --epochs 3 --seed 0 --threads 1"
    )
    assert [row["number"] for row in report["epochs"]] == [1, 2, 3]
    assert dict(report["facts"])["Learning rate"] == "0.004"
    assert report["animals"] == "Of 100 cats, 4 were named a dog; of 100 dogs, 1 was named a cat."
    assert report["wrong"] == "6 scenes"


def test_the_largest_confusions_come_first() -> None:
    found = context(json.dumps(REPORT))["report"]["confusions"]
    assert [(row["true"], row["named"], row["count"]) for row in found] == [
        ("cat", "dog", "4"), ("dog", "cat", "1"), ("dog", "cup", "1"),
    ]  # fmt: skip
    assert found[0]["share"].text == "4%"


def test_the_package_s_own_report_has_the_known_form() -> None:
    from generator.store.layout import PACKAGE

    text = (PACKAGE / "inputs" / "scene_network.json").read_text(encoding="utf-8")
    assert context(text)["report"] is not None


@pytest.mark.parametrize(
    "text",
    [
        "[]", "3", "null", '"word"', '{"a": {"b": [1, 2.5, {"c": null}]}}', "NaN", "no JSON", "[" * 100_000,
        json.dumps({**REPORT, "history": "none"}),
        json.dumps({**REPORT, "unseen": {**REPORT["unseen"], "confusion": [[1, 2]]}}),
        json.dumps({**REPORT, "unseen": {**REPORT["unseen"], "accuracy": 2}}),
        '{"<script>alert(1)</script>": "</td>"}',
    ],
)  # fmt: skip
def test_other_forms_are_shown_as_they_are(text: str) -> None:
    found = page(text)
    assert "## Report" in found
    assert "<script>alert" not in found


def test_nested_values_keep_keys_and_cut_what_is_endless() -> None:
    found = nested({"a": {"b": [1, 0.5]}, "runs": [{"x": 1}, {"x": 2}]})
    (first, (name, runs)) = found["entries"]
    assert first[1]["entries"] == [("b", {"text": "1, 0.500"})]
    assert name == "runs"
    assert [key for key, _ in runs["entries"]] == ["1", "2"]
    assert nested(list(range(LONGEST + 5)))["text"].endswith("and 5 more")
    assert nested({str(n): n for n in range(LONGEST + 5)})["more"] == "5"
    deep: Any = 1
    for _ in range(20):
        deep = {"in": deep}
    assert "in" in json.dumps(nested(deep))


def test_an_empty_report_makes_no_page() -> None:
    atlas = fake_atlas(layers=1, neurons=2)
    atlas.records["network_report"] = NetworkReport(" \n")
    assert not has_report(atlas)
    assert not has_report(fake_atlas(layers=1, neurons=2, without=("network_report",)))
