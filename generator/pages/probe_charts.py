"""The charts of probes: curves over depth, where tasks emerge, scores with few neurons; their data too."""

from __future__ import annotations

from typing import Any, Literal

import altair

from generator.records import BASELINES, NOWHERE, AtlasRecords, Probe, Probes

# Height of a task's row in the chart of emergence, pixels.
ROW = 24

BASELINE_NAMES = dict(zip(BASELINES, ("small pictures", "colour histogram"), strict=True))

# Where the names of baselines stand along their lines, so that close ones do not cover each other.
NAME_PLACES: tuple[tuple[Literal["left", "center", "right"], Any], ...] = (
    ("right", "width"),
    ("center", altair.ExprRef("width / 2")),
    ("left", 0),
)

# Height of the curves' chart, pixels.
HEIGHT = 260

AXIS = altair.Axis(labelAngle=-30, grid=False)


def specifications() -> dict[str, Any]:
    """Return the charts by name; data is named, not included."""
    return {"probes": _probes(), "probe-emergence": _emergence(), "locality": _locality()}


def _data(name: str) -> Any:
    return altair.NamedData(name=name)


def _numbers(*names: str) -> list[Any]:
    return [altair.Tooltip(f"{name}:Q", format=".3~f") for name in names]


def _probes() -> Any:
    """Scores of the chosen task by layer: network, twin, control; baselines as lines across."""
    chosen = altair.param(name="task", value="")
    source = altair.Chart(_data("probes")).transform_filter("datum.task === task")
    across = altair.X("layer:N", sort=altair.SortField("order"), title=None, axis=AXIS)
    along = altair.Y("score:Q", title="accuracy, or R²", scale=altair.Scale(zero=False))
    tooltip = ["series:N", "layer:N", *_numbers("score", "low", "high")]

    def curve(series: str, name: str) -> Any:
        own = source.transform_filter(f"datum.series === '{series}'")
        band = own.mark_area(style=f"{name}-band").encode(x=across, y=altair.Y("low:Q"), y2="high:Q")
        line = own.mark_line(style=name).encode(x=across, y=along)
        points = own.mark_circle(style=f"{name}-point", size=60).encode(x=across, y=along, tooltip=tooltip)
        return band + line + points

    lines = altair.Chart(_data("baselines")).transform_filter("datum.task === task")
    rules = lines.mark_rule(style="baseline").encode(
        y=altair.Y("score:Q"), tooltip=["series:N", *_numbers("score", "low", "high")]
    )
    names = altair.layer(
        *(
            lines.transform_filter(f"datum.place === {place}")
            .mark_text(style="baseline-text", align=align, dy=-5)
            .encode(y="score:Q", x=altair.value(at), text="series:N")
            for place, (align, at) in enumerate(NAME_PLACES)
        )
    )
    curves = curve("shuffled answers", "control") + curve("random twin", "twin")
    return (curves + rules + names + curve("trained network", "curve")).add_params(chosen)


def _emergence() -> Any:
    """One row a task: the layer of emergence and its interval; page values name the layers."""
    across = altair.X(
        "at:Q",
        title=None,
        scale=altair.Scale(domain={"expr": "[-0.5, length(names) - 0.5]"}, nice=False),
        axis=altair.Axis(
            values={"expr": "sequence(length(names))"},
            labelExpr="names[datum.value]",
            labelAngle=-30,
            grid=True,
            tickCount=30,
        ),
    )
    down = altair.Y(
        "task:N", sort=altair.SortField("rank"), title=None, axis=altair.Axis(grid=False, labelLimit=160)
    )
    source = altair.Chart(_data("emergence"))
    tooltip = ["task:N", "layer:N", "interval:N", *_numbers("score", "control", "twin")]
    spans = source.mark_rule(style="span").encode(x=altair.X("low:Q"), x2="high:Q", y=down)
    points = source.mark_circle(style="point", size=90).encode(x=across, y=down, tooltip=tooltip)
    return (spans + points).add_params(altair.param(name="names", value=[]))


