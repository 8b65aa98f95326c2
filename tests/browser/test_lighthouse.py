"""Lighthouse's score for accessibility: 1.0 on one page of each kind (fetches Lighthouse from npm)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.browser.browsers import ARGUMENTS, find_browser
from tests.browser.kinds import kinds

LIGHTHOUSE = "lighthouse@13"

# Seconds that one page may take.
PATIENCE = 120


@pytest.fixture(scope="session")
def lighthouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Lighthouse's program, installed once in a folder of its own."""
    folder = tmp_path_factory.mktemp("lighthouse")
    command = ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(folder), LIGHTHOUSE]
    subprocess.run([str(Path(sys.executable).parent / command[0]), *command[1:]], check=True, cwd=folder)
    return folder / "node_modules" / "lighthouse" / "cli" / "index.js"


def audit(lighthouse: Path, address: str) -> tuple[float, list[str]]:
    """Return the score of a page and the audits that it fails."""
    node = Path(sys.executable).parent / "node"
    command = [
        *(str(node), str(lighthouse), address, "--quiet", "--output=json", "--only-categories=accessibility"),
        f"--chrome-flags=--headless {' '.join(ARGUMENTS)}",
    ]
    environment = {**os.environ, "CHROME_PATH": find_browser() or ""}
    done = subprocess.run(command, capture_output=True, check=True, env=environment, timeout=PATIENCE)
    report = json.loads(done.stdout)
    failed = [name for name, each in report["audits"].items() if each["score"] not in (1, None)]
    return report["categories"]["accessibility"]["score"], failed


@pytest.mark.benchmark
@pytest.mark.long
def test_lighthouse_gives_full_marks(lighthouse: Path, address: str, site: Path) -> None:
    scores = {kind: audit(lighthouse, f"{address}/{path}") for kind, path in kinds(site).items()}
    for kind, (score, failed) in scores.items():
        print(f"{kind:20} {score:.2f} {', '.join(failed)}")
    assert {kind: found for kind, found in scores.items() if found[0] < 1} == {}
