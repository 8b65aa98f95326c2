"""Template values of the findings: answers with effect, interval, null and test, and their published data."""

from __future__ import annotations

from typing import Any

from generator.pages.finding_text import TEXTS, answer, verdict
from generator.pages.links import link
from generator.pages.numbers import Shown, plural, significant
from generator.pages.schema import canonical
from generator.records import AtlasRecords, Finding, Findings
from generator.store.layout import atlas_page, findings_page

ON_COVER = 3
"""Findings that stand on the cover: the most surprising ones."""


def findings_of(atlas: AtlasRecords) -> Findings | None:
    """Return the findings of an atlas, None where there are none."""
    found = atlas.get("findings", Findings)
    return found if found is not None and found.findings else None


def findings_json(atlas: AtlasRecords, findings: Findings) -> bytes:
    """Return the findings as published."""
    return canonical(
        {
            "format": "neuron-atlas/findings/1",
            "atlas": atlas.subject.atlas,
            "record_key": atlas.provenance.keys["findings"],
            "findings": [_published(finding) for finding in findings.findings],
        }
    )


def _published(finding: Finding) -> dict[str, Any]:
    text = TEXTS[finding.slug]
    return {
        "name": finding.slug,
        "question": text.question,
        "answer": answer(finding),
        "effect": finding.effect,
        "low": finding.low,
        "high": finding.high,
        "null": finding.null,
        "p": finding.chance,
        "expected_low": finding.expected_low,
        "expected_high": finding.expected_high,
        "surprise": finding.surprise,
        "count": finding.count,
        "what": {"effect": text.effect, "null": text.null, "test": text.test, "count": text.counted},
    }


def findings_context(atlas: AtlasRecords) -> dict[str, Any]:
    """Return all values of the page."""
    found = findings_of(atlas)
    assert found is not None
    page, subject = findings_page(atlas.subject.atlas), atlas.subject
    return {
        "title": f"Findings: {subject.title}",
        "description": f"Questions asked of every atlas, answered for {subject.title}.",
        "subject": subject,
        "trail": [(subject.title, link(atlas_page(subject.atlas), page))],
        "findings": [_entry(finding) for finding in found.findings],
        "json": link(f"{subject.atlas}/findings.json", page),
        "methods": link("methods.md#findings", page),
        "limits": link("limits.md#findings", page),
        "glossary": link("glossary.md", page),
    }


def findings_card(atlas: AtlasRecords, page: str) -> dict[str, Any] | None:
    """Return the most surprising findings for the cover, None where there are none."""
    found = findings_of(atlas)
    if found is None:
        return None
    return {
        "findings": [_entry(finding) for finding in found.findings[:ON_COVER]],
        "link": link(findings_page(atlas.subject.atlas), page),
    }


def _entry(finding: Finding) -> dict[str, Any]:
    text = TEXTS[finding.slug]
    return {
        "slug": finding.slug,
        "question": text.question,
        "answer": answer(finding),
        "effect": text.write(finding.effect),
        "interval": f"{text.write(finding.low).text} to {text.write(finding.high).text}",
        "what": text.effect,
        "null": text.write(finding.null),
        "null_what": text.null,
        "chance": _chance(finding.chance),
        "test": text.test,
        "count": plural(finding.count, text.counted),
        "expectation": text.expectation,
        "expected": f"{text.write(finding.expected_low).text} to {text.write(finding.expected_high).text}",
        "verdict": verdict(finding),
        "surprise": Shown(significant(finding.surprise)),
        "style": _style(finding, text.scale),
        "ends": [text.write(end).text for end in text.scale],
    }


def _chance(value: float) -> str:
    return "p < 0.001" if value < 0.001 else f"p = {value:.3f}"


def _style(finding: Finding, scale: tuple[float, float]) -> str:
    """Return where all stands on the axis, from 0 to 1; what lies beyond an end is put there."""
    first, last = scale
    values = {
        "at": finding.effect,
        "low": finding.low,
        "high": finding.high,
        "null": finding.null,
        "from": finding.expected_low,
        "to": finding.expected_high,
    }
    places = {name: min(1.0, max(0.0, (value - first) / (last - first))) for name, value in values.items()}
    return ";".join(f"--{name}:{place:.4f}" for name, place in places.items())
