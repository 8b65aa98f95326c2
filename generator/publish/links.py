"""Owns the check that a finished site is whole: nothing broken inside it, nothing loaded from outside it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from html import unescape
from pathlib import Path
from posixpath import dirname, normpath
from urllib.parse import unquote, urlsplit

from generator.errors import SiteError

# Attributes that make a browser load something (HTML Standard and SVG 2).
LOADED: Mapping[str, tuple[str, ...]] = {
    "img": ("src",),
    "source": ("src",),
    "script": ("src",),
    "iframe": ("src",),
    "embed": ("src",),
    "input": ("src",),
    "audio": ("src",),
    "track": ("src",),
    "video": ("src", "poster"),
    "object": ("data",),
    "image": ("href", "xlink:href"),
    "feimage": ("href", "xlink:href"),
    "use": ("href", "xlink:href"),
}

# Attributes that make a link to follow.
FOLLOWED: Mapping[str, tuple[str, ...]] = {"a": ("href", "xlink:href"), "area": ("href",)}

# Relations of <link> that lead to another page in place of loading a file.
PAGE_RELATIONS = frozenset({"canonical", "alternate", "prev", "next", "license", "author", "help", "search"})

# Schemes that stay inside the page or are no address of a file.
INERT_SCHEMES = frozenset({"data", "blob", "javascript", "mailto", "tel", "about"})

_SKIPPED = re.compile(
    r"<(?:!--.*?-->|((script|style|textarea)(?=[\s/>])[^>]*>)(.*?)</\2\s*>)", re.DOTALL | re.IGNORECASE
)
_TAG = re.compile(r"""<([a-zA-Z][\w:-]*)(?=[\s/])((?:[^<>"']++|"[^"]*+"|'[^']*+')*+)>""")
_ATTRIBUTE = re.compile(r"""([^\s=/"'<>]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+)))?""")
_CSS_URL = re.compile(r"""(?:url\(|@import)\s*["']?([^"'()\s;]+)""")
_DATA_ADDRESS = re.compile(r"\"([^\"\\\s]+\.(?:html|webp|png|svg)(?:#[^\"\\\s]*)?)\"")
_CSS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


@dataclass(frozen=True)
class Reference:
    """An address in a page or style sheet; `loaded` when the browser fetches it by itself."""

    kind: str
    url: str
    loaded: bool


@dataclass(frozen=True)
class Page:
    """What a file offers and asks for."""

    ids: frozenset[str] = frozenset()
    references: tuple[Reference, ...] = ()
    canonical: str = ""


_NOTHING = Page()


@dataclass(frozen=True)
class _Site:
    """The files of a site (posix paths), the anchors of its pages and its address."""

    files: frozenset[str]
    ids: Mapping[str, frozenset[str]] = field(default_factory=dict)
    address: str = ""

    @property
    def base(self) -> str:
        """The path at which the host serves the site, with a slash at both ends."""
        return urlsplit(self.address).path or "/"


def check_links(site: Path) -> tuple[str, ...]:
    """Return every broken reference of a site and every resource loaded from elsewhere.

    Checked are links, anchors, images (also in SVG and srcset), scripts, styles and frames of
    all `.html` files, the files that `.css` files load, and the pages and pictures named in the
    data that an atlas's scripts read. A link to another host is in order, a resource from one is
    not: the site must work offline.

    Args:
        site: The folder of the finished site.

    Returns:
        One line for each fault, sorted by file; empty for a whole site.

    Raises:
        SiteError: `site` holds no site.
    """
    if not (site / "index.html").is_file():
        raise SiteError(f"`{site}` must be a finished site, but has no index.html; build it first")
    files = frozenset(_files(site))
    names = sorted(name for name in files if name.endswith((".html", ".css")) or _is_data(name))
    pages = {name: _read(site / name) for name in names}
    canonical = pages["index.html"].canonical
    whole = _Site(
        files=files,
        ids={name: page.ids for name, page in pages.items() if name.endswith(".html")},
        address=canonical.removesuffix("index.html"),
    )
    return tuple(
        f"{name}: {reference.kind} `{reference.url}` {fault}"
        for name, page in pages.items()
        for reference in page.references
        if (fault := _fault(whole, name, reference))
    )


def _files(site: Path) -> Iterator[str]:
    for folder, _, names in os.walk(site):
        inside = Path(folder).relative_to(site)
        for name in names:
            yield (inside / name).as_posix()


def _is_data(name: str) -> bool:
    """Whether scripts of an atlas's pages read a file; what it names is seen from those pages."""
    folder, _, file = name.partition("/")
    return folder not in {"assets", "search"} and (
        file == "explorer.json" or ("/" not in file and file.endswith(".js"))
    )


def _read(path: Path) -> Page:
    text = path.read_text(encoding="utf-8", errors="replace")
    if path.suffix == ".css":
        return Page(references=_css_references(text))
    if path.suffix != ".html":
        found = dict.fromkeys(_DATA_ADDRESS.findall(text))
        return Page(references=tuple(Reference("data", url, loaded=False) for url in found))
    return read_page(text)


def read_page(text: str) -> Page:
    """Gather what an HTML page offers and asks for.

    Written with regular expressions, since `html.parser` takes a minute for 2,000 pages; the
    tests hold it against `html.parser`.
    """
    ids: set[str] = set()
    references: dict[Reference, None] = {}
    canonical = ""

    def skip(match: re.Match[str]) -> str:
        if (match[2] or "").lower() == "style":
            references.update(dict.fromkeys(_css_references(match[3])))
        return f"<{match[1]}" if match[1] else ""

    for name, attributes in dict.fromkeys(_TAG.findall(_SKIPPED.sub(skip, text))):
        tag = _read_tag(name.lower(), attributes)
        if tag is not _NOTHING:
            ids.update(tag.ids)
            references.update(dict.fromkeys(tag.references))
            canonical = tag.canonical or canonical
    return Page(frozenset(ids), tuple(references), canonical)


@lru_cache(maxsize=1 << 13)
def _read_tag(tag: str, attributes: str) -> Page:
    """Read one start tag; cached, since most tags of a page are on all pages."""
    values: dict[str, str] = {}
    for name, *quoted in _ATTRIBUTE.findall(attributes):
        values.setdefault(name.lower(), unescape("".join(quoted)))
    names = {values[name] for name in (("id", "name") if tag == "a" else ("id",)) if name in values}
    references = [*_css_references(values.get("style", "")), *_addresses(tag, values)]
    relations = values.get("rel", "").lower().split()
    canonical = values.get("href", "") if tag == "link" and "canonical" in relations else ""
    if not (names or references):
        return _NOTHING
    return Page(frozenset(names), tuple(references), canonical)


def _addresses(tag: str, values: Mapping[str, str]) -> Iterator[Reference]:
    for attribute in FOLLOWED.get(tag, ()):
        if attribute in values:
            yield Reference("link", values[attribute].strip(), loaded=False)
    for attribute in LOADED.get(tag, ()):
        if attribute in values:
            yield Reference(tag, values[attribute].strip(), loaded=True)
    if tag in ("img", "source"):
        for candidate in _srcset(values.get("srcset", "")):
            yield Reference(tag, candidate, loaded=True)
    if tag == "link" and "href" in values:
        relations = set(values.get("rel", "").lower().split())
        followed = bool(relations & PAGE_RELATIONS) and "stylesheet" not in relations
        yield Reference("link", values["href"].strip(), loaded=not followed)


def _css_references(text: str) -> tuple[Reference, ...]:
    if "url(" not in text and "@import" not in text:
        return ()
    urls = dict.fromkeys(_CSS_URL.findall(_CSS_COMMENT.sub("", text)))
    return tuple(Reference("style", url, loaded=True) for url in urls)


def _srcset(value: str) -> Iterator[str]:
    """Return the addresses of a srcset (data: addresses, which hold commas, are none of ours)."""
    for candidate in re.split(r",\s+|,(?=\S+\s)", value.strip()):
        if candidate.strip():
            yield candidate.split()[0]


def _fault(site: _Site, page: str, reference: Reference) -> str:
    """Say what is wrong with a reference, or return an empty string."""
    url = reference.url
    if site.address and (url == site.address or url.startswith(site.address)):
        url = site.base + url.removeprefix(site.address)
    try:
        parts = urlsplit(url)
    except ValueError:
        return "is not a valid address"
    if parts.scheme in INERT_SCHEMES:
        return ""
    if parts.scheme or parts.netloc:
        return "is loaded from outside the site" if reference.loaded else ""
    if not parts.path and not parts.fragment and not url.startswith(("#", "?")):
        return "is empty"
    target = _target(site, page, unquote(parts.path))
    if target is None:
        return "leads out of the site"
    if target not in site.files:
        if f"{target}/index.html".lstrip("/") in site.files:
            return "leads to a folder, which fails from file://; write index.html"
        return "leads nowhere"
    return _anchor_fault(site, target, unquote(parts.fragment))


def _target(site: _Site, page: str, path: str) -> str | None:
    """Return the file that a path in a page means, seen from the site's root; None outside it."""
    if not path:
        return page
    if path.startswith("/"):
        if not path.startswith(site.base):
            return None
        joined = path.removeprefix(site.base)
    else:
        joined = f"{dirname(page)}/{path}".lstrip("/")
    target = normpath(joined or ".")
    if target == ".." or target.startswith("../"):
        return None
    return "" if target == "." else target


def _anchor_fault(site: _Site, target: str, fragment: str) -> str:
    anchor = fragment.partition(":~:")[0]
    if not anchor or anchor == "top" or target not in site.ids or anchor in site.ids[target]:
        return ""
    return f"names an anchor that `{target}` does not have"
