"""Probe tasks: questions about a scene whose answers its factors give."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from generator.inputs.scenes import animals, factors, objects, plants
from generator.inputs.scenes.factors import Factors
from generator.inputs.scenes.palette import BACKGROUNDS
from generator.inputs.scenes.sketch import OUTLINES
from generator.inputs.scenes.textures import TEXTURES


@dataclass(frozen=True, eq=False)
class Task:
    """A question with a fixed set of answers.

    Attributes:
        name: One word.
        values: The answers.
        label: Gives the number of a scene's answer.
    """

    name: str
    values: tuple[str, ...]
    label: Callable[[Factors], int]


def _category(name: str, values: tuple[str, ...]) -> Task:
    numbers = {value: number for number, value in enumerate(values)}
    return Task(name, values, lambda scene: numbers[getattr(scene, name)])


def _kind(scene: Factors) -> int:
    homes = (animals, plants)
    return next((number for number, home in enumerate(homes) if hasattr(home, scene.object)), len(homes))


def _size(scene: Factors) -> int:
    smallest, largest = factors.SIZES
    return min(2, int(3 * (scene.size - smallest) / (largest - smallest)))


TASKS: tuple[Task, ...] = (
    _category("object", objects.OBJECTS),
    Task("kind", ("animal", "plant", "thing"), _kind),
    _category("colour", factors.COLOURS),
    _category("texture", TEXTURES),
    _category("accent", factors.ACCENTS),
    _category("outline", OUTLINES),
    _category("background", BACKGROUNDS),
    _category("light", factors.LIGHTS),
    Task("size", ("small", "medium", "large"), _size),
    Task("side", ("left", "right"), lambda scene: int(scene.x >= 0.5)),
    Task("height", ("high", "low"), lambda scene: int(scene.y >= 0.5)),
    Task("turn", ("anticlockwise", "clockwise"), lambda scene: int(scene.rotation >= 0)),
    Task("mirrored", ("no", "yes"), lambda scene: int(scene.mirrored)),
    Task("blur", ("sharp", "blurred"), lambda scene: int(scene.blur > 0)),
    Task("noise", ("clean", "noisy"), lambda scene: int(scene.noise > 0)),
)
"""Every task; size in equal thirds of its range."""


def labels(scenes: Sequence[Factors]) -> dict[str, NDArray[np.int32]]:
    """Return the answers to every task.

    Args:
        scenes: Factors of the scenes.

    Returns:
        (scenes,) int32 by task name, indices of the task's `values`.
    """
    return {task.name: np.array([task.label(scene) for scene in scenes], dtype=np.int32) for task in TASKS}
