"""The figures of probes for papers and slides: all curves and the emergence, as SVG and PNG."""

from __future__ import annotations

from typing import Any

import altair
import vl_convert

from generator.pages.probe_charts import curve_values, emergence_values, in_order
from generator.records import Probes

# Pixels of one task's small chart; PNG files have twice as many.
WIDTH, HEIGHT = 190, 120
COLUMNS = 4
SCALE = 2

# A task's row and a layer's column in the figure of emergence, pixels.
ROW, COLUMN = 20, 70

SERIES = ("trained network", "random twin", "shuffled answers")
COLOURS = ("#1f5a96", "#b3400f", "#7a8590")

PLAIN = {"background": "white", "axis": {"gridColor": "#e3e7eb"}, "view": {"stroke": None}}


def probe_figures(probes: Probes) -> dict[str, bytes]:
    """Return the figures by file name; the same record gives the same bytes."""
    charts = {"probes": _curves(probes)}
    if in_order(probes):
        charts["probe-emergence"] = _emergence(probes)
    result: dict[str, bytes] = {}
    for name, chart in charts.items():
        specification = {**chart.to_dict(), "config": PLAIN}
        result[f"{name}.svg"] = vl_convert.vegalite_to_svg(specification).encode()
        result[f"{name}.png"] = vl_convert.vegalite_to_png(specification, scale=SCALE)
    return result


def _data(rows: list[dict[str, Any]]) -> Any:
    return altair.InlineData(values=rows)


def _curves(probes: Probes) -> Any:
    """One small chart a task: score by layer with its interval."""
    rows = curve_values(probes)["datasets"]["probes"]
    base = altair.Chart(_data(rows))
    across = altair.X("layer:N", sort=altair.SortField("order"), title=None, axis=altair.Axis(labelAngle=-40))
    colour = altair.Color(
        "series:N",
        title=None,
        sort=list(SERIES),
        scale=altair.Scale(domain=list(SERIES), range=list(COLOURS)),
        legend=altair.Legend(orient="top", symbolOpacity=1),
    )
    band = base.mark_area(opacity=0.2).encode(x=across, y=altair.Y("low:Q"), y2="high:Q", color=colour)
    along = altair.Y("score:Q", title=None, scale=altair.Scale(zero=False))
    line = base.mark_line(point=True).encode(x=across, y=along, color=colour)
    order = [probe.name for probe in probes.probes]
    return (
        altair.layer(band, line)
        .properties(width=WIDTH, height=HEIGHT)
        .facet(facet=altair.Facet("task:N", sort=order, title=None), columns=COLUMNS)
        .resolve_scale(y="independent")
        .properties(title="Linear probes by layer: accuracy, or R² (bands: 95% intervals over splits)")
    )


def _emergence(probes: Probes) -> Any:
    """One row a task: the first layer at 90% of the best selectivity, and its interval."""
    values = emergence_values(probes)
    assert values is not None
    names, rows = list(probes.layers), values["datasets"]["emergence"]
    labelled = [
        {**row, "from": names[row["low"]], "to": names[row["high"]], "layer": names[row["at"]]}
        for row in rows
    ]
    base = altair.Chart(_data(labelled))
    across = altair.X(
        "layer:N", scale=altair.Scale(domain=names), title=None, axis=altair.Axis(labelAngle=-40)
    )
    down = altair.Y("task:N", sort=[row["task"] for row in rows], title=None)
    span = base.mark_rule(color=COLOURS[0], strokeWidth=5, opacity=0.35).encode(x="from:N", x2="to:N", y=down)
    point = base.mark_circle(color=COLOURS[0], size=90, opacity=1).encode(x=across, y=down)
    return altair.layer(point, span).properties(
        width=COLUMN * len(names), height=ROW * len(rows), title="First layer at 90% of the best selectivity"
    )
