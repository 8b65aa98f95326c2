"""The map of all neurons in a real browser: choosing by keyboard and pointer, finding, colours, zoom."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open

PHONE = {"width": 390, "height": 844}


@pytest.mark.parametrize("from_file", [False, True], ids=["served", "from disk"])
def test_a_neuron_is_chosen_by_keyboard_and_its_page_opened(
    open_page: Open, site: object, from_file: bool
) -> None:
    root = {"root": site.as_uri()} if from_file else {}  # type: ignore[attr-defined]
    visit = open_page("fake-one/map.html", **root)
    canvas, card = visit.page.locator("[data-map-canvas]"), visit.page.locator("[data-map-card]")
    canvas.focus()
    canvas.press("ArrowRight")
    link = card.get_by_role("link")
    expect(link).to_have_count(1)
    first = link.get_attribute("href")
    canvas.press("ArrowLeft")
    canvas.press("+")
    canvas.press("0")
    expect(link).to_have_count(1)
    assert first
    canvas.press("Enter")
    expect(visit.page.locator("h1")).to_contain_text("/")
    assert visit.complaints == []
    assert visit.foreign() == [] or from_file


def test_a_search_with_one_match_chooses_it(open_page: Open, neurons: list[object]) -> None:
    visit = open_page("fake-one/map.html")
    name = str(neurons[-1]).partition("/")[2]
    visit.page.get_by_label("Find").fill(name)
    expect(visit.page.locator("[data-map-card]").get_by_role("link")).to_have_text(name)


def test_colours_have_a_legend_that_hides_groups(open_page: Open) -> None:
    visit = open_page("fake-one/map.html")
    legend = visit.page.locator("[data-map-legend] label")
    expect(legend).to_have_count(3)  # layers
    visit.page.get_by_label("Colour").select_option("badge")
    expect(visit.page.locator("[data-map-legend-title]")).to_have_text("Reliability")
    legend.first.get_by_role("checkbox").uncheck()
    assert visit.complaints == []


def test_the_map_fits_a_phone(open_page: Open) -> None:
    visit = open_page("fake-one/map.html", viewport=PHONE)
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
