"""Any analysis on the randomly initialized twin: the same code, another network, fewer neurons and images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from generator.analyses.base import Analysis, Context, Estimate
from generator.errors import NetworkError
from generator.inputs.images import sampled

PREFIX = "twin_"
"""What the names of the twin's records begin with."""

TWIN_IMAGES = 2000
"""Images of a seeded sample, at most, that the twin is shown."""

SEEDS_ALONE: Mapping[str, Any] = {
    "facets": 0,
    "negative": False,
    "constrained": False,
    "plain": False,
    "start_image": "",
    "transparent": False,
}
"""Settings of a recipe that leave no other pictures than those of the seeds."""

INITIALIZATION = 1
"""Version of `generator.inputs.twin.random_twin`; goes up when it draws other weights."""


class OnTwin(Analysis[Any, Any, Any]):
    """An analysis of the twin, for the first neurons of every layer and the seeds' pictures alone.

    Args:
        inner: What is done; the records that it requires are those of the twin.
    """

    def __init__(self, inner: Analysis[Any, Any, Any]) -> None:
        self.inner = inner
        vars(self).update(
            name=PREFIX + inner.name,
            version=inner.version,
            scope=inner.scope,
            requires=tuple(PREFIX + name for name in inner.requires),
            keeps_parts=inner.keeps_parts,
            part_type=inner.part_type,
            record_type=inner.record_type,
        )

    def wanted(self, context: Context) -> bool:
        """Whether the recipe wants a twin."""
        return context.recipe.visualization.twin > 0

    def identity(self, context: Context) -> Mapping[str, Any]:
        """Return what the analysis itself depends on, and what the twin is."""
        inner = self.inner.identity(of_twin(context))
        return {**inner, "twin": INITIALIZATION, "images": TWIN_IMAGES}

    def tasks(self, context: Context) -> Sequence[Any]:
        """Return the analysis's tasks on the twin."""
        return self.inner.tasks(of_twin(context))

    def run(self, context: Context, task: Any) -> Any:
        """Do a task on the twin.

        Raises:
            NetworkError: The twin cannot be measured, or passes no gradient.
        """
        try:
            return self.inner.run(of_twin(context), task)
        except NetworkError as error:
            raise NetworkError(
                f"the randomly initialized twin cannot be used: {error.message}; "
                "`visualization.twin = 0` leaves it out"
            ) from None

    def combine(self, context: Context, parts: Sequence[Any]) -> Any:
        """Combine the twin's parts."""
        return self.inner.combine(of_twin(context), parts)

    def estimate(self, context: Context) -> Estimate:
        """Estimate the analysis on the twin."""
        return self.inner.estimate(of_twin(context))


def of_twin(context: Context) -> Context:
    """Return the context in which an analysis meets the twin instead of the network itself."""
    recipe = context.recipe
    section = recipe.visualization
    own = section.model_copy(update=SEEDS_ALONE)
    return replace(
        context,
        recipe=recipe.model_copy(update={"visualization": own}),
        layers=tuple(replace(layer, neurons=layer.neurons[: section.twin]) for layer in context.layers),
        images=sampled(context.images, TWIN_IMAGES, recipe.seed),
        records={name.removeprefix(PREFIX): record for name, record in context.records.items()},
        twin=True,
    )
