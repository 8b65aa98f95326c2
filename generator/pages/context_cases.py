"""Template values of the case studies: the page of each, and the page that lists them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from generator.pages.case_text import NOT_ASKED, TEXTS, CaseText
from generator.pages.context_neuron import SECTIONS
from generator.pages.face import Face
from generator.pages.layer_view import LayerView
from generator.pages.links import link
from generator.pages.neuron_view import NeuronView, filled
from generator.pages.numbers import plural, shown, whole
from generator.pages.schema import canonical
from generator.pages.tiles import face_tile
from generator.records import NO_PARTNER, AtlasRecords, Case, CaseNeuron, Cases, NeuronId
from generator.store.layout import atlas_page, case_page, cases_page, layer_page, neuron_page

Faces = Mapping[NeuronId, Face]


@dataclass(frozen=True)
class QuotedView(NeuronView):
    """A neuron as a page other than its own shows it."""

    at: str = ""

    @property
    def here(self) -> str:
        """The page that shows the neuron."""
        return self.at


def cases_of(atlas: AtlasRecords) -> Cases | None:
    """Return the case studies of an atlas, None where there are none."""
    found = atlas.get("cases", Cases)
    return found if found is not None and found.cases else None


def cases_json(atlas: AtlasRecords, cases: Cases) -> bytes:
    """Return the case studies as published: rules in words, neurons and values."""
    return canonical(
        {
            "format": "neuron-atlas/cases/1",
            "atlas": atlas.subject.atlas,
            "record_key": atlas.provenance.keys["cases"],
            "neurons": cases.neurons,
            "cases": [
                {
                    "name": case.slug,
                    "title": TEXTS[case.slug].title,
                    "rule": TEXTS[case.slug].rule,
                    "value": TEXTS[case.slug].value,
                    "candidates": case.candidates,
                    "null": case.null,
                    "found": [_published(atlas, neuron) for neuron in case.found],
                    "drawn": [_published(atlas, neuron) for neuron in case.drawn],
                }
                for case in cases.cases
            ],
        }
    )


def _published(atlas: AtlasRecords, neuron: CaseNeuron) -> dict[str, Any]:
    name = str(NeuronId(atlas.subject.atlas, neuron.layer, neuron.channel))
    partner = str(NeuronId(atlas.subject.atlas, neuron.layer, neuron.partner))
    return {
        "neuron": name,
        "value": neuron.value,
        "partner": None if neuron.partner == NO_PARTNER else partner,
    }


def case_pages(atlas: AtlasRecords, faces: Faces) -> dict[str, tuple[str, dict[str, Any]]]:
    """Return the pages of all cases and their list: template and values by page."""
    cases = cases_of(atlas)
    if cases is None:
        return {}
    name = atlas.subject.atlas
    pages = {
        case_page(name, case.slug): ("case.md.jinja", _case_context(atlas, cases, place, faces))
        for place, case in enumerate(cases.cases)
    }
    return {cases_page(name): ("cases.md.jinja", _list_context(atlas, cases, faces)), **pages}


def _list_context(atlas: AtlasRecords, cases: Cases, faces: Faces) -> dict[str, Any]:
    page = cases_page(atlas.subject.atlas)
    return {
        "title": f"Case studies of {atlas.subject.title}",
        "description": f"Neurons of {atlas.subject.title} that fixed rules single out.",
        "subject": atlas.subject,
        "trail": [(atlas.subject.title, link(atlas_page(atlas.subject.atlas), page))],
        "count": whole(cases.neurons),
        "cards": cards(atlas, cases, faces, page),
        "json": link(f"{atlas.subject.atlas}/cases.json", page),
        "methods": link("methods.md#cases", page),
        "glossary": link("glossary.md", page),
    }


def cards(atlas: AtlasRecords, cases: Cases, faces: Faces, page: str) -> list[dict[str, Any]]:
    """Return every case in short: title, the neuron found, its value."""
    return [
        {
            "title": TEXTS[case.slug].title,
            "looked_for": TEXTS[case.slug].looked_for,
            "link": link(case_page(atlas.subject.atlas, case.slug), page),
            "entry": _entry(atlas, case, case.found[0], faces, page) if case.found else None,
            "value": TEXTS[case.slug].value,
            "nobody": TEXTS[case.slug].nobody,
        }
        for case in cases.cases
    ]


def _case_context(atlas: AtlasRecords, cases: Cases, place: int, faces: Faces) -> dict[str, Any]:
    case, name = cases.cases[place], atlas.subject.atlas
    text, page = TEXTS[case.slug], case_page(name, case.slug)
    around = [cases.cases[at] if 0 <= at < len(cases.cases) else None for at in (place - 1, place + 1)]
    return {
        "title": f"{text.title}: {atlas.subject.title}",
        "description": text.looked_for,
        "subject": atlas.subject,
        "trail": [
            (atlas.subject.title, link(atlas_page(name), page)),
            ("Case studies", link(cases_page(name), page)),
        ],
        "text": asdict(text),
        "value": text.value[0].upper() + text.value[1:],
        "candidates": f"{plural(case.candidates, 'neuron')} of {whole(cases.neurons)}",
        "null": text.write(case.null, "") if case.null is not None else None,
        "found": [_entry(atlas, case, neuron, faces, page) for neuron in case.found],
        "drawn": [_entry(atlas, case, neuron, faces, page) for neuron in case.drawn],
        "sections": _sections(atlas, case, text, faces) if case.found else [],
        "around": [_pointer(name, other, page) for other in around],
        "cases": link(cases_page(name), page),
        "methods": link("methods.md#cases", page),
        "glossary": link("glossary.md", page),
    }


def _sections(atlas: AtlasRecords, case: Case, text: CaseText, faces: Faces) -> Sequence[Any]:
    """Return the sections of the found neuron's page that the case shows, in the case's order."""
    neuron = case.found[0]
    layer = atlas.subject.layer(neuron.layer)
    page = case_page(atlas.subject.atlas, case.slug)
    view = QuotedView(LayerView(atlas, layer, faces), layer.neurons.index(neuron.channel), page)
    known = {section.anchor: section for section in SECTIONS}
    return filled(tuple(known[anchor] for anchor in text.sections), view)


def _entry(atlas: AtlasRecords, case: Case, neuron: CaseNeuron, faces: Faces, page: str) -> dict[str, Any]:
    text, name = TEXTS[case.slug], atlas.subject.atlas
    face = faces[NeuronId(name, neuron.layer, neuron.channel)]
    partner = faces.get(NeuronId(name, neuron.layer, neuron.partner))
    return {
        "tile": face_tile(face, page),
        "partner": face_tile(partner, page) if partner is not None else None,
        "value": text.write(neuron.value, NOT_ASKED) if neuron.value is not None else shown(None, NOT_ASKED),
        "label": face.label,
        "badge": face.badge,
        "dead": face.dead,
        "link": link(neuron_page(face.neuron), page),
        "layer": link(layer_page(name, neuron.layer), page),
    }


def _pointer(name: str, case: Case | None, page: str) -> dict[str, str] | None:
    if case is None:
        return None
    return {"name": TEXTS[case.slug].title, "link": link(case_page(name, case.slug), page)}
