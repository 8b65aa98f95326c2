"""The report on how a network was made: word for word, and only beside the weights that it is about."""

from __future__ import annotations

import hashlib
import json
import pickle
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from generator.analyses.base import Context
from generator.analyses.network_report import NetworkReportAnalysis, report_of
from generator.errors import NetworkError
from generator.inputs.scene_network import REPORT_FILE, WEIGHTS_FILE
from generator.recipe import ImagesSection, NetworkSection, Recipe

ANALYSIS = NetworkReportAnalysis()
MODULE = "reporting_network"
FACTORY = """
from pathlib import Path
from torch import nn

REPORT_FILE = Path(__file__).with_name("report.json")

def make():
    return nn.Conv2d(3, 2, 3)
"""


@pytest.fixture
def report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The report of a factory in the current folder."""
    (tmp_path / f"{MODULE}.py").write_text(FACTORY)
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "report.json"
    file.write_text('{"accuracy": 0.75}')
    yield file
    sys.modules.pop(MODULE, None)


def context_of(weights: str = "") -> Context:
    recipe = Recipe(
        name="reported",
        title="Reported",
        network=NetworkSection(model=f"{MODULE}:make", weights=weights),
        images=ImagesSection(source="scenes"),
    )
    return Context(recipe, "cpu", (), None, {})  # type: ignore[arg-type]


def text_of(context: Context) -> str:
    parts = [ANALYSIS.run(pickle.loads(pickle.dumps(context)), task) for task in ANALYSIS.tasks(context)]
    return ANALYSIS.combine(context, parts).text


def test_the_text_is_kept_word_for_word(report: Path) -> None:
    assert text_of(context_of()) == '{"accuracy": 0.75}'
    estimate = ANALYSIS.estimate(context_of())
    assert (estimate.size, estimate.work) == (18, "report on how the network was made")
    report.unlink()
    assert text_of(context_of()) == ""
    assert ANALYSIS.estimate(context_of()).work == "no report"


@pytest.mark.usefixtures("report")
def test_other_weights_have_no_report() -> None:
    assert text_of(context_of(weights="other.safetensors")) == ""


def test_a_new_report_is_a_new_record(report: Path) -> None:
    first = ANALYSIS.identity(context_of())
    assert ANALYSIS.identity(context_of()) == first
    report.write_text('{"accuracy": 0.76}')
    second = ANALYSIS.identity(context_of())
    assert (
        len({json.dumps(dict(found)) for found in (first, second, ANALYSIS.identity(context_of("w.pth")))})
        == 3
    )


def test_a_damaged_report_is_one_line(report: Path) -> None:
    report.write_text("{")
    with pytest.raises(NetworkError, match="must be a JSON file"):
        ANALYSIS.identity(context_of())


def test_the_embedded_networks_report_is_about_its_weights() -> None:
    if not REPORT_FILE.is_file():
        pytest.skip("the scene network is not trained yet; run `python -m generator.training`")
    found = json.loads(report_of(NetworkSection(model="generator.inputs.scene_network:network")))
    assert found["network"]["sha256"] == hashlib.sha256(WEIGHTS_FILE.read_bytes()).hexdigest()
