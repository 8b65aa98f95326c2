"""Makes records of concepts and labels of random numbers, one neuron for each kind of evidence."""

from __future__ import annotations

import hashlib
import io
import json
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from generator.records import (
    EVIDENCE,
    Concept,
    ConceptGallery,
    ConceptResponses,
    ConceptsInfo,
    Dissection,
    Labels,
    Layer,
    LayerConceptResponses,
    LayerDissection,
    LayerLabels,
    NetworkReport,
    ShownMask,
    Skipped,
    Subject,
)

RECORDS = ("concept_responses", "dissection", "labels", "concept_gallery", "network_report")
HOSTILE = 'gr<i>een & "grey"'
MASKED = (
    *(Concept("colour", name, "mask") for name in ("red", "blue", HOSTILE, "yellow")),
    *(Concept("texture", name, "mask") for name in ("stripes", "dots", "zigzag")),
    *(Concept("object", name, "mask") for name in ("cat", "umbrella")),
    *(Concept("part", name, "mask") for name in ("ear", "cat ear")),
    Concept("scenery", "cloud", "mask"),
)
CONCEPTS = (*MASKED, Concept("size", "large", "fact"), Concept("side", "left", "fact"))
RARE = 3  # a concept that too few images have

# Evidence, concepts and whether it was confirmed, by row: first of maps, then of single units.
OF_MAPS: tuple[tuple[str, tuple[int, ...], bool], ...] = (
    ("none", (), False),
    ("overlap", (0,), True),
    ("pair", (0, 1), True),
    ("absent", (4,), True),
    ("present", (12,), True),
    ("overlap", (2,), False),
    ("overlap", (2,), True),
    ("overlap", (7,), True),
)
OF_UNITS: tuple[tuple[str, tuple[int, ...], bool], ...] = (
    ("none", (), False),
    ("present", (7,), True),
    ("present", (14,), True),
    ("absent", (9,), True),
    ("present", (8,), False),
    ("present", (10,), True),
)

REPORT: dict[str, Any] = {
    "scenes_version": 1,
    "training": {
        "scenes": 20000, "unseen": 300, "epochs": 3, "batch": 64, "learning_rate": 0.004,
        "weight_decay": 0.02, "seed": 0, "threads": 1, "scenes_seed": 2147483648,
        "beside": {"colour": "stage2", "texture": "stage3"},
    },
    "network": {"parameters": 490344, "bytes": 1004536, "sha256": "05" * 32, "input": 64},
    "history": [
        {"loss": 3.2231811, "accuracy_while_learning": 0.41985},
        {"loss": 1.3750549, "accuracy_while_learning": 0.95725},
        {"loss": 0.9327877, "accuracy_while_learning": 0.9998},
    ],
    "seconds": {"wall": 511.6, "processor": 482.5},
    "versions": {"python": "3.11", "torch": "2.0"},
    "unseen": {
        "scenes_seed": 2147483649, "scenes": 300, "accuracy": 0.98, "interval": [0.957, 0.9908],
        "cats": 100, "dogs": 100, "cats_named_dog": 4, "dogs_named_cat": 1,
        "by": {
            "object": {"cat": 0.96, "dog": 0.98, "cup": 1.0},
            "colour": {"red": 0.97, "blue": 1.0, "yellow": 0.98},
            "texture": {"plain": 1.0, "stripes": 0.95},
        },
        "objects": ["cat", "dog", "cup"],
        "confusion": [[96, 4, 0], [1, 98, 1], [0, 0, 100]],
    },
}  # fmt: skip


def concept_records(subject: Subject, seed: int) -> dict[str, Any]:
    """Return all records of concepts; layers of single units have no overlap, row 0 is dead."""
    random = np.random.default_rng(seed + 1000)
    classes = tuple(Concept("class", name, "class") for name in subject.images.class_names)
    info = ConceptsInfo(
        "Drawn <scenes>", "scenes", True, 2_000, "ac" * 32, CONCEPTS, (Skipped("bad<2>.png", "has no mask"),),
        "CC0", "",
    )  # fmt: skip
    counts = random.integers(100, 600, (2, len(CONCEPTS)))
    counts[:, RARE] = 2
    maps = [layer for layer in subject.layers if layer.height > 1]
    return {
        "concept_responses": ConceptResponses(
            info, counts, {layer.name: _responses(layer, random) for layer in subject.layers}
        ),
        "dissection": Dissection(
            np.arange(len(MASKED), dtype=np.int32), _float(random.uniform(4, 40, len(MASKED))),
            random.integers(10_000, 400_000, (2, len(MASKED))),
            {layer.name: _dissection(layer, random) for layer in maps},
        ),
        "labels": Labels(
            (*CONCEPTS, *classes), 19,
            {layer.name: _labels(layer, random, len(classes)) for layer in subject.layers},
        ),
        "concept_gallery": _gallery(random),
        "network_report": NetworkReport(json.dumps(REPORT)),
    }  # fmt: skip


