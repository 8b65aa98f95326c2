"""The interactive charts: one Altair specification a kind, shared by all pages, and the Vega runtime."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import altair
import vl_convert

from generator.pages import ablation_charts, contrast_charts, probe_charts

# Chart height in pixels; the width is that of the page.
HEIGHT = 200

# Height of a bar or a row of circles, pixels, where there is one for each category: pages that have
# such charts state their height.
ROW = 26

# Height of a layer in the chart of levels, pixels: room for a strip of points.
LEVEL_ROW = 36

# Height of the band of quartiles in it, pixels.
LEVEL_BAND = 26

# What the runtime hands to the page: the function that draws a chart.
EXPORTS = "window.vegaEmbed = vegaEmbed;"

# The lowest end of a logarithmic count axis: below a single activation.
BELOW_ONE = 0.7


def specifications() -> Mapping[str, Mapping[str, Any]]:
    """Return the Vega-Lite specification of every kind of chart, by name.

    Data is named, not included: pages bring it. Colours come from the page through the styles
    `band`, `mark`, `curve` and `note`; those of probes also `twin`, `control` and `baseline`.
    """
    charts = {
        "histogram": _histogram(),
        "course": _course(),
        "neurons": _neurons(),
        "layers": _layers(),
        "categories": _categories(),
        "emergence": _emergence(),
        **probe_charts.specifications(),
        **contrast_charts.specifications(),
        **ablation_charts.specifications(),
        "levels": _levels(),
        "paths": _paths(),
    }
    return {name: _plain(chart) for name, chart in charts.items()}


@lru_cache(maxsize=1)
def script() -> str:
    """Return the script that hands the specifications to the pages."""
    text = json.dumps(specifications(), sort_keys=True, separators=(",", ":"))
    return f"window.neuronAtlasCharts = {text};\n"


@lru_cache(maxsize=1)
def runtime() -> str:
    """Return the Vega runtime as one script, wrapped so that loading it twice does no harm."""
    return f"(() => {{\n{vl_convert.javascript_bundle(EXPORTS)}\n}})();\n"


def _plain(chart: Any) -> dict[str, Any]:
    """Return a chart's specification without Altair's own theme."""
    result: dict[str, Any] = chart.properties(width="container", height=HEIGHT).to_dict()
    result.pop("config", None)
    return result


def _data(name: str) -> Any:
    return altair.NamedData(name=name)


def _threshold(direction: str) -> Any:
    """Return a labelled line at `marks`, across (`x`) or along (`y`) the chart."""
    marks = altair.Chart(_data("marks"))
    if direction == "x":
        return marks.mark_rule(style="note").encode(x="at:Q") + marks.mark_text(
            style="note-text", align="right", baseline="top", dx=-5, dy=1
        ).encode(x="at:Q", y=altair.value(0), text="label:N")
    return marks.mark_rule(style="note").encode(y="at:Q") + marks.mark_text(
        style="note-text", align="right", baseline="bottom", dy=-4
    ).encode(y="at:Q", x=altair.value("width"), text="label:N")


def _histogram() -> Any:
    bars = (
        altair.Chart(_data("bins"))
        .mark_bar(style="mark", binSpacing=0.5)
        .transform_calculate(floor=str(BELOW_ONE))
        .encode(
            x=altair.X("from:Q", title="activation", scale=altair.Scale(nice=False, zero=False)),
            x2="to:Q",
            y=altair.Y(
                "count:Q",
                title="activations (log scale)",
                scale=altair.Scale(type="log", domainMin=BELOW_ONE),
                axis=altair.Axis(tickCount=5, format="~s"),
            ),
            y2="floor:Q",
            tooltip=[
                altair.Tooltip("from:Q", format=".3~g"),
                altair.Tooltip("to:Q", format=".3~g"),
                altair.Tooltip("count:Q", format=","),
            ],
        )
    )
    return bars + _threshold("x")


def _course() -> Any:
    curve = (
        altair.Chart(_data("course"))
        .mark_line(style="curve", point={"style": "point"})
        .encode(
            x=altair.X(
                "step:Q",
                title="optimization step",
                scale=altair.Scale(nice=False),
                axis=altair.Axis(tickCount=8),
            ),
            y=altair.Y("response:Q", title="mean response"),
            tooltip=["step:Q", altair.Tooltip("response:Q", format=".3~g")],
        )
    )
    return curve + _threshold("y")


def _neurons() -> Any:
    """Strip of all neurons along the chosen statistic, over its quartiles; a point is a link."""
    chosen = altair.param(name="statistic", value="maximum")
    source = (
        altair.Chart(_data("neurons"))
        .transform_calculate(
            value="datum[statistic]",
            # Spreads points of like value over the strip's height, the same at every visit.
            spread="((toNumber(datum.neuron) * 0.61803398875) % 1) - 0.5",
        )
        .transform_filter("isValid(datum.value)")
    )
    axis = altair.X("value:Q", title=None, scale=altair.Scale(zero=False), axis=altair.Axis(tickCount=8))
    middle = altair.value(HEIGHT / 2)
    box = source.transform_aggregate(low="q1(value)", middle="median(value)", high="q3(value)").encode()
    points = source.mark_circle(style="point", size=70).encode(
        x=axis,
        y=altair.Y("spread:Q", axis=None, scale=altair.Scale(domain=[-0.62, 0.62])),
        href="link:N",
        tooltip=["neuron:N", altair.Tooltip("value:Q", format=".3~g")],
    )
    band = box.mark_bar(style="band", height=HEIGHT).encode(x=altair.X("low:Q"), x2="high:Q", y=middle)
    line = box.mark_rule(style="note").encode(x="middle:Q")
    return (band + line + points).add_params(chosen)


def _layers() -> Any:
    """Median and quartiles of the chosen statistic, layer by layer."""
    chosen = altair.param(name="statistic", value="sparseness")
    source = altair.Chart(_data("layers")).transform_filter("datum.statistic === statistic")
    across = altair.X(
        "layer:N", sort=altair.SortField("order"), title=None, axis=altair.Axis(labelAngle=-30, grid=False)
    )
    along = altair.Scale(zero=False)
    tooltip = ["layer:N", *(altair.Tooltip(f"{name}:Q", format=".3~g") for name in ("low", "median", "high"))]
    band = source.mark_area(style="band").encode(
        x=across, y=altair.Y("low:Q", title=None, scale=along), y2="high:Q"
    )
    line = source.mark_line(style="curve").encode(x=across, y="median:Q")
    points = source.mark_circle(style="point", size=70).encode(x=across, y="median:Q", tooltip=tooltip)
    return (band + line + points).add_params(chosen)


def _paths() -> Any:
    """Path similarity layer by layer, between the lines of random and of top images."""
    source = altair.Chart(_data("paths"))
    across = altair.X(
        "layer:N", sort=altair.SortField("order"), title=None, axis=altair.Axis(labelAngle=-30, grid=False)
    )
    along = altair.Y("path:Q", title="path similarity", scale=altair.Scale(zero=True))
    tooltip = ["layer:N", altair.Tooltip("path:Q", format=".3~g")]
    line = source.mark_line(style="curve").encode(x=across, y=along)
    points = source.mark_circle(style="point", size=70).encode(x=across, y=along, tooltip=tooltip)
    return _threshold("y") + line + points


def _categories() -> Any:
    """Number of labelled neurons by category; a piece of a bar is one label."""
    along = altair.Axis(tickMinStep=1, format="d", grid=True)
    ranked = altair.EncodingSortField("neurons", op="sum", order="descending")
    return (
        altair.Chart(_data("categories"))
        .mark_bar(style="piece")
        .encode(
            x=altair.X("neurons:Q", title="neurons", stack="zero", axis=along),
            y=altair.Y("category:N", sort=ranked, title=None, axis=altair.Axis(grid=False)),
            detail="label:N",
            order=altair.Order("rank:Q"),
            tooltip=["category:N", "label:N", "neurons:Q"],
        )
    )


def _emergence() -> Any:
    """Number of labelled neurons by category and layer: a circle's area, and the number beside it."""
    source = altair.Chart(_data("emergence"))
    across = altair.X(
        "layer:N", sort=altair.SortField("order"), title=None, axis=altair.Axis(labelAngle=-30, grid=False)
    )
    down = altair.Y(
        "category:N", sort=altair.SortField("rank"), title=None, axis=altair.Axis(grid=True, labelPadding=8)
    )
    area = altair.Size("neurons:Q", legend=None, scale=altair.Scale(zero=True, range=[0, ROW * 16]))
    tooltip = ["layer:N", "category:N", "neurons:Q", altair.Tooltip("shown:Q", title="of neurons shown")]
    circles = source.mark_circle(style="point").encode(x=across, y=down, size=area, tooltip=tooltip)
    numbers = (
        source.transform_filter("datum.neurons > 0")
        .mark_text(style="number", align="left", dx=14)
        .encode(x=across, y=down, text="neurons:Q")
    )
    return circles + numbers


