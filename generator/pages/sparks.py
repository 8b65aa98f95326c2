"""Small drawings inside the page, shown until (or instead of) the interactive chart."""

from __future__ import annotations

import math
from collections.abc import Sequence

from markupsafe import Markup

# Size of the drawing in its own units; the page stretches it to its width.
WIDTH, HEIGHT = 640, 160


def histogram(edges: Sequence[float], counts: Sequence[int], threshold: float | None) -> Markup:
    """Draw a histogram with a logarithmic count axis and a line at the threshold."""
    span = edges[-1] - edges[0] if edges else 0.0
    tallest = math.log1p(max(counts, default=0))
    if span <= 0 or tallest <= 0:
        return Markup("")

    def across(value: float) -> float:
        return (value - edges[0]) / span * WIDTH

    def down(count: int) -> float:
        return (1 - math.log1p(count) / tallest) * HEIGHT

    bars = "".join(
        f"M{across(left):.0f} {HEIGHT}V{down(count):.0f}H{across(right):.0f}V{HEIGHT}z"
        for left, right, count in zip(edges, edges[1:], counts, strict=False)
        if count
    )
    line = ""
    if threshold is not None and edges[0] <= threshold <= edges[-1]:
        line = f'<path class="na-spark-line" d="M{across(threshold):.0f} 0V{HEIGHT}"/>'
    return _drawing(f'<path class="na-spark-bars" d="{bars}"/>{line}')


def curve(steps: Sequence[int], values: Sequence[float]) -> Markup:
    """Draw a curve that starts at the left border and ends at the right one."""
    if len(steps) < 2 or steps[-1] <= steps[0]:
        return Markup("")
    low, high = min(*values, 0.0), max(values)
    span = high - low or 1.0
    points = " ".join(
        f"{(step - steps[0]) / (steps[-1] - steps[0]) * WIDTH:.0f},{(1 - (value - low) / span) * HEIGHT:.0f}"
        for step, value in zip(steps, values, strict=True)
    )
    return _drawing(f'<polyline class="na-spark-curve" points="{points}"/>')


def _drawing(content: str) -> Markup:
    return Markup(
        f'<svg class="na-spark" viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none" '
        f'aria-hidden="true" focusable="false">{content}</svg>'
    )
