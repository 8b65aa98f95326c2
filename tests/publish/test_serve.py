from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest

from generator.errors import SiteError
from generator.publish import serve as module
from generator.publish.serve import make_server, serve


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    (folder / "deep").mkdir(parents=True)
    (folder / "index.html").write_text("<p>home</p>")
    (folder / "404.html").write_text("<p>not here</p>")
    for name in ("a.webp", "a.mjs", "a.js", "a.wasm", "a.json", "a.css", "a.svg", "a.bib", "a.CSV"):
        (folder / "deep" / name).write_bytes(b"content")
    (tmp_path / "secret.txt").write_text("secret")
    return folder


@pytest.fixture(params=["", "/some/path"])
def served(site: Path, request: pytest.FixtureRequest) -> Iterator[tuple[int, str]]:
    """The port and path at which the site is served."""
    with make_server(site, 0, request.param) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_address[1], request.param
        server.shutdown()
        thread.join()


def get(port: int, path: str, method: str = "GET") -> tuple[HTTPResponse, bytes]:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request(method, path)
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response, body


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.webp", "image/webp"),
        ("a.mjs", "text/javascript; charset=utf-8"),
        ("a.js", "text/javascript; charset=utf-8"),
        ("a.wasm", "application/wasm"),
        ("a.json", "application/json"),
        ("a.css", "text/css; charset=utf-8"),
        ("a.svg", "image/svg+xml"),
        ("a.bib", "text/x-bibtex; charset=utf-8"),
        ("a.CSV", "text/csv; charset=utf-8"),
    ],
)
def test_files_have_their_types(served: tuple[int, str], name: str, kind: str) -> None:
    port, prefix = served
    response, body = get(port, f"{prefix}/deep/{name}?query")
    assert (response.status, response.headers["Content-Type"], body) == (200, kind, b"content")


def test_the_root_is_the_home_page_and_forbids_other_hosts(served: tuple[int, str]) -> None:
    port, prefix = served
    response, body = get(port, f"{prefix}/")
    assert (response.status, body) == (200, b"<p>home</p>")
    assert "default-src 'self'" in response.headers["Content-Security-Policy"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "path", ["/gone.html", "/deep/", "/../secret.txt", "/%2e%2e/secret.txt", "//../secret.txt"]
)
def test_what_is_not_in_the_site_gives_its_404_page(served: tuple[int, str], path: str) -> None:
    port, prefix = served
    response, body = get(port, prefix + path)
    assert (response.status, body) == (404, b"<p>not here</p>")
    response, body = get(port, prefix + path, "HEAD")
    assert (response.status, body) == (404, b"")


def test_outside_the_prefix_there_is_nothing(served: tuple[int, str]) -> None:
    port, prefix = served
    status = get(port, "/index.html")[0].status
    assert status == (404 if prefix else 200)
    assert get(port, "/some/pathological/index.html")[0].status == 404


def test_a_site_without_404_page_still_answers(site: Path) -> None:
    (site / "404.html").unlink()
    with make_server(site, 0) as server:
        threading.Thread(target=server.serve_forever).start()
        assert get(server.server_address[1], "/gone")[0].status == 404
        server.shutdown()


def test_only_this_machine_is_served(site: Path) -> None:
    with make_server(site, 0) as server:
        assert server.server_address[0] == "127.0.0.1"


def test_a_busy_port_is_one_line_with_a_remedy(site: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SiteError, match=f"`port` must be free, got {port}.*choose another"):
            serve(site, port)


def test_an_impossible_port_is_one_line(site: Path) -> None:
    with pytest.raises(SiteError, match="from 0 to 65535, got 70000"):
        serve(site, 70000)


def test_a_forbidden_port_is_one_line(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(module, "_Server", refuse)
    with pytest.raises(SiteError, match="`port` 80 cannot be opened: Permission denied"):
        serve(site, 80)


def test_a_missing_site_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(SiteError, match="build it first"):
        serve(tmp_path / "gone", 0)


def test_an_interrupt_ends_it_quietly(
    site: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def interrupt(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(module._Server, "serve_forever", interrupt)
    serve(site, 0)
    assert capfd.readouterr() == ("", "")
