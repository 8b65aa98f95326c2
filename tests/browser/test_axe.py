"""axe-core finds nothing on one page of each kind that a site has, in both colour schemes."""

from __future__ import annotations

from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import opened
from tests.browser.kinds import kinds

OTHER_SCHEME = {"default": "slate", "slate": "default"}
"""What the theme calls its colours, light and dark; a page opens in those that the last one was left in."""


def violations(page: Page) -> list[str]:
    """Return what axe-core finds on a page as it stands: rule, place, and how to mend it."""
    found = Axe().run(page).response["violations"]
    return [
        f"{rule['id']} at {node['target']}: {' '.join(node['failureSummary'].split())}"
        for rule in found
        for node in rule["nodes"]
    ]


def test_axe_finds_nothing(browser: Browser, address: str, site: Path) -> None:
    found: list[str] = []
    with opened(browser, address, "index.html") as visit:
        for kind, path in kinds(site).items():
            visit.go(path)
            visit.scroll_through()
            visit.page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
            found += [f"{kind} ({path}): {fault}" for fault in violations(visit.page)]
            other = OTHER_SCHEME[str(visit.page.locator("body").get_attribute("data-md-color-scheme"))]
            visit.page.get_by_title("Switch to").locator("visible=true").click()
            expect(visit.page.locator("body")).to_have_attribute("data-md-color-scheme", other)
            visit.page.wait_for_timeout(300)  # colours change smoothly
            found += [f"{kind} ({path}), {other}: {fault}" for fault in violations(visit.page)]
    assert not found, "\n".join(found)


def test_axe_finds_what_is_planted(browser: Browser, address: str) -> None:
    with opened(browser, address, "methods.html") as visit:
        visit.page.evaluate("document.querySelector('article').append(new Image())")
        assert any(fault.startswith("image-alt") for fault in violations(visit.page))


def test_every_kind_is_found_once(site: Path) -> None:
    found = kinds(site)
    assert {"index", "methods", "atlas", "neurons", "levels", "layer", "neuron"} <= set(found)
    assert all((site / path).is_file() for path in found.values())
    assert len(found) < 60
