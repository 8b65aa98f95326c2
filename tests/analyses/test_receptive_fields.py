from __future__ import annotations

import dataclasses
import pickle
from pathlib import Path

import pytest
from PIL import Image

from generator.activations.layers import choose_layers
from generator.analyses.base import Context
from generator.analyses.receptive_fields import ReceptiveFieldsAnalysis, ReceptiveFieldsTask
from generator.inputs.images import open_images
from generator.recipe_file import check_recipe
from tests.planted import SIDE

ANALYSIS = ReceptiveFieldsAnalysis()


@pytest.fixture
def context(tmp_path: Path) -> Context:
    (tmp_path / "class").mkdir()
    Image.new("RGB", (SIDE, SIDE)).save(tmp_path / "class" / "black.png")
    values = {
        "name": "test",
        "title": "Test",
        "network": {"model": "tests.planted:detectors"},
        "preprocess": {"resize": SIDE, "crop": SIDE, "mean": [0, 0, 0], "std": [1, 1, 1]},
        "images": {"source": "folder", "path": str(tmp_path)},
        "layers": {"select": ["rectified", "mean"]},
    }
    recipe = check_recipe(values, "test")
    empty = Context(recipe, "cpu", (), open_images(recipe.images, 0, SIDE), {})
    return dataclasses.replace(empty, layers=choose_layers(empty.network(), recipe.layers, 0))


def test_every_layer_is_measured(context: Context) -> None:
    tasks = ANALYSIS.tasks(context)
    assert tasks == [ReceptiveFieldsTask("rectified"), ReceptiveFieldsTask("mean")]
    parts = [ANALYSIS.run(pickle.loads(pickle.dumps(context)), task) for task in tasks]
    found = ANALYSIS.combine(context, parts).layers
    assert list(found) == ["rectified", "mean"]
    assert found["rectified"].rows.tolist() == [[place, place + 1] for place in range(SIDE)]
    assert found["rectified"].columns.tolist() == found["rectified"].rows.tolist()
    assert found["mean"].rows.tolist() == found["mean"].columns.tolist() == [[0, SIDE]]


def test_the_estimate_counts_rows_and_columns(context: Context) -> None:
    estimate = ANALYSIS.estimate(context)
    assert estimate.work == f"{2 * SIDE + 2} rows and columns of 2 layers"
    assert 0 < estimate.seconds < 60
    assert estimate.size == (2 * SIDE + 2) * 8
