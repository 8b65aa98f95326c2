"""Concepts: names without double, and exactly those that scenes can show."""

from __future__ import annotations

from generator.inputs.scenes import concepts, draw_factors
from generator.inputs.scenes.factors import layout_random
from generator.inputs.scenes.names import CATEGORIES, concepts_of
from generator.inputs.scenes.scene import plan_scene


def test_each_once_and_by_category() -> None:
    listed = concepts()
    assert len(set(listed)) == len(listed)
    assert [category for _, category in listed] == sorted(
        (category for _, category in listed), key=CATEGORIES.index
    )
    assert all(name.startswith(f"{category}:") for name, category in listed)


def test_scenes_show_all_of_them_and_no_others() -> None:
    shown: set[str] = set()
    for index in range(400):
        plan = plan_scene(draw_factors(8, index), layout_random(8, index))
        shown |= {name for own in plan.concepts for name in own}
    assert shown == {name for name, _ in concepts()}


def test_a_part_of_several_objects_counts_twice() -> None:
    index = next(index for index in range(100) if draw_factors(8, index).object == "cat")
    factors = draw_factors(8, index)
    assert {"part:ear", "part:cat ear"} <= set(concepts_of(factors, "object", "ear", "", textured=False))
    assert "part:cat whisker" not in concepts_of(factors, "object", "whisker", "", textured=False)
    names = {name for name, _ in concepts()}
    assert {"part:dog ear", "part:whisker", "part:car window", "part:window"} <= names
    assert "part:cat whisker" not in names
