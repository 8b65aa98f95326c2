"""Probe tasks: labels that say what the factors say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from generator.inputs.scenes import TASKS, draw_factors, labels

SCENES = [draw_factors(2, index) for index in range(500)]


def value(name: str, **changes: object) -> str:
    task = next(task for task in TASKS if task.name == name)
    return task.values[task.label(replace(SCENES[0], **changes))]


def test_every_answer_occurs() -> None:
    found = labels(SCENES)
    assert set(found) == {task.name for task in TASKS}
    for task in TASKS:
        assert found[task.name].shape == (len(SCENES),)
        assert set(found[task.name].tolist()) == set(range(len(task.values))), task.name


def test_answers() -> None:
    assert value("object", object="dog") == "dog"
    assert [value("kind", object=kind) for kind in ("cat", "tree", "cup")] == ["animal", "plant", "thing"]
    assert [value("size", size=size) for size in (0.5, 0.68, 0.86)] == ["small", "medium", "large"]
    assert [value("side", x=x) for x in (0.4, 0.6)] == ["left", "right"]
    assert [value("height", y=y) for y in (0.4, 0.6)] == ["high", "low"]
    assert [value("turn", rotation=turn) for turn in (-5.0, 5.0)] == ["anticlockwise", "clockwise"]
    assert [value("noise", noise=noise) for noise in (0.0, 0.01)] == ["clean", "noisy"]
    assert [value("mirrored", mirrored=flag) for flag in (False, True)] == ["no", "yes"]


def test_two_answers_are_balanced() -> None:
    for task, numbers in labels(SCENES).items():
        if numbers.max() == 1:
            assert 0.4 < np.mean(numbers) < 0.6, task
