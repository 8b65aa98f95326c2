"""Step sizes, the jump of settled pictures, and the sizes through which a picture grows."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from generator.featurevis.schedule import (
    SMALLEST_STAGE,
    Schedule,
    stages,
)


def scores(*course: float) -> list[torch.Tensor]:
    return [torch.tensor([score]) for score in course]


def test_the_step_size_rises_and_then_falls_along_a_cosine() -> None:
    schedule = Schedule(steps=100, learning_rate=0.5)
    sizes = [schedule.step_sizes(torch.tensor([step]), step).item() for step in range(100)]
    assert sizes[0] == pytest.approx(0.1)
    assert max(sizes) == pytest.approx(0.5, rel=0.01)
    assert sizes[50] == pytest.approx(0.5 * (1 + 0.05) / 2)
    assert sizes[99] == pytest.approx(0.5 * 0.05, rel=0.05)
    assert np.diff(sizes[5:]).max() < 0


def test_each_picture_has_the_step_size_of_its_own_clock() -> None:
    schedule = Schedule(steps=100, learning_rate=0.5)
    found = schedule.step_sizes(torch.tensor([20, 70]), 20)
    assert found.tolist() == [
        pytest.approx(schedule.step_sizes(torch.tensor([clock]), 50).item()) for clock in (20, 70)
    ]


def test_a_picture_settles_when_its_score_no_longer_rises() -> None:
    schedule = Schedule(steps=64, learning_rate=1.0)
    assert schedule.settled(scores(1.0, 5.0, 5.01, 5.02, 5.03)).tolist() == [True]
    assert schedule.settled(scores(1.0, 2.0, 3.0, 4.0, 5.0)).tolist() == [False]
    assert schedule.settled(scores(5.0, 5.0, 5.0)).tolist() == [False]  # too early to say
    assert schedule.settled(scores(0.0, 0.0, 0.0, 0.0)).tolist() == [False]  # has not begun
    assert schedule.settled(scores(*[float("nan")] * 4)).tolist() == [False]
    patient = Schedule(steps=64, learning_rate=1.0, settles=False)
    assert patient.settled(scores(1.0, 5.0, 5.0, 5.0, 5.0)).tolist() == [False]


@given(st.integers(1, 500))
def test_a_settled_picture_has_whole_measurements_left(steps: int) -> None:
    schedule = Schedule(steps=steps, learning_rate=1.0)
    assert 0 <= schedule.finish < steps
    assert (steps - schedule.finish) % schedule.interval == 0 or schedule.finish == 0


@pytest.mark.parametrize(
    ("size", "sizes"), [(64, [64]), (190, [190]), (192, [96, 192]), (224, [112, 224]), (225, [225])]
)
def test_large_pictures_begin_at_half_their_size(size: int, sizes: list[int]) -> None:
    assert [stage.size for stage in stages(size, 100)] == sizes


@given(st.integers(16, 1024), st.integers(1, 2000))
def test_stages_share_out_all_steps(size: int, steps: int) -> None:
    found = stages(size, steps)
    assert sum(stage.steps for stage in found) == steps
    assert all(stage.steps > 0 for stage in found)
    assert found[-1].size == size
    assert min(stage.size for stage in found) >= min(size, SMALLEST_STAGE)


def test_coarse_to_fine_costs_a_fraction_of_full_size() -> None:
    cost = sum(stage.steps * (stage.size / 224) ** 2 for stage in stages(224, 180))
    assert cost < 0.3 * 180
