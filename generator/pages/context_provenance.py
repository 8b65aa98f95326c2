"""Template values of the provenance section: what a neuron's numbers come from and how to rebuild them."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from typing import Any

from generator.pages.links import figure_file
from generator.pages.neuron_view import NeuronView
from generator.pages.numbers import whole
from generator.records import AtlasRecords, NeuronId
from generator.store.layout import data_page, neuron_json


def provenance(view: NeuronView) -> Mapping[str, Any] | None:
    """Return provenance, downloads and the command that rebuilds the neuron."""
    neuron = view.neuron
    return {
        "facts": facts(view.layer.atlas),
        "json": view.link(neuron_json(neuron)),
        "figure": view.link(figure_file(neuron)) if has_figure(view) else "",
        "data": view.link(data_page(neuron.atlas)),
        "recipe": view.link(recipe_file(neuron.atlas)),
        "sha256": view.sha256,
        "command": rebuild_command(neuron),
        "file": f"{neuron.channel}.json",
    }


def has_figure(view: NeuronView) -> bool:
    """Whether there is anything to draw in the neuron's figure."""
    return view.data.exemplars is not None or view.data.visualization is not None


def recipe_file(atlas: str) -> str:
    """Return where an atlas's recipe lies."""
    return f"{atlas}/recipe.toml"


def rebuild_command(neuron: NeuronId) -> str:
    """Return the command line that computes one neuron anew from the published recipe."""
    settings = {
        "layers.select": json.dumps([neuron.layer], ensure_ascii=False),
        "layers.neurons": json.dumps([neuron.channel]),
    }
    parts = [f"--set {shlex.quote(f'{key}={value}')}" for key, value in settings.items()]
    return " ".join(["neuron-atlas build recipe.toml", *parts])


def facts(atlas: AtlasRecords) -> list[tuple[str, str, str]]:
    """Return what an atlas comes from: name, value, and the hash that identifies it (or nothing)."""
    subject, network, images = atlas.subject, atlas.subject.network, atlas.subject.images
    rows = [
        ("Network", " ".join(filter(None, (network.model, network.weights))), network.sha256),
        ("Trained on", network.trained_on or "not stated", ""),
        (
            "Images",
            f"{images.name}{f', {images.split}' if images.split else ''}, {whole(images.count)} images",
            images.sha256,
        ),
        ("Recipe", subject.atlas, subject.recipe_sha256),
        ("Seed", str(subject.seed), ""),
        ("Device", atlas.provenance.device, ""),
        ("Software", _versions(atlas.provenance.versions), ""),
    ]
    keys = sorted(atlas.provenance.keys.items())
    return rows + [(f"Record {name.replace('_', ' ')}", "", key) for name, key in keys]


def _versions(versions: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {version}" for name, version in sorted(versions.items()))
