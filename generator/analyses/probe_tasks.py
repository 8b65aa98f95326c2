"""Questions that probes put to features, and their answers for every probed image."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from generator.analyses.base import Context
from generator.analyses.pixel_attributes import ATTRIBUTES
from generator.inputs.answers import NO_ANSWER, Answers, own_answers, superclass_answers
from generator.inputs.concepts.scenes import SceneConcepts
from generator.inputs.scenes import TASKS, Factors, draw_factors
from generator.records import (
    Booleans,
    Floats,
    Integers,
    Pooling,
    ProbeFeatures,
    ProbeImages,
    ProbeKind,
    UnprobedTask,
)

FEWEST = 10
"""Images that an answer needs to be probed."""

FEWEST_NUMBERS = 40
"""Images that a number or an angle needs to be probed."""

PARTS = ("eye", "tail", "wing")
"""Parts of scenes whose presence is probed; each is in several objects."""

SCENE_CLASSES = {
    "colour": "the object's colour",
    "texture": "the object's texture",
    "outline": "the shape of the object's outline",
    "object": "which object there is",
    "background": "which background there is",
}
"""Tasks of scenes with a fixed set of answers, by their name there; `shape` is the name for outlines."""

ATTRIBUTE_MEANINGS = {
    "hue": "the most frequent hue of the pixels, as an angle",
    "brightness": "the mean brightness of the pixels",
    "contrast": "the standard deviation of the brightness of the pixels",
    "edge direction": "the dominant direction of edges, as an angle",
    "fine texture": "the energy of the finest detail, as a logarithm",
}
PERIODS = {"hue": 1, "edge direction": 2}
"""Attributes that are angles, and how often their values come back in a full turn."""


@dataclass(frozen=True, eq=False)
class Question:
    """One task for probes on one kind of images (N).

    Attributes:
        name: Unique among the tasks of an atlas.
        meaning: What is asked, in words.
        images: Which images.
        kind: What is predicted.
        pooling: Which features are used.
        values: The answers of `classes`, else empty.
        rows: (n,) int64, the images that have an answer, among those probed.
        labels: (n,) int64, indices of `values`; empty for numbers and angles.
        targets: (n, 1) or, for an angle, its cosine and sine (n, 2), float64; (n, 0) for classes.
    """

    name: str
    meaning: str
    images: ProbeImages
    kind: ProbeKind
    pooling: Pooling
    values: tuple[str, ...]
    rows: Integers
    labels: Integers
    targets: Floats


def questions(context: Context, features: ProbeFeatures) -> tuple[list[Question], list[UnprobedTask]]:
    """Return all tasks that the images allow, and those that they do not, with the reason."""
    asked = []
    if "concepts" in features.sets:
        asked += list(_of_concepts(context, features))
    if "images" in features.sets:
        asked += list(_of_images(context, features))
    kept, left_out = [], []
    for question in asked:
        reason = _too_little(question)
        if reason:
            left_out.append(UnprobedTask(question.name, reason))
        else:
            kept.append(question)
    return kept, left_out


def _too_little(question: Question) -> str:
    """Return why a task cannot be probed, or nothing."""
    if question.kind == "classes" and len(question.values) < 2:
        return f"fewer than two answers have at least {FEWEST} images"
    if question.kind != "classes" and len(question.rows) < FEWEST_NUMBERS:
        return f"fewer than {FEWEST_NUMBERS} images have a value"
    if question.kind != "classes" and not question.targets.std(axis=0).any():
        return "all images have the same value"
    return ""


def _of_concepts(context: Context, features: ProbeFeatures) -> Iterator[Question]:
    found = features.sets["concepts"]
    concept_set = context.concept_set
    if isinstance(concept_set.reader, SceneConcepts):
        seed, positions = concept_set.reader.seed, concept_set.positions[found.indices]
        scenes = [draw_factors(seed, position) for position in positions.tolist()]
        yield from _of_factors(scenes)
        names = [(concept.category, concept.name) for concept in concept_set.info.concepts]
        for part in PARTS:
            present = found.present[:, names.index(("part", part))]
            answers = Answers(f"part: {part}", ("absent", "present"), present.astype(np.int64))
            yield classes(answers, f"whether there is a part `{part}`", "concepts")
        return
    concepts = concept_set.info.concepts
    for category in dict.fromkeys(concept.category for concept in concepts):
        own = [number for number, concept in enumerate(concepts) if concept.category == category]
        values = tuple(concepts[number].name for number in own)
        answers = Answers(category, values, _only_one(found.present[:, own]))
        yield classes(answers, f"which {category} there is, in images with one alone", "concepts")


def _only_one(present: Booleans) -> Integers:
    """Return the one concept of a category that each image has, `NO_ANSWER` where it has none or several."""
    return np.where(present.sum(axis=1) == 1, present.argmax(axis=1), NO_ANSWER)


def _of_factors(scenes: list[Factors]) -> Iterator[Question]:
    tasks = {task.name: task for task in TASKS}
    for name, meaning in SCENE_CLASSES.items():
        labels = np.array([tasks[name].label(scene) for scene in scenes], dtype=np.int64)
        shown = "shape" if name == "outline" else name
        yield classes(Answers(shown, tasks[name].values, labels), meaning, "concepts")
    for name, meaning, values, pooling in (
        ("size", "side of the object's square", [scene.size for scene in scenes], "mean"),
        ("position across", "centre of the object, from the left", [scene.x for scene in scenes], "grid"),
        ("position down", "centre of the object, from the top", [scene.y for scene in scenes], "grid"),
        ("orientation", "turn of the object", [scene.rotation for scene in scenes], "grid"),
    ):
        question = numbers(name, meaning, "concepts", np.array(values))
        yield replace(question, pooling="grid") if pooling == "grid" else question


def _of_images(context: Context, features: ProbeFeatures) -> Iterator[Question]:
    found, images, settings = features.sets["images"], context.images, context.recipe.probes
    if images.info.class_names:
        own = Answers("class", images.info.class_names, images.labels[found.indices])
        yield classes(own, "which class the image belongs to", "images")
    groups = superclass_answers(settings, images)
    if groups is not None:
        groups = replace(groups, labels=groups.labels[found.indices])
        yield classes(groups, "which group of classes the image belongs to", "images")
    for column, name in enumerate(ATTRIBUTES):
        yield numbers(name, ATTRIBUTE_MEANINGS[name], "images", found.attributes[:, column])
    for answers in own_answers(settings, images):
        chosen = replace(answers, name=f"own: {answers.name}", labels=answers.labels[found.indices])
        yield classes(chosen, f"the answers given as `{answers.name}`", "images")


def classes(answers: Answers, meaning: str, images: ProbeImages) -> Question:
    """Make a task of answers; those with fewer than `FEWEST` images are left out."""
    labels = np.asarray(answers.labels)
    counts = np.array([(labels == value).sum() for value in range(len(answers.values))])
    kept = np.flatnonzero(counts >= FEWEST)
    rows = np.flatnonzero(np.isin(labels, kept))
    return Question(
        name=answers.name,
        meaning=meaning,
        images=images,
        kind="classes",
        pooling="mean",
        values=tuple(answers.values[value] for value in kept),
        rows=rows,
        labels=np.searchsorted(kept, labels[rows]),
        targets=np.zeros((len(rows), 0)),
    )


def numbers(name: str, meaning: str, images: ProbeImages, values: Floats) -> Question:
    """Make a task of numbers, or of angles in radians (see `PERIODS`); images with NaN are left out."""
    rows = np.flatnonzero(np.isfinite(values))
    known = values[rows].astype(np.float64)
    period = PERIODS.get(name)
    targets = known[:, None]
    if period:
        targets = np.stack([np.cos(period * known), np.sin(period * known)], axis=1)
    return Question(
        name=name,
        meaning=meaning,
        images=images,
        kind="angle" if period else "number",
        pooling="mean",
        values=(),
        rows=rows,
        labels=np.zeros(0, dtype=np.int64),
        targets=targets,
    )
