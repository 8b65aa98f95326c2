"""Hand-written pages: what they draw is what is published, and what is not there fails the build."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from generator.errors import SiteError
from generator.pages import render as module
from generator.pages.drawing import plain
from generator.pages.published import Published
from generator.pages.render import render
from generator.store.layout import Layout
from tests.pages.fake_atlas import fake_atlas


@pytest.fixture(scope="module")
def layout(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    found = Layout(tmp_path_factory.mktemp("atlas"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module.charts, "runtime", lambda: "/* vega */\n")
        render(found, [fake_atlas("fake-one", layers=2, neurons=3)], site_url="")
    return found


def drawn(layout: Layout, text: str, atlases: tuple[str, ...] = ("fake-one",)) -> str:
    """Fill one page with what the atlas publishes."""
    from generator.pages.written import fill_written

    page = layout.docs / "case.md"
    page.write_text(text)
    fill_written(layout.docs, ["case.md"], atlases, {})
    return page.read_text() if page.exists() else ""


def test_numbers_are_those_published(layout: Layout) -> None:
    table = json.loads((layout.docs / "fake-one/neurons.json").read_text())
    text = drawn(
        layout,
        '# Case {#case}\n{{ number("fake-one/neurons.json#/summary/neurons") }} neurons, '
        '{{ percent("fake-one/neurons.json#/summary/labels/share") }}, '
        '{{ words("fake-one/neurons.json#/subject/title") }}',
    )
    assert "# Case {#case}" in text
    assert f'value="{table["summary"]["neurons"]}" title="fake-one/neurons.json#/summary/neurons">6<' in text
    share = table["summary"]["labels"]["share"]
    assert f'value="{share!r}"' in text
    assert table["summary"]["dead"] == sum(row["dead"] for row in table["neurons"])


def test_an_entry_of_a_list_is_found_by_what_it_says(layout: Layout) -> None:
    published = Published(layout.docs)
    row = published.value("fake-one/neurons.json#/neurons/1")
    name = row["neuron"].replace("/", "~1")
    assert published.value(f"fake-one/neurons.json#/neurons/neuron={name}/sha256") == row["sha256"]


@pytest.mark.parametrize(
    ("call", "fault"),
    [
        ('number("fake-one/neurons.json#/summary/deed")', r"there is no `deed` .*\(did you mean `dead`"),
        ('number("fake-one/nerons.json#/x")', "did you mean `fake-one/neurons.json`"),
        ('number("fake-one/neurons.json#/subject/title")', "must be a number to be drawn, but is text"),
        ('number("fake-one/neurons.json#/neurons/99")', "must be a place from 0 to 5"),
        ('number("fake-one/neurons.json#/neurons/dead=False")', "must mean one entry .* but means"),
        ('number("fake-one/neurons.json")', "must be FILE.json#/PLACE"),
        ('number("fake-one/neurons.json#/summary/dead/x")', "goes on after a value"),
        ('number("../../etc/passwd#/x")', "no file `../../etc/passwd` is published"),
        ('words("fake-one/neurons.json#/summary")', "must be text to be drawn as words, but is an object"),
        ('figure("fake-one/none.svg", "a figure")', "no file `fake-one/none.svg`"),
        ('figure("fake-one/probes.svg", " ")', "must have a text that says what it shows"),
        ('link("fake-one/none.md")', "no file `fake-one/none.md`"),
        ('card("fake-one/layer1.0/999")', "no neuron `fake-one/layer1.0/999` is shown on the site"),
        ('numbr("x")', "'numbr' is undefined"),
        ("number(", "unexpected"),
    ],
)
def test_what_is_not_there_fails_with_page_and_line(layout: Layout, call: str, fault: str) -> None:
    with pytest.raises(SiteError, match=rf"(?s)page `case.md`, line 3: .*{fault}"):
        drawn(layout, f"# Case\n\n{{{{ {call} }}}}\n")


def test_a_page_about_an_atlas_that_is_not_there_is_left_out(layout: Layout) -> None:
    text = "---\natlases: [fake-one, other]\n---\n# Case\n"
    assert drawn(layout, text) == ""
    assert drawn(layout, text, ("fake-one", "other")) == text
    with pytest.raises(SiteError, match="must be a list of names"):
        drawn(layout, "---\natlases: other\n---\n")
    with pytest.raises(SiteError, match="must be YAML"):
        drawn(layout, "---\na: [\n---\n")


def test_words_of_others_are_neither_html_nor_markdown() -> None:
    text = plain("<b>*x*</b> | [a](b)\n{{ c }}")
    assert text == (
        "&lt;b&gt;&#42;x&#42;&lt;/b&gt; &#124; &#91;a&#93;&#40;b&#41; &#123;&#123; c &#125;&#125;"
    )


def test_a_sites_own_pages_draw_cards_and_figures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.charts, "runtime", lambda: "/* vega */\n")
    layout, atlas = Layout(tmp_path), fake_atlas("fake-one", layers=2, neurons=3)
    layer = atlas.subject.layers[0]
    names = [f"fake-one/{layer.name}/{channel}" for channel in layer.neurons[:2]]
    layout.written.mkdir()
    (layout.written / "mine.md").write_text(
        f'# Mine\n\n{{{{ cards("{names[0]}", "{names[1]}") }}}}\n\n'
        '{{ figure("fake-one/probes.svg", "curves of probes", "Probes") }}\n'
        '[levels]({{ link("fake-one/levels.md") }})\n'
    )
    render(layout, [atlas], site_url="")
    text = (layout.docs / "written" / "mine.md").read_text()
    assert f'href="../{names[1]}.html"' in text.replace("%20", " ")
    assert "<span>dead</span>" in text
    assert 'src="../fake-one/probes.svg" alt="curves of probes"' in text
    assert "[levels](../fake-one/levels.md)" in text
