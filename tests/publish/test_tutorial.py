"""The tutorial on adding an analysis, done as it says: on a copy, up to the number on the finished page."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from generator.store.layout import PACKAGE, bundled
from tests import tiny

TUTORIAL = (bundled("site_src") / "own-analysis.md").read_text(encoding="utf-8")
BLOCK = re.compile(r'^```(\w+) title="([^"]+)"\n(.*?)^```$', re.MULTILINE | re.DOTALL)


def follow(text: str, folder: Path) -> list[str]:
    """Do what the blocks of a tutorial say in a copy of the repository; return the files they name.

    Raises:
        ValueError: A change does not fit exactly one place of its file, or a new file is there already.
    """
    files = []
    for language, name, body in BLOCK.findall(text):
        path = folder / name
        files.append(name)
        if language != "diff":
            if path.exists():
                raise ValueError(f"{name} is there already")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(body, encoding="utf-8")
            continue
        lines = body.splitlines(keepends=True)
        before = "".join(line[1:] for line in lines if line[0] == " ")
        after = "".join(line[1:] for line in lines if line[0] in " +")
        content = path.read_text(encoding="utf-8")
        if content.count(before) != 1 or before == after:
            raise ValueError(f"{name}: {content.count(before)} places for\n{body}")
        path.write_text(content.replace(before, after), encoding="utf-8")
    return files


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the repository in which the tutorial was followed."""
    folder = tmp_path_factory.mktemp("copy")
    without = shutil.ignore_patterns("__pycache__", "_bundle")
    shutil.copytree(PACKAGE, folder / "generator", ignore=without)
    for name in ("templates", "site_src"):
        shutil.copytree(bundled(name), folder / name)
    shutil.copyfile(bundled("mkdocs.yml"), folder / "mkdocs.yml")
    (folder / "tests").mkdir()
    shutil.copyfile(Path(tiny.__file__), folder / "tests" / "tiny.py")
    assert len(follow(TUTORIAL, folder)) == TUTORIAL.count('title="')
    return folder


def run(folder: Path, *arguments: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    done = subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_tutorials_own_test_passes(copy: Path) -> None:
    run(copy, "pytest", "-q", "-p", "no:cacheprovider", "tests/analyses/test_concentration.py")


def test_the_number_is_on_the_page_and_in_the_data(copy: Path) -> None:
    tiny.write_world(copy)
    run(copy, "generator", "build", "tiny.toml", "--output", "atlas")
    network = json.loads((copy / "atlas/site/tiny/neurons.json").read_text(encoding="utf-8"))
    neuron = network["neurons"][0]["neuron"]
    data = json.loads((copy / f"atlas/site/{neuron}.json").read_text(encoding="utf-8"))
    assert 1 / 24 <= data["concentration"]["half_share"] <= 0.5
    page = (copy / f"atlas/site/{neuron}.html").read_text(encoding="utf-8")
    shown = re.search(r"half of the neuron's response: <strong>(?:<[^>]*>)?([\d.]+)%", page)
    assert shown
    assert np.isclose(float(shown[1]) / 100, data["concentration"]["half_share"], atol=5e-4)
    schema = json.loads((copy / "atlas/site/tiny/neuron.schema.json").read_text(encoding="utf-8"))
    assert "concentration" in schema["properties"]


def test_a_change_that_does_not_fit_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("one = 1\ntwo = 2\n", encoding="utf-8")
    fits = '```diff title="a.py"\n one = 1\n+half = 0.5\n two = 2\n```\n'
    assert follow(fits, tmp_path) == ["a.py"]
    assert (tmp_path / "a.py").read_text(encoding="utf-8") == "one = 1\nhalf = 0.5\ntwo = 2\n"
    for broken in (fits, '```python title="a.py"\nthree = 3\n```\n', '```diff title="a.py"\n one = 1\n```\n'):
        with pytest.raises(ValueError, match=r"a\.py"):
            follow(broken, tmp_path)
