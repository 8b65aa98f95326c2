from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.errors import SiteError
from generator.publish.build import build_site
from generator.publish.links import FOLLOWED, LOADED, check_links, read_page
from generator.records import Subject
from generator.store.layout import Layout
from tests.publish.trees import write_docs

WHOLE = """<!doctype html><html><head>
<link rel="canonical" href="https://host.example/sub/index.html">
<link rel="stylesheet" href="assets/style.css">
<script src="assets/a%20b.js"></script>
<script type="application/json">{"html": "<a href='nowhere.html'><!-- "}</script>
<!-- <a href="commented-out.html"> -->
</head><body style="background: url('assets/dot.png')">
<h1 id="top-of-it">Title &amp; more</h1><a name="old-anchor"></a>
<a href="#top-of-it">anchor</a> <a href="#">top</a> <a href="#top">top</a> <a href="?q=1">query</a>
<a href="deep/page.html#spot">deep</a> <a href="deep/page.html?x=1#:~:text=words">deep</a>
<a href="https://elsewhere.example/">out</a> <a href="mailto:a@b.example">mail</a>
<a href="https://host.example/sub/deep/page.html">permalink</a> <a href="/sub/deep/page.html">rooted</a>
<img src="data:image/png;base64,AAAA" alt="">
<img src="assets/dot.png" srcset="assets/dot.png 1x, assets/dot.png 2x" alt="">
<svg><image href="assets/dot.png"/><use xlink:href="#top-of-it"/></svg>
</body></html>"""
DEEP = '<p id="spot"><a href="../index.html#old-anchor">up</a> <a href="page.html">self</a></p>'

