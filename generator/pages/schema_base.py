"""What all parts of the published data have in common."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Measured = Annotated[float | None, Field(description="A measured value; null where it is not defined")]


class Part(BaseModel):
    """A part of a neuron's data: immutable, nothing unknown."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())
