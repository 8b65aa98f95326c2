"""Fills the hand-written pages: what they draw from published data by name, and what they cite.

Pages are Markdown with Jinja: `{{ number("demo/neurons.json#/summary/dead") }}`. Comments are
`{## … ##}`, since `{#…}` is the anchor of a heading. Besides those that come with the package, a site
takes pages from the folder `written` of its output folder. A page whose front matter names atlases
(`atlases: [demo]`) is left out of sites that lack one of them.
"""

from __future__ import annotations

import shutil
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml
from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import SandboxedEnvironment

from generator.errors import SiteError
from generator.pages.drawing import Drawing
from generator.pages.published import Published
from generator.pages.references import FILE, cited, listed, load_works
from generator.pages.summary import NeuronSummary
from generator.store.layout import WRITTEN

# What Jinja calls a template that it has from a string.
TEMPLATE = "<template>"


def copy_written(source: Path, docs: Path) -> None:
    """Copy a site's own hand-written pages (and pictures beside them) to their place.

    Args:
        source: Their folder, which need not be there.
        docs: The folder of the pages.
    """
    if source.is_dir():
        shutil.copytree(source, docs / WRITTEN, dirs_exist_ok=True)


def hand_written(docs: Path) -> tuple[str, ...]:
    """Return the hand-written pages below docs/, before generated ones are added."""
    return tuple(sorted(path.relative_to(docs).as_posix() for path in docs.rglob("*.md")))


def fill_written(
    docs: Path, pages: Sequence[str], atlases: Sequence[str], neurons: Mapping[str, NeuronSummary]
) -> None:
    """Fill hand-written pages in place; every page and file of the atlases must be there already.

    Args:
        docs: The folder of the pages.
        pages: The hand-written pages, as `hand_written` returned them.
        atlases: Names of the site's atlases, in its order.
        neurons: All neurons of the site by name.

    Raises:
        SiteError: A page draws something that does not exist, or is no valid template.
    """
    published, works = Published(docs), load_works(docs / FILE)
    for page in pages:
        path = docs / page
        text = path.read_text(encoding="utf-8")
        if not set(_named_atlases(text, page)) <= set(atlases):
            path.unlink()
            continue
        values = {
            **Drawing(published, neurons, page).calls,
            "atlases": list(atlases),
            "references": lambda: listed(works),
        }
        filled = _fill(page, cited(text, page, works), values)
        path.write_text(filled, encoding="utf-8", newline="\n")


def _named_atlases(text: str, page: str) -> list[str]:
    """Return the atlases that a page's front matter says it is about."""
    if not text.startswith("---\n"):
        return []
    front = text.removeprefix("---\n").partition("\n---")[0]
    try:
        found = yaml.safe_load(front)
    except yaml.YAMLError:
        raise SiteError(f"page `{page}`: its front matter must be YAML between lines of ---") from None
    named = found.get("atlases", []) if isinstance(found, dict) else []
    if not isinstance(named, list) or not all(isinstance(name, str) for name in named):
        raise SiteError(f"page `{page}`: `atlases` must be a list of names, got {named!r}")
    return named


def _fill(page: str, text: str, values: Mapping[str, object]) -> str:
    environment = SandboxedEnvironment(
        undefined=StrictUndefined,
        autoescape=True,
        comment_start_string="{##",
        comment_end_string="##}",
        trim_blocks=True,
        keep_trailing_newline=True,
    )
    try:
        return environment.from_string(text).render(values)
    except (TemplateError, SiteError) as error:
        raise SiteError(f"page `{page}`, line {_line(error)}: {error.message}") from None


def _line(error: Exception) -> int:
    """Return the line of the page that an error arose in."""
    lines = [
        frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == TEMPLATE
    ]
    return (lines[-1] if lines else getattr(error, "lineno", None)) or 1
