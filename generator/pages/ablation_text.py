"""What ablations say in words: what is lost, and whether the controls do as much."""

from __future__ import annotations

from generator.pages.numbers import plural, share, shown, whole
from generator.pages.schema_ablation import (
    ChangeData,
    ContrastAblation,
    NeuronAblation,
    SetAblation,
    SetMeasure,
)

CAUTION = (
    "Each neuron is replaced by its mean, which the network may never have met together with the rest; and "
    "where others can stand in for a neuron, it may matter without its loss being seen."
)


def measure_of(one: SetAblation, name: str) -> SetMeasure:
    """Return one measure of a layer."""
    return next(found for found in one.measures if found.measure == name)


def interval(change: ChangeData) -> str:
    """Return an interval, empty where there is none."""
    if change.low is None or change.high is None:
        return ""
    return f"{shown(change.low).text} to {shown(change.high).text}"


def sentences(data: ContrastAblation) -> list[str]:
    """Return in words what is lost without a contrast's confirmed neurons, beside the controls."""
    if not data.layers:
        return ["No layer has a confirmed neuron, so none can be taken away."]
    more = [one for one in data.layers if measure_of(one, "margin").exceeds]
    if not more:
        return [
            f"{_layers(0, len(data.layers))} with confirmed neurons is clearly more lost without them than "
            "without as many others: a control does as much, or it cannot be told."
        ]
    worst = min(more, key=lambda one: measure_of(one, "margin").confirmed.change or 0.0)
    others = [one.layer for one in data.layers if one not in more]
    result = [
        f"{_layers(len(more), len(data.layers))} with confirmed neurons, more of the margin between the two "
        "classes is lost without them than without as many other neurons, random or of like activation."
    ]
    if others:
        result.append(f"In {', '.join(others)} a control does as much, or it cannot be told.")
    return [*result, _margin(worst), _accuracy(worst)]


def _layers(count: int, layers: int) -> str:
    """Return `In 2 of the 7 layers`, and what that is of one layer, of none and of all."""
    if layers == 1:
        return "In the one layer" if count else "Not in the one layer"
    if count in (0, layers):
        return f"In {'all' if count else 'none of the'} {whole(layers)} layers"
    return f"In {whole(count)} of the {whole(layers)} layers"


def _margin(one: SetAblation) -> str:
    found = measure_of(one, "margin")
    return (
        f"Most is lost in {one.layer}: without its {plural(len(one.channels), 'confirmed neuron')} the "
        f"margin of {shown(found.intact).text} changes by {shown(found.confirmed.change).text} "
        f"({interval(found.confirmed)}), without random ones by {shown(found.random.change).text} "
        f"({interval(found.random)}), without matched ones by {shown(found.matched.change).text} "
        f"({interval(found.matched)})."
    )


def _accuracy(one: SetAblation) -> str:
    found = measure_of(one, "pair_accuracy")
    before, after = share(found.intact).text, share(_without(found)).text
    if before == after:
        return f"There the share of images whose own class scores above the other stays at {before}."
    start = f"There the share of images whose own class scores above the other goes from {before} to {after}"
    if found.exceeds:
        return f"{start}, more than without either control."
    return f"{start}, which is not clearly more than without the controls."


def _without(found: SetMeasure) -> float | None:
    """Return what a measure is without the confirmed neurons."""
    if found.intact is None or found.confirmed.change is None:
        return None
    return found.intact + found.confirmed.change


def neuron_sentence(data: NeuronAblation) -> str:
    """Say which class loses most without a neuron, or that none clearly does."""
    losing = [one for one in data.classes if one.score.high is not None and one.score.high < 0]
    if not losing:
        return (
            f"Without the neuron, no class of the {whole(len(data.classes))} tried clearly loses: every "
            "interval of the change of its score reaches 0."
        )
    first = losing[0]
    return (
        f"Without the neuron, {first.name} loses most: its score, {shown(first.intact_score).text} above the "
        f"mean of all classes, changes by {shown(first.score.change).text} ({interval(first.score)}). "
        f"{rank_text(first.rank, data.neurons)}"
    )


def rank_text(rank: int, neurons: int) -> str:
    """Say how many neurons of the layer matter more to a class."""
    if rank == 1:
        return f"No other of the {plural(neurons, 'neuron')} of the layer matters as much to that class."
    return (
        f"{whole(rank - 1)} of the other {plural(neurons - 1, 'neuron')} of the layer "
        f"{'matters' if rank == 2 else 'matter'} more to that class."
    )
