"""The only place that puts findings into words: question, answer, what was expected, null and test."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from generator.pages.numbers import Shown, shown, signed_share
from generator.records import Finding

CONVINCING = 0.05
"""Corrected p value below which the null is left behind."""


@dataclass(frozen=True)
class FindingText:
    """The words of a question.

    `above`, `below` and `unclear` are answers: the effect lies above its null, below it, or cannot be told
    from it. `effect`, `null` and `test` say what is measured, `scale` the ends of its axis.
    """

    question: str
    above: str
    below: str
    unclear: str
    expectation: str
    effect: str
    null: str
    test: str
    counted: str
    scale: tuple[float, float] = (0.0, 1.0)
    write: Callable[[float | None], Shown] = signed_share


_CORRELATION = (-1.0, 1.0)
_RANKS = "permutation test"
_FISHER = "Fisher's exact test"

TEXTS = {
    "colour-with-depth": FindingText(
        "Is colour lost with depth?",
        "Kept, and more: deeper neurons have more colour in their feature visualizations.",
        "Yes: deeper neurons have less colour in their feature visualizations.",
        "It cannot be told: the colour of feature visualizations does not clearly go with depth.",
        "that colour fades, without being lost",
        "rank correlation of the share of chroma in a neuron's picture with the place of its layer",
        "no relation",
        _RANKS,
        "neuron",
        _CORRELATION,
        shown,
    ),
    "category-with-depth": FindingText(
        "Do labels go from colours to objects with depth?",
        "Yes: deeper neurons have labels of more composed concepts.",
        "The other way round: deeper neurons have labels of simpler concepts.",
        "It cannot be told: the category of labels does not clearly go with depth.",
        "that labels become more composed, with many exceptions",
        "rank correlation of the label's category, from colour to class, with the place of the layer",
        "no relation",
        _RANKS,
        "labelled neuron",
        _CORRELATION,
        shown,
    ),
    "class-half-way": FindingText(
        "Is the class already readable half-way?",
        "Yes: a linear probe on the middle layer has this share of the skill that the best layer gives.",
        "No: with the right answers a probe on the middle layer does worse than with shuffled ones.",
        "Hardly: a probe on the middle layer is not clearly better than one with shuffled answers.",
        "that a third to four fifths of the skill is there",
        "accuracy above the most frequent class, middle layer over best layer",
        "probes with shuffled answers",
        "t test over the splits",
        "test image",
    ),
    "dead": FindingText(
        "How many neurons are dead?",
        "More than in the untrained twin are never excited.",
        "Fewer than in the untrained twin are never excited.",
        "About as few or many as in the untrained twin are never excited.",
        "that hardly any are",
        "share of neurons that no image excites",
        "the randomly initialized twin",
        _FISHER,
        "neuron",
    ),
    "redundant": FindingText(
        "How many neurons are redundant?",
        "More than in the untrained twin, whose neurons differ more.",
        "Fewer than in the untrained twin, whose neurons are more alike.",
        "About as many as in the untrained twin.",
        "that few are",
        "share of neurons with a partner in their layer whose responses correlate above 0.9",
        "the randomly initialized twin",
        _FISHER,
        "neuron",
    ),
    "two-minds": FindingText(
        "How many neurons are of two minds?",
        "More than samples without groups give: these neurons' strongest images are of several kinds.",
        "Fewer than samples without groups give.",
        "No more than samples without groups give.",
        "that a tenth to a half of them are",
        "share of neurons whose strongest images fall into several groups",
        "the rate at which samples without groups would pass",
        "binomial test",
        "neuron",
    ),
    "misleading": FindingText(
        "How often do pictures mislead?",
        "More often than those of the untrained twin, whose neurons mean nothing.",
        "Less often than those of the untrained twin: in this share of neurons.",
        "About as often as those of the untrained twin, whose neurons mean nothing.",
        "that a tenth to a half of them do",
        "share of neurons whose picture has the badge “failed”",
        "the randomly initialized twin",
        _FISHER,
        "neuron",
    ),
    "untrained": FindingText(
        "How much does an untrained network already give?",
        "More than the trained one: probes read these tasks better from random weights.",
        "Less than training gives: this share of what probes read from the best trained layer.",
        "About all of it: random weights are not clearly worse than trained ones.",
        "a fifth to two thirds",
        "selectivity of probes, best layer of the twin over best layer of the network, median over tasks",
        "training adds nothing",
        "Wilcoxon's signed-rank test",
        "task",
        (-0.5, 1.5),
    ),
    "selective-and-trusted": FindingText(
        "Do class-selective neurons have pictures to be trusted more?",
        "Yes: the more selective a neuron, the more its pictures are treated like its strongest images.",
        "The other way round: the more selective a neuron, the less its pictures are treated like images.",
        "It cannot be told: selectivity does not clearly go with how the pictures are treated.",
        "that they do, a little",
        "rank correlation of class selectivity with path similarity",
        "no relation",
        _RANKS,
        "neuron",
        _CORRELATION,
        shown,
    ),
    "selective-and-needed": FindingText(
        "Do class-selective neurons matter more when ablated?",
        "Yes: the more selective a neuron, the more the classes' scores fall without it.",
        "The other way round: the more selective a neuron, the less the classes' scores fall without it.",
        "It cannot be told: selectivity does not clearly go with what is lost without a neuron.",
        "that they hardly do, as Morcos et al. 2018 found",
        "rank correlation of class selectivity with the fall of the score of an image's class without the "
        "neuron, mean over the classes, both ranked within the layer; last two stages",
        "no relation",
        _RANKS,
        "neuron",
        _CORRELATION,
        shown,
    ),
}


def answer(finding: Finding) -> str:
    """Return the answer in words."""
    text = TEXTS[finding.slug]
    if finding.chance >= CONVINCING:
        return text.unclear
    return text.above if finding.effect > finding.null else text.below


def verdict(finding: Finding) -> str:
    """Return how the answer compares with what was expected."""
    if finding.low > finding.expected_high:
        return "more than expected"
    if finding.high < finding.expected_low:
        return "less than expected"
    if finding.low >= finding.expected_low and finding.high <= finding.expected_high:
        return "as expected"
    return "may be as expected"
