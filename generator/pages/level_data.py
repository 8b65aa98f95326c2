"""A neuron's level: its published data, and the only place that puts levels and their parts into words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from generator.pages import schema
from generator.pages.layer_view import LayerView
from generator.pages.numbers import NOT_DEFINED, Shown, share, shown, value
from generator.records import LEVEL_PARTS, LEVEL_RUNGS


@dataclass(frozen=True)
class PartMeaning:
    """A part of a level; `term` is its anchor in the glossary, `missing` why it may not be defined."""

    name: str
    term: str
    measured: str
    missing: str


MEANINGS = {
    "field": PartMeaning(
        "Receptive field",
        "receptive-field",
        "side of the largest receptive field, against that of the input, both logarithmic",
        "it could not be measured",
    ),
    "frequency": PartMeaning(
        "Frequency",
        "cycles",
        "mean frequency of the feature visualization, as cycles within the receptive field, logarithmic",
        "the neuron is dead, or its picture is flat grey",
    ),
    "colour": PartMeaning(
        "Colour",
        "chroma-share",
        "share of chroma in the visualization's energy; all pattern or all colour counts 0, half of each 1",
        "the neuron is dead, or its picture is flat grey",
    ),
    "category": PartMeaning(
        "Category",
        "label",
        f"category of the label on a ladder: {', '.join(LEVEL_RUNGS)}",
        "the neuron has no label, or one of a category without a place on the ladder",
    ),
    "selectivity": PartMeaning(
        "Selectivity",
        "class-selectivity",
        "class selectivity, as it is",
        "it needs labelled images with a positive response",
    ),
}


def measured_parts(view: LayerView) -> list[str]:
    """Name the parts that the atlas has: no category without labels, no selectivity without classes."""
    there = {
        "category": view.labels is not None,
        "selectivity": bool(view.atlas.subject.images.class_names),
    }
    return [name for name in LEVEL_PARTS if there.get(name, True)]


def level_data(view: LayerView, row: int) -> schema.LevelData | None:
    """Return how high-level the neuron in a row of its layer is, None where that was not measured."""
    found = view.levels
    if found is None:
        return None
    wanted = measured_parts(view)
    columns = zip(LEVEL_PARTS, found.measured[row], found.parts[row], strict=True)
    return schema.LevelData(
        level=value(found.level[row]),
        quantile=value(found.quantile[row]),
        parts=tuple(
            schema.LevelPart.model_validate(
                {"name": name, "measured": value(measured), "scaled": value(scaled)}
            )
            for name, measured, scaled in columns
            if name in wanted
        ),
    )


def measured_text(part: schema.LevelPart) -> Shown:
    """Return what was measured for a part, with its unit."""
    if part.measured is None:
        return Shown(NOT_DEFINED, MEANINGS[part.name].missing)
    if part.name == "category":
        return Shown(LEVEL_RUNGS[round(part.measured)])
    if part.name == "colour":
        return share(part.measured)
    unit = {"field": " px", "frequency": " cycles"}.get(part.name, "")
    return Shown(shown(part.measured).text + unit)


def scaled_text(part: schema.LevelPart) -> Shown:
    """Return a part on its scale from 0 to 1."""
    return shown(part.scaled, MEANINGS[part.name].missing)


def defined_parts(parts: Sequence[schema.LevelPart]) -> int:
    """Return how many parts went into a level."""
    return sum(part.scaled is not None for part in parts)
