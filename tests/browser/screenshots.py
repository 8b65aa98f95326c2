"""Takes pictures of one page of each kind, for human eyes: `python tests/browser/screenshots.py SITE OUT`."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from generator.publish.serve import make_server

sys.path.insert(0, str(Path(__file__).parent))

from browsers import ARGUMENTS, find_browser
from kinds import kinds

# Width and height in pixels, and the preferred colour scheme, of each look.
LOOKS = {
    "desktop": (1280, 900, "light"),
    "dark": (1280, 900, "dark"),
    "phone": (390, 844, "light"),
}

# Taller pages are cut: no picture viewer is glad of more.
TALLEST = 6000


def take(browser: Browser, address: str, pages: Mapping[str, str], out: Path) -> Iterator[Path]:
    """Take each page in each look and yield the pictures' paths."""
    for look, (width, height, scheme) in LOOKS.items():
        context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
        page = context.new_page()
        for kind, path in pages.items():
            page.goto(f"{address}/{path}")
            page.wait_for_load_state("networkidle")
            tall = min(TALLEST, int(page.evaluate("document.documentElement.scrollHeight")))
            # What is drawn when it comes into view must come into view.
            for top in range(0, tall, height):
                page.evaluate("top => scrollTo(0, top)", top)
                page.wait_for_timeout(120)
            page.evaluate("scrollTo(0, 0)")
            page.wait_for_timeout(300)
            picture = out / f"{kind}-{look}.png"
            clip = {"x": 0, "y": 0, "width": width, "height": max(tall, height)}
            page.screenshot(path=picture, clip=clip, full_page=True)
            yield picture
        context.close()


def main(site: Path, out: Path) -> None:
    """Take all pictures of a finished site."""
    executable = find_browser()
    if executable is None:
        sys.exit("no Chromium is installed")
    out.mkdir(parents=True, exist_ok=True)
    with make_server(site, 0) as server, sync_playwright() as playwright:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        browser = playwright.chromium.launch(executable_path=executable, args=list(ARGUMENTS))
        address = f"http://127.0.0.1:{server.server_address[1]}"
        for picture in take(browser, address, kinds(site), out):
            print(picture)
        browser.close()
        server.shutdown()


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: python tests/browser/screenshots.py SITE OUT")
    main(Path(sys.argv[1]), Path(sys.argv[2]))
