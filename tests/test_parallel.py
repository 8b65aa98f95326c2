"""Tasks give the same results, in order, on every backend."""

from __future__ import annotations

import math
from typing import Any

import pytest

from generator.errors import RecipeError
from generator.parallel import run_tasks
from generator.recipe import ComputeSection

NUMBERS = [4.0, 9.0, 16.0]


@pytest.mark.parametrize("backend", ["sequential", "threading", "loky"])
def test_results_come_in_order(backend: Any) -> None:
    compute = ComputeSection(backend=backend, workers=2)
    assert list(run_tasks(math.sqrt, NUMBERS, compute)) == [2.0, 3.0, 4.0]


def test_no_tasks_give_no_results() -> None:
    assert list(run_tasks(math.sqrt, [], ComputeSection())) == []


@pytest.mark.parametrize("backend", ["dask", "ray"])
def test_a_missing_backend_names_the_remedy(backend: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(name: str, *_: Any) -> Any:
        raise ImportError(name)

    monkeypatch.setattr("importlib.import_module", refuse)
    with pytest.raises(RecipeError, match=rf"neuron-atlas\[{backend}\]"):
        run_tasks(math.sqrt, NUMBERS, ComputeSection(backend=backend, workers=2))
