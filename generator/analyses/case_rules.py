"""The rules of case studies: each gives every neuron of the atlas a score, or none."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from generator.analyses.level_parts import OPPONENT
from generator.records import (
    BADGES,
    EVIDENCE,
    NO_PARTNER,
    NOBODY,
    REDUNDANT,
    SEED_PREFIX,
    Badges,
    Contrasts,
    Floats,
    Labels,
    Layer,
    Minds,
    Paths,
    Reliability,
    Similar,
    Statistics,
    Survey,
    Visualizations,
)

Wanted = TypeVar("Wanted")

EARLY_SHARE = 0.5
"""Of the layers, from the input, that are asked for edges: deeper ones answer to composed patterns."""

NEARLY_SILENT = 0.05
"""Largest share of images that excites a neuron called nearly silent."""

WHOLE_NATURAL = 1.0
"""Activation ratio from which on a picture excites its neuron as much as any natural image does."""


@dataclass(frozen=True)
class Scores:
    """What a rule goes by, for all neurons (m) of the atlas in the order of layers and rows.

    Attributes:
        rank: (m,), the highest is found first; NaN where the rule does not ask about a neuron.
        value: (m,), what the page shows, known perhaps of neurons that the rule does not ask about.
        partner: (m,), channel of the same layer, `NO_PARTNER` for rules about single neurons.
        null: What a value must exceed, if that is the same for all neurons.
    """

    rank: Floats
    value: Floats
    partner: NDArray[np.int64] | None = None
    null: float | None = None


@dataclass(frozen=True)
class Sources:
    """The records that rules draw on; `layers` gives the order of neurons."""

    layers: tuple[Layer, ...]
    records: Mapping[str, Any]

    def find(self, name: str, kind: type[Wanted]) -> Wanted | None:
        """Return a record, None where there is none."""
        record = self.records.get(name)
        return record if isinstance(record, kind) else None

    def joined(self, values: Callable[[str], Any]) -> Floats:
        """Return what `values` gives for each layer's name, for all neurons."""
        return np.concatenate([np.asarray(values(layer.name), dtype=np.float64) for layer in self.layers])


Rule = Callable[[Sources], Scores | None]


def labelled(*categories: str) -> Rule:
    """Return the rule: the confirmed label of these categories that exceeds its null by the most."""

    def rule(sources: Sources) -> Scores | None:
        labels = sources.find("labels", Labels)
        if labels is None:
            return None
        wanted = np.array([concept.category in categories for concept in labels.concepts] + [False])
        value = sources.joined(lambda name: _strength(labels, name))
        fits = sources.joined(lambda name: wanted[labels.layers[name].concept[:, 0]])
        return Scores(np.where(fits > 0, value, np.nan), value)

    return rule


def _strength(labels: Labels, name: str) -> Floats:
    """Return how many times a confirmed label's score, from chance on, is that of shuffles; else NaN."""
    found = labels.layers[name]
    of_auc = np.isin(found.evidence, [EVIDENCE.index("present"), EVIDENCE.index("absent")])
    base = np.where(of_auc, 0.5, 0.0)
    score, null = (np.abs(part[1].astype(np.float64) - base) for part in (found.score, found.null))
    ratio = np.divide(score, null, out=np.full_like(score, np.nan), where=null > 0)
    return np.where(found.confirmed == 1, ratio, np.nan)


def edge(sources: Sources) -> Scores | None:
    """Return the rule: the picture of an early neuron whose brightness is most oriented, above the twin's."""
    pictures = sources.find("visualizations", Visualizations)
    if pictures is None:
        return None
    value = np.concatenate([_orientation(pictures, layer) for layer in sources.layers])
    early = max(1, round(EARLY_SHARE * len(sources.layers)))
    place = np.repeat(np.arange(len(sources.layers)), [len(layer.neurons) for layer in sources.layers])
    twin = sources.find("twin_visualizations", Visualizations)
    null = None
    if twin is not None:
        rows = [
            _orientation(twin, Layer(**{**vars(layer), "neurons": tuple(twin.layers[layer.name].neurons)}))
            for layer in sources.layers[:early]
        ]
        null = float(np.nanmax(np.concatenate(rows)))
    asked = (place < early) & (value > (null if null is not None else 0.0))
    return Scores(np.where(asked, value, np.nan), value, null=null)


