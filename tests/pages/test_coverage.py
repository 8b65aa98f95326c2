"""Coverage: who counts as labelled, how many of the candidates held, which categories where."""

from __future__ import annotations

from generator.pages.charts import ROW
from generator.pages.coverage import (
    categories,
    categories_chart,
    coverage,
    coverage_headlines,
    coverage_text,
    emergence,
    has_labels,
)
from generator.pages.layer_view import LayerView
from generator.pages.neuron_view import NeuronView
from generator.pages.summary import NeuronSummary, summarize
from generator.records import AtlasRecords
from tests.pages.fake_atlas import fake_atlas


def summaries(atlas: AtlasRecords) -> dict[str, list[NeuronSummary]]:
    return {
        layer.name: [summarize(NeuronView(LayerView(atlas, layer), row)) for row in range(len(layer.neurons))]
        for layer in atlas.subject.layers
    }


ATLAS = fake_atlas(neurons=8)
BY_LAYER = summaries(ATLAS)
FIRST = BY_LAYER[ATLAS.subject.layers[0].name]


def test_dead_and_unconfirmed_neurons_are_not_covered() -> None:
    found = coverage(FIRST)
    assert found is not None
    assert (found.neurons, found.candidates, len(found.labels)) == (8, 7, 6)
    # red, blue, stripes, large, green, cat: a pair counts for both of its concepts.
    assert found.concepts == 6
    labelled, confirmed = coverage_headlines(FIRST, measured=True)
    assert (labelled.value.text, labelled.note) == ("6", "of 8, 6 concepts")
    assert (confirmed.value.text, confirmed.note) == ("85.7%", "of 7 candidates")
    assert "fewer than one would be by chance" in coverage_text(found)[1]


def test_categories_are_counted_by_neuron() -> None:
    found = coverage(FIRST)
    assert found is not None
    listed = {category: (count, labels) for category, count, labels in categories(found.labels)}
    assert listed["colour"][0] == "3"
    assert dict(listed["colour"][1])["red or blue"] == "1"
    chart = categories_chart(found.labels)
    assert chart is not None
    rows = chart["datasets"]["categories"]
    assert sum(row["neurons"] for row in rows) == 6
    assert rows[0]["category"] == "colour"
    assert chart["height"] == ROW * 4


def test_emergence_names_every_layer_also_one_without_labels() -> None:
    without = {**BY_LAYER, "late": FIRST[:1]}
    found = emergence(without)
    assert found is not None
    assert found["layers"] == [*BY_LAYER, "late"]
    assert all(counts[-1] == "0" for _, counts in found["rows"])
    rows = found["chart"]["datasets"]["emergence"]
    assert [row["neurons"] for row in rows if row["layer"] == "late"] == [0]
    assert sum(row["neurons"] for row in rows) == sum(
        int(count) for _, counts in found["rows"] for count in counts
    )


def test_without_labels_there_is_nothing_to_say() -> None:
    absent = summaries(fake_atlas(without=("labels",)))
    everything = [summary for own in absent.values() for summary in own]
    assert not has_labels(everything)
    assert coverage(everything) is None
    assert coverage_headlines(everything, measured=False) == []
    assert emergence(absent) is None
    assert categories_chart(()) is None


def test_a_layer_without_labels_among_others_says_so() -> None:
    absent = next(iter(summaries(fake_atlas(without=("labels",))).values()))
    labelled, confirmed = coverage_headlines(absent, measured=True)
    assert labelled.value.reason == confirmed.value.reason == "labels were not measured for this layer"


def test_no_candidate_gives_no_share() -> None:
    found = coverage(FIRST[:1])
    assert found is not None
    assert len(coverage_text(found)) == 1
    assert coverage_headlines(FIRST[:1], measured=True)[1].value.reason == "there was no candidate"
