"""Training: writes weights and a report, the same twice, from scenes that no atlas shows."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner

from generator import training
from generator.inputs.scene_network import SIZE
from generator.inputs.scenes import draw_factors, draw_pixels

SEEDS_OF_RECIPES = 2**31


@pytest.fixture
def restored() -> object:
    """Leaves torch's threads and switches as they were."""
    threads = torch.get_num_threads()
    yield
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(False)


def test_learns_from_scenes_of_no_atlas_and_measures_on_others() -> None:
    seeds = {training.TRAINING_SCENES, training.UNSEEN_SCENES}
    assert len(seeds) == 2
    assert min(seeds) >= SEEDS_OF_RECIPES


def test_scenes_in_memory() -> None:
    scenes = training.draw_scenes(5, 7)
    np.testing.assert_array_equal(scenes.pixels[6].numpy(), draw_pixels(5, 6, SIZE))
    assert scenes.pixels.shape == (7, SIZE, SIZE, 3)
    task = next(task for task in training.TASKS if task.name == "object")
    assert [task.values[number] for number in scenes.labels["object"].tolist()] == [
        draw_factors(5, index).object for index in range(7)
    ]


@pytest.mark.usefixtures("restored")
def test_one_command_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    files = []
    for run in ("one", "two"):
        weights, report = tmp_path / f"{run}.safetensors", tmp_path / f"{run}.json"
        options = ["--scenes", "96", "--unseen", "32", "--epochs", "2"]
        places = ["--weights", str(weights), "--report", str(report)]
        result = CliRunner().invoke(training.main, [*options, *places], catch_exceptions=False)
        assert result.exit_code == 0
        files.append((weights.read_bytes(), json.loads(report.read_text())))
    assert files[0][0] == files[1][0]
    report = files[0][1]
    assert report["unseen"] == files[1][1]["unseen"]
    assert report["history"][1]["loss"] < report["history"][0]["loss"]
    assert report["training"]["scenes"] == 96
    assert report["unseen"]["scenes"] == 32
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "one.json", "one.safetensors", "two.json", "two.safetensors",
    ]  # fmt: skip


def test_moving_keeps_what_is_shown() -> None:
    pixels = torch.arange(SIZE * SIZE * 3, dtype=torch.int32).view(1, SIZE, SIZE, 3)
    seen = set()
    for seed in range(40):
        moved = training._moved(pixels, torch.Generator().manual_seed(seed))
        assert moved.shape == pixels.shape
        middle = int(moved[0, SIZE // 2, SIZE // 2, 0]) // 3
        row, column = divmod(middle, SIZE)
        assert abs(row - SIZE // 2) <= 3
        assert abs(column - SIZE // 2) <= 4
        seen.add((row, column))
    assert len(seen) > 15
