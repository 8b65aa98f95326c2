from __future__ import annotations

import hashlib
import json
import logging
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from generator.errors import SiteError
from generator.publish import build as module
from generator.publish.build import build_site, navigation
from generator.records import Subject
from generator.store.layout import Layout
from tests.publish.trees import make_subject, write_docs


def hashes(site: Path) -> dict[str, str]:
    return {
        path.relative_to(site).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in site.rglob("*")
        if path.is_file()
    }


def indexed(site: Path) -> set[str]:
    index = json.loads((site / "search" / "search_index.json").read_text())
    return {entry["location"] for entry in index["docs"]}


def test_every_page_is_built_and_nothing_is_printed(
    layout: Layout, atlases: list[Subject], capfd: pytest.CaptureFixture[str]
) -> None:
    write_docs(layout, atlases)
    build_site(layout, atlases, site_url="")
    pages = {path.relative_to(layout.docs).with_suffix("") for path in layout.docs.rglob("*.md")}
    built = {path.relative_to(layout.site).with_suffix("") for path in layout.site.rglob("*.html")}
    assert pages <= built
    assert (layout.site / "first" / "conv1" / "0.webp").is_file()
    assert not list(layout.site.rglob(".meta.yml"))
    assert not list(layout.output.glob(".site.*"))
    assert capfd.readouterr() == ("", "")


def test_the_navigation_names_layers_but_no_neuron(built: Layout) -> None:
    home = (built.site / "index.html").read_text()
    for target in ("first/index.html", "second/layer1.10/index.html", "first/neurons.html", "methods.html"):
        assert f'href="{target}"' in home
    assert "/0.html" not in home


def test_atlases_stand_between_the_home_page_and_the_guide(atlases: list[Subject], tmp_path: Path) -> None:
    entries: list[Any] = [{"Home": "index.md"}, {"Guide": ["methods.md"]}]
    nav = navigation(entries, atlases, tmp_path)
    assert [next(iter(entry)) for entry in nav] == ["Home", "Atlas first", "Atlas second", "Guide"]
    assert nav[1]["Atlas first"][2]["Layers"][1] == {"layer1.0": "first/layer1.0/index.md"}
    assert entries == [{"Home": "index.md"}, {"Guide": ["methods.md"]}]


def test_a_sites_own_pages_stand_before_the_guide(layout: Layout, atlases: list[Subject]) -> None:
    write_docs(layout, atlases)
    (layout.docs / "written").mkdir()
    (layout.docs / "written" / "mine.md").write_text("# What I found\n")
    entries: list[Any] = [{"Home": "index.md"}, {"Guide": ["methods.md"]}]
    assert navigation(entries, atlases, layout.docs)[3] == {"Written": ["written/mine.md"]}
    build_site(layout, atlases, site_url="")
    assert "What I found" in (layout.site / "index.html").read_text()


def test_pages_that_not_every_atlas_has_are_named_where_they_are(
    layout: Layout, atlases: list[Subject]
) -> None:
    write_docs(layout, atlases)
    for name in ("concepts", "network"):
        (layout.docs / "second" / f"{name}.md").write_text(f"# {name}\n")
    first, second = (next(iter(entry.values())) for entry in navigation([], atlases, layout.docs))
    assert [next(iter(entry)) for entry in first[1:]] == ["Neurons", "Layers", "Data"]
    assert second[3:5] == [{"Concept images": "second/concepts.md"}, {"Training": "second/network.md"}]
    build_site(layout, atlases, site_url="")
    home = (layout.site / "index.html").read_text()
    assert 'href="second/concepts.html"' in home
    assert 'href="first/concepts.html"' not in home


def test_search_finds_layers_and_guide_but_no_neuron(built: Layout) -> None:
    found = indexed(built.site)
    assert {"first/layer1.0/index.html", "methods.html", "second/data.html"} <= found
    assert not any(location.endswith("/0.html") for location in found)
    script = (built.site / "search" / "search_index.js").read_text()
    assert script.startswith("var __index = {")
    text = (built.site / "search" / "search_index.json").read_text()
    assert "quokka" not in text
    assert json.loads(script.removeprefix("var __index = ").rstrip(";\n")) == json.loads(text)


def test_titles_are_text_not_html(layout: Layout) -> None:
    subject = replace(make_subject("only"), title='<b>Bold</b> & "quoted"')
    write_docs(layout, [subject])
    build_site(layout, [subject], site_url="")
    home = (layout.site / "index.html").read_text()
    assert "&lt;b&gt;Bold&lt;/b&gt; &amp;" in home
    assert "<b>Bold" not in home


