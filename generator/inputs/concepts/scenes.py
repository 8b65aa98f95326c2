"""Concept scenes as concept images: drawn, so that every pixel is explained."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
from PIL import Image

from generator.inputs.concepts.annotated import Annotated, Found
from generator.inputs.scenes import TASKS, VERSION, concepts, draw, draw_factors
from generator.inputs.scenes.scene import SIZES
from generator.records import Concept

FIRST_SEED = 2**31 + 2
"""Seeds below are those of recipes, 2**31 and 2**31 + 1 those that the embedded network was trained and
measured on: no scene of an atlas, and none that the network learnt from, is a concept image."""

_SEEDS = 2**31 - 2

MASKED = tuple(Concept(category, name.removeprefix(f"{category}:"), "mask") for name, category in concepts())
FACTUAL = tuple(task for task in TASKS if task.name not in {concept.category for concept in MASKED})
"""Tasks whose answers are no masks' names already."""
FACTS = tuple(Concept(task.name, value, "fact") for task in FACTUAL for value in task.values)

_BY_NAME = {str(concept): concept for concept in MASKED}


@dataclass(frozen=True)
class SceneConcepts:
    """Scenes of one seed at one size with their masks; a scene's position is its index."""

    seed: int
    size: int

    def parts(self, position: int) -> tuple[bytes, ...]:
        """Return what the scene is drawn from, as canonical JSON."""
        made_from = {"index": position, "scenes": VERSION, "seed": self.seed, "size": self.size}
        return (json.dumps(made_from, sort_keys=True).encode(),)

    def may_have(self, position: int, concept: Concept) -> bool:
        """Whether a scene shows the object; of any other concept it may."""
        return concept.category != "object" or concept.name == draw_factors(self.seed, position).object

    def annotated(self, position: int, parts: tuple[bytes, ...]) -> Annotated:
        """Return the drawn scene."""
        del parts  # says no more than the position
        scene = draw(self.seed, position, self.size)
        masks = {_BY_NAME[name]: np.asarray(mask) for name, mask in scene.masks.items()}
        facts = tuple(Concept(task.name, task.values[task.label(scene.factors)], "fact") for task in FACTUAL)
        return Annotated(Image.fromarray(scene.pixels), masks, facts)


def find_scenes(seed: int, side: int, count: int) -> Found:
    """List concept scenes.

    Args:
        seed: The recipe's.
        side: Pixels a side, brought within the sizes that scenes can have.
        count: How many.
    """
    smallest, largest = SIZES
    drawn_from = FIRST_SEED + seed % _SEEDS
    return Found(
        name="Concept scenes",
        ids=tuple(f"{index:06d}" for index in range(count)),
        concepts=(*MASKED, *FACTS),
        reader=SceneConcepts(drawn_from, min(max(side, smallest), largest)),
        synthetic=True,
        sure=True,
        licence="Apache-2.0",
        citation=f"Concept scenes, version {VERSION}, seed {drawn_from}: synthetic, drawn by Neuron Atlas.",
    )
