"""Template values of the page of concept images: what they are, how they look, and all concepts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from generator.pages.links import link, picture_file
from generator.pages.numbers import share, shown, whole
from generator.pages.summary import NeuronSummary
from generator.records import (
    AtlasRecords,
    Concept,
    ConceptGallery,
    ConceptResponses,
    ConceptsInfo,
    Dissection,
    Floats,
)
from generator.store.layout import atlas_page, concepts_page, neuron_page

# Neurons linked for a concept; their number is always there.
SHOWN_NEURONS = 4

# Skipped files named on the page; all are counted.
SHOWN_SKIPPED = 5

NO_MASK = "it is a statement on the whole image"

Labelled = Mapping[tuple[str, str], Sequence[NeuronSummary]]


def has_concepts(atlas: AtlasRecords) -> bool:
    """Whether an atlas was measured on concept images, and so has a page of them."""
    record = atlas.get("concept_responses", ConceptResponses)
    return record is not None and bool(record.layers)


def concept_card(atlas: AtlasRecords, page: str) -> dict[str, Any] | None:
    """Return what the cover says of the concept images, None without them."""
    record = atlas.get("concept_responses", ConceptResponses)
    if record is None or not has_concepts(atlas):
        return None
    return {"link": link(concepts_page(atlas.subject.atlas), page), "facts": facts(record.concepts)}


def facts(info: ConceptsInfo) -> list[tuple[str, str]]:
    """Return what is known of the concept images: name and value."""
    rows = [
        ("Concept images", info.name),
        ("Kind", "synthetic: drawn by a program" if info.synthetic else "natural images with masks"),
        ("Source", info.source),
        ("Count", whole(info.count)),
        ("Concepts", whole(len(info.concepts))),
        ("Skipped files", whole(len(info.skipped)) if info.skipped else ""),
        ("Licence", info.licence or "not stated"),
        ("Citation", info.citation),
        ("Content SHA-256", info.sha256),
    ]
    return [(name, text) for name, text in rows if text]


def concept_images_context(atlas: AtlasRecords, summaries: Sequence[NeuronSummary]) -> dict[str, Any]:
    """Return all values of the page; `summaries` are all neurons of the atlas."""
    subject, record = atlas.subject, atlas.get("concept_responses", ConceptResponses)
    assert record is not None
    page, info, labelled = concepts_page(subject.atlas), record.concepts, _labelled(summaries)
    return {
        "title": f"Concept images of {subject.title}",
        "description": f"The images with known concepts that labels of the atlas {subject.atlas} rest on.",
        "subject": subject,
        "trail": [(subject.title, link(atlas_page(subject.atlas), page))],
        "synthetic": info.synthetic,
        "facts": facts(info),
        "skipped": [(entry.path, entry.reason) for entry in info.skipped[:SHOWN_SKIPPED]],
        "side": subject.network.crop,
        "images": _sheet(atlas, page),
        "masked": _masks(atlas, info, page),
        "concepts": _concepts(atlas, record, labelled, page),
        "classes": _classes(info, labelled, page),
        "glossary": link("glossary.md", page),
        "methods": link("methods.md#concept-images", page),
    }


def _labelled(summaries: Sequence[NeuronSummary]) -> dict[tuple[str, str], list[NeuronSummary]]:
    found: dict[tuple[str, str], list[NeuronSummary]] = {}
    for summary in summaries:
        if summary.label is not None and summary.label.confirmed:
            for concept in summary.label.concepts:
                found.setdefault((concept.category, concept.name), []).append(summary)
    return found


def _sheet(atlas: AtlasRecords, page: str) -> list[dict[str, str]]:
    gallery = atlas.get("concept_gallery", ConceptGallery)
    if gallery is None:
        return []
    return [
        {"id": name, "source": link(picture_file(atlas.subject.atlas, file), page)}
        for name, file in zip(gallery.ids, gallery.files, strict=True)
    ]


def _masks(atlas: AtlasRecords, info: ConceptsInfo, page: str) -> list[dict[str, Any]]:
    """Return images with all of their masks."""
    gallery = atlas.get("concept_gallery", ConceptGallery)
    if gallery is None:
        return []
    found: dict[int, list[dict[str, str]]] = {}
    for mask in gallery.masks:
        concept = info.concepts[mask.concept]
        source = link(picture_file(atlas.subject.atlas, mask.picture), page)
        found.setdefault(mask.image, []).append(
            {"name": concept.name, "category": concept.category, "source": source}
        )
    return [
        {
            "id": gallery.ids[image],
            "source": link(picture_file(atlas.subject.atlas, gallery.files[image]), page),
            "masks": masks,
        }
        for image, masks in found.items()
    ]


def _concepts(
    atlas: AtlasRecords, record: ConceptResponses, labelled: Labelled, page: str
) -> list[dict[str, Any]]:
    """Return all concepts of the images, in their own order."""
    dissection = atlas.get("dissection", Dissection)
    places: dict[int, int] = {}
    if dissection is not None:
        places = {concept: at for at, concept in enumerate(dissection.masked.tolist())}
    pixels = record.concepts.count * atlas.subject.network.crop**2
    rows = []
    for number, concept in enumerate(record.concepts.concepts):
        at = places.get(number)
        area = extent = None
        if dissection is not None and at is not None:
            area, extent = int(dissection.areas[:, at].sum()) / pixels, _extent(dissection.extents, at)
        neurons = labelled.get((concept.category, concept.name), [])
        choosing, scoring = (int(count) for count in record.counts[:, number])
        rows.append(
            {
                "name": concept.name,
                "category": concept.category,
                "choosing": whole(choosing),
                "scoring": whole(scoring),
                "area": share(area, NO_MASK),
                "extent": shown(extent, NO_MASK),
                "sort": {
                    "choosing": choosing,
                    "scoring": scoring,
                    "area": _sortable(area),
                    "extent": _sortable(extent),
                    "neurons": len(neurons),
                },
                **_neurons(neurons, page),
            }
        )
    return rows


def _extent(extents: Floats, at: int) -> float | None:
    value = float(extents[at])
    return value if value > 0 else None


def _sortable(value: float | None) -> str:
    return "" if value is None else repr(value)


def _classes(info: ConceptsInfo, labelled: Labelled, page: str) -> list[dict[str, Any]]:
    """Return the atlas's own classes that label a neuron."""
    known = {(concept.category, concept.name) for concept in info.concepts}
    own = [Concept(*name, "class") for name in sorted(set(labelled) - known)]
    return [
        {"name": concept.name, **_neurons(labelled[concept.category, concept.name], page)} for concept in own
    ]


def _neurons(found: Sequence[NeuronSummary], page: str) -> dict[str, Any]:
    return {
        "count": whole(len(found)),
        "neurons": [
            (f"{summary.neuron.layer}/{summary.neuron.channel}", link(neuron_page(summary.neuron), page))
            for summary in found[:SHOWN_NEURONS]
        ],
        "more": len(found) > SHOWN_NEURONS,
    }
