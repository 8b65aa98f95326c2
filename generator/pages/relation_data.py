"""Gathers what the records hold of a neuron's relations to others into its published data."""

from __future__ import annotations

from generator.pages import schema_relations as schema
from generator.pages.layer_view import LayerView
from generator.pages.numbers import value
from generator.records import NOBODY, NeuronId, Related


def similar_data(view: LayerView, row: int) -> schema.SimilarData | None:
    """Return the similar and opposed neurons of the one in a row of its layer, None without the record."""
    found = view.similar
    if found is None:
        return None
    return schema.SimilarData(
        within=_related(view, found.within, row),
        across=_related(view, found.across, row),
        opposed=_related(view, found.opposed, row),
        shuffled_high=value(found.shuffled_high[row]),
        shuffled_low=value(found.shuffled_low[row]),
    )


def connections_data(view: LayerView, row: int) -> schema.ConnectionsData | None:
    """Return the strongest connections of the neuron in a row of its layer, None without the record."""
    found, layers = view.connections, view.atlas.subject.layers
    if found is None:
        return None
    return schema.ConnectionsData(
        before=layers[view.position - 2].name if view.position > 1 else None,
        incoming=_related(view, found.incoming, row),
        after=layers[view.position].name if view.position < len(layers) else None,
        outgoing=_related(view, found.outgoing, row),
        shuffled_low=value(found.shuffled[row, 0]),
        shuffled_high=value(found.shuffled[row, 1]),
        even=found.even,
    )


def _related(view: LayerView, group: Related, row: int) -> tuple[schema.RelatedNeuron, ...]:
    subject = view.atlas.subject
    columns = zip(
        group.layer[row].tolist(),
        group.channel[row].tolist(),
        *(part[row] for part in (group.value, group.low, group.high)),
        strict=True,
    )
    return tuple(
        schema.RelatedNeuron(
            neuron=str(NeuronId(subject.atlas, subject.layers[place].name, channel)),
            shown=channel in subject.layers[place].neurons,
            value=value(middle),
            low=value(low),
            high=value(high),
        )
        for place, channel, middle, low, high in columns
        if place != NOBODY
    )
