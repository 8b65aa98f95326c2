"""The contact sheet of our pictures beside torch-lucent's: its page, its pictures, the way to it."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from generator.pages.environment import render as fill
from generator.pages.images import pixels_sha256, webp
from generator.pages.links import COMPARISON_PICTURES
from generator.pages.numbers import plural, shown, significant, whole
from generator.records import ComparedNeuron, Comparison, MadePicture
from generator.store.layout import COMPARISON_PAGE

METHODS = "methods.md"

MARK = "<!-- comparison -->"
"""Where the page on methods names the contact sheet, if there is one."""

SENTENCE = f"The pictures made so far stand [side by side]({COMPARISON_PAGE})."


def write_comparison(docs: Path, comparisons: Sequence[Comparison]) -> None:
    """Write the page with its pictures, and name it on the page on methods.

    Args:
        docs: The folder of the pages, with the hand-written ones in it.
        comparisons: At least one.
    """
    folder = docs / COMPARISON_PICTURES
    folder.mkdir()
    for comparison in comparisons:
        for neuron in comparison.neurons:
            for picture in (neuron.ours, neuron.theirs):
                (docs / picture_file(picture)).write_bytes(webp(picture.pixels))
    (docs / COMPARISON_PAGE).write_text(
        fill("comparison.md.jinja", comparison_context(comparisons)), encoding="utf-8", newline="\n"
    )
    methods = docs / METHODS
    text = methods.read_text(encoding="utf-8")
    methods.write_text(text.replace(MARK, SENTENCE), encoding="utf-8", newline="\n")


def picture_file(picture: MadePicture) -> str:
    """Return where a picture lies below docs/."""
    return f"{COMPARISON_PICTURES}/{pixels_sha256(picture.pixels)[:16]}.webp"


def comparison_context(comparisons: Sequence[Comparison]) -> dict[str, Any]:
    """Return all values of the page."""
    return {
        "title": "Beside lucent",
        "description": "Feature visualizations of Neuron Atlas and of torch-lucent, of the same neurons.",
        "sheets": [_sheet(comparison) for comparison in comparisons],
        "methods": "methods.html#lucent",
    }


def _sheet(comparison: Comparison) -> dict[str, Any]:
    neurons = comparison.neurons
    layers = list(dict.fromkeys(neuron.layer for neuron in neurons))
    versions = ", ".join(f"{name} {version}" for name, version in sorted(comparison.versions.items()))
    return {
        "name": comparison.atlas,
        "title": comparison.title,
        "facts": [
            ("Network", comparison.network.model),
            ("Weights SHA-256", comparison.network.sha256),
            ("Steps", f"{whole(comparison.our_steps)}; lucent {whole(comparison.their_steps)}"),
            ("Pictures", f"{_side(neurons[0].ours)}; lucent {_side(neurons[0].theirs)}"),
            ("Neurons", f"{plural(len(neurons), 'neuron')} of {plural(len(layers), 'layer')}, "
                        f"drawn at random with seed {comparison.seed}"),
            ("Device", comparison.device),
            ("Software", versions),
        ],
        "layers": [_layer(name, [n for n in neurons if n.layer == name]) for name in layers],
        "command": f"neuron-atlas compare {comparison.atlas}",
    }  # fmt: skip


def _side(picture: MadePicture) -> str:
    side = picture.pixels.shape[0]
    return f"{side} × {side} pixels"


def _layer(name: str, neurons: Sequence[ComparedNeuron]) -> dict[str, Any]:
    """Return a layer's neurons, and the medians over them of how ours relates to lucent's."""
    return {
        "name": name,
        "clean": shown(_median(neurons, "clean"), "lucent's is not positive for any neuron"),
        "robust": shown(_median(neurons, "robust"), "lucent's is not positive for any neuron"),
        "silent": [_silent([n.ours for n in neurons]), _silent([n.theirs for n in neurons])],
        "times": shown(statistics.median(n.theirs.seconds / n.ours.seconds for n in neurons)),
        "neurons": [
            {
                "name": f"{name}/{neuron.channel}",
                "pictures": [
                    _picture(neuron, neuron.ours, "Neuron Atlas"),
                    _picture(neuron, neuron.theirs, "torch-lucent"),
                ],
            }
            for neuron in neurons
        ],
    }


def _median(neurons: Sequence[ComparedNeuron], measure: str) -> float | None:
    """Return the median ratio of ours to lucent's, over the neurons whose lucent's is positive."""
    pairs = [(getattr(neuron.ours, measure), getattr(neuron.theirs, measure)) for neuron in neurons]
    ratios = [ours / theirs for ours, theirs in pairs if theirs > 0]
    return statistics.median(ratios) if ratios else None


def _silent(pictures: Sequence[MadePicture]) -> str:
    """Return how many pictures do not excite their neuron."""
    return whole(sum(picture.clean <= 0 for picture in pictures))


def _picture(neuron: ComparedNeuron, picture: MadePicture, maker: str) -> dict[str, Any]:
    return {
        "maker": maker,
        "source": picture_file(picture),
        "side": picture.pixels.shape[0],
        "clean": shown(picture.clean),
        "robust": shown(picture.robust),
        "seconds": shown(picture.seconds),
        "alternative": f"Synthetic picture by {maker}, optimized to excite {neuron.layer}/{neuron.channel}: "
        f"mean response {significant(picture.clean)} clean, {significant(picture.robust)} under random "
        f"transforms, made in {significant(picture.seconds)} s",
    }
