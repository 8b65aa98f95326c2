"""Sentences on probes say what the numbers say, and warn where images may have been learnt by heart."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import numpy as np
import pytest

from generator.pages.probe_charts import curve_values, emergence_values, in_order, locality_values
from generator.pages.probe_data import COLUMNS, probes_csv, probes_json
from generator.pages.probe_text import emergence_text, findings, layer_sentences, training_note
from generator.records import NOWHERE, Curve, Emergence, Probes
from tests.pages.fake_atlas import fake_atlas
from tests.pages.fake_probes import HOSTILE, TASKS

ATLAS = fake_atlas()
PROBES: Probes = ATLAS.records["probes"]


def nothing_read() -> Probes:
    nowhere = Emergence(NOWHERE, NOWHERE, NOWHERE, np.zeros(len(PROBES.layers)))
    return replace(PROBES, probes=tuple(replace(probe, emergence=nowhere) for probe in PROBES.probes))


def test_findings_count_tasks_and_order_them_by_layer() -> None:
    text = " ".join(findings(PROBES))
    first, second, third = PROBES.layers
    assert text.startswith("4 of 5 tasks can be read from some layer")
    assert f"colour, hue at {first}; size at {second}; object at {third}." in text
    assert "beats its random twin in 4 of them" in text


def test_where_nothing_is_read_nothing_is_claimed() -> None:
    assert findings(nothing_read()) == [
        "None of 5 tasks can be read from any layer better than with shuffled answers."
    ]
    assert layer_sentences(nothing_read(), PROBES.layers[0]) == []
    assert emergence_values(nothing_read()) is None


def test_a_twin_that_reads_more_is_said_so() -> None:
    worse = Curve(np.full(3, -0.2), np.full(3, -0.3), np.full(3, -0.1))
    changed = replace(PROBES, probes=tuple(replace(probe, gain=worse) for probe in PROBES.probes))
    assert "and is worse than it in 4 (colour, hue, size, object)" in " ".join(findings(changed))


def test_a_layer_names_what_it_reads_first_with_score_control_and_twin() -> None:
    reached, first = layer_sentences(PROBES, PROBES.layers[1])[:2]
    assert reached.startswith("A linear probe reads 3 of 4 tasks from this layer")
    assert first.startswith("First reached here: size (R² 0.8")
    assert "with shuffled answers \N{MINUS SIGN}0.0" in first
    assert "from the random twin 0.3" in first


def test_emergence_has_its_interval_where_that_is_wider_than_a_layer() -> None:
    by_name = {probe.name: probe for probe in PROBES.probes}
    first, second, third = PROBES.layers
    assert emergence_text(PROBES, by_name["colour"]) == f"{first} ({first} to {second})"
    assert emergence_text(PROBES, by_name["object"]) == third
    assert emergence_text(PROBES, by_name[HOSTILE]) == "nowhere"


@pytest.mark.parametrize(
    ("stated", "images", "warning", "words"),
    [
        ("", "CIFAR-10", True, "It is not stated"),
        ("CIFAR-10, train", "CIFAR-10", True, "the same kind (CIFAR-10, test)"),
        ("ImageNet", "CIFAR-10", False, "As stated, the network was trained on ImageNet."),
    ],
)
def test_images_that_may_have_been_learnt_are_flagged(
    stated: str, images: str, warning: bool, words: str
) -> None:
    subject = replace(
        ATLAS.subject,
        network=replace(ATLAS.subject.network, trained_on=stated),
        images=replace(ATLAS.subject.images, name=images),
    )
    note = training_note(subject, PROBES)
    assert note.warning == warning
    assert words in note.text
    assert note.text.endswith("3 images that the recipe names as training images were left out.")


def test_table_and_json_hold_every_score() -> None:
    rows = list(csv.DictReader(io.StringIO(probes_csv(PROBES))))
    data = json.loads(probes_json(ATLAS, PROBES))
    assert list(rows[0]) == list(COLUMNS)
    places = 2 * len(PROBES.layers) + 3
    assert len(rows) == len(TASKS) * places + 3 * (len(TASKS) - 1)
    for probe, task in zip(PROBES.probes, data["tasks"], strict=True):
        (found,) = [
            row for row in rows
            if (row["task"], row["features"], row["layer"]) == (probe.name, "twin", PROBES.layers[1])
        ]  # fmt: skip
        assert float(found["score"]) == probe.twin.score.mean[1] == task["twin"]["score"]["mean"][1]
        assert float(found["control_low"]) == probe.twin.control.low[1]
    assert data["tasks"][-1]["emergence"]["layer"] is None
    assert data["unprobed"] == {"part: wing": "fewer than two answers have at least 10 images"}


def test_charts_hold_every_task_in_the_order_of_emergence() -> None:
    assert [probe.name for probe in in_order(PROBES)] == ["colour", "hue", "size", "object"]
    values = emergence_values(PROBES)
    assert values is not None
    assert [row["rank"] for row in values["datasets"]["emergence"]] == [0, 1, 2, 3]
    assert {row["task"] for row in curve_values(PROBES)["datasets"]["probes"]} == {task[0] for task in TASKS}
    few = locality_values(PROBES)
    assert few is not None
    assert "size" not in {row["task"] for row in few["datasets"]["locality"]}