def _locality() -> Any:
    """Score of the chosen task with the k best neurons of its best layer."""
    chosen = altair.param(name="task", value="")
    source = altair.Chart(_data("locality")).transform_filter("datum.task === task")
    across = altair.X(
        "neurons:Q",
        title="best neurons, found on the training half",
        scale=altair.Scale(type="log", base=2, nice=False),
        axis=altair.Axis(format="d", tickCount=8),
    )
    along = altair.Y("score:Q", title="accuracy, or R²", scale=altair.Scale(zero=False))
    tooltip = ["layer:N", "neurons:Q", *_numbers("score", "low", "high", "control")]
    band = source.mark_area(style="band").encode(x=across, y=altair.Y("low:Q"), y2="high:Q")
    control = source.mark_line(style="control").encode(x=across, y="control:Q")
    line = source.mark_line(style="curve").encode(x=across, y=along)
    points = source.mark_circle(style="point", size=60).encode(x=across, y=along, tooltip=tooltip)
    return (band + control + line + points).add_params(chosen)


def curve_values(probes: Probes) -> dict[str, Any]:
    """Return the data of the curves over depth."""
    rows: list[dict[str, Any]] = []
    for probe in probes.probes:
        for series, curve in (
            ("trained network", probe.trained.score),
            ("random twin", probe.twin.score),
            ("shuffled answers", probe.trained.control),
        ):
            rows += [
                {"task": probe.name, "series": series, "layer": layer, "order": place,
                 "score": short(curve.mean[place]), "low": short(curve.low[place]),
                 "high": short(curve.high[place])}
                for place, layer in enumerate(probes.layers)
            ]  # fmt: skip
    return {"datasets": {"probes": rows, "baselines": _baselines(probes)}, "height": HEIGHT}


def _baselines(probes: Probes) -> list[dict[str, Any]]:
    rows = []
    for probe in probes.probes:
        found = [(BASELINE_NAMES[name], probe.baselines.score, at) for at, name in enumerate(BASELINES)]
        found.append(("most frequent answer" if probe.kind == "classes" else "the mean", probe.majority, 0))
        rows += [
            {"task": probe.name, "series": series, "place": place, "score": short(curve.mean[at]),
             "low": short(curve.low[at]), "high": short(curve.high[at])}
            for place, (series, curve, at) in enumerate(found)
        ]  # fmt: skip
    return rows


def emergence_values(probes: Probes) -> dict[str, Any] | None:
    """Return the data of the chart of emergence, earliest task first; None where no task emerges."""
    rows = [
        {"task": probe.name, "rank": rank, "at": probe.emergence.layer, "low": probe.emergence.low,
         "high": probe.emergence.high, "layer": probes.layers[probe.emergence.layer],
         "interval": f"{probes.layers[probe.emergence.low]} to {probes.layers[probe.emergence.high]}",
         "score": short(probe.trained.score.mean[probe.emergence.layer]),
         "control": short(probe.trained.control.mean[probe.emergence.layer]),
         "twin": short(probe.twin.score.mean[probe.emergence.layer])}
        for rank, probe in enumerate(in_order(probes))
    ]  # fmt: skip
    if not rows:
        return None
    return {
        "datasets": {"emergence": rows},
        "height": ROW * len(rows),
        "params": [{"name": "names", "value": list(probes.layers)}],
    }


def in_order(probes: Probes) -> list[Probe]:
    """Return the tasks that emerge somewhere, by layer, then by the middle of the interval."""
    found = [probe for probe in probes.probes if probe.emergence.layer != NOWHERE]
    return sorted(
        found, key=lambda probe: (probe.emergence.layer, probe.emergence.low + probe.emergence.high)
    )


def locality_values(probes: Probes) -> dict[str, Any] | None:
    """Return the data of the chart of few neurons, None where no task has it."""
    rows = [
        {"task": probe.name, "layer": probes.layers[found.layer], "neurons": count,
         "score": short(found.curves.score.mean[place]), "low": short(found.curves.score.low[place]),
         "high": short(found.curves.score.high[place]),
         "control": short(found.curves.control.mean[place])}
        for probe in probes.probes
        if (found := probe.locality) is not None
        for place, count in enumerate(found.counts.tolist())
    ]  # fmt: skip
    return {"datasets": {"locality": rows}} if rows else None


def short(value: Any) -> float:
    """Return a number with as many digits as a chart can show."""
    return round(float(value), 4)


def probes_of(atlas: AtlasRecords) -> Probes | None:
    """Return an atlas's probes; None without any task."""
    record = atlas.get("probes", Probes)
    return record if record is not None and record.probes else None