def _float(values: Any) -> Any:
    return np.asarray(values, dtype=np.float32)


def _responses(layer: Layer, random: np.random.Generator) -> LayerConceptResponses:
    count, concepts = len(layer.neurons), len(CONCEPTS)
    auc = np.clip(0.5 + random.normal(0, 0.15, (1, count, concepts)), 0.02, 0.98)
    auc = np.repeat(auc, 2, axis=0) + random.normal(0, 0.01, (2, count, concepts))
    auc[:, 0] = 0.5
    auc[:, :, RARE] = np.nan
    return LayerConceptResponses(
        threshold=_float(random.uniform(0.5, 3, count)), peak=_float(random.uniform(3, 9, count)),
        auc=_float(auc), auc_low=_float(auc[1] - 0.03), auc_high=_float(auc[1] + 0.03),
        shuffled_best=_float(np.full(count, 0.08)),
        shuffled=_float(random.uniform(0.01, 0.06, (count, concepts))),
    )  # fmt: skip


def _dissection(layer: Layer, random: np.random.Generator) -> LayerDissection:
    count = len(layer.neurons)
    iou = np.repeat(random.beta(1, 12, (1, count, len(MASKED))), 2, axis=0)
    iou += random.uniform(0, 0.01, iou.shape)
    iou[:, 0] = 0
    iou[:, :, RARE] = np.nan
    return LayerDissection(
        active=random.integers(1000, 9000, (2, count)), iou=_float(iou),
        shuffled_best=_float(np.full(count, 0.03)),
        shuffled=_float(random.uniform(0.005, 0.03, (count, len(MASKED)))),
        pair=np.full((count, 2), -1, dtype=np.int32), pair_iou=_float(np.full((2, count), np.nan)),
        pair_shuffled=_float(np.full((2, count), np.nan)),
    )  # fmt: skip


def _labels(layer: Layer, random: np.random.Generator, classes: int) -> LayerLabels:
    count = len(layer.neurons)
    kinds = OF_MAPS if layer.height > 1 else OF_UNITS
    evidence, confirmed = np.zeros(count, dtype=np.uint8), np.zeros(count, dtype=np.uint8)
    concept = np.full((count, 2), -1, dtype=np.int32)
    score, null = np.full((2, count), np.nan), np.full((2, count), np.nan)
    for row in range(count):
        name, chosen, beats = kinds[row % len(kinds)]
        if max(chosen, default=0) >= len(CONCEPTS) + classes:
            chosen = (0,)
        evidence[row], confirmed[row] = EVIDENCE.index(name), beats
        concept[row, : len(chosen)] = chosen
        if name in ("overlap", "pair"):
            score[:, row], null[:, row] = random.uniform(0.1, 0.3), random.uniform(0.02, 0.05, 2)
        elif name != "none":
            score[:, row] = 0.12 if name == "absent" else 0.91
            null[:, row] = 0.5 + random.uniform(0.04, 0.08, 2) * (-1 if name == "absent" else 1)
        if name != "none" and not beats:
            score[1, row], null[1, row] = (0.03, 0.04) if name == "overlap" else (0.53, 0.56)
    return LayerLabels(evidence, concept, _float(score), _float(null), confirmed)


def _gallery(random: np.random.Generator) -> ConceptGallery:
    ids = tuple("<b>first & best" if number == 0 else f"scene {number:05}" for number in range(24))
    scenes = [_scene(random) for _ in ids]
    pictures: dict[str, bytes] = {}
    files = tuple(_add(pictures, image) for image, _ in scenes)
    masks = []
    for number, (image, mask) in enumerate(scenes[:3]):
        for concept in (0, 2, 7, 10):
            paled = Image.composite(image, image.point([level // 4 + 190 for level in range(256)] * 3), mask)
            masks.append(ShownMask(number, concept, _add(pictures, paled)))
    return ConceptGallery(ids, files, tuple(masks), pictures)


def _scene(random: np.random.Generator) -> tuple[Image.Image, Image.Image]:
    """Return a disc on a ground and its mask."""
    ground, paint = (tuple(int(level) for level in random.integers(40, 230, 3)) for _ in range(2))
    left, top = (int(place) for place in random.integers(5, 30, 2))
    image, mask = Image.new("RGB", (64, 64), ground), Image.new("L", (64, 64))
    ImageDraw.Draw(image).ellipse((left, top, left + 28, top + 28), fill=paint)
    ImageDraw.Draw(mask).ellipse((left, top, left + 28, top + 28), fill=255)
    return image, mask


def _add(pictures: dict[str, bytes], image: Image.Image) -> str:
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", quality=80)
    name = f"{hashlib.sha256(buffer.getvalue()).hexdigest()[:16]}.webp"
    pictures[name] = buffer.getvalue()
    return name
