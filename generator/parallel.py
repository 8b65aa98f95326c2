"""Running tasks: in this process, or through one of joblib's backends."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

import joblib

from generator.errors import RecipeError
from generator.recipe import ComputeSection

Task = TypeVar("Task")
Result = TypeVar("Result")


def run_tasks(
    work: Callable[[Task], Result], tasks: Sequence[Task], compute: ComputeSection
) -> Iterator[Result]:
    """Yield the result of every task, in order, each as soon as it and those before it are done.

    Args:
        work: A picklable function of one task.
        tasks: Picklable tasks.
        compute: How many workers, on which backend.

    Raises:
        RecipeError: The backend's package is not installed.
    """
    if compute.backend == "sequential":
        return map(work, tasks)
    _prepare(compute)
    parallel = joblib.Parallel(n_jobs=compute.workers, backend=compute.backend, return_as="generator")
    results: Iterator[Result] = parallel(joblib.delayed(work)(task) for task in tasks)
    return results


def _prepare(compute: ComputeSection) -> None:
    if compute.backend == "dask":
        _module("distributed", "dask").Client(n_workers=compute.workers, threads_per_worker=1)
    elif compute.backend == "ray":
        _module("ray.util.joblib", "ray").register_ray()


def _module(name: str, extra: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        raise RecipeError(
            "compute",
            [f"`compute.backend` \"{extra}\" needs a package; `pip install 'neuron-atlas[{extra}]'`"],
        ) from None
