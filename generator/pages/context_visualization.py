"""Template values of the feature visualization section: picture, activations reached, their course."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from generator.pages import sparks
from generator.pages.neuron_view import NeuronView
from generator.pages.numbers import shown, significant, whole
from generator.pages.schema import VisualizationData

NO_NATURAL = "no natural image has a positive response to compare with"
NO_RATIO = "this atlas was built without the comparison with natural images"


def visualization(view: NeuronView) -> Mapping[str, Any] | None:
    """Return the feature visualization, or None for a neuron without one."""
    found = view.data.visualization
    if found is None:
        return None
    reason = NO_RATIO if found.beats_random is None else NO_NATURAL
    points = [(point.step, point.mean_response) for point in found.history if point.mean_response is not None]
    return {
        "source": view.link(found.picture),
        "alternative": _alternative(view, found),
        "size": found.size,
        "mean_response": shown(found.mean_response),
        "peak": shown(found.peak),
        "mean_ratio": shown(found.mean_ratio, reason),
        "peak_ratio": shown(found.peak_ratio, reason),
        "random_mean": shown(found.random_mean),
        "random_peak": shown(found.random_peak),
        "failed": found.beats_random is False,
        "steps": whole(found.steps_run),
        "drawing": sparks.curve([step for step, _ in points], [value for _, value in points]),
        "chart": {
            "datasets": {
                "course": [{"step": step, "response": float(f"{value:.5g}")} for step, value in points],
                "marks": [{"at": found.random_mean, "label": "strongest random picture"}]
                if found.random_mean is not None
                else [],
            }
        },
        "course": (
            f"Mean response over {whole(found.steps_run)} steps of optimization, "
            f"ending at {shown(found.mean_response).text}"
        ),
    }


def _alternative(view: NeuronView, found: VisualizationData) -> str:
    response = shown(found.mean_response).text
    text = f"Synthetic picture optimized to excite {view.neuron}: mean response {response}"
    if found.mean_ratio is None:
        return text
    return f"{text}, {significant(found.mean_ratio)} times that of the strongest natural image"
