"""The few values of a neuron that lists, walls, tables and charts show, and where its files lie."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from generator.pages.context_classes import ranked_classes
from generator.pages.links import picture_file, thumbnail_file
from generator.pages.neuron_view import NeuronView
from generator.pages.schema_concepts import LabelData
from generator.records import NeuronId


@dataclass(frozen=True)
class Statistic:
    """A value that neurons can be sorted and compared by; `term` is its anchor in the glossary."""

    key: str
    name: str
    term: str
    meaning: str


# All that lists can show, in the order of their columns; those that an atlas lacks are left out.
STATISTICS: tuple[Statistic, ...] = (
    Statistic("maximum", "Strongest peak", "peak", "largest activation over all images"),
    Statistic("mean", "Mean", "mean-response", "mean activation over all positions of all images"),
    Statistic("zero_fraction", "Zeros", "", "share of activations that are exactly 0"),
    Statistic("sparseness", "Sparseness", "sparseness", "Treves-Rolls sparseness over images"),
    Statistic("selectivity", "Selectivity", "class-selectivity", "class selectivity (Morcos et al. 2018)"),
    Statistic("best_auc", "Best AUC", "auc", "AUC of its best class against the rest"),
    Statistic("level", "Level", "level", "from 0, low-level, to 1, high-level"),
    Statistic("mean_ratio", "Ratio", "activation-ratio", "visualization's mean response to the natural best"),
    Statistic("path", "Path", "path-similarity", "way of its pictures: 0 as random, 1 as top images"),
)


@dataclass(frozen=True)
class NeuronSummary:
    """One neuron in a list; `values` are by `Statistic.key`, None where not defined.

    `sha256` is the content hash, `label` is None where labels were not measured, `badge` is
    empty where there is none. Paths are below
    docs/ and empty where there is no such picture; `exemplar` is the strongest image,
    `visualization` the small feature visualization.
    """

    neuron: NeuronId
    sha256: str
    dead: bool
    best_class: str
    label: LabelData | None
    badge: str
    visualization: str
    exemplar: str
    values: Mapping[str, float | None]


def summarize(view: NeuronView) -> NeuronSummary:
    """Return a neuron's summary."""
    data = view.data
    values: dict[str, float | None] = {}
    if data.statistics is not None:
        for key in ("maximum", "mean", "zero_fraction", "sparseness", "selectivity"):
            values[key] = getattr(data.statistics, key)
    best = ranked_classes(data.classes)[0] if data.classes else None
    if best is not None:
        values["best_auc"] = best.auc
    if data.visualization is not None and data.visualization.beats_random is not None:
        values["mean_ratio"] = data.visualization.mean_ratio
    if data.level is not None:
        values["level"] = data.level.level
    if data.reliability is not None:
        values["path"] = data.reliability.path
    top = data.exemplars.top if data.exemplars is not None else ()
    return NeuronSummary(
        neuron=view.neuron,
        sha256=view.sha256,
        dead=data.statistics is not None and data.statistics.dead,
        best_class=best.name if best is not None and best.auc is not None else "",
        label=data.label,
        badge=data.reliability.badge if data.reliability is not None else "",
        visualization=thumbnail_file(data.visualization.picture) if data.visualization else "",
        exemplar=picture_file(view.neuron.atlas, top[0].picture) if top else "",
        values=values,
    )


def present_statistics(summaries: Sequence[NeuronSummary]) -> list[Statistic]:
    """Return the statistics that at least one of the neurons has (defined or not)."""
    keys = {key for summary in summaries for key in summary.values}
    return [statistic for statistic in STATISTICS if statistic.key in keys]
