"""Makes records of case studies and findings: one case without a neuron, one of a pair, and the others."""

from __future__ import annotations

import numpy as np

from generator.pages.case_text import TEXTS
from generator.pages.finding_text import TEXTS as FINDING_TEXTS
from generator.records import NO_PARTNER, Case, CaseNeuron, Cases, Finding, Findings, Subject

PAIRS = ("twins", "opposed-pair")
NOBODY_FOUND = "silent"


def case_records(subject: Subject, seed: int) -> Cases:
    """Return every case with random neurons."""
    random = np.random.default_rng(seed + 4000)
    neurons = [(layer, channel) for layer in subject.layers for channel in layer.neurons]
    cases = []
    for slug in TEXTS:
        order = random.permutation(len(neurons))[:7]
        entries = []
        for at in order.tolist():
            layer, channel = neurons[at]
            partner = next((one for one in layer.neurons if one != channel), NO_PARTNER)
            value = None if at == order[-1] else float(random.uniform(0, 1))
            entries.append(CaseNeuron(layer.name, channel, value, partner if slug in PAIRS else NO_PARTNER))
        found = entries[:4] if slug != NOBODY_FOUND else []
        cases.append(
            Case(slug, len(found), 0.05 if slug == NOBODY_FOUND else None, tuple(found), tuple(entries[4:]))
        )
    return Cases(len(neurons), tuple(cases))


def finding_records() -> Findings:
    """Return every finding: the first above its null, the next below, the others not to be told."""
    found = []
    for place, slug in enumerate(FINDING_TEXTS):
        effect, chance = ((0.6, 0.0004), (0.1, 0.02))[place] if place < 2 else (0.31, 0.4)
        found.append(Finding(slug, effect, effect - 0.08, effect + 0.08, 0.3, chance, 200, 0.3, 0.4))
    return Findings(tuple(sorted(found, key=lambda finding: -finding.surprise)))
