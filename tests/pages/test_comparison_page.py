"""The page of pictures beside lucent's: all of them with what they reach, linked only where it is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from generator.pages import render as module
from generator.pages.comparison_page import MARK, comparison_context
from generator.records import ComparedNeuron, Comparison, MadePicture
from generator.store.layout import COMPARISON_PAGE, Layout
from tests.pages.fake_atlas import fake_atlas


def fake_comparison() -> Comparison:
    atlas = fake_atlas()
    random = np.random.default_rng(0)

    def made(side: int, clean: float, robust: float, seconds: float) -> MadePicture:
        return MadePicture(random.integers(0, 256, (side, side, 3), np.uint8), clean, robust, seconds)

    neurons = tuple(
        ComparedNeuron(layer, channel, made(64, 2.0 + channel, 3.0, 0.5), made(128, theirs, 6.0, 40.0))
        for layer, theirs in (("layer1", 1.0), ("layer<2>", 0.0))
        for channel in range(3)
    )
    return Comparison(
        "fake-atlas", "A <b>title", 3, "cpu", atlas.subject.network, 80, 512, {"torch": "2"}, neurons
    )


def test_medians_are_over_neurons_and_of_ours_to_theirs() -> None:
    first, second = comparison_context([fake_comparison()])["sheets"][0]["layers"]
    assert (first["clean"].text, first["robust"].text, first["times"].text) == ("3.00", "0.500", "80.0")
    assert second["clean"].reason  # lucent's is 0
    assert second["robust"].text == "0.500"


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
