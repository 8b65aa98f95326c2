"""Charts: every specification compiles with data of the form that pages bring; the runtime is one script."""

from __future__ import annotations

import json
from typing import Any

import pytest
import vl_convert

from generator.pages.charts import runtime, script, specifications

DATA: dict[str, dict[str, list[dict[str, Any]]]] = {
    "ablation": {
        "ablation": [
            {"series": series, "layer": layer, "order": order, "change": -0.5, "low": -0.6, "high": -0.4}
            for series in ("confirmed", "random", "matched")
            for order, layer in enumerate(["zebra", "ant"])
        ]
    },
    "contrast": {
        "contrast": [
            {
                "series": "all neurons together",
                "layer": "layer1",
                "order": 0,
                "auc": 0.7,
                "low": 0.6,
                "high": 0.8,
            },
            {"series": "best neuron", "layer": "layer1", "order": 0, "auc": 0.6, "low": 0.5, "high": 0.7},
            {"series": "shuffled labels", "layer": "layer1", "order": 0, "auc": 0.55},
        ]
    },
    "histogram": {
        "bins": [{"from": 0, "to": 1, "count": 100}, {"from": 1, "to": 2, "count": 1}],
        "marks": [{"at": 1.5, "label": "threshold 1.50"}],
    },
    "course": {"course": [{"step": 0, "response": 0.1}, {"step": 8, "response": 2.0}], "marks": []},
    "neurons": {"neurons": [{"neuron": str(n), "link": f"{n}.html", "maximum": n} for n in range(5)]},
    "layers": {
        "layers": [
            {"layer": name, "order": order, "statistic": "sparseness", "low": 0.1, "median": 0.2, "high": 0.4}
            for order, name in enumerate(["zebra", "ant"])
        ]
    },
    "categories": {
        "categories": [
            {"category": "colour", "label": "red", "neurons": 3, "rank": 0},
            {"category": "colour", "label": "red or blue", "neurons": 1, "rank": 1},
            {"category": "texture", "label": "not dots", "neurons": 2, "rank": 0},
        ]
    },
    "probes": {
        "probes": [
            {
                "task": "",
                "series": series,
                "layer": layer,
                "order": order,
                "score": 0.5,
                "low": 0.4,
                "high": 0.6,
            }
            for series in ("trained network", "random twin", "shuffled answers")
            for order, layer in enumerate(["zebra", "ant"])
        ],
        "baselines": [
            {"task": "", "series": "small pictures", "place": 0, "score": 0.3, "low": 0.2, "high": 0.4}
        ],
    },
    "probe-emergence": {
        "emergence": [
            {
                "task": "hue",
                "rank": 0,
                "at": 0,
                "low": 0,
                "high": 1,
                "layer": "zebra",
                "interval": "zebra to ant",
                "score": 0.9,
                "control": 0.1,
                "twin": 0.2,
            }
        ]
    },
    "locality": {
        "locality": [
            {
                "task": "",
                "layer": "ant",
                "neurons": count,
                "score": 0.5,
                "low": 0.4,
                "high": 0.6,
                "control": 0.1,
            }
            for count in (1, 2, 4)
        ]
    },
    "emergence": {
        "emergence": [
            {"layer": "zebra", "order": 0, "category": "colour", "rank": 0, "neurons": 3, "shown": 6},
            {"layer": "ant", "order": 1, "category": "part", "rank": 1, "neurons": 2, "shown": 6},
        ]
    },
    "paths": {
        "paths": [{"layer": "zebra", "order": 0, "path": 0.4}, {"layer": "ant", "order": 1, "path": 1.2}],
        "marks": [{"at": 0, "label": "as random images"}, {"at": 1, "label": "as top images"}],
    },
}


DATA["levels"] = {
    "levels": [
        {
            "layer": layer,
            "rank": rank,
            "channel": n,
            "neuron": f"{layer}/{n}",
            "level": n / 5,
            "link": f"{n}.html",
        }
        for rank, layer in enumerate(["zebra", "ant"])
        for n in range(3)
    ]
}


@pytest.mark.parametrize("name", DATA)
def test_every_chart_draws_its_data(name: str) -> None:
    spec = {**specifications()[name], "width": 400, "datasets": DATA[name]}
    empty = {**spec, "datasets": {key: [] for key in DATA[name]}}
    drawn, blank = (vl_convert.vegalite_to_svg(json.dumps(one)) for one in (spec, empty))
    assert drawn.count("<path") > blank.count("<path")
    assert "NaN" not in drawn


def drawn(name: str) -> str:
    svg = vl_convert.vegalite_to_svg({**specifications()[name], "width": 400, "datasets": DATA[name]})
    assert isinstance(svg, str)
    return svg


@pytest.mark.parametrize("name", ["layers", "emergence", "levels", "paths"])
def test_layers_stand_in_the_order_of_the_network(name: str) -> None:
    assert drawn(name).index(">zebra<") < drawn(name).index(">ant<")


def test_the_category_of_most_neurons_stands_first_and_every_label_is_a_piece() -> None:
    svg = drawn("categories")
    assert svg.index(">colour<") < svg.index(">texture<")
    assert svg.count('aria-roledescription="bar"') == 3


def test_numbers_stand_beside_the_circles() -> None:
    svg = drawn("emergence")
    assert svg.count('aria-roledescription="circle"') == 2
    assert ">3<" in svg
    assert ">2<" in svg


def test_specifications_bring_no_data_and_no_address() -> None:
    assert set(specifications()) == set(DATA)
    text = script()
    assert text.startswith("window.neuronAtlasCharts = {")
    assert "datasets" not in text
    assert "http" not in text.replace("https://vega.github.io/schema", "")


def test_the_runtime_is_wrapped_and_brings_the_drawing_function() -> None:
    assert runtime().startswith("(() => {")
    assert "window.vegaEmbed" in runtime()
    assert "expressionInterpreter" in runtime()
