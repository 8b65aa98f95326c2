"""The explorer in a real browser: it takes images in every way and stands what readers do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, expect

from tests.browser.browsers import ARGUMENTS, find_browser
from tests.browser.conftest import Visit, opened
from tests.browser.test_axe import violations
from tests.explorer.images import answered, choose, drop, paste, picture, png, saved

# What Chromium shows in place of a camera, and without asking.
CAMERA = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Visit]:
    """The demo's explorer, in a browser of its own context."""
    with opened(browser, address, "demo/explorer.html", accept_downloads=True) as found:
        expect(found.page.locator(".na-drop")).to_be_visible()
        yield found


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
    """That of the page's own thread, and that of the whole process, where the network's thread is."""
    session = visit.page.context.new_cdp_session(visit.page)
    pages, processes = [], []
    for seed in range(20):
        choose(visit.page, f"{seed}.png", png(picture(seed=seed)))
        answered(visit.page, f"{seed}.png")
        session.send("HeapProfiler.collectGarbage")
        pages.append(int(session.send("Runtime.getHeapUsage")["usedSize"]))
        processes.append(resident(visit))
    assert pages[-1] < pages[4] * 1.25 + 1e6
    assert processes[-1] < processes[4] * 1.25


def resident(visit: Visit) -> int:
    """Return the resident bytes of the largest of the browser's processes that render pages."""
    browser = visit.page.context.browser
    assert browser is not None
    found = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    pids = [process["id"] for process in found if process["type"] == "renderer"]
    statuses = [Path(f"/proc/{pid}/status").read_text(encoding="utf-8") for pid in pids]
    return max(1024 * int(re.findall(r"VmRSS:\s+(\d+) kB", status)[0]) for status in statuses)


def test_an_image_is_pasted(visit: Visit) -> None:
    paste(visit.page, "pasted.png", png(picture()))
    answered(visit.page, "pasted.png")


def test_a_photo_is_taken_with_the_camera(browser: Browser, address: str) -> None:
    """In a browser of its own, which has a camera; closing it lets the camera go."""
    executable = find_browser()
    own = browser.browser_type.launch(executable_path=executable, args=[*ARGUMENTS, *CAMERA])
    with opened(own, address, "demo/explorer.html") as visit:
        visit.page.get_by_role("button", name="Use the camera").click()
        expect(visit.page.locator("video")).to_have_js_property("readyState", 4)
        visit.page.get_by_role("button", name="Take the photo").click()
        answered(visit.page, "the photo")
        expect(visit.page.locator("video")).to_have_count(0)
        assert visit.complaints == []
    own.close()


def test_a_camera_that_is_not_to_be_had_is_told(visit: Visit) -> None:
    refuse = "async () => { throw new DOMException('', 'NotFoundError'); }"
    visit.page.evaluate(f"() => {{ navigator.mediaDevices.getUserMedia = {refuse}; }}")
    visit.page.get_by_role("button", name="Use the camera").click()
    expect(visit.page.locator("[data-status]")).to_contain_text("the camera is not to be had (NotFoundError)")


def test_the_result_is_saved_as_a_picture(visit: Visit) -> None:
    choose(visit.page, "soft.png", png(picture()))
    answered(visit.page, "soft.png")
    with visit.page.expect_download() as download:
        visit.page.get_by_role("button", name="Download as PNG").click()
    with Image.open(download.value.path()) as found:
        layers = len(saved(visit.page)["images"][0]["layers"])
        assert found.format == "PNG"
        assert found.width > 600
        assert found.height > 112 * layers
        assert len(found.convert("RGB").getcolors(2**24) or ()) > 1000  # it is not blank


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_once_two_images_are_compared(browser: Browser, address: str, scheme: str) -> None:
    with opened(browser, address, "demo/explorer.html", color_scheme=scheme) as visit:
        choose(visit.page, "a.png", png(picture()))
        answered(visit.page, "a.png")
        visit.page.get_by_text("Becomes B").click()
        drop(visit.page, "b.png", png(picture(seed=1)))
        answered(visit.page, "b.png")
        visit.page.locator("[data-pin]").first.click()
        found = violations(visit.page)
    assert not found, "\n".join(found)


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
