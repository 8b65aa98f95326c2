"""How many neurons have a label, with which concepts: counts, headlines, and the charts of categories."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from generator.pages.charts import ROW
from generator.pages.context_neuron import Headline
from generator.pages.numbers import Shown, plural, share, shown, were, whole
from generator.pages.schema_concepts import LabelData
from generator.pages.summary import NeuronSummary

# Chance that a candidate without any meaning beats all 19 shuffles of the scoring half.
CHANCE = 1 / 20


@dataclass(frozen=True)
class Coverage:
    """Labels of some neurons: `labels` are those confirmed, `candidates` counts all that were tried."""

    neurons: int
    candidates: int
    labels: tuple[LabelData, ...]

    @property
    def concepts(self) -> int:
        """How many different concepts the labels hold."""
        return len({concept for label in self.labels for concept in label.concepts})


def coverage(summaries: Sequence[NeuronSummary]) -> Coverage | None:
    """Return the coverage of some neurons, None where labels were not measured for any."""
    measured = [summary.label for summary in summaries if summary.label is not None]
    if not measured:
        return None
    return Coverage(
        neurons=len(summaries),
        candidates=sum(label.evidence != "none" for label in measured),
        labels=tuple(label for label in measured if label.confirmed),
    )


def coverage_headlines(summaries: Sequence[NeuronSummary], *, measured: bool) -> list[Headline]:
    """Return how many neurons have a label and the share of candidates confirmed.

    Args:
        summaries: Neurons of a layer or an atlas.
        measured: Whether the atlas has labels at all; if not, there are no headlines.
    """
    if not measured:
        return []
    found = coverage(summaries)
    if found is None:
        missing = shown(None, "labels were not measured for this layer")
        return [Headline("Labelled", "coverage", missing), Headline("Confirmed", "null", missing)]
    note = f"of {whole(found.neurons)}, {plural(found.concepts, 'concept')}"
    confirmed = share(
        len(found.labels) / found.candidates if found.candidates else None, "there was no candidate"
    )
    return [
        Headline("Labelled", "coverage", Shown(whole(len(found.labels))), note),
        Headline("Confirmed", "null", confirmed, f"of {plural(found.candidates, 'candidate')}"),
    ]


def has_labels(summaries: Sequence[NeuronSummary]) -> bool:
    """Whether labels were measured for any of the neurons."""
    return any(summary.label is not None for summary in summaries)


def coverage_text(found: Coverage) -> list[str]:
    """Return the sentences that say how far the labels of some neurons go."""
    sentences = [
        f"{whole(len(found.labels))} of {plural(found.neurons, 'neuron')} shown "
        f"{'has' if len(found.labels) == 1 else 'have'} a label, with {plural(found.concepts, 'concept')}."
    ]
    if found.candidates:
        sentences.append(
            f"Of {plural(found.candidates, 'candidate')} chosen on one half of the concept images, "
            f"{were(len(found.labels))} confirmed on the other; if none meant anything, "
            f"{_about(found.candidates * CHANCE)} would be by chance."
        )
    return sentences


def _about(number: float) -> str:
    return f"about {whole(round(number))}" if number >= 1 else "fewer than one"


def categories(labels: Sequence[LabelData]) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Return category, number of neurons, and labels with their numbers; the most frequent first."""
    return [
        (category, whole(sum(counts.values())), [(text, whole(count)) for text, count in _ranked(counts)])
        for category, counts in _counted(labels)
    ]


def categories_chart(labels: Sequence[LabelData]) -> dict[str, Any] | None:
    """Return the values of the chart of labels by category, None without a label."""
    rows = [
        {"category": category, "label": text, "neurons": count, "rank": rank}
        for category, counts in _counted(labels)
        for rank, (text, count) in enumerate(_ranked(counts))
    ]
    height = ROW * len({row["category"] for row in rows})
    return {"datasets": {"categories": rows}, "height": height} if rows else None


def _counted(labels: Sequence[LabelData]) -> list[tuple[str, Counter[str]]]:
    found: dict[str, Counter[str]] = {}
    for label in labels:
        found.setdefault(label.category or "", Counter())[label.text or ""] += 1
    return sorted(found.items(), key=lambda entry: (-entry[1].total(), entry[0]))


def _ranked(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))


def emergence(summaries: Mapping[str, Sequence[NeuronSummary]]) -> dict[str, Any] | None:
    """Return labelled neurons by category and layer as a chart and a table, None without a label.

    Args:
        summaries: Neurons by layer, layers in the order of the network.
    """
    found = {name: coverage(own) for name, own in summaries.items()}
    by_layer = {
        name: Counter(label.category or "" for label in own.labels) if own else Counter()
        for name, own in found.items()
    }
    totals: Counter[str] = sum(by_layer.values(), Counter())
    if not totals:
        return None
    names = [category for category, _ in _ranked(totals)]
    rows = [
        {"layer": layer, "order": order, "category": category, "rank": rank, "neurons": counts[category],
         "shown": len(summaries[layer])}
        for order, (layer, counts) in enumerate(by_layer.items())
        for rank, category in enumerate(names)
        if counts[category]
    ]  # fmt: skip
    # A row without a neuron keeps the place of a layer in which nothing has a label.
    rows += [
        {"layer": layer, "order": order, "category": names[0], "rank": 0, "neurons": 0,
         "shown": len(summaries[layer])}
        for order, (layer, counts) in enumerate(by_layer.items())
        if not counts
    ]  # fmt: skip
    return {
        "chart": {"datasets": {"emergence": rows}, "height": ROW * len(names)},
        "layers": list(by_layer),
        "rows": [(category, [whole(counts[category]) for counts in by_layer.values()]) for category in names],
    }
