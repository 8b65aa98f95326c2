"""The planted cats and dogs as an atlas's images and, with masks, as its concept images; records of both."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from rich.console import Console

from generator.analyses.base import Context
from generator.analyses.registry import ANALYSES
from generator.pipeline import prepare
from generator.progress import Reporter
from generator.recipe_file import load_recipe
from tests.planted_contrast import CLASSES, Pictures, pictures, write_pictures

NEEDED = ("survey", "receptive_fields", "readout", "contrasts")
EACH, MASKED = 60, 55  # pictures of a class: of the atlas, and with masks

Masks = Callable[[Pictures], np.ndarray]


def part(drawn: Pictures) -> np.ndarray:
    """The planted part is the object: the contrast lives on it."""
    return drawn.masks


def other_half(drawn: Pictures) -> np.ndarray:
    """The half without the planted part is the object: the contrast lives on its background."""
    halves = np.zeros_like(drawn.masks)
    middle = halves.shape[2] // 2
    on_left = drawn.masks[:, :, :middle].any(axis=(1, 2))
    halves[on_left, :, middle:] = True
    halves[~on_left, :, :middle] = True
    return halves


def any_half(drawn: Pictures) -> np.ndarray:
    """A half by lot is the object: the contrast lives on neither."""
    halves = np.zeros_like(drawn.masks)
    middle = halves.shape[2] // 2
    by_lot = np.random.default_rng(0).permutation(len(halves)) % 2 == 0
    halves[by_lot, :, middle:] = True
    halves[~by_lot, :, :middle] = True
    return halves


def planted_context(folder: Path, masks: Masks | None, seed: int = 0) -> Context:
    """Return a context with the records that evidence needs; without masks there are no concept images."""
    recipe = load_recipe(str(write_pictures(folder, EACH, seed)))
    if masks is not None:
        drawn = pictures(MASKED, seed + 1)
        _write_masked(folder / "masked", drawn, masks(drawn))
        path = str(folder / "masked")
        concepts = recipe.concepts.model_copy(update={"source": "folder", "path": path, "limit": 2 * MASKED})
        recipe = recipe.model_copy(update={"concepts": concepts})
    images = recipe.images.model_copy(update={"source": "folder", "path": str(folder / "pictures")})
    few = recipe.visualization.model_copy(update={"steps": 16, "seeds": 2})
    recipe = recipe.model_copy(update={"images": images, "visualization": few})
    context, _ = prepare(recipe, Reporter(Console(file=io.StringIO())))
    for name in NEEDED:
        context = with_record(context, name)
    return context


def with_record(context: Context, name: str) -> Context:
    """Return the context with the record of one more analysis."""
    record: Any = record_of(context, name)
    return replace(context, records={**context.records, name: record})


def record_of(context: Context, name: str) -> Any:
    """Run an analysis."""
    analysis = next(analysis for analysis in ANALYSES if analysis.name == name)
    return analysis.combine(context, [analysis.run(context, task) for task in analysis.tasks(context)])


def _write_masked(folder: Path, drawn: Pictures, masks: np.ndarray) -> None:
    (folder / "images").mkdir(parents=True)
    (folder / "masks" / "object").mkdir(parents=True)
    lines = [f"{number}\t{name}" for number, name in enumerate(CLASSES, start=1)]
    (folder / "masks" / "object.txt").write_text("\n".join(lines), encoding="utf-8")
    for index, (pixels, label, mask) in enumerate(zip(drawn.pixels, drawn.labels, masks, strict=True)):
        Image.fromarray(pixels).save(folder / "images" / f"{index:04}.png")
        values = (mask * (label + 1)).astype(np.uint8)
        Image.fromarray(values).save(folder / "masks" / "object" / f"{index:04}.png")
