"""Every kind of page in a real browser: clean, complete, readable, within the width of a phone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from generator.records import AtlasRecords
from tests.browser.conftest import Open, Visit, opened

INSPECT = (Path(__file__).parent / "inspect_page.js").read_text()

# `{N}` stands for the N-th drawn neuron of the layer; the first is dead.
GENERATED = {
    "home": "index.html",
    "cover": "fake-one/index.html",
    "neurons": "fake-one/neurons.html",
    "data": "fake-one/data.html",
    "concept images": "fake-one/concepts.html",
    "levels": "fake-one/levels.html",
    "map": "fake-one/map.html",
    "findings": "fake-one/findings.html",
    "case studies": "fake-one/case-studies/index.html",
    "case": "fake-one/case-studies/twins.html",
    "contrasts": "fake-one/contrasts.html",
    "training": "fake-one/network.html",
    "comparison": "comparison.html",
    "convolutional layer": "fake-one/layer1.__0__/index.html",
    "linear layer": "fake-two/fc/index.html",
    "neuron": "fake-one/layer1.__0__/{1}.html",
    "dead neuron": "fake-one/layer1.__0__/{0}.html",
    "linear neuron": "fake-two/fc/{1}.html",
}
GUIDE = ("how-to-read", "methods", "limits", "glossary", "citing", "own-network", "changelog")
PAGES = GENERATED | {name: f"{name}.html" for name in GUIDE}
SCHEMES = {"light": "default", "dark": "slate"}


def inspect(visit: Visit, name: str) -> Any:
    return visit.page.evaluate(f"{INSPECT}.{name}()")


def address_of(kind: str, atlases: list[AtlasRecords]) -> str:
    path = PAGES[kind]
    if "{" not in path:
        return path
    name, layer, _ = path.split("/")
    subject = next(atlas.subject for atlas in atlases if atlas.subject.atlas == name)
    return path.format(*subject.layer(layer).neurons)


@pytest.fixture(scope="module", params=PAGES)
def visit(
    request: pytest.FixtureRequest, browser: Browser, address: str, atlases: list[AtlasRecords]
) -> Iterator[Visit]:
    """A page of each kind, scrolled through once; shared by the tests of that kind."""
    with opened(browser, address, address_of(request.param, atlases)) as visit:
        visit.scroll_through()
        yield visit


def test_a_page_is_clean_and_complete(visit: Visit) -> None:
    assert visit.complaints == []
    assert visit.foreign() == []
    assert inspect(visit, "images") == []
    assert inspect(visit, "unnamed") == []
    assert visit.page.locator("h1").count() == 1
    assert len(visit.page.locator("meta[name=description]").get_attribute("content") or "") > 20
    ids = visit.page.locator("[id]").evaluate_all("all => all.map(element => element.id)")
    assert sorted(ids) == sorted(set(ids))


@pytest.mark.parametrize("scheme", SCHEMES)
def test_text_stands_out_from_its_background(visit: Visit, scheme: str) -> None:
    visit.page.evaluate("document.querySelectorAll('details').forEach(details => { details.open = true; })")
    visit.page.evaluate("scheme => { document.body.dataset.mdColorScheme = scheme; }", SCHEMES[scheme])
    visit.page.wait_for_timeout(300)
    assert inspect(visit, "faint") == []


def test_a_page_fits_a_phone(visit: Visit) -> None:
    visit.page.set_viewport_size({"width": 390, "height": 844})
    visit.scroll_through()
    assert inspect(visit, "wide") == []
    assert visit.complaints == []


@pytest.mark.parametrize("kind", [*GENERATED, "methods"])
def test_a_page_is_clean_from_a_file(
    open_page: Open, site: Path, atlases: list[AtlasRecords], kind: str
) -> None:
    visit = open_page(address_of(kind, atlases), root=site.as_uri())
    visit.scroll_through()
    assert visit.complaints == []
    assert visit.foreign() == []
    assert inspect(visit, "images") == []


def test_the_browser_notes_what_goes_wrong(open_page: Open) -> None:
    visit = open_page("methods.html")
    visit.page.evaluate(
        "() => {"
        " console.warn('planted');"
        " setTimeout(() => { throw new Error('thrown'); });"
        " const image = new Image(2000, 10); image.src = 'nowhere.png'; document.body.append(image);"
        " new Image().src = 'https://elsewhere.example/a.png';"
        " document.querySelector('h1').style.color = '#999';"
        "}"
    )
    visit.page.wait_for_timeout(500)
    noted = " | ".join(visit.complaints)
    for fault in ("console warning: planted", "page error: thrown", "404: ", "Content Security Policy"):
        assert fault in noted
    assert [text for text in inspect(visit, "faint") if "Methods" in text]
    assert len(inspect(visit, "images")) == 2
    assert inspect(visit, "wide")


def test_a_page_that_is_not_there_says_so(open_page: Open) -> None:
    visit = open_page("fake-one/nothing.html")
    assert visit.page.locator("h1").inner_text().startswith("404")


def test_without_scripts_the_evidence_is_still_there(open_page: Open, atlases: list[AtlasRecords]) -> None:
    visit = open_page(address_of("neuron", atlases), java_script_enabled=False)
    assert visit.page.locator(".na-exemplars img").count() > 10
    assert visit.page.locator("[data-chart] svg").first.is_visible()
    visit.go("fake-one/neurons.html")
    assert "JavaScript" in visit.page.locator("noscript").inner_text()
