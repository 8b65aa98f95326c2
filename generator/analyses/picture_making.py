"""How a recipe wants feature visualizations to be made, whatever they are of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from generator.analyses.base import Context
from generator.featurevis.start_image import read_start_image, start_image_sha256
from generator.featurevis.visualize import Making


def making_of(context: Context) -> Making:
    """Return how the recipe wants pictures to be made."""
    section, size = context.recipe.visualization, picture_size(context)
    return Making(
        size=size,
        steps=section.steps,
        learning_rate=section.learning_rate,
        seed=context.recipe.seed,
        precision=section.precision,
        transparent=section.transparent,
        start=read_start_image(section.start_image, size),
    )


def making_identity(context: Context) -> Mapping[str, Any]:
    """Return the same as JSON values, for keys of records."""
    section = context.recipe.visualization
    return {
        "size": picture_size(context),
        "steps": section.steps,
        "learning_rate": section.learning_rate,
        "precision": section.precision,
        "transparent": section.transparent,
        "start_image": start_image_sha256(section.start_image),
    }


def picture_size(context: Context) -> int:
    """Return the pictures' side in pixels: the recipe's, else that of the network's input."""
    return context.recipe.visualization.size or context.network().preprocess.crop
