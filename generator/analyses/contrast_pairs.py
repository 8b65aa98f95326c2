"""Chooses the pairs of classes to contrast, by a rule that the pages can name."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from generator.analyses.base import Context
from generator.analyses.contrast_halves import DISCOVERY, FEWEST, classes_of, half_of
from generator.errors import ImagesError, nearest
from generator.inputs.images import ImageSet
from generator.recipe_sections import ContrastsSection
from generator.records import PairRule, Readout, Survey

DEFAULT = ("cat", "dog")


@dataclass(frozen=True)
class ContrastTask:
    """The contrast of two classes, by index, and why it was chosen; see `Contrast`."""

    first: int
    second: int
    rule: PairRule
    value: float | None


def check_contrasts(section: ContrastsSection, images: ImageSet) -> None:
    """Make sure that the images have the classes of all pairs, and enough images of each.

    Raises:
        ImagesError: A class is not there, or has too few images.
    """
    names, counts = images.info.class_names, images.info.class_counts
    for name in (name for pair in section.pairs for name in pair):
        if name not in names:
            known = f"; they are {', '.join(names[:12])}" if names else "; the images have no classes"
            raise ImagesError(
                f"`contrasts.pairs` must name classes of the images{nearest(name, names)}, "
                f"got `{name}`{known}"
            )
        count = counts[names.index(name)]
        if count < FEWEST:
            raise ImagesError(
                f"`contrasts.pairs` must name classes of at least {FEWEST} images, "
                f"got `{name}` with {count}; raise `images.limit` or name another"
            )


def choose_pairs(context: Context) -> list[ContrastTask]:
    """Return the recipe's pairs, else cat and dog, else the pair that is hardest to tell apart."""
    names = context.images.info.class_names
    if context.recipe.contrasts.pairs:
        return [
            ContrastTask(names.index(first), names.index(second), "recipe", None)
            for first, second in context.recipe.contrasts.pairs
        ]
    known = {names[label].casefold(): label for label in classes_of(context).tolist()}
    if all(name in known for name in DEFAULT):
        return [ContrastTask(known[DEFAULT[0]], known[DEFAULT[1]], "names", None)]
    readout = context.record("readout", Readout)
    if readout.source == "outputs" and (most := _most_confused(readout)):
        return [most]
    return [_most_alike(context)]


def _most_confused(readout: Readout) -> ContrastTask | None:
    """Return the pair of which most images are taken for the other; None where none is, first of equals."""
    classes = readout.classes.tolist()
    truth = readout.truth
    said = readout.classes[readout.scores.argmax(axis=1)]
    shares = {}
    for first, second in combinations(classes, 2):
        mixed = ((truth == first) & (said == second)).sum() + ((truth == second) & (said == first)).sum()
        shares[first, second] = float(mixed / np.isin(truth, (first, second)).sum())
    pair = max(shares, key=lambda key: shares[key])
    return ContrastTask(*pair, "confused", shares[pair]) if shares[pair] > 0 else None


def _most_alike(context: Context) -> ContrastTask:
    """Return the pair with the nearest mean responses in the last layer, over the discovery half.

    Responses are counted in each neuron's standard deviation over all images; distances are root mean
    squares over neurons.
    """
    means = context.record("survey", Survey).layers[context.layers[-1].name].means.astype(np.float64)
    spread = means.std(axis=0)
    scaled = means / np.where(spread > 0, spread, 1.0)
    labels, seed = context.images.labels, context.recipe.seed
    centres = {
        label: scaled[half_of(labels, label, DISCOVERY, seed)].mean(axis=0)
        for label in classes_of(context).tolist()
    }
    distances = {
        pair: float(np.sqrt(((centres[pair[0]] - centres[pair[1]]) ** 2).mean()))
        for pair in combinations(centres, 2)
    }
    pair = min(distances, key=lambda key: distances[key])
    return ContrastTask(*pair, "alike", distances[pair])