def _orientation(record: Visualizations, layer: Layer) -> Floats:
    """Return how much of the brightness of all seeds' pictures lies along one orientation, 0 to 1."""
    seeds = [record.layers, *(own for name, own in record.others.items() if name.startswith(SEED_PREFIX))]
    total = [np.zeros(2, dtype=complex) for _ in layer.neurons]
    for own in (layers[layer.name] for layers in seeds):
        for row, at in enumerate(own.rows(layer.neurons)):
            total[row] = total[row] + _oriented_power(own.pictures[at])
    return np.array([abs(along) / power.real if power.real > 0 else np.nan for along, power in total])


def _oriented_power(picture: Any) -> NDArray[np.complex128]:
    """Return the resultant of doubled angles of a picture's brightness spectrum, and its whole power.

    Source:
        Bigün & Granlund 1987, "Optimal orientation detection of linear symmetry".
    """
    brightness = picture.astype(np.float64) @ OPPONENT[0]
    power = np.abs(np.fft.fft2(brightness - brightness.mean())) ** 2
    rows, columns = (np.fft.fftfreq(side) for side in brightness.shape)
    angle = np.arctan2(rows[:, None], columns[None, :])
    whole = power.sum()
    scale = whole if whole > 0 else 1.0
    return np.array([(power * np.exp(2j * angle)).sum() / scale, whole / scale])


def class_neuron(sources: Sources) -> Scores | None:
    """Return the rule: the highest lower end of an AUC of one class against the rest."""
    statistics = sources.find("statistics", Statistics)
    if statistics is None or not next(iter(statistics.layers.values())).class_auc.shape[1]:
        return None
    value = sources.joined(lambda name: _highest(statistics.layers[name].class_auc))
    low = sources.joined(lambda name: _highest(statistics.layers[name].class_auc_low))
    return Scores(np.where(low > 0.5, low, np.nan), value)


def _highest(values: Floats) -> Floats:
    known = np.where(np.isnan(values), -np.inf, values).max(axis=1)
    return np.where(np.isfinite(known), known, np.nan)


def contrast_neuron(sources: Sources) -> Scores | None:
    """Return the rule: of the first contrast's confirmed neurons, the effect furthest from 0 for sure.

    Ranks are the end of Cohen's d's interval that is nearer to 0, without its sign; values are d itself.
    """
    contrasts = sources.find("contrasts", Contrasts)
    if contrasts is None or not contrasts.contrasts:
        return None
    layers = contrasts.contrasts[0].layers
    value = sources.joined(lambda name: layers[name].effect[1])
    low = sources.joined(lambda name: layers[name].effect_low)
    high = sources.joined(lambda name: layers[name].effect_high)
    asked = sources.joined(lambda name: layers[name].confirmed) > 0
    sure = np.where(value > 0, low, -high)
    return Scores(np.where(asked & (sure > 0), sure, np.nan), value)


def two_minds(sources: Sources) -> Scores | None:
    """Return the rule: several groups of strongest images, the silhouette furthest above its null."""
    minds = sources.find("minds", Minds)
    if minds is None:
        return None
    value = sources.joined(lambda name: minds.layers[name].silhouette - minds.layers[name].null)
    groups = sources.joined(lambda name: minds.layers[name].groups)
    return Scores(np.where(groups > 1, value, np.nan), value)


def twins(sources: Sources) -> Scores | None:
    """Return the rule: the highest correlation within a layer, the whole interval above `REDUNDANT`."""
    return _pairs(sources, opposed=False)


