"""Addresses: relative links between files of the site, and where generated files lie below docs/."""

from __future__ import annotations

import posixpath
from functools import lru_cache
from urllib.parse import quote

from generator.records import NeuronId

PICTURES = "pictures"
NETWORKS = "networks"
COMPARISON_PICTURES = "comparison"


def page_url(page: str) -> str:
    """Return the site path of a Markdown page (`a/b.md` becomes `a/b.html`), not yet quoted."""
    assert page.endswith(".md"), page
    return page.removesuffix(".md") + ".html"


def link(target: str, page: str) -> str:
    """Return the quoted relative link from a page to a file or page of the site.

    Args:
        target: Path below docs/ (a `.md` page is linked as the `.html` it becomes), perhaps with
            `#anchor`.
        page: Path below docs/ of the page that holds the link.
    """
    path, mark, anchor = target.partition("#")
    if path.endswith(".md"):
        path = page_url(path)
    return _relative(path, posixpath.dirname(page) or ".") + mark + quote(anchor)


@lru_cache(maxsize=4096)
def _relative(path: str, folder: str) -> str:
    """Return a quoted relative path; cached, because a layer's pages share folder and pictures."""
    return quote(posixpath.relpath(path, folder))


def absolute(site_url: str, path: str) -> str:
    """Return the quoted address of a site path on its host (the path alone without a host)."""
    return (site_url.rstrip("/") + "/" if site_url else "") + quote(path)


def picture_file(atlas: str, name: str) -> str:
    """Return where a dataset picture lies."""
    return f"{atlas}/{PICTURES}/{name}"


def visualization_file(
    network_sha256: str, layer: str, channel: int, variant: str, pixels_sha256: str
) -> str:
    """Return where a feature visualization of a neuron lies; shared by the network's atlases."""
    return f"{NETWORKS}/{network_sha256[:16]}/{layer}/{channel}-{variant}-{pixels_sha256[:8]}.webp"


def thumbnail_file(visualization: str) -> str:
    """Return where the small version of a feature visualization lies."""
    return visualization.removesuffix(".webp") + ".small.webp"


def figure_file(neuron: NeuronId) -> str:
    """Return where a neuron's figure for slides and papers lies."""
    return f"{neuron}.jpg"
