"""Gathers what the records hold of one neuron into its published data."""

from __future__ import annotations

import math

import numpy as np

from generator.pages import schema
from generator.pages.ablation_data import neuron_ablation
from generator.pages.attribution_data import attribution_data
from generator.pages.concept_data import concepts_data, label_data
from generator.pages.contrast_data import neuron_contrasts
from generator.pages.images import pixels_sha256
from generator.pages.layer_view import LayerView
from generator.pages.level_data import level_data
from generator.pages.links import visualization_file
from generator.pages.minds_data import minds_data
from generator.pages.numbers import value
from generator.pages.relation_data import connections_data, similar_data
from generator.pages.reliability_data import reliability_data
from generator.records import (
    FIRST,
    AtlasRecords,
    Bytes8,
    ExemplarGroup,
    Exemplars,
    Floats,
    LayerVisualizations,
)


def neuron_data(view: LayerView, row: int) -> schema.NeuronData:
    """Return the published data of the neuron in a row of its layer's records."""
    channel = view.layer.neurons[row]
    return schema.NeuronData(
        neuron=str(view.neuron(channel)),
        atlas=view.atlas.subject.atlas,
        channel=channel,
        layer=_layer(view),
        receptive_field=receptive_field(view),
        statistics=_statistics(view, row),
        exemplars=_exemplars(view, row),
        attribution=attribution_data(view, row),
        visualization=_visualization(view, row),
        visualizations=_variants(view, row),
        reliability=reliability_data(view, row),
        classes=_classes(view, row),
        label=label_data(view, row),
        concepts=concepts_data(view, row),
        level=level_data(view, row),
        contrasts=neuron_contrasts(view, row),
        ablation=neuron_ablation(view, row),
        minds=minds_data(view, row),
        similar=similar_data(view, row),
        connections=connections_data(view, row),
        provenance=_provenance(view.atlas),
    )


def _layer(view: LayerView) -> schema.LayerData:
    layer = view.layer
    return schema.LayerData(
        name=layer.name,
        module=layer.module,
        kind=layer.kind,
        activation=layer.activation,
        position=view.position,
        layers=len(view.atlas.subject.layers),
        size=layer.size,
        height=layer.height,
        width=layer.width,
    )


def receptive_field(view: LayerView) -> schema.ReceptiveField | None:
    """Return the extent of the largest receptive field in a layer, if measured."""
    fields = view.fields
    if fields is None:
        return None
    return schema.ReceptiveField(
        height=int((fields.rows[:, 1] - fields.rows[:, 0]).max()),
        width=int((fields.columns[:, 1] - fields.columns[:, 0]).max()),
    )


def _statistics(view: LayerView, row: int) -> schema.StatisticsData | None:
    found = view.statistics
    if found is None:
        return None
    quantiles = zip(found.quantile_levels, found.quantiles[row], found.peak_quantiles[row], strict=True)
    return schema.StatisticsData(
        mean=value(found.mean[row]),
        std=value(found.std[row]),
        minimum=value(found.minimum[row]),
        maximum=value(found.maximum[row]),
        zero_fraction=value(found.zero_fraction[row]),
        threshold=value(found.threshold[row]),
        sparseness=value(found.sparseness[row]),
        selectivity=value(found.selectivity[row]),
        dead=bool(found.dead[row]),
        quantiles=tuple(
            schema.Quantile(level=float(level), activation=value(activation), peak=value(peak))
            for level, activation, peak in quantiles
        ),
        histogram_edges=tuple(float(str(edge)) for edge in found.histogram_edges[row]),
        histogram_counts=tuple(int(count) for count in found.histogram_counts[row]),
    )


def _exemplars(view: LayerView, row: int) -> schema.ExemplarsData | None:
    found, record = view.exemplars, view.atlas.get("exemplars", Exemplars)
    if found is None or record is None:
        return None
    names = view.atlas.subject.images.class_names
    strata = _group(record, found.strata, row, names)
    count = len(found.strata_edges) - 1
    each = found.strata.picture.shape[1] // count
    return schema.ExemplarsData(
        top=_present(_group(record, found.top, row, names)),
        strata=tuple(
            schema.Stratum(
                low=float(found.strata_edges[stratum + 1]),
                high=float(found.strata_edges[stratum]),
                exemplars=_present(strata[stratum * each : (stratum + 1) * each]),
            )
            for stratum in range(count)
        ),
        bottom=_present(_group(record, found.bottom, row, names)),
        random=_present(_group(record, found.random, row, names)),
    )


def _present(group: list[schema.Exemplar | None]) -> tuple[schema.Exemplar, ...]:
    return tuple(exemplar for exemplar in group if exemplar is not None)


