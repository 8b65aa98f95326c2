"""Owns the step from pages to the finished site: one MkDocs build, swapped in whole or not at all."""

from __future__ import annotations

import gzip
import logging
import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from html import escape
from pathlib import Path
from typing import Any

from generator.errors import SiteError
from generator.records import Subject
from generator.store.layout import (
    COMPARISON_PAGE,
    WRITTEN,
    Layout,
    atlas_page,
    bundled,
    cases_page,
    concepts_page,
    contrasts_page,
    data_page,
    findings_page,
    layer_page,
    levels_page,
    map_page,
    network_page,
    neurons_page,
    probes_page,
)

# Warnings quoted in an error: enough to see the pattern, few enough for one line.
SHOWN_WARNINGS = 3

# MkDocs stamps pages with the build time unless this says otherwise (reproducible-builds.org);
# 1980-01-01, the earliest date that archives can hold.
FIXED_DATE = "315532800"

# MkDocs and Material announce their successors on every start; these silence them.
ENVIRONMENT = {"NO_MKDOCS_2_WARNING": "1", "DISABLE_MKDOCS_2_WARNING": "true"}

_LASTMOD = re.compile(r"\s*<lastmod>[^<]*</lastmod>")


def build_site(layout: Layout, atlases: Sequence[Subject], *, site_url: str, strict: bool = True) -> None:
    """Build `layout.site` from `layout.docs`; the same pages give the same bytes.

    The site is built beside its place and then swapped in, so that a failed build keeps the
    old one.

    Args:
        layout: The output folder; `layout.docs` must hold the rendered pages.
        atlases: The atlases of the site, in the order of the navigation.
        site_url: Where the site will be hosted (canonical links, sitemap); empty for a site
            without fixed address. Links inside the site are relative in both cases.
        strict: Whether warnings of MkDocs (a broken link, a page outside the navigation) fail
            the build.

    Raises:
        SiteError: There are no pages, MkDocs fails, or warns in strict mode.
    """
    if not (layout.docs / "index.md").is_file():
        raise SiteError(f"`{layout.docs}` must hold rendered pages, but has no index.md; render them first")
    staging, old = layout.output / ".site.new", layout.output / ".site.old"
    try:
        _recover(layout.site, staging, old)
        warnings = _run_mkdocs(layout.docs, staging, atlases, site_url)
        if strict and warnings:
            raise SiteError(_summary(warnings))
        _finish(staging, hosted=bool(site_url))
        _swap(staging, layout.site, old)
    except OSError as error:
        raise SiteError(
            f"site cannot be written to `{layout.output}`: {error.strerror or error}; "
            "check space and permissions"
        ) from None
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def navigation(entries: Sequence[Any], atlases: Sequence[Subject], docs: Path) -> list[Any]:
    """Return MkDocs navigation: the home page, the atlases, the site's own pages, the guide.

    Args:
        entries: The navigation in mkdocs.yml, whose first entry is the home page.
        atlases: The atlases in the order wanted.
        docs: The rendered pages; those that not every atlas has are named where they are.
    """
    guide = _present(entries[1:], docs)
    return [*entries[:1], *(_atlas_entry(subject, docs) for subject in atlases), *_written(docs), *guide]


def _written(docs: Path) -> list[Any]:
    """Return the entry of a site's own hand-written pages; MkDocs takes titles from them."""
    pages = sorted(path.relative_to(docs).as_posix() for path in (docs / WRITTEN).rglob("*.md"))
    return [{"Written": pages}] if pages else []


def _present(entries: Sequence[Any], docs: Path) -> list[Any]:
    """Return entries of the navigation without the comparison of pictures where there is none."""
    kept: list[Any] = []
    for entry in entries:
        if isinstance(entry, dict):
            ((title, inner),) = entry.items()
            if isinstance(inner, list):
                kept.append({title: _present(inner, docs)})
                continue
            if inner == COMPARISON_PAGE and not (docs / COMPARISON_PAGE).is_file():
                continue
        kept.append(entry)
    return kept


