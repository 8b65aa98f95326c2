"""Templates: values escaped, unknown names refused, foreign text on one line; the fence passes HTML on."""

from __future__ import annotations

import json

import markdown
import pytest
import yaml
from jinja2 import UndefinedError

from generator.pages.environment import embedded_json, environment, front_matter, lines
from generator.pages.fence import FENCE, raw_html
from generator.store.layout import bundled

HOSTILE = '<script>alert("x")</script>\n```\n---\n& \x1b\udcff'


def filled(template: str) -> str:
    return environment().from_string(template).render(value=HOSTILE)


def test_values_are_escaped_and_stay_on_one_line() -> None:
    text = filled("{{ value }}")
    assert "<" not in text
    assert "\n" not in text
    assert text.encode()


def test_an_unknown_name_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        filled("{{ valeu }}")


def test_embedded_json_closes_no_element_and_reads_back() -> None:
    text = str(embedded_json({"value": HOSTILE}))
    assert not set("<>&") & set(text)
    assert json.loads(text) == {"value": HOSTILE}


def test_lines_are_kept_as_references() -> None:
    assert lines("a\n<b>\n") == "a&#10;&lt;b&gt;"


def test_front_matter_is_yaml_and_harmless_as_html() -> None:
    for text in (HOSTILE, 'a: "b" #c', "naïve 猫 🙂"):
        loaded = yaml.safe_load(f"title: {front_matter(text)}")
        assert "<" not in loaded["title"]
        assert "\n" not in loaded["title"]


def test_the_fence_hands_html_through_markdown_unchanged() -> None:
    assert f"name: {FENCE}" in bundled("mkdocs.yml").read_text(encoding="utf-8")
    html = '<div class="a"><p>*x* &amp; [y](z)</p>\n<svg><path d="M0 0"/></svg></div>'
    fences = {"custom_fences": [{"name": FENCE, "class": FENCE, "format": raw_html}]}
    page = f"## Title\n\n~~~~~~~~ {FENCE}\n{html}\n~~~~~~~~\n"
    names = ["attr_list", "md_in_html", "toc", "pymdownx.superfences"]
    found = markdown.markdown(page, extensions=names, extension_configs={"pymdownx.superfences": fences})
    assert found.endswith(html)
