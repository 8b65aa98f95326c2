"""CITATION.cff is valid by the schema of the Citation File Format, and of this version."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import jsonschema
import pytest
import yaml

ROOT = Path(__file__).parents[1]

# Schema 1.2.0 of the Citation File Format (https://citation-file-format.github.io), CC-BY-4.0.
SCHEMA = Path(__file__).parent / "publish" / "cff-1.2.0.schema.json"


def test_the_citation_file_is_valid_and_of_this_version() -> None:
    found = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    schema = json.loads(SCHEMA.read_text())
    jsonschema.validate(found, schema)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert (found["version"], found["license"]) == (project["version"], project["license"])
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**found, "authors": []}, schema)
