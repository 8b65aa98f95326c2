"""Pages of case studies: every rule has its words, what it finds and what it does not is shown."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from generator.analyses.case_rules import RULES
from generator.pages import render as module
from generator.pages.case_text import TEXTS
from generator.pages.context_neuron import SECTIONS
from generator.store.layout import Layout, case_page, cases_page
from tests.pages.fake_atlas import fake_atlas
from tests.pages.fake_stories import NOBODY_FOUND


@pytest.fixture(scope="module")
def docs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    layout = Layout(tmp_path_factory.mktemp("cases"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module.charts, "runtime", lambda: "/* vega */\n")
        module.render(layout, [fake_atlas(), fake_atlas("bare", without=("cases",))], site_url="")
    return layout.docs


def test_every_rule_has_its_words_and_sections_that_exist() -> None:
    assert list(TEXTS) == list(RULES)
    known = {section.anchor for section in SECTIONS}
    assert all(set(text.sections) <= known for text in TEXTS.values())


def test_every_case_has_a_page_with_rule_runners_up_and_random_neurons(docs: Path) -> None:
    published = json.loads((docs / "fake-atlas" / "cases.json").read_text(encoding="utf-8"))
    for case in published["cases"]:
        text = (docs / case_page("fake-atlas", case["name"])).read_text(encoding="utf-8")
        assert "The rule." in text
        assert "Drawn at random" in text
        for neuron in (*case["found"], *case["drawn"]):
            _, layer, channel = neuron["neuron"].split("/")
            assert f'href="../{layer}/{channel}.html"' in text
        assert ("Next by the rule" in text) == bool(case["found"])
        assert re.findall(r"^## .* \{ #(.+) \}", text, re.M) == (
            list(TEXTS[case["name"]].sections) if case["found"] else []
        )


def test_a_rule_that_finds_nobody_says_so(docs: Path) -> None:
    text = (docs / case_page("fake-atlas", NOBODY_FOUND)).read_text(encoding="utf-8")
    assert "The rule finds no neuron" in text
    assert TEXTS[NOBODY_FOUND].nobody in text


def test_the_list_leads_to_every_case_and_the_cover_to_the_list(docs: Path) -> None:
    text = (docs / cases_page("fake-atlas")).read_text(encoding="utf-8")
    for slug in TEXTS:
        assert f'href="{slug}.html"' in text
    assert 'href="case-studies/index.html"' in (docs / "fake-atlas" / "index.md").read_text(encoding="utf-8")
    assert not (docs / "bare" / "case-studies").exists()
    assert "case-studies" not in (docs / "bare" / "index.md").read_text(encoding="utf-8")
