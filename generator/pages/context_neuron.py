"""Template values of a neuron page: identity, headline numbers, neighbours, and its sections in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from generator.pages.citation import Citation, neuron_citation
from generator.pages.context_ablation import ablation
from generator.pages.context_attribution import attribution
from generator.pages.context_classes import classes, ranked_classes
from generator.pages.context_concepts import concepts, label_line
from generator.pages.context_contrast import contrast
from generator.pages.context_distribution import NO_CLASSES, SILENT, distribution
from generator.pages.context_exemplars import exemplars
from generator.pages.context_level import level
from generator.pages.context_minds import minds
from generator.pages.context_provenance import provenance
from generator.pages.context_relations import connections, similar
from generator.pages.context_reliability import badge_line, reliability
from generator.pages.context_visualization import NO_NATURAL, visualization
from generator.pages.layer_view import LayerView
from generator.pages.neuron_data import receptive_field
from generator.pages.neuron_view import NeuronView, Section, filled
from generator.pages.numbers import Shown, plural, share, shown
from generator.records import Layer, NeuronId, Subject
from generator.store.layout import atlas_page, layer_page, neuron_page, neurons_page

# The order of the page (natural evidence first: people predict a neuron better from it, Borowski
# et al. 2021). A further analysis adds its line here.
SECTIONS: tuple[Section, ...] = (
    Section("exemplars", "Exemplars", "neuron/exemplars.html.jinja", exemplars),
    Section("where", "Where in the picture", "neuron/attribution.html.jinja", attribution),
    Section("activations", "Activations", "neuron/distribution.html.jinja", distribution),
    Section("visualization", "Feature visualization", "neuron/visualization.html.jinja", visualization),
    Section("reliability", "Reliability", "neuron/reliability.html.jinja", reliability),
    Section("concepts", "Concepts", "neuron/concepts.html.jinja", concepts),
    Section("classes", "Classes", "neuron/classes.html.jinja", classes),
    Section("contrasts", "Class contrasts", "neuron/contrast.html.jinja", contrast),
    Section("ablation", "Without this neuron", "neuron/ablation.html.jinja", ablation),
    Section("level", "Low-level or high-level", "neuron/level.html.jinja", level),
    Section("minds", "One kind of image, or several", "neuron/minds.html.jinja", minds),
    Section("similar", "Similar neurons", "neuron/similar.html.jinja", similar),
    Section("connections", "Connections", "neuron/connections.html.jinja", connections),
    Section("provenance", "Provenance and downloads", "neuron/provenance.html.jinja", provenance),
)

KINDS = {
    "convolution": "convolutional channel",
    "linear": "linear unit",
    "tokens": "hidden unit over tokens",
}


@dataclass(frozen=True)
class Headline:
    """A number at the top of a page; `term` is its anchor in the glossary."""

    name: str
    term: str
    value: Shown
    note: str = ""


def neuron_context(view: NeuronView, site_url: str) -> dict[str, Any]:
    """Return all values of a neuron page."""
    neuron, subject = view.neuron, view.layer.atlas.subject
    previous, following = neighbours(subject, neuron)
    return {
        "title": f"Neuron {neuron}",
        "description": description(view),
        "neuron": neuron,
        "identity": identity(view.layer),
        "dead": view.data.statistics is not None and view.data.statistics.dead,
        "label": label_line(view),
        "badge": badge_line(view),
        "images": subject.images.name,
        "headlines": headlines(view),
        "sections": filled(SECTIONS, view),
        "trail": [
            (subject.title, view.link(atlas_page(neuron.atlas))),
            (neuron.layer, view.link(layer_page(neuron.atlas, neuron.layer))),
        ],
        "previous": _pointer(view, previous),
        "following": _pointer(view, following),
        "neurons": view.link(neurons_page(neuron.atlas)),
        "glossary": view.link("glossary.md"),
        "citation": _citation(view, site_url),
    }


def identity(view: LayerView) -> list[str]:
    """Return what kind of neurons a layer has and where it stands, in short phrases."""
    layer, field = view.layer, receptive_field(view)
    phrases = [
        KINDS[layer.kind],
        f"after {layer.activation}" if layer.activation else "linear output, no activation function",
        f"layer {view.position} of {len(view.atlas.subject.layers)}",
    ]
    if (layer.height, layer.width) != (1, 1):
        phrases.append(f"response map {layer.height} × {layer.width}")
        if field is not None:
            phrases.append(f"receptive field {field.height} × {field.width} px")
    return phrases


def headlines(view: NeuronView) -> list[Headline]:
    """Return the few numbers that stand at the top of the page."""
    result, data = [], view.data
    if data.statistics is not None:
        found = data.statistics
        result += [
            Headline("Strongest peak", "peak", shown(found.maximum)),
            Headline("Exact zeros", "", share(found.zero_fraction)),
            Headline("Sparseness", "sparseness", shown(found.sparseness, SILENT)),
            Headline("Class selectivity", "class-selectivity", shown(found.selectivity, NO_CLASSES)),
        ]
    if data.classes:
        best = ranked_classes(data.classes)[0]
        result.append(Headline("Best class AUC", "auc", shown(best.auc, NO_CLASSES), best.name))
    if data.visualization is not None and data.visualization.beats_random is not None:
        ratio = shown(data.visualization.mean_ratio, NO_NATURAL)
        result.append(Headline("Activation ratio", "activation-ratio", ratio, "visualization to natural"))
    return result


def description(view: NeuronView) -> str:
    """Return one sentence for search engines and link previews."""
    subject = view.layer.atlas.subject
    return (
        f"What neuron {view.neuron.channel} of layer {view.neuron.layer} of {subject.network.model} "
        f"responds to, measured on {plural(subject.images.count, 'image')} of {subject.images.name}."
    )


def shown_order(layer: Layer) -> Sequence[int]:
    """Return a layer's chosen neurons in the order in which pages list them."""
    return sorted(layer.neurons)


def neighbours(subject: Subject, neuron: NeuronId) -> tuple[NeuronId | None, NeuronId | None]:
    """Return the neurons before and after one, through all layers of its atlas."""
    layer = subject.layer(neuron.layer)
    order = shown_order(layer)
    at = order.index(neuron.channel)
    place = subject.layers.index(layer)

    def of(layer: Layer, index: int) -> NeuronId:
        return NeuronId(subject.atlas, layer.name, shown_order(layer)[index])

    before = [candidate for candidate in subject.layers[:place] if candidate.neurons]
    after = [candidate for candidate in subject.layers[place + 1 :] if candidate.neurons]
    previous = of(layer, at - 1) if at > 0 else (of(before[-1], -1) if before else None)
    following = of(layer, at + 1) if at + 1 < len(order) else (of(after[0], 0) if after else None)
    return previous, following


def _pointer(view: NeuronView, neuron: NeuronId | None) -> dict[str, str] | None:
    if neuron is None:
        return None
    return {"name": f"{neuron.layer}/{neuron.channel}", "link": view.link(neuron_page(neuron))}


def _citation(view: NeuronView, site_url: str) -> Citation:
    return neuron_citation(view.layer.atlas, view.neuron, view.sha256, site_url)
