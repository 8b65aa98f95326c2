"""The page of pictures beside lucent's: all of them with what they reach, linked only where it is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from generator.pages import render as module
from generator.pages.comparison_page import MARK, comparison_context
from generator.store.layout import COMPARISON_PAGE, Layout
from tests.pages.fake_atlas import fake_atlas
from tests.pages.fake_comparison import fake_comparison


def test_medians_are_over_neurons_and_of_ours_to_theirs() -> None:
    first, second = comparison_context([fake_comparison()])["sheets"][0]["layers"]
    assert (first["clean"].text, first["robust"].text, first["times"].text) == ("3.00", "0.500", "80.0")
    assert second["clean"].reason  # lucent's is 0
    assert second["robust"].text == "0.500"
    assert (first["silent"], second["silent"]) == (["0", "0"], ["0", "3"])


@pytest.fixture
def no_runtime(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.charts, "runtime", lambda: "/* vega */\n")


@pytest.mark.usefixtures("no_runtime")
def test_the_page_shows_every_picture_and_is_linked(tmp_path: Path) -> None:
    atlas = fake_atlas()
    network = replace(atlas.subject.network, sha256="ff" * 32)
    other = replace(fake_atlas("other"), subject=replace(atlas.subject, atlas="other", network=network))
    module.render(Layout(tmp_path), [atlas, other], site_url="", comparisons=[fake_comparison()])
    docs = tmp_path / "docs"
    text = (docs / COMPARISON_PAGE).read_text(encoding="utf-8")
    pictures = list((docs / "comparison").glob("*.webp"))
    assert len(pictures) == text.count("<img ") == 12
    assert all(f"comparison/{picture.name}" in text for picture in pictures)
    assert "by torch-lucent, optimized to excite layer1/2: mean response 1.00 clean, 6.00 under" in text
    assert "<b>title" not in text.replace("<b>torch", "").replace("<b>Neuron", "")
    methods = (docs / "methods.md").read_text(encoding="utf-8")
    assert f"]({COMPARISON_PAGE})" in methods
    assert MARK not in methods
    assert 'href="../comparison.html"' in (docs / "fake-atlas" / "index.md").read_text(encoding="utf-8")
    assert "comparison.html" not in (docs / "other" / "index.md").read_text(encoding="utf-8")


@pytest.mark.usefixtures("no_runtime")
def test_without_a_comparison_nothing_speaks_of_the_page(tmp_path: Path) -> None:
    module.render(Layout(tmp_path), [fake_atlas(layers=1, neurons=1)], site_url="")
    docs = tmp_path / "docs"
    assert not (docs / COMPARISON_PAGE).exists()
    assert "comparison.html" not in (docs / "fake-atlas" / "index.md").read_text(encoding="utf-8")
    assert COMPARISON_PAGE not in (docs / "methods.md").read_text(encoding="utf-8")
