"""Writes the pages of images and what can be downloaded of them."""

from __future__ import annotations

from pathlib import Path

from generator.pages.context_patterns import image_context, images_context, patterns_of
from generator.pages.environment import render
from generator.pages.pattern_data import ImagePatterns, image_patterns
from generator.pages.schema import canonical
from generator.records import AtlasRecords
from generator.store.layout import image_json, image_page, images_page

SCHEMA_FILE = "image.schema.json"


def write_patterns(docs: Path, atlas: AtlasRecords) -> None:
    """Write a page and a JSON file for each image, the page of all of them, and the JSON Schema."""
    record, name = patterns_of(atlas), atlas.subject.atlas
    (docs / name / "images").mkdir(exist_ok=True)
    found = [image_patterns(atlas, record, at) for at in range(len(record.image_ids))]
    for at, data in enumerate(found):
        (docs / image_json(name, data.picture)).write_bytes(canonical(data.model_dump(mode="json")))
        text = render("image.md.jinja", image_context(atlas, found, at))
        (docs / image_page(name, data.picture)).write_text(text, encoding="utf-8", newline="\n")
    schema = ImagePatterns.model_json_schema(mode="serialization")
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    (docs / name / SCHEMA_FILE).write_bytes(canonical({**head, **schema}))
    text = render("images.md.jinja", images_context(atlas, found))
    (docs / images_page(name)).write_text(text, encoding="utf-8", newline="\n")
