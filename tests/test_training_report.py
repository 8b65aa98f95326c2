"""What the report says, against counting by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from generator.inputs.scenes import TASKS, draw_factors, labels
from generator.inputs.scenes.objects import OBJECTS
from generator.training_report import accuracies, share_interval


def test_shares_and_confusions() -> None:
    scenes = [draw_factors(0, index) for index in range(200)]
    known = {name: torch.from_numpy(values.astype(np.int64)) for name, values in labels(scenes).items()}
    named = known["object"].numpy().copy()
    cats = [index for index, scene in enumerate(scenes) if scene.object == "cat"]
    named[cats[:2]] = OBJECTS.index("dog")
    found = accuracies(named, known)
    assert found["accuracy"] == pytest.approx(198 / 200)
    assert (found["cats_named_dog"], found["dogs_named_cat"]) == (2, 0)
    assert (found["cats"], found["scenes"]) == (len(cats), 200)
    assert found["by"]["object"]["cat"] == pytest.approx(1 - 2 / len(cats))
    assert found["by"]["object"]["house"] == 1
    assert np.sum(found["confusion"]) == 200
    assert found["confusion"][OBJECTS.index("cat")][OBJECTS.index("dog")] == 2
    assert set(found["by"]) == {task.name for task in TASKS}
    red = [index for index, scene in enumerate(scenes) if scene.colour == "red"]
    wrong = sum(index in cats[:2] for index in red)
    assert found["by"]["colour"]["red"] == pytest.approx(1 - wrong / len(red))


def test_interval_against_known_values() -> None:
    low, high = share_interval(8, 10)
    assert (low, high) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    assert share_interval(50, 50)[1] == pytest.approx(1)
    assert 0.9 < share_interval(50, 50)[0] < 0.95
