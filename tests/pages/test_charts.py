"""Charts: every specification compiles with data of the form that pages bring; the runtime is one script."""

from __future__ import annotations

import json
from typing import Any

import pytest
import vl_convert

from generator.pages.charts import runtime, script, specifications

DATA: dict[str, dict[str, list[dict[str, Any]]]] = {
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
}


@pytest.mark.parametrize("name", DATA)
def test_every_chart_draws_its_data(name: str) -> None:
    spec = {**specifications()[name], "width": 400, "datasets": DATA[name]}
    empty = {**spec, "datasets": {key: [] for key in DATA[name]}}
    drawn, blank = (vl_convert.vegalite_to_svg(json.dumps(one)) for one in (spec, empty))
    assert drawn.count("<path") > blank.count("<path")
    assert "NaN" not in drawn


def test_layers_stand_in_the_order_of_the_network() -> None:
    svg = vl_convert.vegalite_to_svg({**specifications()["layers"], "width": 400, "datasets": DATA["layers"]})
    assert svg.index(">zebra<") < svg.index(">ant<")


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
