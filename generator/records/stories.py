"""What an atlas tells: neurons that rules single out, and answers to questions asked of every atlas."""

from __future__ import annotations

from dataclasses import dataclass

NO_PARTNER = -1
"""Channel of the partner of a neuron that is singled out alone."""


@dataclass(frozen=True)
class CaseNeuron:
    """A neuron of a case, with what the rule goes by: None where the rule does not ask about it."""

    layer: str
    channel: int
    value: float | None
    partner: int = NO_PARTNER  # channel of the same layer


@dataclass(frozen=True)
class Case:
    """A case study: the neuron that a rule finds first, with its runners-up, and neurons drawn at random.

    `candidates` is how many neurons the rule asks about at all; `found` is empty where it asks about none.
    `null` is what a value must exceed to be asked about, None where the rule has other conditions.
    """

    slug: str
    candidates: int
    null: float | None
    found: tuple[CaseNeuron, ...]
    drawn: tuple[CaseNeuron, ...]


@dataclass(frozen=True)
class Cases:
    """The case studies of an atlas."""

    neurons: int
    cases: tuple[Case, ...]


@dataclass(frozen=True)
class Finding:
    """The answer to a question: an effect with its 95% interval, beside what chance gives.

    `expected_low` and `expected_high` are stated, the same for every atlas. `chance` is the p value of the
    effect under the null, corrected for the number of questions (Benjamini-Hochberg); `count` is what it
    rests on.
    """

    slug: str
    effect: float
    low: float
    high: float
    null: float
    chance: float
    count: int
    expected_low: float
    expected_high: float

    @property
    def distance(self) -> float:
        """How far the effect itself is from the middle of what was expected, in half widths of that."""
        middle, reach = (self.expected_low + self.expected_high) / 2, self.expected_high - self.expected_low
        return 2 * abs(self.effect - middle) / reach

    @property
    def surprise(self) -> float:
        """How far the interval stays from the middle of what was expected, in half widths of that.

        Above 1 the whole interval lies outside; 0 if it holds the middle.
        """
        middle, reach = (self.expected_low + self.expected_high) / 2, self.expected_high - self.expected_low
        gap = max(self.low - middle, middle - self.high, 0.0)
        return 2 * gap / reach


@dataclass(frozen=True)
class Findings:
    """Answers to the questions that an atlas's records can answer, the most surprising first."""

    findings: tuple[Finding, ...]
