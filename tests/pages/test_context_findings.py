"""Pages of findings: every question has its words; answers follow the numbers; the cover shows three."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from generator.analyses.findings import QUESTIONS
from generator.pages import render as module
from generator.pages.context_findings import ON_COVER
from generator.pages.finding_text import TEXTS, answer, verdict
from generator.records import Finding
from generator.store.layout import Layout
from tests.pages.fake_atlas import fake_atlas


def finding(effect: float, chance: float, reach: float = 0.05) -> Finding:
    return Finding("redundant", effect, effect - reach, effect + reach, 0.3, chance, 100, 0.2, 0.4)


def test_every_question_has_its_words() -> None:
    assert list(TEXTS) == list(QUESTIONS)


def test_answers_follow_effect_null_and_test() -> None:
    text = TEXTS["redundant"]
    assert answer(finding(0.6, 0.01)) == text.above
    assert answer(finding(0.1, 0.01)) == text.below
    assert answer(finding(0.6, 0.2)) == text.unclear


def test_the_verdict_goes_by_the_whole_interval() -> None:
    verdicts = [verdict(finding(effect, 0.01)) for effect in (0.6, 0.1, 0.3, 0.38)]
    assert verdicts == ["more than expected", "less than expected", "as expected", "may be as expected"]


def test_pages_show_all_findings_and_the_cover_the_most_surprising(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module.charts, "runtime", lambda: "/* vega */\n")
    module.render(Layout(tmp_path), [fake_atlas(), fake_atlas("bare", without=("findings",))], site_url="")
    folder = tmp_path / "docs" / "fake-atlas"
    published = json.loads((folder / "findings.json").read_text(encoding="utf-8"))["findings"]
    assert [entry["surprise"] for entry in published] == sorted(
        (entry["surprise"] for entry in published), reverse=True
    )
    page, cover = (folder / name for name in ("findings.md", "index.md"))
    text = page.read_text(encoding="utf-8")
    for entry in published:
        assert entry["question"] in text
        assert f"{{ #{entry['name']} }}" in text
    shown = [entry for entry in published if entry["question"] in cover.read_text(encoding="utf-8")]
    assert shown == published[:ON_COVER]
    assert "p &lt; 0.001" in text
    assert not (tmp_path / "docs" / "bare" / "findings.md").exists()
    assert "findings" not in (tmp_path / "docs" / "bare" / "index.md").read_text(encoding="utf-8").lower()
