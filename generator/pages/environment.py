"""Sets up Jinja: escapes everything, refuses unknown names, keeps foreign text from becoming Markdown."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from generator.store.layout import bundled

# Control characters and lone surrogates (undecodable file names), which no page can hold.
_UNFIT = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Return the environment of all templates; made once in a process."""
    found = Environment(
        loader=FileSystemLoader(bundled("templates")),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_fit,
    )
    found.filters["lines"] = lines
    found.filters["json"] = embedded_json
    found.filters["yaml"] = front_matter
    return found


def render(template: str, values: dict[str, Any]) -> str:
    """Return a page: a template of `templates/` filled with plain values."""
    return environment().get_template(template).render(values)


def _fit(value: Any) -> Any:
    if isinstance(value, str) and not isinstance(value, Markup):
        return _UNFIT.sub("\N{REPLACEMENT CHARACTER}", value)
    return value


def lines(text: str) -> Markup:
    """Escape text for `<pre>`; its line ends become references, so that Markdown sees one line."""
    kept = "\n".join(_UNFIT.sub("\N{REPLACEMENT CHARACTER}", line) for line in text.splitlines())
    return Markup(str(escape(kept)).replace("\n", "&#10;"))


def embedded_json(value: Any) -> Markup:
    """Write a value as JSON for a `<script>` element, which no content can close."""
    text = json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)


def front_matter(text: str) -> Markup:
    """Quote text for a page's front matter, escaped because MkDocs puts it into HTML as it is."""
    fit = _UNFIT.sub("\N{REPLACEMENT CHARACTER}", text)
    return Markup(json.dumps(str(escape(fit)), ensure_ascii=False))