def _levels() -> Any:
    """Levels of all neurons by layer, over their quartiles; a point is a link."""
    source = altair.Chart(_data("levels")).transform_calculate(
        # Spreads points of like value over the row's height, the same at every visit.
        spread="((toNumber(datum.channel) * 0.61803398875) % 1) - 0.5",
    )
    along = altair.Scale(domain=[0, 1])
    down = altair.Y("layer:N", sort=altair.SortField("rank"), title=None, axis=altair.Axis(labelPadding=8))
    boxes = source.transform_aggregate(
        low="q1(level)", middle="median(level)", high="q3(level)", groupby=["layer", "rank"]
    )
    band = boxes.mark_bar(style="band", height=LEVEL_BAND).encode(
        x=altair.X("low:Q", title="level, from low (0) to high (1)", scale=along), x2="high:Q", y=down
    )
    line = boxes.mark_tick(style="note", thickness=2, size=LEVEL_BAND).encode(
        x=altair.X("middle:Q", scale=along), y=down
    )
    points = source.mark_circle(style="point", size=28).encode(
        x=altair.X("level:Q", scale=along),
        y=down,
        yOffset=altair.YOffset("spread:Q", scale=altair.Scale(domain=[-0.62, 0.62])),
        href="link:N",
        tooltip=["neuron:N", altair.Tooltip("level:Q", format=".3~g")],
    )
    return band + points + line