def _atlas_entry(subject: Subject, docs: Path) -> Mapping[str, Any]:
    name = subject.atlas
    further = {
        "Findings": findings_page(name),
        "Case studies": cases_page(name),
        "Map": map_page(name),
        "Probes": probes_page(name),
        "Class contrasts": contrasts_page(name),
        "Low to high level": levels_page(name),
        "Concept images": concepts_page(name),
        "Training": network_page(name),
    }
    # MkDocs takes titles in the navigation for HTML.
    return {
        escape(subject.title): [
            atlas_page(name),
            {"Neurons": neurons_page(name)},
            {"Layers": [{escape(layer.name): layer_page(name, layer.name)} for layer in subject.layers]},
            *({title: page} for title, page in further.items() if (docs / page).is_file()),
            {"Data": data_page(name)},
        ]
    }


def _run_mkdocs(docs: Path, site: Path, atlases: Sequence[Subject], site_url: str) -> list[str]:
    """Run MkDocs quietly and return its warnings."""
    with _environment(), _collected_warnings() as warnings:
        # Imported here, since the theme reads the environment as it is imported.
        from mkdocs.commands.build import build  # noqa: PLC0415
        from mkdocs.config import load_config  # noqa: PLC0415
        from mkdocs.exceptions import Abort, MkDocsException  # noqa: PLC0415

        try:
            config = load_config(
                str(bundled("mkdocs.yml")),
                docs_dir=str(docs.resolve()),
                site_dir=str(site.resolve()),
                site_url=site_url,
                strict=False,
            )
            config.nav = navigation(config.nav or [], atlases, docs)
            build(config)
        except (Abort, MkDocsException) as error:
            raise SiteError(_summary([*warnings, str(error)])) from None
    return warnings


@contextmanager
def _environment() -> Iterator[None]:
    """Set what MkDocs reads from the environment, and put the environment back afterwards."""
    wanted = {"SOURCE_DATE_EPOCH": FIXED_DATE, **os.environ, **ENVIRONMENT}
    before = {name: os.environ.get(name) for name in ("SOURCE_DATE_EPOCH", *ENVIRONMENT)}
    os.environ.update({name: wanted[name] for name in before})
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


class _Collector(logging.Handler):
    """Keeps warnings as single lines."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(" ".join(record.getMessage().split()))


@contextmanager
def _collected_warnings() -> Iterator[list[str]]:
    """Collect the warnings of MkDocs and Markdown in place of printing them."""
    collector = _Collector()
    loggers = [logging.getLogger("mkdocs"), logging.getLogger("MARKDOWN")]
    before = [logger.propagate for logger in loggers]
    for logger in loggers:
        logger.addHandler(collector)
        logger.propagate = False
    try:
        yield collector.lines
    finally:
        for logger, propagate in zip(loggers, before, strict=True):
            logger.removeHandler(collector)
            logger.propagate = propagate


def _summary(warnings: Sequence[str]) -> str:
    shown = "; ".join(warnings[:SHOWN_WARNINGS])
    more = len(warnings) - SHOWN_WARNINGS
    return f"site cannot be built: {shown}" + (f"; and {more} more" if more > 0 else "")


def _finish(site: Path, *, hosted: bool) -> None:
    """Add and mend what MkDocs leaves to plugins: the search from file:// and an honest sitemap."""
    index = site / "search" / "search_index.json"
    if index.is_file():
        text = index.read_text(encoding="utf-8")
        index.with_suffix(".js").write_text(f"var __index = {text};\n", encoding="utf-8")
    sitemap, packed = site / "sitemap.xml", site / "sitemap.xml.gz"
    if not hosted:
        sitemap.unlink(missing_ok=True)
        packed.unlink(missing_ok=True)
    elif "SOURCE_DATE_EPOCH" not in os.environ and sitemap.is_file():
        text = _LASTMOD.sub("", sitemap.read_text(encoding="utf-8"))
        sitemap.write_text(text, encoding="utf-8")
        packed.write_bytes(gzip.compress(text.encode(), mtime=0))


def _recover(site: Path, staging: Path, old: Path) -> None:
    """Clear what an interrupted build left, putting back a site caught between two renames."""
    shutil.rmtree(staging, ignore_errors=True)
    if old.exists():
        if site.exists():
            shutil.rmtree(old)
        else:
            old.rename(site)


def _swap(staging: Path, site: Path, old: Path) -> None:
    """Put the new site into its place; the old one is gone only when the new one is there."""
    if site.exists():
        site.rename(old)
    staging.rename(site)
    shutil.rmtree(old, ignore_errors=True)
