"""What an analysis is: a list of pure, picklable tasks whose results combine into one record."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Literal, TypeVar

from generator.inputs.concepts import ConceptSet
from generator.inputs.images import ImageSet
from generator.inputs.models import Network, load_network
from generator.inputs.twin import random_twin
from generator.recipe import Recipe
from generator.records import Layer

Task = TypeVar("Task")
Part = TypeVar("Part")
Record = TypeVar("Record")
Wanted = TypeVar("Wanted")

# Share of activations below the threshold of a response map. Source: Bau et al. 2017.
THRESHOLD_LEVEL = 0.995

Scope = Literal["network", "atlas"]


@dataclass(frozen=True)
class Context:
    """All that an analysis may use; picklable, so that a task can run in another process.

    `records` holds the records of the analyses named in `requires` and `uses`, by analysis name.
    `concepts` is None where the recipe wants no concept images. With `twin` the network is its
    randomly initialized twin.
    """

    recipe: Recipe
    device: str
    layers: tuple[Layer, ...]
    images: ImageSet
    records: Mapping[str, Any]
    concepts: ConceptSet | None = None
    twin: bool = False

    @property
    def concept_set(self) -> ConceptSet:
        """The concept images, for analyses that need them (see `Analysis.wanted`)."""
        assert self.concepts is not None, "an analysis of concepts runs only where there are concept images"
        return self.concepts

    def network(self) -> Network:
        """Return the network on the context's device (loaded once in a process)."""
        recipe = self.recipe
        network = load_network(recipe.network, recipe.preprocess, recipe.seed, self.device)
        return random_twin(network, recipe.seed) if self.twin else network

    def record(self, name: str, kind: type[Wanted]) -> Wanted:
        """Return a required record, typed."""
        record = self.records[name]
        assert isinstance(record, kind), f"record `{name}` is a {type(record).__name__}"
        return record

    def found(self, name: str, kind: type[Wanted]) -> Wanted | None:
        """Return a record that is used where there is one, typed, else None."""
        return self.record(name, kind) if name in self.records else None


@dataclass(frozen=True)
class Estimate:
    """What an analysis will cost: its work in words, seconds on this machine, bytes on disk."""

    work: str
    seconds: float
    size: int


class Analysis(ABC, Generic[Task, Part, Record]):
    """One analysis. Its `version` goes up whenever its results change for the same input.

    `scope` says whether results depend on the images (`atlas`) or on the network alone
    (`network`: computed once and shared by the network's atlases). A task is a frozen dataclass
    of plain values (it becomes part of the key of its result). `requires` names the analyses without
    whose records it cannot be, `uses` those whose records it gets as far as the recipe wants them.
    `keeps_parts` says that results of tasks are worth keeping when the record is done, because other
    records can be made of them.
    """

    name: ClassVar[str]
    version: ClassVar[int]
    scope: ClassVar[Scope]
    requires: ClassVar[tuple[str, ...]] = ()
    uses: ClassVar[tuple[str, ...]] = ()
    keeps_parts: ClassVar[bool] = False
    part_type: ClassVar[type]
    record_type: ClassVar[type]

    def wanted(self, context: Context) -> bool:  # noqa: ARG002 (most analyses always are)
        """Whether the recipe's atlas has this analysis at all."""
        return True

    def remark(self, record: Record) -> str:  # noqa: ARG002 (most analyses have none)
        """Return what the console should say of the record in one line, or nothing."""
        return ""

    @abstractmethod
    def identity(self, context: Context) -> Mapping[str, Any]:
        """Return the settings and layers that results depend on, as JSON values.

        Network, images, seed, required records and the task itself are part of every key anyway.
        """

    @abstractmethod
    def tasks(self, context: Context) -> Sequence[Task]:
        """Return the tasks, always the same for the same context."""

    @abstractmethod
    def run(self, context: Context, task: Task) -> Part:
        """Do one task: no effect beside the result, no dependence on other tasks."""

    @abstractmethod
    def combine(self, context: Context, parts: Sequence[Part]) -> Record:
        """Make the record from the results of all tasks, in the order of `tasks`."""

    @abstractmethod
    def estimate(self, context: Context) -> Estimate:
        """Say beforehand what the analysis will cost; may time a small sample of the work.

        Called before required records exist: must use `context.records` for nothing.
        """
