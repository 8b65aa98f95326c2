"""Owns the local server of a finished site: this machine only, right types, no folder listings."""

from __future__ import annotations

import errno
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from generator.errors import SiteError

# Only this machine can reach the server.
HOST = "127.0.0.1"

# Types that Python or the system may not know, or know differently (IANA media types).
TYPES = {
    ".bib": "text/x-bibtex",
    ".css": "text/css",
    ".csv": "text/csv",
    ".html": "text/html",
    ".js": "text/javascript",
    ".json": "application/json",
    ".md": "text/markdown",
    ".mjs": "text/javascript",
    ".svg": "image/svg+xml",
    ".toml": "application/toml",
    ".wasm": "application/wasm",
    ".webp": "image/webp",
    ".xml": "application/xml",
    ".zip": "application/zip",
}

# A page that would call another host fails here as it would offline.
CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "connect-src 'self' data: blob:",
        "worker-src 'self' blob:",
    ]
)


class _Handler(SimpleHTTPRequestHandler):
    """Serves files below a folder, optionally under a path of the host, without a word."""

    protocol_version = "HTTP/1.1"
    server: _Server

    def translate_path(self, path: str) -> str:
        prefix = self.server.prefix
        inside = path if not prefix else path.removeprefix(prefix) if path.startswith(f"{prefix}/") else None
        if inside is None:
            return str(Path(self.directory) / ".outside")
        return super().translate_path(inside)

    def guess_type(self, path: Any) -> str:
        kind = TYPES.get(Path(path).suffix.lower()) or super().guess_type(path)
        return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind

    def list_directory(self, path: Any) -> None:  # noqa: ARG002
        self.send_error(HTTPStatus.NOT_FOUND)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        page = Path(self.directory) / "404.html"
        if code != HTTPStatus.NOT_FOUND or not page.is_file():
            super().send_error(code, message, explain)
            return
        body = page.read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-cache")
        self.send_header("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        self.send_header("X-Content-Type-Options", "nosniff")
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (inherited)
        """Stay quiet: the caller has said where the site is."""


class _Server(ThreadingHTTPServer):
    """A server that knows its folder and the path under which it serves it."""

    def __init__(self, site: Path, port: int, prefix: str) -> None:
        self.site = site
        self.prefix = prefix
        super().__init__((HOST, port), _Handler)

    def finish_request(self, request: Any, client_address: Any) -> None:
        _Handler(request, client_address, self, directory=str(self.site))

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Stay quiet about browsers that hang up."""


def make_server(site: Path, port: int, prefix: str = "") -> ThreadingHTTPServer:
    """Return a server for `site`, bound but not yet serving; close it with `server_close`.

    Args:
        site: The folder of the finished site.
        port: The port on 127.0.0.1; 0 for any free one (see `server_address`).
        prefix: A path under which to serve the site, `/PATH` without slash at its end, as some
            hosts do; empty for the root.

    Raises:
        SiteError: There is no site, or the port cannot be had.
    """
    if not (site / "index.html").is_file():
        raise SiteError(f"`{site}` must be a finished site, but has no index.html; build it first")
    try:
        return _Server(site.resolve(), port, prefix)
    except OverflowError:
        raise SiteError(f"`port` must be from 0 to 65535, got {port}") from None
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise SiteError(f"`port` must be free, got {port}, which is in use; choose another") from None
        raise SiteError(
            f"`port` {port} cannot be opened: {error.strerror}; choose another above 1023"
        ) from None


def serve(site: Path, port: int) -> None:
    """Serve `site` on 127.0.0.1 until interrupted (Ctrl-C).

    Args:
        site: The folder of the finished site.
        port: The port.

    Raises:
        SiteError: There is no site, or the port cannot be had.
    """
    with make_server(site, port) as server:
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return
