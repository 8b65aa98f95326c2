"""The chart of ablations: what is lost by layer without the confirmed neurons, and without the controls."""

from __future__ import annotations

from typing import Any

import altair

from generator.pages.ablation_text import measure_of
from generator.pages.schema_ablation import ContrastAblation

SERIES = {"confirmed": "curve", "random": "twin", "matched": "control"}
"""What is taken away, and the style of each."""

HEIGHT = 220  # pixels


def specifications() -> dict[str, Any]:
    """Return the charts by name; data is named, not included."""
    return {"ablation": _ablation()}


def _ablation() -> Any:
    """Change of the margin by layer with its interval, the three sets of neurons side by side."""
    source = altair.Chart(altair.NamedData(name="ablation"))
    across = altair.X(
        "layer:N",
        sort=altair.SortField("order"),
        title=None,
        axis=altair.Axis(labelAngle=-30, grid=False),
    )
    beside = altair.XOffset("series:N", sort=list(SERIES), scale=altair.Scale(paddingOuter=0.3))
    along = altair.Y("change:Q", title="change of the margin")
    tooltip = [
        "series:N",
        "layer:N",
        *(altair.Tooltip(f"{name}:Q", format=".3~f") for name in ("change", "low", "high")),
    ]
    parts = []
    for series, style in SERIES.items():
        own = source.transform_filter(f"datum.series === '{series}'")
        spans = own.mark_rule(style=style, strokeDash=[1, 0]).encode(
            x=across, xOffset=beside, y="low:Q", y2="high:Q"
        )
        points = own.mark_circle(style=f"{style}-point", size=60).encode(
            x=across, xOffset=beside, y=along, tooltip=tooltip
        )
        parts.append(spans + points)
    return altair.layer(*parts)


def ablation_values(data: ContrastAblation) -> dict[str, Any]:
    """Return the data of a contrast's chart; a control without draws is left out."""
    rows = []
    for order, one in enumerate(data.layers):
        margin = measure_of(one, "margin")
        found = (("confirmed", margin.confirmed), ("random", margin.random), ("matched", margin.matched))
        rows += [
            {"series": series, "layer": one.layer, "order": order, "change": round(change.change, 4),
             "low": round(change.low, 4), "high": round(change.high, 4)}
            for series, change in found
            if change.change is not None and change.low is not None and change.high is not None
        ]  # fmt: skip
    return {"datasets": {"ablation": rows}, "height": HEIGHT}
