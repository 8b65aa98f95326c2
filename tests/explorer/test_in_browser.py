"""The explorer in a real browser: it answers as the generator does, and stands what readers do."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from generator.activations.stream import stream
from generator.inputs.batches import Batch
from generator.inputs.models import load_network
from generator.pages.explorer_data import PEAK_LEVELS, peak_quantiles
from generator.recipe import Recipe
from generator.records import Layer, Survey
from generator.store.layout import Layout
from generator.store.manifest import read_atlas
from tests.browser.conftest import Visit, opened

TOP = 10  # neurons of a layer that must be the same, in the same order
RELATIVE = 1e-2  # largest difference of a response


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Visit]:
    with opened(browser, address, "demo/explorer.html", accept_downloads=True) as found:
        expect(found.page.locator(".na-drop")).to_be_visible()
        yield found


def picture(width: int = 150, height: int = 117, seed: int = 0) -> Image.Image:
    """Return soft colours with edges: a picture whose resizing matters."""
    rng = np.random.default_rng(seed)
    small = Image.fromarray(rng.integers(0, 256, (9, 11, 3), dtype=np.uint8))
    return small.resize((width, height), Image.Resampling.BICUBIC)


def png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def choose(page: Page, name: str, content: bytes, kind: str = "image/png") -> None:
    page.locator("input[type=file]").first.set_input_files(
        {"name": name, "mimeType": kind, "buffer": content}
    )


def drop(page: Page, name: str, content: bytes) -> None:
    page.evaluate(
        """([name, bytes]) => {
          const data = new DataTransfer();
          data.items.add(new File([new Uint8Array(bytes)], name, { type: "image/png" }));
          dispatchEvent(new DragEvent("drop", { dataTransfer: data, cancelable: true }));
        }""",
        [name, list(content)],
    )


def saved(page: Page) -> dict[str, Any]:
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as JSON").click()
    found: dict[str, Any] = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
    return found


def answered(page: Page, name: str) -> None:
    expect(page.locator("[data-status]")).to_contain_text(f"{name}: ")
    expect(page.locator("[data-status]")).to_contain_text("answered in")


def generators_own(
    recipe: Recipe, site: Path, image: Image.Image
) -> dict[str, list[tuple[str, float, float]]]:
    """Return every layer's neurons with peak and percentile, strongest first, by the generator's own way."""
    atlas = read_atlas(Layout(site.parent), "demo")
    survey = atlas.get("survey", Survey)
    assert survey is not None
    network = load_network(recipe.network, recipe.preprocess, recipe.seed, "cpu")
    pixels = torch.from_numpy(network.preprocess.view(image))[None]
    found: dict[str, list[tuple[str, float, float]]] = {}

    def receive(layer: Layer, maps: torch.Tensor, _batch: Batch) -> None:
        rows = []
        for row, channel in enumerate(layer.neurons):
            own = survey.layers[layer.name]
            peak, strongest = float(maps[0, row].max()), float(own.maximum[row])
            quantiles = peak_quantiles(own.peaks[:, row], strongest)
            share = float(np.interp(peak, quantiles, PEAK_LEVELS)) if peak > quantiles[0] else 0.0
            name = f"demo/{layer.name}/{channel}"
            rows.append((-share, -peak / strongest if strongest > 0 else 0, channel, name, peak, share))
        found[layer.name] = [(name, peak, share) for *_, name, peak, share in sorted(rows)]

    batch = Batch(np.array([0]), np.array([-1], np.int32), pixels)
    stream(network, atlas.subject.layers, [batch], receive)
    return found


def test_a_dropped_png_gets_the_generator_s_own_answers(visit: Visit, recipe: Recipe, site: Path) -> None:
    image = picture()
    drop(visit.page, "soft.png", png(image))
    answered(visit.page, "soft.png")
    layers = {entry["layer"]: entry["neurons"] for entry in saved(visit.page)["images"][0]["layers"]}
    expected = generators_own(recipe, site, image)
    assert set(layers) == set(expected)
    for name, neurons in expected.items():
        assert [entry["neuron"] for entry in layers[name][:TOP]] == [neuron for neuron, *_ in neurons[:TOP]]
        peaks = {entry["neuron"]: entry for entry in layers[name]}
        for neuron, peak, share in neurons:
            assert peaks[neuron]["peak"] == pytest.approx(peak, rel=RELATIVE, abs=1e-3)
            assert peaks[neuron]["percentile"] == pytest.approx(share, abs=RELATIVE)
    assert visit.foreign() == []
    assert visit.complaints == []


@pytest.mark.parametrize(
    ("name", "content", "kind", "words"),
    [
        ("notes.txt", b"hello", "text/plain", "is no image"),
        ("empty.png", b"", "image/png", "is empty"),
        ("broken.png", b"\x89PNG\r\n\x1a\nnonsense", "image/png", "damaged"),
    ],
)
def test_what_is_no_image_is_refused_in_words(
    visit: Visit, name: str, content: bytes, kind: str, words: str
) -> None:
    choose(visit.page, name, content, kind)
    expect(visit.page.locator("[data-status]")).to_contain_text(words)
    choose(visit.page, "good.png", png(picture()))
    answered(visit.page, "good.png")


def test_a_picture_of_60_megapixels_is_read(visit: Visit) -> None:
    choose(visit.page, "large.png", png(Image.new("RGB", (10_000, 6_000), (200, 40, 40))))
    answered(visit.page, "large.png")


def test_a_second_drop_overtakes_the_first(visit: Visit) -> None:
    for seed in range(4):
        drop(visit.page, f"{seed}.png", png(picture(seed=seed)))
    answered(visit.page, "3.png")
    assert saved(visit.page)["images"][0]["name"] == "3.png"


def test_two_samples_pins_and_layer_come_back_by_link(visit: Visit) -> None:
    page = visit.page
    page.locator(".na-sample").nth(1).click()
    expect(page.locator(".na-neuron-card").first).to_be_visible()
    page.get_by_text("Becomes B").click()
    page.locator(".na-sample").nth(0).click()
    expect(page.locator(".na-differences tbody tr").first).to_be_visible()
    page.locator(".na-controls select").select_option("stage4.1")
    page.locator("[data-pin]").first.click()
    link, pins = page.url, page.locator(".na-pinned .na-neuron-name a").all_inner_texts()
    page.goto("about:blank")
    page.goto(link)
    expect(page.locator(".na-pinned")).to_be_visible()
    expect(page.locator(".na-differences")).to_be_visible()
    assert page.locator(".na-pinned .na-neuron-name a").all_inner_texts() == pins
    assert page.locator(".na-layer-answers").count() == 1
    assert page.url == link


def test_arrow_keys_name_the_neurons_at_a_place(visit: Visit) -> None:
    choose(visit.page, "soft.png", png(picture()))
    answered(visit.page, "soft.png")
    visit.page.locator("[data-view-field]").focus()
    visit.page.keyboard.press("ArrowRight")
    expect(visit.page.locator(".na-here tbody tr")).to_have_count(3)


def test_memory_does_not_grow_over_20_images(visit: Visit) -> None:
    session = visit.page.context.new_cdp_session(visit.page)

    def used() -> int:
        session.send("HeapProfiler.collectGarbage")
        return int(session.send("Runtime.getHeapUsage")["usedSize"])

    sizes = []
    for seed in range(20):
        choose(visit.page, f"{seed}.png", png(picture(seed=seed)))
        answered(visit.page, f"{seed}.png")
        sizes.append(used())
    assert sizes[-1] < sizes[4] * 1.25 + 1_000_000


def test_a_page_from_a_file_says_what_helps(browser: Browser, site: Path) -> None:
    with opened(browser, site.as_uri(), "demo/explorer.html") as visit:
        expect(visit.page.locator("[data-reason-text]")).to_contain_text("neuron-atlas serve")


def test_without_webassembly_the_page_says_so(browser: Browser, address: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.add_init_script("delete window.WebAssembly")
    page.goto(f"{address}/demo/explorer.html")
    expect(page.locator("[data-reason-text]")).to_contain_text("WebAssembly")
    context.close()
