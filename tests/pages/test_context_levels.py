"""The page of levels: layers and neurons in their order, findings in words, nothing undefined as a number."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from generator.pages.context_level import level
from generator.pages.context_levels import findings, has_levels, levels_context, spread
from generator.pages.layer_view import LayerView
from generator.pages.level_data import MEANINGS, measured_text
from generator.pages.neuron_view import NeuronView
from generator.pages.schema import LevelPart
from generator.pages.summary import NeuronSummary, summarize
from generator.records import LEVEL_DEPTH, LEVEL_PARTS, AtlasRecords, Levels
from tests.pages.fake_atlas import fake_atlas


def summaries_of(atlas: AtlasRecords) -> list[NeuronSummary]:
    views = [LayerView(atlas, layer) for layer in atlas.subject.layers]
    return [summarize(NeuronView(view, row)) for view in views for row in range(len(view.layer.neurons))]


def reversed_layers(atlas: AtlasRecords) -> AtlasRecords:
    """Give the first layer the levels of the last and the other way round."""
    record = atlas.records["levels"]
    names, found = list(record.layers), list(record.layers.values())
    turned = Levels(dict(zip(names, reversed(found), strict=True)), record.depth)
    return replace(atlas, records={**atlas.records, "levels": turned})


@pytest.mark.parametrize("turned", [False, True])
def test_layers_and_neurons_are_ordered_by_what_was_measured(turned: bool) -> None:
    atlas = reversed_layers(fake_atlas()) if turned else fake_atlas()
    values = levels_context(atlas, summaries_of(atlas))
    names = [layer.name for layer in atlas.subject.layers]
    assert [row["name"] for row in values["layers"]] == (names[::-1] if turned else names)
    found = [float(row["sort"]) for row in values["rows"]]
    assert found == sorted(found)
    dead = len(names)
    assert (
        len(found) == len(values["tiles"]) == sum(len(layer.neurons) for layer in atlas.subject.layers) - dead
    )
    assert values["without"] == str(dead)
    ranks = {row["layer"]: row["rank"] for row in values["chart"]["datasets"]["levels"]}
    assert [ranks[row["name"]] for row in values["layers"]] == [0, 1, 2]


def test_medians_of_a_layer_are_those_of_its_neurons() -> None:
    atlas = fake_atlas()
    row = levels_context(atlas, summaries_of(atlas))["layers"][1]
    found = atlas.records["levels"].layers[row["name"]]
    assert row["median"].text == f"{np.nanmedian(found.level):.3f}"
    assert [entry.text for entry in row["parts"]] == [
        f"{value:.3f}" for value in np.nanmedian(found.parts, axis=0)
    ]


def test_findings_say_rises_falls_or_neither() -> None:
    depth = np.tile([0.5, 0.3, 0.7], (len(LEVEL_DEPTH), 1))
    depth[LEVEL_DEPTH.index("fieldless")] = -0.5, -0.7, -0.3
    rising, falling, fineness = findings(depth, 12)
    assert "12 neurons, the level rises with depth (rank correlation 0.500" in rising
    assert "falls with depth" in falling
    assert "cycles per pixel, rises with depth" in fineness
    depth[0] = 0.1, -0.2, 0.3
    depth[1] = np.nan
    unclear, none, _ = findings(depth, 12)
    assert "does not clearly go with depth" in unclear
    assert "cannot be compared" in none
    assert "nan" not in none


def test_a_neuron_s_section_says_what_is_missing_and_why() -> None:
    atlas = fake_atlas()
    view = LayerView(atlas, atlas.subject.layers[0])
    dead, unlabelled, whole = (level(NeuronView(view, row)) for row in range(3))
    assert dead is not None
    assert unlabelled is not None
    assert whole is not None
    assert dead["level"].reason
    assert dead["share"] is None
    assert (dead["count"], unlabelled["count"], whole["count"]) == (1, 4, 5)
    assert [row["name"] for row in unlabelled["rows"] if row["scaled"].reason] == ["Category"]
    assert all(row["measured"].reason == row["scaled"].reason for row in dead["rows"])


def test_without_the_record_there_is_neither_page_nor_section() -> None:
    atlas = fake_atlas(without=("levels",))
    assert not has_levels(atlas)
    assert level(NeuronView(LayerView(atlas, atlas.subject.layers[0]), 1)) is None
    assert all("level" not in summary.values for summary in summaries_of(atlas))


def test_what_the_atlas_did_not_measure_is_no_part() -> None:
    plain = fake_atlas(classes=(), without=("labels",))
    values = levels_context(plain, summaries_of(plain))
    assert [part["name"] for part in values["parts"]] == ["Receptive field", "Frequency", "Colour"]
    assert (
        {len(row["cells"]) for row in values["rows"]}
        == {len(row["parts"]) for row in values["layers"]}
        == {3}
    )


def test_every_part_has_its_meaning_and_unit() -> None:
    assert set(MEANINGS) == set(LEVEL_PARTS)
    texts = [
        measured_text(LevelPart.model_validate({"name": name, "measured": value, "scaled": 0.5})).text
        for name, value in zip(LEVEL_PARTS, (31, 1.5, 0.25, 3, 0.4), strict=True)
    ]
    assert texts == ["31.0 px", "1.50 cycles", "25%", "part", "0.400"]


def test_of_too_many_entries_first_and_last_are_among_those_shown() -> None:
    assert spread(range(3), 5) == [0, 1, 2]
    assert spread(range(101), 5) == [0, 25, 50, 75, 100]


def test_the_page_is_written_and_linked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from generator.pages import render as module
    from generator.store.layout import Layout

    monkeypatch.setattr(module.charts, "runtime", lambda: "/* vega */\n")
    module.render(Layout(tmp_path), [fake_atlas(), fake_atlas("bare", without=("levels",))], site_url="")
    docs = tmp_path / "docs"
    assert 'href="levels.html"' in (docs / "fake-atlas" / "index.md").read_text(encoding="utf-8")
    assert "levels.html" not in (docs / "bare" / "index.md").read_text(encoding="utf-8")
    assert not (docs / "bare" / "levels.md").exists()
    text = (docs / "fake-atlas" / "levels.md").read_text(encoding="utf-8")
    assert "rises with depth (rank correlation 0.620, 95% interval 0.410 to 0.780)" in text
    assert "nan" not in text.lower().replace("nance", "")
