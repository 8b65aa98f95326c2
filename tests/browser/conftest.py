"""A site of made-up atlases, served below a path of the host, and a browser that notes everything."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Request, Response, expect
from playwright.sync_api import TimeoutError as TooLong

from generator.pages.render import render
from generator.publish.build import build_site
from generator.publish.serve import make_server
from generator.records import AtlasRecords, NeuronId
from generator.store.layout import Layout
from tests.pages.fake_atlas import fake_atlas
from tests.pages.fake_comparison import fake_comparison

PREFIX = "/some/path"

# Milliseconds that anything on a page may take, on a busy machine too.
PATIENCE = 20_000
expect.set_options(timeout=PATIENCE)

# How the browser calls a request that it gave up itself.
TAKEN_BACK = "net::ERR_ABORTED"

DESKTOP = {"width": 1280, "height": 900}

# Names, layers, neurons a layer and seeds of the atlases.
ATLASES = (("fake-one", 3, 6, 0), ("fake-two", 2, 3, 3))

# Asked in a page: has every picture that is shown come, or failed to come?
ALL_LOADED = "[...document.images].every(image => image.complete || !image.checkVisibility())"

Open = Callable[..., "Visit"]


@dataclass
class Visit:
    """A page in a browser, with all complaints and requests since it was opened."""

    page: Page
    root: str
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    leaving: bool = False  # from the moment another page is asked for until it has come

    def watch(self) -> None:
        """Note what the page does from now on."""
        self.page.on("console", lambda message: self._note(message.type, message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(f"page error: {error}"))
        self.page.on("request", self._request)
        self.page.on("requestfailed", self._failed)
        self.page.on("response", self._response)
        self.page.on("load", self._arrived)

    def go(self, path: str) -> Page:
        """Open a page of the site and let it finish."""
        self.page.goto(f"{self.root}/{path}")
        self.page.wait_for_load_state("networkidle")
        return self.page

    def scroll_through(self) -> None:
        """Bring every part of the page into view once and wait for the pictures that load lazily.

        The wait ends after ten seconds: what is still missing then is for the test to report.
        """
        top = 0
        while top < int(self.page.evaluate("document.documentElement.scrollHeight")):
            self.page.evaluate("top => scrollTo(0, top)", top)
            self.page.wait_for_timeout(30)
            top += 800
        with suppress(TooLong):
            self.page.wait_for_function(ALL_LOADED, timeout=10_000)
        self.page.wait_for_load_state("networkidle")

    def foreign(self) -> list[str]:
        """Return the requests that left the site."""
        own = (f"{self.root}/", "data:", "blob:")
        return [url for url in self.requests if not url.startswith(own)]

    def _note(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.complaints.append(f"console {kind}: {text}")

    def _request(self, request: Request) -> None:
        self.requests.append(request.url)
        self.leaving = self.leaving or request.is_navigation_request()

    def _arrived(self) -> None:
        self.leaving = False

    def _failed(self, request: Request) -> None:
        """Note what did not come; what a page still asked for when it was left is no failure."""
        if not (self.leaving and request.failure == TAKEN_BACK):
            self.complaints.append(f"failed ({request.failure}): {request.url}")

    def _response(self, response: Response) -> None:
        if response.status >= 400:
            self.complaints.append(f"{response.status}: {response.url}")


@contextmanager
def opened(browser: Browser, root: str, path: str, **options: Any) -> Iterator[Visit]:
    """Open a page in a fresh context."""
    context = browser.new_context(**{"viewport": DESKTOP, "reduced_motion": "reduce", **options})
    context.set_default_timeout(PATIENCE)
    visit = Visit(context.new_page(), root)
    visit.watch()
    visit.go(path)
    yield visit
    context.close()


@pytest.fixture(scope="session")
def atlases() -> list[AtlasRecords]:
    """Two atlases of made-up numbers."""
    return [
        fake_atlas(name, layers=layers, neurons=neurons, seed=seed) for name, layers, neurons, seed in ATLASES
    ]


@pytest.fixture(scope="session")
def neurons(atlases: list[AtlasRecords]) -> list[NeuronId]:
    """All shown neurons of the first atlas, in the order in which its pages lead through them."""
    subject = atlases[0].subject
    return [
        NeuronId(subject.atlas, layer.name, channel)
        for layer in subject.layers
        for channel in sorted(layer.neurons)
    ]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, atlases: list[AtlasRecords]) -> Path:
    """A finished site of two atlases."""
    layout = Layout(tmp_path_factory.mktemp("output"))
    render(layout, atlases, comparisons=[fake_comparison()], site_url="")
    build_site(layout, [atlas.subject for atlas in atlases], site_url="")
    return layout.site


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    """The address at which the site is served, without a slash at its end."""
    with make_server(site, 0, PREFIX) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}{PREFIX}"
        server.shutdown()
        thread.join()


@pytest.fixture
def open_page(browser: Browser, address: str) -> Iterator[Open]:
    """A function that opens a page in a fresh context; `root` defaults to the served site."""
    with ExitStack() as stack:

        def open_page(path: str, root: str = address, **options: Any) -> Visit:
            return stack.enter_context(opened(browser, root, path, **options))

        yield open_page
