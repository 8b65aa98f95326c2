"""Choosing one label a neuron from overlap and AUC on one half, and confirming it on the other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from generator.analyses.concept_auc import NO_SKILL, Separation
from generator.records import EVIDENCE, Booleans, Floats, Integers, LayerDissection, LayerLabels

LEAST_IOU = 0.04
"""IoU from which on a neuron can be labelled. Source: Bau et al. 2017."""

LEAST_SKILL = 0.3
"""Distance of the AUC from 0.5 from which on it can be a label: 0.8, or 0.2 for an absent concept."""

UNION_GAIN = 1.25
"""IoU of two concepts over that of the better one, from which on both are named."""

_NONE, _OVERLAP, _PAIR, _PRESENT, _ABSENT = range(len(EVIDENCE))


@dataclass(frozen=True, eq=False)
class Candidates:
    """The best concept of each neuron (n) by one kind of evidence; see `LayerLabels` for the fields.

    `good` says whether the choosing half speaks for the candidate at all.
    """

    evidence: Integers  # (n,)
    concept: Integers  # (n, 2)
    score: Floats  # (2, n)
    null: Floats  # (2, n)
    good: Booleans  # (n,)


def by_overlap(found: LayerDissection, fitting: Booleans, masked: Integers) -> Candidates:
    """Return each neuron's best concept by IoU, or its best pair where that is clearly better.

    Args:
        found: The layer's IoU.
        fitting: (m,), whether the layer's neurons can have a masked concept for a label.
        masked: (m,), indices of the masked concepts among all.
    """
    neurons = np.arange(found.iou.shape[1])
    able = np.where(fitting & np.isfinite(found.iou[0]), found.iou[0], -1.0)
    best = able.argmax(axis=1)
    score, null = found.iou[:, neurons, best], np.stack([found.shuffled_best, found.shuffled[neurons, best]])
    concept = np.stack([masked[best], np.full(len(neurons), -1)], axis=1)
    paired = (found.pair[:, 0] == best) & (found.pair_iou[0] >= UNION_GAIN * score[0])
    score = np.where(paired, found.pair_iou, score)
    null = np.where(paired, found.pair_shuffled, null)  # each of a pair beats the best of shuffles by itself
    concept[paired] = masked[found.pair[paired]]
    good = (able[neurons, best] >= 0) & (score[0] >= LEAST_IOU) & (score[0] > null[0])
    return Candidates(np.where(paired, _PAIR, _OVERLAP), concept, score, null, good)


def by_auc(found: Separation, fitting: Booleans) -> Candidates:
    """Return each neuron's best concept by the distance of its AUC from 0.5.

    Args:
        found: The layer's AUCs.
        fitting: (c,), whether the layer's neurons can have a concept for a label.
    """
    neurons = np.arange(found.auc.shape[1])
    away = found.auc[0] - NO_SKILL
    able = np.where(fitting & np.isfinite(away), np.abs(away), -1.0)
    # Of a concept and its opposite, which are equally far, the one that is present is named.
    best = np.where(able == able.max(axis=1, initial=-1.0, keepdims=True), away, -np.inf).argmax(axis=1)
    score = found.auc[:, neurons, best]
    sign = np.sign(score[0] - NO_SKILL)
    null = NO_SKILL + sign * np.stack([found.shuffled_best, found.shuffled[neurons, best]])
    skill = np.abs(score[0] - NO_SKILL)
    good = (able[neurons, best] >= LEAST_SKILL) & (skill > found.shuffled_best)
    concept = np.stack([best, np.full(len(neurons), -1)], axis=1)
    return Candidates(np.where(sign > 0, _PRESENT, _ABSENT), concept, score, null, good)


def decide(candidates: list[Candidates], dead: Booleans) -> LayerLabels:
    """Take the first good candidate of each neuron, and confirm it on the scoring half.

    Args:
        candidates: By kind of evidence, the strongest kind first.
        dead: (n,), neurons that cannot have a label.
    """
    neurons = len(dead)
    evidence = np.zeros(neurons, dtype=np.uint8)
    concept = np.full((neurons, 2), -1, dtype=np.int32)
    score, null = np.full((2, 2, neurons), np.nan, dtype=np.float32)
    for entry in candidates:
        taken = entry.good & (evidence == _NONE) & ~dead
        evidence[taken] = entry.evidence[taken]
        concept[taken] = entry.concept[taken]
        score[:, taken], null[:, taken] = entry.score[:, taken], entry.null[:, taken]
    least = np.where(evidence == _ABSENT, null[1] - score[1], score[1] - null[1])
    confirmed = (evidence != _NONE) & (least > 0)
    return LayerLabels(evidence, concept, score, null, confirmed.astype(np.uint8))
