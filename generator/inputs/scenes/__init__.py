"""Concept scenes: procedural pictures of which every pixel is explained."""

from generator.inputs.scenes.factors import VERSION, Factors, draw_factors
from generator.inputs.scenes.names import concepts
from generator.inputs.scenes.reader import ScenesReader, list_scenes
from generator.inputs.scenes.scene import Scene, draw, draw_pixels
from generator.inputs.scenes.tasks import TASKS, Task, labels

__all__ = [
    "TASKS",
    "VERSION",
    "Factors",
    "Scene",
    "ScenesReader",
    "Task",
    "concepts",
    "draw",
    "draw_factors",
    "draw_pixels",
    "labels",
    "list_scenes",
]