def _group(
    record: Exemplars, group: ExemplarGroup, row: int, names: tuple[str, ...]
) -> list[schema.Exemplar | None]:
    result: list[schema.Exemplar | None] = []
    for entry, picture in enumerate(group.picture[row].tolist()):
        if picture < 0:
            result.append(None)
            continue
        label = int(record.labels[picture])
        result.append(
            schema.Exemplar(
                image=record.image_ids[picture],
                sha256=record.image_sha256[picture],
                picture=record.picture_files[picture],
                class_name=names[label] if 0 <= label < len(names) else None,
                peak=value(group.peak[row, entry]),
                quantile=value(group.quantile[row, entry]),
                row=int(group.position[row, entry, 0]),
                column=int(group.position[row, entry, 1]),
            )
        )
    return result


def _visualization(view: LayerView, row: int) -> schema.VisualizationData | None:
    found, ratios = view.visualizations, view.reliability
    at = visualization_row(view, row, FIRST)
    if found is None or at is None:
        return None
    history = zip(found.history_steps.tolist(), found.history[at], strict=True)
    return schema.VisualizationData(
        picture=_picture_file(view, row, FIRST, picture_pixels(found, at)),
        size=int(found.pictures.shape[1]),
        mean_response=value(found.mean_response[at]),
        peak=value(found.peak[at]),
        random_mean=value(found.random_mean[at]),
        random_peak=value(found.random_peak[at]),
        mean_ratio=value(ratios.mean_ratio[row]) if ratios else None,
        peak_ratio=value(ratios.peak_ratio[row]) if ratios else None,
        beats_random=bool(ratios.beats_random[row]) if ratios else None,
        seed_spread=value(ratios.seed_spread[row]) if ratios else None,
        steps_run=int(found.steps_run[at]),
        history=tuple(
            schema.HistoryPoint(step=step, mean_response=value(response))
            for step, response in history
            if math.isfinite(response)
        ),
    )


def _variants(view: LayerView, row: int) -> tuple[schema.VariantData, ...] | None:
    ratios = view.reliability
    ratio_of = {FIRST: ratios.mean_ratio, **ratios.other_ratios} if ratios else {}
    result = []
    for variant, found in view.variants.items():
        at = visualization_row(view, row, variant)
        if at is None:
            continue
        result.append(
            schema.VariantData(
                variant=variant,
                picture=_picture_file(view, row, variant, picture_pixels(found, at)),
                start_response=value(found.history[at, 0]),
                mean_response=value(found.mean_response[at]),
                peak=value(found.peak[at]),
                ratio=value(ratio_of[variant][row]) if variant in ratio_of else None,
            )
        )
    return tuple(result) or None


def visualization_row(view: LayerView, row: int, variant: str) -> int | None:
    """Return the row of a neuron in its layer's visualizations of a variant, None when it has none."""
    found = view.variants.get(variant)
    if found is None:
        return None
    places = np.flatnonzero(found.neurons == view.layer.neurons[row])
    return int(places[0]) if places.size else None


def first_picture(view: LayerView, row: int) -> str | None:
    """Return where the visualization that stands for a neuron lies, None when it has none."""
    found, at = view.visualizations, visualization_row(view, row, FIRST)
    if found is None or at is None:
        return None
    return _picture_file(view, row, FIRST, picture_pixels(found, at))


def picture_pixels(found: LayerVisualizations, at: int) -> Bytes8:
    """Return a visualization (height, width, 3), or (height, width, 4) where it has a mask."""
    if not found.alpha.size:
        opaque: Bytes8 = found.pictures[at]
        return opaque
    pixels: Bytes8 = np.concatenate([found.pictures[at], found.alpha[at, :, :, None]], axis=2)
    return pixels


def _picture_file(view: LayerView, row: int, variant: str, pixels: Bytes8) -> str:
    network, channel = view.atlas.subject.network, view.layer.neurons[row]
    return visualization_file(network.sha256, view.layer.name, channel, variant, pixels_sha256(pixels))


def _classes(view: LayerView, row: int) -> tuple[schema.ClassData, ...] | None:
    found, images = view.statistics, view.atlas.subject.images
    if found is None or found.class_auc.shape[1] == 0:
        return None

    def entry(values: Floats, column: int) -> float | None:
        return value(values[row, column])

    return tuple(
        schema.ClassData(
            name=name,
            images=images.class_counts[column],
            mean_peak=entry(found.class_means, column),
            auc=entry(found.class_auc, column),
            auc_low=entry(found.class_auc_low, column),
            auc_high=entry(found.class_auc_high, column),
        )
        for column, name in enumerate(images.class_names)
    )


def _provenance(atlas: AtlasRecords) -> schema.ProvenanceData:
    subject, network, images = atlas.subject, atlas.subject.network, atlas.subject.images
    return schema.ProvenanceData(
        network=schema.NetworkData(
            model=network.model,
            weights=network.weights,
            sha256=network.sha256,
            trained_on=network.trained_on,
        ),
        images=schema.ImagesData(
            name=images.name, split=images.split, count=images.count, sha256=images.sha256
        ),
        recipe_sha256=subject.recipe_sha256,
        seed=subject.seed,
        device=atlas.provenance.device,
        versions=dict(atlas.provenance.versions),
        record_keys=dict(atlas.provenance.keys),
    )
