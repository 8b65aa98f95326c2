"""Gathers what an atlas's explorer needs out of the records, and writes its files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from generator.pages.label_text import NO_LABEL
from generator.pages.layer_view import LayerView
from generator.pages.links import link, picture_file
from generator.pages.schema import canonical
from generator.pages.schema_explorer import (
    ExplorerData,
    ExplorerLayer,
    ExplorerNeuron,
    ExplorerPreprocess,
    ExplorerSample,
    explorer_schema,
)
from generator.pages.summary import NeuronSummary
from generator.records import (
    AtlasRecords,
    BrowserRuntime,
    Exemplars,
    ExplorerNetwork,
    Floats,
    LayerStatistics,
    LayerSurvey,
    Survey,
)
from generator.store.layout import (
    RUNTIME,
    explorer_data,
    explorer_model,
    explorer_page,
    explorer_schema_file,
    layer_page,
    neuron_page,
)

PEAK_LEVELS = np.array([*np.arange(0, 0.99, 0.01), 0.99, 0.995, 0.999, 1])
"""Quantiles that percentiles are read off: one percent apart, closer where strong responses lie."""

DIGITS = 5  # significant, of quantiles and centres: finer than any percentile shown
MOST_SAMPLES = 16


def explorer_of(atlas: AtlasRecords) -> ExplorerNetwork | None:
    """Return the network for the browser, or what was wrong with it; None where none was wanted."""
    return atlas.get("explorer", ExplorerNetwork)


def write_runtime(docs: Path, runtime: BrowserRuntime) -> None:
    """Write what runs networks in a browser, where the site has it."""
    for name, content in runtime.files.items():
        (docs / RUNTIME).mkdir(exist_ok=True)
        (docs / RUNTIME / name).write_bytes(content)


def write_explorer(docs: Path, atlas: AtlasRecords, summaries: Sequence[NeuronSummary]) -> None:
    """Write the network and the data of an atlas's explorer, where it has one.

    Args:
        docs: The folder of the pages; the atlas's folder exists.
        atlas: The atlas.
        summaries: Of all neurons shown.
    """
    network = explorer_of(atlas)
    if network is None or network.problem:
        return
    name = atlas.subject.atlas
    (docs / explorer_model(name)).write_bytes(network.file)
    data = explorer_values(atlas, network, summaries)
    (docs / explorer_data(name)).write_bytes(canonical(data.model_dump(mode="json")))
    (docs / explorer_schema_file(name)).write_bytes(canonical(explorer_schema()))


def explorer_values(
    atlas: AtlasRecords, network: ExplorerNetwork, summaries: Sequence[NeuronSummary]
) -> ExplorerData:
    """Return what the explorer's page knows of an atlas."""
    subject, view = atlas.subject, atlas.subject.network
    by_neuron = {summary.neuron: summary for summary in summaries}
    survey = atlas.get("survey", Survey)
    assert survey is not None, "every atlas is surveyed"
    layers = []
    levels: tuple[float, ...] = ()
    for layer in subject.layers:
        seen = LayerView(atlas, layer)
        assert seen.statistics is not None, "every atlas has statistics"
        levels = tuple(seen.statistics.quantile_levels.tolist())
        own = [by_neuron[seen.neuron(channel)] for channel in layer.neurons]
        layers.append(_layer(seen, seen.statistics, survey.layers[layer.name], own))
    return ExplorerData(
        format="neuron-atlas/explorer/1",
        atlas=subject.atlas,
        title=subject.title,
        model=view.model,
        network_sha256=view.sha256,
        images_name=subject.images.name,
        images_count=subject.images.count,
        preprocess=ExplorerPreprocess(
            resize=view.resize, crop=view.crop, interpolation=view.interpolation, mean=view.mean, std=view.std
        ),
        classes=view.class_names,
        model_bytes=len(network.file),
        peak_levels=_rounded(PEAK_LEVELS),
        value_levels=levels,
        layers=tuple(layers),
        samples=tuple(_samples(atlas)),
    )


def _layer(
    view: LayerView, statistics: LayerStatistics, survey: LayerSurvey, summaries: Sequence[NeuronSummary]
) -> ExplorerLayer:
    layer, page = view.layer, explorer_page(view.atlas.subject.atlas)
    neurons = [_neuron(row, statistics, survey, summary, page) for row, summary in enumerate(summaries)]
    return ExplorerLayer(
        name=layer.name,
        page=link(layer_page(view.atlas.subject.atlas, layer.name), page),
        activation=layer.activation,
        height=layer.height,
        width=layer.width,
        rows=_rounded(view.placement.rows),
        columns=_rounded(view.placement.columns),
        neurons=tuple(neurons),
    )


def _neuron(
    row: int,
    statistics: LayerStatistics,
    survey: LayerSurvey,
    summary: NeuronSummary,
    page: str,
) -> ExplorerNeuron:
    label = summary.label if summary.label is not None and summary.label.confirmed else None
    return ExplorerNeuron(
        channel=summary.neuron.channel,
        page=link(neuron_page(summary.neuron), page),
        thumbnail=link(summary.visualization, page) if summary.visualization else "",
        exemplar=link(summary.exemplar, page) if summary.exemplar else "",
        label=(label.text or NO_LABEL) if label is not None else "",
        category=(label.category or "") if label is not None else "",
        badge=summary.badge,
        dead=summary.dead,
        strongest=float(statistics.maximum[row]),
        peaks=_rounded(peak_quantiles(survey.peaks[:, row], float(survey.maximum[row]))),
        values=_rounded(statistics.quantiles[row]),
    )


def peak_quantiles(peaks: Floats, strongest: float) -> Floats:
    """Return the quantiles at `PEAK_LEVELS` of one neuron's peaks over the images.

    Args:
        peaks: (images,) float16, as the survey keeps them.
        strongest: Their maximum, in full precision.
    """
    result = np.quantile(peaks.astype(np.float64), PEAK_LEVELS)
    result[-1] = strongest
    return np.maximum.accumulate(result)


def _samples(atlas: AtlasRecords) -> list[ExplorerSample]:
    """Return pictures to try: the first of every class in turn, by place among the exemplars."""
    record, subject = atlas.get("exemplars", Exemplars), atlas.subject
    if record is None:
        return []
    chosen = spread_over_classes(record.labels.tolist(), MOST_SAMPLES)
    page = explorer_page(subject.atlas)
    names = subject.images.class_names
    return [
        ExplorerSample(
            file=link(picture_file(subject.atlas, record.picture_files[place]), page),
            key=record.picture_files[place].removesuffix(".webp"),
            name=names[record.labels[place]] if record.labels[place] >= 0 else record.image_ids[place],
        )
        for place in chosen
    ]


def spread_over_classes(labels: Sequence[int], most: int) -> list[int]:
    """Return the places of at most `most` images: the first of each class, then the second, and so on."""
    seen: dict[int, int] = {}
    turns = []
    for place, label in enumerate(labels):
        turns.append((seen.get(label, 0), label, place))
        seen[label] = seen.get(label, 0) + 1
    return [place for _, _, place in sorted(turns)[:most]]


def _rounded(values: Floats) -> tuple[float, ...]:
    return tuple(float(f"{value:.{DIGITS}g}") for value in values.tolist())
