"""Keys depend on content alone, and on all of it."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from generator.store.keys import KEY_LENGTH, key_of


@dataclass(frozen=True)
class Task:
    layer: str
    neurons: tuple[int, ...]


def test_order_of_mapping_keys_does_not_matter() -> None:
    assert key_of({"a": 1, "b": [1, 2]}) == key_of({"b": [1, 2], "a": 1})


@pytest.mark.parametrize("other", [{"a": 2}, {"a": "1"}, {"a": 1, "b": None}, {"a": [1]}])
def test_any_other_content_has_another_key(other: dict[str, object]) -> None:
    assert key_of({"a": 1}) != key_of(other)


def test_tasks_are_part_of_a_key() -> None:
    assert key_of({"task": Task("fc", (1, 2))}) != key_of({"task": Task("fc", (2, 1))})
    assert len(key_of({"task": Task("fc", (1,))})) == KEY_LENGTH


def test_what_is_no_json_is_refused() -> None:
    with pytest.raises(TypeError, match="cannot be part of a key"):
        key_of({"a": {1, 2}})
