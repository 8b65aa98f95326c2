"""Ablations in words: what is claimed, and what is not where a control does as much."""

from __future__ import annotations

import pytest

from generator.pages.ablation_text import interval, neuron_sentence, sentences
from generator.pages.schema_ablation import (
    ChangeData,
    ClassAblation,
    ContrastAblation,
    NeuronAblation,
    SetAblation,
    SetMeasure,
)

NOTHING = ChangeData(change=None, low=None, high=None)


def change(value: float, reach: float = 0.1) -> ChangeData:
    return ChangeData(change=value, low=value - reach, high=value + reach)


def layer(name: str, lost: float, *, exceeds: bool, control: ChangeData | None = None) -> SetAblation:
    """Return a layer whose measures all change by `lost`."""
    measures = tuple(
        SetMeasure(
            measure=measure,  # type: ignore[arg-type]
            intact=0.9,
            confirmed=change(lost),
            random=control or change(-0.1),
            matched=control or change(-0.2),
            random_draws=(),
            matched_draws=(),
            excess_random=change(lost + 0.1),
            excess_matched=change(lost + 0.2),
            exceeds=exceeds,
        )
        for measure in ("pair_accuracy", "accuracy", "margin")
    )
    return SetAblation(
        layer=name,
        channels=(1, 2),
        resumed=True,
        random_channels=(),
        matched_channels=(),
        activation=1.0,
        random_activation=None,
        matched_activation=None,
        measures=measures,
    )


def contrast(*layers: SetAblation) -> ContrastAblation:
    return ContrastAblation(first="cat", second="dog", images=(50, 50), layers=layers)


def test_where_controls_do_as_much_nothing_is_claimed() -> None:
    (sentence,) = sentences(contrast(layer("a", -0.5, exceeds=False), layer("b", -0.1, exceeds=False)))
    assert sentence.startswith("In none of the 2 layers with confirmed neurons is clearly more lost")
    assert "a control does as much, or it cannot be told" in sentence
    (only,) = sentences(contrast(layer("a", -0.5, exceeds=False, control=NOTHING)))
    assert only.startswith("Not in the one layer")
    assert sentences(contrast()) == ["No layer has a confirmed neuron, so none can be taken away."]


def test_the_layer_in_which_most_is_lost_is_one_that_exceeds_its_controls() -> None:
    layers = (layer("a", -0.3, exceeds=True), layer("b", -0.4, exceeds=True), layer("c", -0.9, exceeds=False))
    first, second, margin, accuracy = sentences(contrast(*layers))
    assert first.startswith("In 2 of the 3 layers with confirmed neurons, more of the margin")
    assert second == "In c a control does as much, or it cannot be told."
    assert "Most is lost in b: without its 2 confirmed neurons the margin of 0.900 changes by" in margin
    assert "goes from 90% to 50%, more than without either control" in accuracy


def test_an_accuracy_that_stays_is_said_to_stay() -> None:
    assert sentences(contrast(layer("a", 0.0, exceeds=True)))[-1].endswith("stays at 90%.")


def classes(*changes: float) -> NeuronAblation:
    found = [
        ClassAblation(name=f"class {place}", accuracy=change(0), score=change(value), intact_accuracy=0.9,
                      intact_score=3.0, rank=place + 1)
        for place, value in enumerate(changes)
    ]  # fmt: skip
    overall = change(-0.1)
    return NeuronAblation(neurons=8, overall_accuracy=overall, overall_score=overall, classes=tuple(found))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ((-0.05, 0.2), "Without the neuron, no class of the 2 tried clearly loses"),
        (
            (-0.5, 0.2),
            "Without the neuron, class 0 loses most: its score, 3.00 above the mean of all",
        ),
    ],
)
def test_a_class_is_named_where_its_interval_lies_below_nothing(
    changes: tuple[float, ...], expected: str
) -> None:
    assert neuron_sentence(classes(*changes)).startswith(expected)


def test_an_interval_without_values_is_empty() -> None:
    assert interval(NOTHING) == ""
    assert interval(change(-0.5)) == "−0.600 to −0.400"
