"""The chart of class contrasts: how far a layer tells two classes apart, through the depth."""

from __future__ import annotations

from typing import Any

import altair

from generator.pages.schema_contrasts import ContrastData

SERIES = {"all neurons together": "curve", "best neuron": "twin"}
"""What is drawn by layer, and the style of each."""

HEIGHT = 240  # pixels

TOP = 1.0  # AUC of a perfect separation


def specifications() -> dict[str, Any]:
    """Return the charts by name; data is named, not included."""
    return {"contrast": _contrast()}


def _contrast() -> Any:
    """AUC by layer: of all neurons together, of the best one, and what shuffled labels give."""
    source = altair.Chart(altair.NamedData(name="contrast"))
    across = altair.X(
        "layer:N",
        sort=altair.SortField("order"),
        title=None,
        axis=altair.Axis(labelAngle=-30, grid=False),
    )
    scale = altair.Scale(zero=False, domainMax=TOP)
    along = altair.Y("auc:Q", title="AUC, held-out images", scale=scale)
    tooltip = [
        "series:N",
        "layer:N",
        *(altair.Tooltip(f"{name}:Q", format=".3~f") for name in ("auc", "low", "high")),
    ]
    parts = [
        source.transform_filter("datum.series === 'shuffled labels'")
        .mark_line(style="control")
        .encode(x=across, y=along)
    ]
    for series, style in SERIES.items():
        own = source.transform_filter(f"datum.series === '{series}'")
        band = own.mark_area(style=f"{style}-band").encode(
            x=across, y=altair.Y("low:Q", scale=scale), y2="high:Q"
        )
        line = own.mark_line(style=style).encode(x=across, y=along)
        points = own.mark_circle(style=f"{style}-point", size=60).encode(x=across, y=along, tooltip=tooltip)
        parts.append(band + line + points)
    return altair.layer(*parts)


def contrast_values(data: ContrastData) -> dict[str, Any]:
    """Return the data of a contrast's chart."""
    rows = []
    for order, layer in enumerate(data.layers):
        found = (("all neurons together", layer.joint), ("best neuron", layer.single))
        rows += [
            {"series": series, "layer": layer.layer, "order": order, "auc": _short(one.auc),
             "low": _short(one.low), "high": _short(one.high)}
            for series, one in found
        ]  # fmt: skip
        rows.append(
            {"series": "shuffled labels", "layer": layer.layer, "order": order, "auc": _short(layer.chance)}
        )
    return {"datasets": {"contrast": rows}, "height": HEIGHT}


def _short(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
