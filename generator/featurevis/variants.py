"""The variants in which each neuron is visualized: further random starts, negative, without regularizers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from generator.featurevis.maco import MagnitudeConstrained, power_law_spectrum
from generator.featurevis.objectives import ChannelMean, Negated, Objective
from generator.featurevis.parametrize import FourierBasis, Parametrization
from generator.featurevis.pixels import Pixels
from generator.featurevis.transforms import RandomViews
from generator.records import CONSTRAINED, FIRST, NEGATIVE, PLAIN, SEED_PREFIX, Layer

PLAIN_STEP = 0.1
"""Step size for plain pixels, RGB from 0 to 1: of 0.003 to 0.1 the best for the demo network as a whole."""


PHASE_STEP = 1.0
"""Step size for phases, radians: of 0.1 to 1 mostly the best in three layers of a ResNet-18."""


@dataclass(frozen=True)
class Variant:
    """One kind of picture that each neuron gets.

    Attributes:
        name: Part of the seed of every picture, so that no two variants start alike.
        kind: `usual` for feature visualization; `negative` lowers the response instead of raising
            it; `constrained` moves phases alone; `plain` moves pixels themselves and shows them
            without random transforms.
    """

    name: str
    kind: Literal["usual", "negative", "constrained", "plain"]

    def objective(self, neurons: Sequence[int], layer: Layer) -> Objective:
        """Return what is raised, one picture for each neuron."""
        raised = ChannelMean(neurons, layer)
        return Negated(raised) if self.kind == "negative" else raised

    def parametrization(self, size: int, device: str) -> Parametrization:
        """Return what is moved, for pictures of `size` pixels a side."""
        if self.kind == "constrained":
            return MagnitudeConstrained(power_law_spectrum(size), device)
        return Pixels(size, device) if self.kind == "plain" else FourierBasis(size, device)

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


def chosen_variants(seeds: int, *, negative: bool, constrained: bool, plain: bool) -> tuple[Variant, ...]:
    """Return the variants that a recipe wants, the first one first.

    Args:
        seeds: How many random starts, at least 1.
        negative: Whether neurons are also suppressed.
        constrained: Whether there are also pictures with natural magnitudes.
        plain: Whether there is also plain activation maximization.
    """
    starts = [Variant(f"{SEED_PREFIX}{number}", "usual") for number in range(1, seeds + 1)]
    further = (
        (negative, Variant(NEGATIVE, "negative")),
        (constrained, Variant(CONSTRAINED, "constrained")),
        (plain, Variant(PLAIN, "plain")),
    )
    return (*starts, *(variant for wanted, variant in further if wanted))
