"""Template values of the page that runs the network on the reader's own image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from generator.pages.context_data import size
from generator.pages.explorer_data import explorer_of
from generator.pages.links import link
from generator.pages.numbers import Shown, plural, shown, whole
from generator.records import AtlasRecords, ExplorerNetwork, ExportAgreement
from generator.store.layout import RUNTIME, atlas_page, explorer_data, explorer_model, explorer_page

CONSTANT = "the output is the same everywhere"


@dataclass(frozen=True)
class Checked:
    """One output of the exported network beside PyTorch's."""

    name: str
    correlation: Shown
    difference: Shown
    largest: Shown


def explorer_context(atlas: AtlasRecords, runtime_problem: str) -> dict[str, Any]:
    """Return all values of the page.

    Args:
        atlas: The atlas, with an exported network or the reason why there is none.
        runtime_problem: Why the site has no runtime; empty where it has one.
    """
    subject, network = atlas.subject, explorer_of(atlas)
    assert network is not None
    page = explorer_page(subject.atlas)
    view = subject.network
    return {
        "title": f"Explorer: {subject.title}",
        "description": f"Drop an image, see the neurons of {subject.title} answer, in the browser.",
        "subject": subject,
        "trail": [(subject.title, link(atlas_page(subject.atlas), page))],
        "problem": network.problem,
        "runtime_problem": runtime_problem,
        "available": not network.problem and not runtime_problem,
        "model_size": size(len(network.file)),
        "side": view.crop,
        "crop_of": view.resize,
        "interpolation": view.interpolation,
        "images": f"{whole(subject.images.count)} images of {subject.images.name}",
        "checked_on": plural(network.images, "image"),
        "checks": _checks(network),
        "script": link("assets/explorer.js", page),
        "data": link(explorer_data(subject.atlas), page),
        "model": link(explorer_model(subject.atlas), page),
        "runtime": link(f"{RUNTIME}/", page) + "/",
        "modules": link("assets/explorer/", page) + "/",
        "glossary": link("glossary.md", page),
        "methods": link("methods.md#explorer", page),
        "limits": link("limits.md#explorer", page),
    }


def _checks(network: ExplorerNetwork) -> list[Checked]:
    named = [(f"layer {name}", found) for name, found in network.layers.items()]
    if network.classes is not None:
        named.append(("classes", network.classes))
    return [_checked(name, found) for name, found in named]


def _checked(name: str, found: ExportAgreement) -> Checked:
    constant = found.correlation != found.correlation  # NaN
    correlation = Shown("–", CONSTANT) if constant else Shown(f"{found.correlation:.6f}")
    return Checked(name, correlation, shown(found.difference), shown(found.largest))