@pytest.mark.parametrize("site_url", ["", "https://host.example/sub/"])
def test_the_same_pages_give_the_same_bytes(
    tmp_path: Path, atlases: list[Subject], site_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    sites = []
    for name in ("one", "another"):
        layout = Layout(tmp_path / name)
        write_docs(layout, atlases)
        build_site(layout, atlases, site_url=site_url)
        sites.append(hashes(layout.site))
    assert sites[0] == sites[1]
    assert len(sites[0]) > 50


def test_a_hosted_site_has_canonical_links_and_an_undated_sitemap(
    layout: Layout, atlases: list[Subject], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    write_docs(layout, atlases)
    build_site(layout, atlases, site_url="https://host.example/sub/")
    page = (layout.site / "first" / "conv1" / "0.html").read_text()
    assert '<link rel="canonical" href="https://host.example/sub/first/conv1/0.html">' in page
    sitemap = (layout.site / "sitemap.xml").read_text()
    assert "https://host.example/sub/first/conv1/0.html" in sitemap
    assert "lastmod" not in sitemap
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    build_site(layout, atlases, site_url="https://host.example/sub/")
    assert "<lastmod>2023-11-14</lastmod>" in (layout.site / "sitemap.xml").read_text()


def test_a_site_without_address_has_no_sitemap(built: Layout) -> None:
    assert not list(built.site.glob("sitemap*"))
    assert "canonical" not in (built.site / "index.html").read_text()


@pytest.mark.parametrize(
    ("path", "text", "fault"),
    [
        ("first/conv1/0.md", "[gone](gone.md)", "gone.md"),
        ("first/conv1/0.md", "[gone](../../glossary.md#gone)", "glossary.md#gone"),
        ("first/conv1/0.md", "[absolute](/first/index.md)", "/first/index.md"),
        ("first/stray.md", "# Stray", "first/stray.md"),
        ("first/conv1/.meta.yml", "search: [", ".meta.yml"),
    ],
)
def test_a_faulty_page_fails_in_one_line_and_keeps_the_old_site(
    layout: Layout, atlases: list[Subject], path: str, text: str, fault: str
) -> None:
    write_docs(layout, atlases)
    layout.site.mkdir()
    (layout.site / "index.html").write_text("old")
    before = hashes(layout.site)
    (layout.docs / path).write_text(text)
    with pytest.raises(SiteError) as raised:
        build_site(layout, atlases, site_url="")
    assert raised.value.message.startswith("site cannot be built: ")
    assert fault in raised.value.message
    assert "\n" not in raised.value.message
    assert hashes(layout.site) == before
    assert not list(layout.output.glob(".site.*"))


def test_without_strict_a_broken_link_is_let_through(
    layout: Layout, atlases: list[Subject], capfd: pytest.CaptureFixture[str]
) -> None:
    write_docs(layout, atlases)
    (layout.docs / "first" / "conv1" / "0.md").write_text("[gone](gone.md)")
    build_site(layout, atlases, site_url="", strict=False)
    assert (layout.site / "index.html").is_file()
    assert capfd.readouterr() == ("", "")


def test_many_warnings_are_counted(layout: Layout, atlases: list[Subject]) -> None:
    write_docs(layout, atlases)
    for number in range(5):
        (layout.docs / "first" / f"stray{number}.md").write_text("[gone](gone.md)")
    with pytest.raises(SiteError, match=r"; and 3 more$"):
        build_site(layout, atlases, site_url="")


def test_a_missing_page_of_an_atlas_is_a_fault(layout: Layout, atlases: list[Subject]) -> None:
    write_docs(layout, atlases)
    (layout.docs / "second" / "data.md").unlink()
    with pytest.raises(SiteError, match=r"second/data\.md"):
        build_site(layout, atlases, site_url="")


def test_without_pages_there_is_nothing_to_build(layout: Layout, atlases: list[Subject]) -> None:
    with pytest.raises(SiteError, match=r"has no index\.md; render them first"):
        build_site(layout, atlases, site_url="")


def test_a_bad_address_is_one_line(layout: Layout, atlases: list[Subject]) -> None:
    write_docs(layout, atlases)
    with pytest.raises(SiteError, match=r"site cannot be built: .*site_url"):
        build_site(layout, atlases, site_url="no address")


def test_a_folder_that_cannot_be_written_is_one_line(
    layout: Layout, atlases: list[Subject], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    write_docs(layout, atlases)
    monkeypatch.setattr(module, "_run_mkdocs", full)
    with pytest.raises(SiteError, match="No space left on device; check space and permissions"):
        build_site(layout, atlases, site_url="")


def test_a_site_caught_between_two_renames_comes_back(layout: Layout, atlases: list[Subject]) -> None:
    write_docs(layout, atlases)
    for left in (".site.old", ".site.new"):
        (layout.output / left).mkdir()
        (layout.output / left / "index.html").write_text(left)
    (layout.docs / "first" / "conv1" / "0.md").write_text("[gone](gone.md)")
    with pytest.raises(SiteError):
        build_site(layout, atlases, site_url="")
    assert (layout.site / "index.html").read_text() == ".site.old"
    assert not list(layout.output.glob(".site.*"))


def test_environment_and_logging_are_left_as_they_were(layout: Layout, atlases: list[Subject]) -> None:
    write_docs(layout, atlases)
    environment, handlers = dict(os.environ), list(logging.getLogger("mkdocs").handlers)
    build_site(layout, atlases, site_url="")
    added = set(os.environ) - set(environment)
    assert added <= {"NO_MKDOCS_2_WARNING"}  # Material sets this one itself when imported
    assert logging.getLogger("mkdocs").handlers == handlers
    assert logging.getLogger("mkdocs").propagate
