"""Concept scenes as an image source: content is what a scene is drawn from, picture the drawing."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from generator.errors import ImagesError
from generator.inputs.scenes.factors import VERSION, draw_factors
from generator.inputs.scenes.objects import OBJECTS
from generator.inputs.scenes.scene import draw_pixels


@dataclass(frozen=True)
class ScenesReader:
    """Scenes of one seed at one size; a scene's position is its index."""

    seed: int
    size: int

    def content(self, position: int) -> bytes:
        """Return what the scene is drawn from, as canonical JSON."""
        made_from = {"index": position, "scenes": VERSION, "seed": self.seed, "size": self.size}
        return json.dumps(made_from, sort_keys=True).encode()

    def picture(self, content: bytes) -> Image.Image:
        """Return the drawn scene.

        Raises:
            ImagesError: The content is of another version of the scenes.
        """
        made_from = _read(content)
        return Image.fromarray(draw_pixels(made_from["seed"], made_from["index"], made_from["size"]))

    def check(self, content: bytes) -> None:
        """Make sure that the scene can be drawn, without drawing it.

        Raises:
            ImagesError: The content is of another version of the scenes.
        """
        _read(content)


def _read(content: bytes) -> dict[str, int]:
    made_from: dict[str, int] = json.loads(content)
    if made_from["scenes"] != VERSION:
        raise ImagesError(
            f"must be a scene of version {VERSION}, got version {made_from['scenes']}; draw it anew"
        )
    return made_from


@dataclass(frozen=True, eq=False)
class Listing:
    """The scenes of a set, sorted by id.

    Attributes:
        ids: `OBJECT/INDEX`.
        labels: (scenes,) int32, indices of `class_names`.
        positions: (scenes,) int64, for the reader.
        class_names: The objects.
    """

    ids: tuple[str, ...]
    labels: NDArray[np.int32]
    positions: NDArray[np.int64]
    class_names: tuple[str, ...]


def list_scenes(seed: int, count: int) -> Listing:
    """List the first `count` scenes of a seed, without drawing them."""
    shown = [draw_factors(seed, index).object for index in range(count)]
    ids = [f"{name}/{index:06d}" for index, name in enumerate(shown)]
    order = sorted(range(count), key=ids.__getitem__)
    return Listing(
        ids=tuple(ids[index] for index in order),
        labels=np.array([OBJECTS.index(shown[index]) for index in order], dtype=np.int32),
        positions=np.array(order, dtype=np.int64),
        class_names=OBJECTS,
    )