PLANTED = [
    ('<a href="gone.html">x</a>', "link `gone.html` leads nowhere"),
    (
        '<a href="page.html#gone">x</a>',
        "link `page.html#gone` names an anchor that `deep/page.html` does not have",
    ),
    ('<a href="#gone">x</a>', "link `#gone` names an anchor"),
    ('<a href="">x</a>', "link `` is empty"),
    ('<a href="../../../up.html">x</a>', "leads out of the site"),
    ('<a href="/other/page.html">x</a>', "leads out of the site"),
    ('<a href="../">x</a>', "leads to a folder"),
    ('<a href="Page.html">x</a>', "leads nowhere"),
    ('<a href="https://host.example/sub/gone.html">x</a>', "leads nowhere"),
    ('<a href="http://[broken">x</a>', "is not a valid address"),
    ('<img src="gone.webp" alt="">', "img `gone.webp` leads nowhere"),
    ("<IMG SRC = gone.webp>", "img `gone.webp` leads nowhere"),
    ('<img src="../assets/dot.png" srcset="../assets/dot.png 1x, gone.png 2x" alt="">', "img `gone.png`"),
    ('<picture><source srcset="gone.avif"></picture>', "source `gone.avif` leads nowhere"),
    ('<svg><image href="gone.png"/></svg>', "image `gone.png` leads nowhere"),
    ('<svg><image xlink:href="gone.png"/></svg>', "image `gone.png` leads nowhere"),
    ('<script src="gone.js"></script>', "script `gone.js` leads nowhere"),
    ('<link rel="stylesheet" href="gone.css">', "link `gone.css` leads nowhere"),
    ("<p style=\"background: url('gone.png')\">", "style `gone.png` leads nowhere"),
    ("<style>p { background: url(gone.png) }</style>", "style `gone.png` leads nowhere"),
    (
        '<img src="https://cdn.example/a.png" alt="">',
        "img `https://cdn.example/a.png` is loaded from outside",
    ),
    ('<script src="//cdn.example/a.js"></script>', "is loaded from outside the site"),
    ('<link rel="preconnect" href="https://fonts.example">', "is loaded from outside the site"),
    ('<iframe src="https://video.example"></iframe>', "is loaded from outside the site"),
    ("<style>@import 'https://fonts.example/a.css';</style>", "is loaded from outside the site"),
    ('<a\nclass="a > b"\nhref="gone.html">x</a>', "link `gone.html` leads nowhere"),
    ("<a href='gone&amp;away.html'>x</a>", "link `gone&away.html` leads nowhere"),
]


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A small whole site."""
    for folder in ("assets", "deep"):
        (tmp_path / folder).mkdir()
    (tmp_path / "index.html").write_text(WHOLE)
    (tmp_path / "deep" / "page.html").write_text(DEEP)
    (tmp_path / "assets" / "style.css").write_text("/* url(gone.png) */ p { background: url(dot.png) }")
    (tmp_path / "assets" / "a b.js").write_text("")
    (tmp_path / "assets" / "dot.png").write_bytes(b"")
    return tmp_path


def test_a_whole_site_has_no_fault(site: Path) -> None:
    assert check_links(site) == ()


@pytest.mark.parametrize(("html", "fault"), PLANTED)
def test_every_planted_fault_is_found_once(site: Path, html: str, fault: str) -> None:
    (site / "deep" / "page.html").write_text(DEEP + html)
    found = check_links(site)
    assert len(found) == 1
    assert found[0].startswith("deep/page.html: ")
    assert fault in found[0]


def test_a_broken_style_sheet_is_found(site: Path) -> None:
    (site / "assets" / "style.css").write_text('@import "gone.css"; p { background: url("gone.png") }')
    assert check_links(site) == (
        "assets/style.css: style `gone.css` leads nowhere",
        "assets/style.css: style `gone.png` leads nowhere",
    )


@pytest.mark.parametrize("name", ["deep/neurons.js", "deep/explorer.json"])
def test_what_the_data_of_scripts_name_is_found(site: Path, name: str) -> None:
    (site / name).write_text('[1, "page.html", "../assets/dot.png", "gone.webp"]', encoding="utf-8")
    assert check_links(site) == (f"{name}: data `gone.webp` leads nowhere",)


def test_data_that_no_script_follows_is_let_be(site: Path) -> None:
    for name in ("deep/neurons.json", "assets/vega.js"):
        (site / name).write_text('["gone.webp"]', encoding="utf-8")
    assert check_links(site) == ()


def test_faults_come_sorted_by_file(site: Path) -> None:
    for name in ("b.html", "a.html"):
        (site / name).write_text('<a href="gone.html">x</a>')
    assert [line.split(":")[0] for line in check_links(site)] == ["a.html", "b.html"]


def test_without_an_index_there_is_no_site(tmp_path: Path) -> None:
    with pytest.raises(SiteError, match=r"must be a finished site.*build it first"):
        check_links(tmp_path)


class SlowReader(HTMLParser):
    """The obvious reference: the standard library's parser."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.urls: set[str] = set()
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in reversed(attrs)}
        self.ids |= {values[key] for key in ("id", "name") if key in values and (key == "id" or tag == "a")}
        wanted = (*FOLLOWED.get(tag, ()), *LOADED.get(tag, ()), *(("href",) if tag == "link" else ()))
        self.urls |= {values[key].strip() for key in wanted if key in values}


def assert_as_slow(text: str) -> None:
    page, slow = read_page(text), SlowReader(text)
    assert page.ids == slow.ids
    assert {reference.url for reference in page.references if reference.kind != "style"} == slow.urls


def test_pages_of_the_theme_read_as_with_the_slow_parser(layout: Layout, atlases: list[Subject]) -> None:
    write_docs(layout, atlases)
    build_site(layout, atlases, site_url="https://host.example/sub/")
    pages = list(layout.site.rglob("*.html"))
    assert len(pages) > 20
    for page in pages:
        assert_as_slow(page.read_text())
    assert check_links(layout.site) == ()


WORDS = st.text("abc #/.&<>\"'=é", max_size=6)
TAGS = st.builds(
    lambda tag, name, value, quote: (
        f"<{tag} {name}={quote}{value.replace(quote, '').replace('&', '&amp;')}{quote}>"
    ),
    st.sampled_from(["a", "img", "IMAGE", "script-not", "p", "link", "use"]),
    st.sampled_from(["href", "src", "ID", "name", "class", "xlink:href"]),
    WORDS,
    st.sampled_from(['"', "'"]),
)
TEXTS = st.sampled_from(
    ["words", "a &lt; b", "<!-- <a href='x'> -->", "<script>'<a href=\"no\">'</script>", "<br/>", "</p>"]
)


@given(st.lists(TAGS | TEXTS, max_size=8))
def test_any_well_formed_page_reads_as_with_the_slow_parser(parts: list[str]) -> None:
    assert_as_slow("".join(parts))
