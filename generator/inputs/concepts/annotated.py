"""A picture with its concepts, and what gives one by its position."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from PIL import Image

from generator.records import Booleans, Concept, Skipped


@dataclass(frozen=True, eq=False)
class Annotated:
    """A picture with the truth about it.

    Attributes:
        picture: RGB.
        masks: Regions by masked concept, (height, width) bool, of the picture's size.
        facts: Concepts that are true of the whole picture.
    """

    picture: Image.Image
    masks: Mapping[Concept, Booleans]
    facts: tuple[Concept, ...] = ()


class ConceptReader(Protocol):
    """Gives concept images by position; small enough to be sent to workers."""

    def parts(self, position: int) -> tuple[bytes, ...]:
        """Return the bytes that are the image's and its masks' identity.

        Raises:
            ImagesError: The reason alone, without the image's name.
        """
        ...

    def may_have(self, position: int, concept: Concept) -> bool:
        """Whether a masked concept can be in the image, as far as can be told without looking at it."""
        ...

    def annotated(self, position: int, parts: tuple[bytes, ...]) -> Annotated:
        """Return the picture and its concepts that are in `parts`.

        Raises:
            ImagesError: The reason alone, without the image's name.
        """
        ...


@dataclass(frozen=True)
class Found:
    """Concept images before anyone has looked at them; a reader's position is an image's index here.

    `sure` says that every image can be used, so that nobody needs to look. `meaning` is what the
    values of the masks mean, where neither contents nor ids say it.
    """

    name: str
    ids: tuple[str, ...]
    concepts: tuple[Concept, ...]
    reader: ConceptReader
    synthetic: bool = False
    sure: bool = False
    skipped: tuple[Skipped, ...] = field(default=())
    meaning: str = ""
    licence: str = ""
    citation: str = ""
