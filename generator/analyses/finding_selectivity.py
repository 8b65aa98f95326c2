"""Findings about class-selective neurons: are their pictures trusted more, are they needed more."""

from __future__ import annotations

import numpy as np

from generator.analyses.case_rules import Sources
from generator.analyses.finding_tests import Answer, rank_correlation
from generator.analyses.ranks import ranks
from generator.records import SINGLE_MEASURES, Ablation, Floats, Paths, Statistics


def selective_and_trusted(sources: Sources, seed: int) -> Answer | None:
    """Return how class selectivity goes with the path similarity of pictures."""
    statistics, paths = sources.find("statistics", Statistics), sources.find("paths", Paths)
    if statistics is None or paths is None:
        return None
    return rank_correlation(
        sources.joined(lambda name: statistics.layers[name].selectivity),
        sources.joined(lambda name: paths.layers[name].summary),
        seed,
    )


def selective_and_needed(sources: Sources, seed: int) -> Answer | None:
    """Return how class selectivity goes with what is lost without a neuron, ranks taken within layers.

    What is lost is the fall of the score of an image's class, mean over the classes.

    Source:
        Morcos et al. 2018, "On the importance of single directions for generalization".
    """
    statistics, ablation = sources.find("statistics", Statistics), sources.find("ablation", Ablation)
    if statistics is None or ablation is None:
        return None
    fall = SINGLE_MEASURES.index("score")
    selective, lost = [], []
    for layer in sources.layers:
        single = ablation.layers[layer.name].single
        if single is not None:
            known = np.isfinite(statistics.layers[layer.name].selectivity)
            selective.append(_placed(statistics.layers[layer.name].selectivity[known]))
            lost.append(_placed(-single.overall[fall][known]))
    if not selective:
        return None
    return rank_correlation(np.concatenate(selective), np.concatenate(lost), seed)


def _placed(values: Floats) -> Floats:
    """Return the places of values among themselves, from 0 to 1, ties averaged."""
    places: Floats = (ranks(values) - 0.5) / max(1, len(values))
    return places
