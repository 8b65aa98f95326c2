"""The variants in which each neuron is visualized: further random starts, facets, negative, unregularized."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from torch import Tensor

from generator.featurevis.maco import MagnitudeConstrained, power_law_spectrum
from generator.featurevis.objectives import ChannelMean, Diverse, Negated, Objective
from generator.featurevis.parametrize import FourierBasis, Parametrization
from generator.featurevis.pixels import Pixels
from generator.featurevis.schedule import Schedule, Stage, stages
from generator.featurevis.transforms import RandomViews
from generator.recipe_sections import VisualizationSection
from generator.records import (
    CONSTRAINED,
    FACET_PREFIX,
    FIRST,
    FROM_IMAGE,
    NEGATIVE,
    PLAIN,
    SEED_PREFIX,
    Layer,
)

PLAIN_STEP = 0.1
"""Step size for plain pixels, RGB from 0 to 1: of 0.003 to 0.1 the best for the demo network as a whole."""

PHASE_STEP = 1.0
"""Step size for phases, radians: of 0.1 to 1 mostly the best in three layers of a ResNet-18."""

DIVERSITY = 1.0
"""Share of their score that identical facets lose; the facets of a neuron wired for two differ from it on."""

FULL_SIZE_STEPS = 0.5
"""Share of the steps for variants that cannot begin smaller: a step at full size takes longer."""

Kind = Literal["usual", "facets", "negative", "constrained", "plain"]


@dataclass(frozen=True)
class Variant:
    """One kind of picture that each neuron gets.

    Attributes:
        name: Part of the seed of every picture, so that no two variants start alike.
        kind: `usual` for feature visualization; `facets` for several that are pushed apart;
            `negative` lowers the response instead of raising it; `constrained` moves phases
            alone; `plain` moves pixels themselves and shows them without random transforms.
        facets: How many pictures each neuron gets.
        from_image: Whether the pictures start from the recipe's image.
    """

    name: str
    kind: Kind
    facets: int = 1
    from_image: bool = False

    @property
    def parts(self) -> Sequence[tuple[int, ...]]:
        """What tells a neuron's pictures apart, beside the variant's name."""
        return [(facet,) for facet in range(self.facets)] if self.facets > 1 else [()]

    @property
    def names(self) -> tuple[str, ...]:
        """Under which names the pictures stand in the record, in their order."""
        if self.kind != "facets":
            return (self.name,)
        return tuple(f"{FACET_PREFIX}{number}" for number in range(1, self.facets + 1))

    @property
    def settles(self) -> bool:
        """Whether pictures may finish early; facets stay together."""
        return self.kind != "facets"

    def objective(self, neurons: Sequence[int], layer: Layer) -> Objective:
        """Return what is raised: `facets` pictures for each neuron, one neuron after the other."""
        channels = [neuron for neuron in neurons for _ in range(self.facets)]
        raised = ChannelMean(channels, layer)
        if self.kind == "facets":
            groups = [row for row, _ in enumerate(neurons) for _ in range(self.facets)]
            return Diverse(raised, groups, DIVERSITY)
        return Negated(raised) if self.kind == "negative" else raised

    def parametrization(self, size: int, device: str, begin: Tensor | None) -> Parametrization:
        """Return what is moved, for pictures of `size` pixels a side, and from where."""
        if self.kind == "constrained":
            return MagnitudeConstrained(power_law_spectrum(size), device)
        return (Pixels if self.kind == "plain" else FourierBasis)(size, device, begin)

    def stages(self, size: int, steps: int) -> tuple[Stage, ...]:
        """Return the stages, coarse to fine; magnitudes and plain pixels are only ever at full size."""
        if self.kind in ("constrained", "plain"):
            return (Stage(size, max(1, round(FULL_SIZE_STEPS * steps))),)
        return stages(size, steps)

    def schedule(self, stage: Stage, usual: float) -> Schedule:
        """Return a stage's steps and step sizes; the usual one is that of Fourier coefficients."""
        return Schedule(stage.steps, stage.rate * self.step_size(usual), self.settles)

    def views(self) -> RandomViews:
        """Return the random transforms; for plain pixels ones that change nothing."""
        return RandomViews(jitter=0.0, zoom=1.0, rotation=0.0) if self.kind == "plain" else RandomViews()

    def step_size(self, usual: float) -> float:
        """Return the step size, where the usual one is that of Fourier coefficients."""
        if self.kind == "constrained":
            return PHASE_STEP
        return PLAIN_STEP if self.kind == "plain" else usual


FIRST_VARIANT = Variant(FIRST, "usual")
"""The variant that stands for a neuron."""


def chosen_variants(section: VisualizationSection) -> tuple[Variant, ...]:
    """Return the variants that a recipe wants, the first one first."""
    starts = [Variant(f"{SEED_PREFIX}{number}", "usual") for number in range(1, section.seeds + 1)]
    further = (
        (section.facets > 1, Variant("facets", "facets", facets=section.facets)),
        (section.negative, Variant(NEGATIVE, "negative")),
        (section.constrained, Variant(CONSTRAINED, "constrained")),
        (section.plain, Variant(PLAIN, "plain")),
        (bool(section.start_image), Variant(FROM_IMAGE, "plain", from_image=True)),
    )
    return (*starts, *(variant for wanted, variant in further if wanted))
