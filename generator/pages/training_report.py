"""The form of the report that `python -m generator.training` writes, checked before it is shown."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0)]


class Form(BaseModel):
    """A part of the report; what it holds besides is not shown."""

    model_config = ConfigDict(frozen=True, allow_inf_nan=False)


class Training(Form):
    """Settings: numbers of scenes, seeds, and what was learnt beside the task (task to stage)."""

    scenes: Count
    unseen: Count
    epochs: Count
    batch: Count
    learning_rate: float
    weight_decay: float
    seed: int
    threads: Count
    scenes_seed: int
    beside: dict[str, str]


class Network(Form):
    """The weights: parameters, bytes and hash of the file, pixels a side of the input."""

    parameters: Count
    bytes: Count
    sha256: str
    input: Count


class Epoch(Form):
    """One time through all scenes."""

    loss: float
    accuracy_while_learning: Share


class Seconds(Form):
    """How long training took."""

    wall: float


class Unseen(Form):
    """Accuracy on unseen scenes; `confusion` counts scenes by true (row) and named (column) object."""

    scenes_seed: int
    scenes: Count
    accuracy: Share
    interval: tuple[Share, Share]
    cats: Count
    dogs: Count
    cats_named_dog: Count
    dogs_named_cat: Count
    by: dict[str, dict[str, Share]]
    objects: tuple[str, ...]
    confusion: tuple[tuple[Count, ...], ...]

    @model_validator(mode="after")
    def _square(self) -> Unseen:
        size = len(self.objects)
        if len(self.confusion) != size or any(len(row) != size for row in self.confusion):
            raise ValueError("`confusion` must have a row and a column for each object")
        return self


class Report(Form):
    """The whole report."""

    scenes_version: int
    training: Training
    network: Network
    history: tuple[Epoch, ...]
    seconds: Seconds
    versions: dict[str, str]
    unseen: Unseen
