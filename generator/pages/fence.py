"""Hands the HTML of generated pages through Markdown unread: a fence that MkDocs is configured with.

Python-Markdown would parse every tag of raw HTML twice, which takes most of the time of building a
site of thousands of pages. mkdocs.yml names `raw_html` as the formatter of fences called `FENCE`.
"""

from __future__ import annotations

from typing import Any

# The fence's name in templates and in mkdocs.yml.
FENCE = "neuron-atlas"


def raw_html(source: str, *_: Any, **__: Any) -> str:
    """Return a fence's content as it is, for `pymdownx.superfences` (`custom_fences`, `format`).

    Args:
        source: What stands in the fence: HTML that the templates escaped.
    """
    return source
