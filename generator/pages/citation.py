"""How to cite a neuron, a layer or an atlas: BibTeX, plain text, permalink and content hash."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from generator.errors import LayerError, nearest
from generator.pages.layer_view import LayerView
from generator.pages.links import absolute, page_url
from generator.pages.neuron_view import NeuronView
from generator.records import AtlasRecords, NeuronId
from generator.store.layout import atlas_page, layer_page, neuron_page

# Hex digits of the content hash in a citation: 48 bits tell any two versions of a page apart.
HASH_DIGITS = 12

_BIBTEX_SPECIAL = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{character: "\\" + character for character in "{}$&#%_"},
}


@dataclass(frozen=True)
class Citation:
    """A citation; `sha256` is the whole content hash, of which the texts show 12 digits."""

    name: str
    title: str
    permalink: str
    sha256: str
    bibtex: str
    text: str

    @property
    def short_hash(self) -> str:
        """The content hash as citations show it."""
        return self.sha256[:HASH_DIGITS]


def cite(atlas: AtlasRecords, name: str, site_url: str) -> Citation:
    """Return the citation of anything in an atlas, as its page shows it.

    Args:
        atlas: The atlas's records.
        name: `ATLAS/LAYER/CHANNEL`, `ATLAS/LAYER` or `ATLAS`.
        site_url: Where the site is hosted; empty: the permalink is the path below the site.

    Raises:
        LayerError: The atlas shows no such layer or neuron.
    """
    subject = atlas.subject
    own, _, inner = name.strip("/").partition("/")
    if own != subject.atlas:
        raise LayerError(f"name must begin with `{subject.atlas}/`, got `{name}`", wanted=name)
    if not inner:
        return atlas_citation(atlas, _all_hashes(atlas), site_url)
    layers = {layer.name for layer in subject.layers}
    if inner in layers:
        view = LayerView(atlas, subject.layer(inner))
        return layer_citation(atlas, inner, _layer_hashes(view), site_url)
    neuron = NeuronId.parse(name.strip("/"))
    view = LayerView(atlas, subject.layer(neuron.layer))
    shown = view.layer.neurons
    if neuron.channel not in shown:
        known = [str(channel) for channel in sorted(shown)]
        raise LayerError(
            f"neuron must be one that the atlas shows, got `{neuron}`{nearest(str(neuron.channel), known)}; "
            f"layer `{neuron.layer}` shows {', '.join(known[:40])}{', ...' if len(known) > 40 else ''}",
            wanted=str(neuron),
            valid=known,
        )
    view_of_neuron = NeuronView(view, shown.index(neuron.channel))
    return neuron_citation(atlas, neuron, view_of_neuron.sha256, site_url)


def neuron_citation(atlas: AtlasRecords, neuron: NeuronId, sha256: str, site_url: str) -> Citation:
    """Return a neuron's citation; `sha256` is the hash of its JSON file."""
    title = f"Neuron {neuron} of {atlas.subject.network.model}"
    return _citation(atlas, str(neuron), title, neuron_page(neuron), sha256=sha256, site_url=site_url)


def layer_citation(atlas: AtlasRecords, layer: str, hashes: Mapping[str, str], site_url: str) -> Citation:
    """Return a layer's citation; `hashes` holds those of its neurons' JSON files, by neuron."""
    name = f"{atlas.subject.atlas}/{layer}"
    title = f"Layer {name} of {atlas.subject.network.model}"
    page = layer_page(atlas.subject.atlas, layer)
    return _citation(atlas, name, title, page, sha256=combined(hashes), site_url=site_url)


def atlas_citation(atlas: AtlasRecords, hashes: Mapping[str, str], site_url: str) -> Citation:
    """Return an atlas's citation; `hashes` holds those of all its neurons' JSON files, by neuron."""
    name, title = atlas.subject.atlas, f"{atlas.subject.title} ({atlas.subject.atlas})"
    return _citation(atlas, name, title, atlas_page(name), sha256=combined(hashes), site_url=site_url)


def checksums(hashes: Mapping[str, str]) -> str:
    """Return hashes in the form that `sha256sum --check` reads, beside the atlas's folder."""
    return "".join(f"{sha256}  {name}.json\n" for name, sha256 in sorted(hashes.items()))


def combined(hashes: Mapping[str, str]) -> str:
    """Return the hash of several neurons: that of their checksum lines."""
    return hashlib.sha256(checksums(hashes).encode()).hexdigest()


def _citation(
    atlas: AtlasRecords, name: str, title: str, page: str, *, sha256: str, site_url: str
) -> Citation:
    permalink = absolute(site_url, page_url(page))
    network, images = atlas.subject.network, atlas.subject.images
    short = sha256[:HASH_DIGITS]
    weights = f"{_network(network.model, network.weights)}, weights {network.sha256[:HASH_DIGITS]}"
    about = f"{weights}, on {images.name}{f' ({images.split})' if images.split else ''}"
    fields = {
        "title": "{" + _bibtex(title) + "}",
        "key": "Neuron Atlas",
        "howpublished": rf"Neuron Atlas, \url{{{_url(permalink)}}}",
        "note": _bibtex(f"Content hash {short}; {about}"),
    }
    return Citation(
        name=name,
        title=title,
        permalink=permalink,
        sha256=sha256,
        bibtex=_entry(re.sub(r"[^A-Za-z0-9:.-]+", ":", name), fields.items()),
        text=f"Neuron Atlas. {title}. {permalink} (content hash {short}; {about}).",
    )


def _network(model: str, weights: str) -> str:
    return f"{model} {weights}" if weights else model


def _entry(key: str, fields: Iterable[tuple[str, str]]) -> str:
    body = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields)
    return f"@misc{{{key},\n{body}\n}}\n"


def _bibtex(text: str) -> str:
    return "".join(_BIBTEX_SPECIAL.get(character, character) for character in " ".join(text.split()))


def _url(address: str) -> str:
    return address.replace("%", r"\%").replace("#", r"\#")


def _all_hashes(atlas: AtlasRecords) -> dict[str, str]:
    hashes: dict[str, str] = {}
    for layer in atlas.subject.layers:
        hashes.update(_layer_hashes(LayerView(atlas, layer)))
    return hashes


def _layer_hashes(view: LayerView) -> dict[str, str]:
    views = (NeuronView(view, row) for row in range(len(view.layer.neurons)))
    return {str(neuron.neuron): neuron.sha256 for neuron in views}