def opposed(sources: Sources) -> Scores | None:
    """Return the rule: the lowest correlation within a layer, the whole interval below the shuffles."""
    return _pairs(sources, opposed=True)


def _pairs(sources: Sources, *, opposed: bool) -> Scores | None:
    similar = sources.find("similar", Similar)
    if similar is None:
        return None
    parts = list(_best_pairs(sources, similar, opposed=opposed))
    value, asked, partner = (np.concatenate(column) for column in zip(*parts, strict=True))
    rank = np.where(asked, -value if opposed else value, np.nan)
    return Scores(_once(rank, partner, sources), value, partner)


def _best_pairs(
    sources: Sources, similar: Similar, *, opposed: bool
) -> Iterator[tuple[Floats, Any, NDArray[np.int64]]]:
    """Yield for each layer the best partner's correlation, whether it counts, and the partner's channel."""
    for place, layer in enumerate(sources.layers):
        found = similar.layers[layer.name]
        group = found.opposed if opposed else found.within
        own = group.layer == place
        first = np.where(own.any(axis=1), own.argmax(axis=1), 0)
        rows = np.arange(len(layer.neurons))
        known = own.any(axis=1)
        value = np.where(known, group.value[rows, first], np.nan).astype(np.float64)
        sure = group.high[rows, first] < found.shuffled_low if opposed else group.low[rows, first] > REDUNDANT
        yield value, known & sure, np.where(known, group.channel[rows, first], NO_PARTNER).astype(np.int64)


def _once(rank: Floats, partner: NDArray[np.int64], sources: Sources) -> Floats:
    """Keep each pair once, at the neuron that comes first."""
    start = 0
    result = rank.copy()
    for layer in sources.layers:
        rows = {channel: start + row for row, channel in enumerate(layer.neurons)}
        for channel, row in rows.items():
            other = rows.get(int(partner[row]))
            if other is not None and other > row and partner[other] == channel:
                result[other] = np.nan
        start += len(layer.neurons)
    return result


def silent(sources: Sources) -> Scores | None:
    """Return the rule: the smallest share of images that excite a neuron, below `NEARLY_SILENT`."""
    survey = sources.find("survey", Survey)
    if survey is None:
        return None
    value = sources.joined(lambda name: (np.asarray(survey.layers[name].peaks) > 0).mean(axis=0))
    return Scores(np.where(value < NEARLY_SILENT, -value, np.nan), value, null=NEARLY_SILENT)


def misleading(sources: Sources) -> Scores | None:
    """Return the rule: of pictures that reach what images do, those that go the least similar way."""
    reliability, paths = sources.find("reliability", Reliability), sources.find("paths", Paths)
    badges = sources.find("badges", Badges)
    if reliability is None or paths is None or badges is None:
        return None
    value = sources.joined(lambda name: paths.layers[name].summary)
    high = sources.joined(lambda name: paths.layers[name].summary_high)
    reached = sources.joined(lambda name: reliability.layers[name].mean_ratio) >= WHOLE_NATURAL
    trusted = sources.joined(lambda name: _badge(badges, name)) == BADGES.index("reliable")
    return Scores(np.where(reached & ~trusted & (high < 1), -value, np.nan), value)


def _badge(badges: Badges, name: str) -> Floats:
    return np.asarray(badges.layers[name].badge, dtype=np.float64)


RULES: Mapping[str, Rule] = {
    "colour": labelled("colour", "color"),
    "edge": edge,
    "texture": labelled("texture", "material"),
    "part-or-object": labelled("part", "object"),
    "class-neuron": class_neuron,
    "contrast-neuron": contrast_neuron,
    "two-minds": two_minds,
    "twins": twins,
    "opposed-pair": opposed,
    "silent": silent,
    "misleading-picture": misleading,
}
"""By the name of the case, in the order of the pages."""

assert NOBODY == NO_PARTNER
