"""What readers do with the pages: search, sort, filter, leap, leaf, copy, switch; by mouse and keyboard."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

import pytest
from playwright.sync_api import Locator, expect

from generator.records import NeuronId
from tests.browser.conftest import Open, Visit
from tests.browser.test_pages import INSPECT

LAYER = "fake-one/layer1.__0__"


def neuron_at(visit: Visit) -> str:
    return unquote(visit.page.url.split("#")[0]).removeprefix(f"{visit.root}/").removesuffix(".html")


def column(table: Locator, heading: str) -> list[str]:
    names = table.locator("thead th").all_inner_texts()
    index = names.index(heading) + 1
    return table.locator(f"tbody tr:not([hidden]) > :nth-child({index})").all_inner_texts()


def numbers(texts: list[str]) -> list[float]:
    found = [re.sub(r"[%,]", "", text).replace("\N{MINUS SIGN}", "-") for text in texts]
    return [float(text) for text in found if re.fullmatch(r"-?[\d.]+", text)]


@pytest.mark.parametrize("from_file", [False, True], ids=["served", "file"])
def test_search_finds_terms_but_no_neuron(open_page: Open, site: Path, from_file: bool) -> None:
    visit = open_page(f"{LAYER}/index.html", **({"root": site.as_uri()} if from_file else {}))
    field = visit.page.get_by_role("textbox", name="Search")
    field.click()
    field.press_sequentially("sparseness")
    results = visit.page.locator(".md-search-result__link")
    expect(results.first).to_be_visible()
    links = results.evaluate_all("all => all.map(link => link.href)")
    assert any(re.search(r"/glossary\.html\S*#sparseness$", link) for link in links)
    assert not any(re.search(r"/\d+\.html", link) for link in links)
    visit.page.locator(".md-search-result__link[href*='#sparseness']").first.click()
    visit.page.wait_for_url("**/glossary.html*")
    assert visit.complaints == []


@pytest.mark.parametrize("from_file", [False, True], ids=["served", "file"])
def test_dark_mode_redraws_charts_and_is_remembered(
    open_page: Open, site: Path, neurons: list[NeuronId], from_file: bool
) -> None:
    root = {"root": site.as_uri()} if from_file else {}
    visit = open_page(f"{neurons[1]}.html", color_scheme="light", **root)
    visit.scroll_through()
    label = visit.page.locator("[data-chart] svg.marks text").first
    light = label.evaluate("element => getComputedStyle(element).fill")
    visit.page.get_by_title("Switch to dark mode").click()
    expect(visit.page.locator("body")).to_have_attribute("data-md-color-scheme", "slate")
    expect(label).not_to_have_css("fill", light)
    visit.go(f"{neurons[2]}.html")
    assert visit.page.locator("body").get_attribute("data-md-color-scheme") == "slate"
    assert visit.complaints == []


def test_the_table_of_a_layer_sorts_both_ways(open_page: Open) -> None:
    visit = open_page(f"{LAYER}/index.html")
    table = visit.page.locator(".na-sortable table")
    heading = table.get_by_role("columnheader", name="Sparseness")
    heading.get_by_role("button").click()
    first = numbers(column(table, "Sparseness"))
    direction = heading.get_attribute("aria-sort")
    assert first == sorted(first, reverse=direction == "descending")
    heading.get_by_role("button").click()
    assert numbers(column(table, "Sparseness")) == first[::-1]
    assert heading.get_attribute("aria-sort") != direction


def test_the_neurons_of_an_atlas_are_filtered_and_sorted(open_page: Open, neurons: list[NeuronId]) -> None:
    visit = open_page("fake-one/neurons.html")
    table = visit.page.locator("[data-neuron-table]")
    rows = table.locator("tbody tr")
    expect(rows).to_have_count(len(neurons))
    visit.page.locator("select[name=layer]").select_option("fc")
    linear = [neuron for neuron in neurons if neuron.layer == "fc"]
    expect(rows).to_have_count(len(linear))
    names = table.locator("tbody th a").all_inner_texts()
    assert names == [f"fc/{neuron.channel}" for neuron in linear]
    table.get_by_role("button", name="Sparseness").click()
    values = numbers(column(table, "Sparseness"))
    assert len(values) > 2
    assert values == sorted(values, reverse=True)
    visit.page.reload()
    expect(rows).to_have_count(len(linear))
    assert numbers(column(table, "Sparseness")) == values
    visit.page.locator("[data-neurons] button[type=reset]").click()
    expect(rows).to_have_count(len(neurons))
    assert visit.complaints == []


def test_the_neurons_of_an_atlas_are_filtered_by_label(open_page: Open, neurons: list[NeuronId]) -> None:
    visit = open_page("fake-one/neurons.html")
    table = visit.page.locator("[data-neuron-table]")
    rows = table.locator("tbody tr")
    expect(rows).to_have_count(len(neurons))
    visit.page.locator("select[name=label]").select_option("colour")
    shown = column(table, "Label")
    assert 0 < len(shown) < len(neurons)
    assert all(text.endswith(" colour") for text in shown)
    visit.page.reload()
    assert column(table, "Label") == shown
    visit.page.locator("select[name=label]").select_option("no label")
    assert set(column(table, "Label")) == {"no label"}
    visit.page.locator("[data-neurons] button[type=reset]").click()
    expect(rows).to_have_count(len(neurons))
    visit.page.locator("input[name=q]").fill("red or")
    expect(rows).to_have_count(2)
    assert visit.complaints == []


def test_the_table_of_a_layer_is_searched_and_filtered_by_label(open_page: Open) -> None:
    visit = open_page(f"{LAYER}/index.html")
    table = visit.page.locator(".na-sortable table")
    find = visit.page.locator("[data-find]")
    find.fill("not str")
    assert column(table, "Label") == ["not stripes texture"]
    expect(visit.page.locator("[data-count]")).to_have_text("1 of 6 neurons")
    find.fill("")
    visit.page.locator("[data-filter=category]").select_option("no label")
    assert column(table, "Label") == ["no label", "no label"]
    visit.page.locator("[data-filter=category]").select_option("")
    table.get_by_role("columnheader", name="Label").get_by_role("button").click()
    named = [text for text in column(table, "Label") if text != "no label"]
    assert named == sorted(named)
    assert column(table, "Label")[-2:] == ["no label", "no label"]


def test_neurons_are_filtered_and_sorted_by_badge(open_page: Open, neurons: list[NeuronId]) -> None:
    visit = open_page("fake-one/neurons.html")
    count = visit.page.locator("[data-count]")
    visit.page.get_by_label("Reliability").select_option("failed")
    shown = column(visit.page.locator("[data-neuron-table]"), "Reliability")
    assert set(shown) == {"failed"}
    expect(count).to_have_text(re.compile(rf"^{len(shown)} of {len(neurons)} neurons$"))
    visit.page.get_by_label("Reliability").select_option("")
    visit.page.get_by_role("button", name="Reliability").click()
    order = column(visit.page.locator("[data-neuron-table]"), "Reliability")
    ranks = [["failed", "mixed", "reliable"].index(name) for name in order]
    assert ranks == sorted(ranks)
    assert len(set(ranks)) == 3


def test_the_table_of_a_layer_is_filtered_by_badge_and_label_together(open_page: Open) -> None:
    visit = open_page(f"{LAYER}/index.html")
    table = visit.page.locator("table.na-neurons")
    visit.page.locator("[data-filter=badge]").select_option("mixed")
    mixed = column(table, "Reliability")
    assert set(mixed) == {"mixed"}
    visit.page.locator("[data-filter=category]").select_option("no label")
    assert set(column(table, "Reliability")) <= {"mixed"}
    assert len(column(table, "Reliability")) <= len(mixed)


def test_concepts_are_sorted_and_found(open_page: Open) -> None:
    visit = open_page("fake-one/concepts.html")
    table = visit.page.locator(".na-sortable table")
    table.get_by_role("columnheader", name="Neurons labelled").get_by_role("button").click()
    counts = [int(text.split()[0]) for text in column(table, "Neurons labelled")]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > 0
    visit.page.locator("[data-find]").fill("texture")
    expect(visit.page.locator("[data-count]")).to_have_text("3 of 14 concepts")


@pytest.mark.parametrize("start", ["fake-one/index.html", f"{LAYER}/index.html"])
def test_a_random_neuron_is_one_of_the_atlas(open_page: Open, neurons: list[NeuronId], start: str) -> None:
    visit = open_page(start)
    visit.page.get_by_role("link", name="Random neuron").first.click()
    visit.page.wait_for_url(re.compile(r"/\d+\.html$"))
    assert neuron_at(visit) in {str(neuron) for neuron in neurons}
    assert visit.complaints == []


def test_leafing_meets_every_neuron_once(open_page: Open, neurons: list[NeuronId]) -> None:
    visit = open_page(f"{neurons[0]}.html")
    met = [neuron_at(visit)]
    while (following := visit.page.locator("a[rel=next]").first).count():
        following.click()
        visit.page.wait_for_load_state()
        met.append(neuron_at(visit))
    assert met == [str(neuron) for neuron in neurons]
    visit.page.locator("a[rel=prev]").first.click()
    visit.page.wait_for_load_state()
    assert neuron_at(visit) == str(neurons[-2])


def test_a_citation_is_copied(open_page: Open, neurons: list[NeuronId]) -> None:
    visit = open_page(f"{neurons[1]}.html", permissions=["clipboard-read", "clipboard-write"])
    visit.page.get_by_text("Cite this page").click()
    visit.page.get_by_role("button", name="Copy BibTeX").click()
    expect(visit.page.get_by_role("button", name="Copied BibTeX")).to_be_visible()
    copied = visit.page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("@misc{fake-one:")
    assert f"{neurons[1]}" in copied.replace("\\_", "_")
    assert "\n}" in copied
    assert visit.complaints == []


def test_outlines_masks_and_crops_change_the_pictures(open_page: Open, neurons: list[NeuronId]) -> None:
    visit = open_page(f"{neurons[1]}.html")
    row = visit.page.locator(".na-row-top")
    row.scroll_into_view_if_needed()
    visit.page.wait_for_load_state("networkidle")
    pictures = {}
    for name in ("Outlined", "Masked", "Plain"):
        visit.page.locator(".na-exemplars").get_by_text(name, exact=True).click()
        visit.page.mouse.move(0, 0)
        visit.page.wait_for_timeout(100)
        pictures[name] = row.screenshot()
    assert len(set(pictures.values())) == 3
    visit.go(f"{neurons[2]}.html")
    assert visit.page.locator(".na-exemplars").get_attribute("data-view") == "plain"


def focused(visit: Visit) -> dict[str, object]:
    found: dict[str, object] = visit.page.evaluate(f"{INSPECT}.focused()")
    return found


def test_a_neuron_page_works_by_keyboard(open_page: Open, neurons: list[NeuronId]) -> None:
    visit = open_page(f"{neurons[1]}.html")
    keyboard = visit.page.keyboard
    reached, unseen = [], []
    for _ in range(60):
        keyboard.press("Tab")
        at = focused(visit)
        reached.append(str(at["what"]))
        if not at["visible"]:
            unseen.append(str(at["what"]))
        if at["what"] == "SUMMARY Cite this page":
            keyboard.press("Enter")
            expect(visit.page.get_by_role("button", name="Copy BibTeX")).to_be_visible()
        if at["what"] == "INPUT outline":
            keyboard.press("ArrowRight")
            expect(visit.page.locator(".na-exemplars")).to_have_attribute("data-view", "mask")
    assert unseen == []
    wanted = ("Random neuron", "Cite this page", "Copy BibTeX", "Exemplars", "INPUT outline")
    assert [name for name in wanted if not any(name in what for what in reached)] == []


def test_tables_are_sorted_by_keyboard(open_page: Open) -> None:
    visit = open_page(f"{LAYER}/index.html")
    heading = visit.page.locator(".na-sortable").get_by_role("columnheader", name="Sparseness")
    heading.get_by_role("button").focus()
    visit.page.keyboard.press("Enter")
    assert heading.get_attribute("aria-sort") in ("ascending", "descending")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_one_choice_switches_all_mean_maps_of_a_layer(open_page: Open, scripts: bool) -> None:
    visit = open_page("fake-one/contrasts.html", java_script_enabled=scripts)
    group = visit.page.locator(".na-maps[open] .na-sides").first
    tiles = group.locator("figure").count()
    assert tiles > 2
    for key in ("first", "difference"):
        group.locator(f'label:has(input[value="{key}"])').click()
        expect(group.locator(".na-side:visible")).to_have_count(tiles)
        expect(group.locator(f".na-side-{key}:visible")).to_have_count(tiles)
    group.locator('input[value="difference"]').press("ArrowLeft")
    expect(group.locator('input[value="second"]')).to_be_checked()
    expect(group.locator(".na-side-second:visible")).to_have_count(tiles)
    assert visit.complaints == []
