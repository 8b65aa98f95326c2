"""Makes records of evidence and directions of random numbers; the second contrast has no masks."""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace
from typing import Any

import numpy as np
from PIL import Image

from generator.records import (
    Contrast,
    Contrasts,
    Directions,
    Evidence,
    LayerControl,
    LayerEvidence,
    MaskedImages,
    MaskShare,
    PairDirections,
    PairEvidence,
    Subject,
    Whereabouts,
)

SHOWN, MASKED, SIZE = 2, 12, 64
VERDICTS: tuple[Whereabouts, ...] = ("object", "background", "neither", "absent")
IDS = ('cat/<img src=x onerror=alert(1)>"3.png', "猫/é {{ 3 }}.png", "dog/a.png", "dog/b|c.png")


def evidence_records(subject: Subject, contrasts: Contrasts | None, seed: int) -> dict[str, Any]:
    """Return the records of evidence; the second contrast has no masks, and no direction."""
    if contrasts is None:
        return {}
    random = np.random.default_rng(seed + 4000)
    pictures = dict(_picture(random) for _ in IDS)
    pairs = tuple(_pair(subject, one, tuple(pictures), random) for one in contrasts.contrasts)
    without = replace(
        pairs[1],
        masked=None,
        layers={name: replace(layer, control=None) for name, layer in pairs[1].layers.items()},
    )
    return {
        "evidence": Evidence(1000, 1000, (pairs[0], without), pictures),
        "directions": Directions((_direction(subject, random), _no_direction())),
    }


def _picture(random: np.random.Generator) -> tuple[str, bytes]:
    buffer = io.BytesIO()
    Image.fromarray(random.integers(0, 256, (SIZE, SIZE, 3), dtype=np.uint8)).save(buffer, "WEBP")
    return f"{hashlib.sha256(buffer.getvalue()).hexdigest()[:16]}.webp", buffer.getvalue()


def _pair(
    subject: Subject, contrast: Contrast, files: tuple[str, ...], random: np.random.Generator
) -> PairEvidence:
    mapped = [
        layer for layer in subject.layers if layer.height > 1 and contrast.layers[layer.name].confirmed.any()
    ]
    return PairEvidence(
        image_ids=IDS,
        image_sha256=tuple(hashlib.sha256(name.encode()).hexdigest() for name in IDS),
        picture_files=files,
        of_first=np.arange(2 * SHOWN) < SHOWN,
        answer=random.normal(size=2 * SHOWN),
        averaged=np.array([50, 40]),
        masked=MaskedImages(
            "Fake <scenes>",
            synthetic=True,
            ids=tuple(f"{index:06}" for index in range(MASKED)),
            of_first=np.arange(MASKED) < MASKED // 2,
            area=random.uniform(0.2, 0.4, MASKED),
        ),
        layers={
            layer.name: _layer(
                np.array(layer.neurons, dtype=np.int32)[contrast.layers[layer.name].confirmed][:2],
                (layer.height, layer.width, len(layer.neurons)),
                VERDICTS[place % len(VERDICTS)],
                random,
            )
            for place, layer in enumerate(mapped)
        },
    )


def _layer(
    neurons: np.ndarray, sizes: tuple[int, int, int], verdict: Whereabouts, random: np.random.Generator
) -> LayerEvidence:
    height, width, count = sizes
    maps = random.normal(size=(2, 2 * SHOWN, height, width)).astype(np.float32)
    maps[1, 0] = 0.5
    agreement = random.uniform(-1, 1, 2 * SHOWN)
    agreement[0] = np.nan
    return LayerEvidence(
        neurons=neurons,
        mean_layer=random.normal(size=(2, height, width)).astype(np.float16),
        mean_evidence=random.normal(size=(2, height, width)).astype(np.float16),
        mean_neurons=random.uniform(0, 2, (2, len(neurons), height, width)).astype(np.float16),
        centre=random.uniform(0, 1, count),
        offset=0.25,
        log_odds=maps[0].mean(axis=(1, 2)).astype(np.float64) + 0.25,
        evidence=maps[0],
        grad_cam=maps[1],
        agreement=agreement,
        control=_control(verdict, random),
    )


def _control(verdict: Whereabouts, random: np.random.Generator) -> LayerControl:
    share = {"object": 0.62, "background": 0.11}.get(verdict, 0.32)
    own = np.clip(random.normal(share, 0.05, MASKED), 0, 1)
    own[1] = np.nan
    nothing = np.full(2, np.nan)
    return LayerControl(
        log_odds=random.normal(size=MASKED),
        auc=np.array([0.55, 0.45, 0.65]) if verdict == "absent" else np.array([0.9, 0.8, 0.95]),
        own_share=own,
        mass=MaskShare(share + np.array([0, -0.04, 0.04]), np.array([0.28, 0.36])),
        difference=MaskShare(np.full(3, np.nan), nothing)
        if verdict == "absent"
        else MaskShare(share + np.array([-0.2, -0.3, -0.1]), np.array([0.2, 0.4])),
        verdict=verdict,
    )


def _direction(subject: Subject, random: np.random.Generator) -> PairDirections:
    return PairDirections(
        layer=subject.layers[0].name,
        pictures=random.integers(0, 256, (2, 2, SIZE, SIZE, 3), dtype=np.uint8),
        log_odds=np.array([[9.0, 1.0], [-8.0, -7.5]]),
        natural=np.array([-3.0, 4.0]),
        classes=np.array([1.5, -1.25]),
        random=np.array([-2.0, 2.5]),
        images=10_000,
    )


def _no_direction() -> PairDirections:
    none = np.full(2, np.nan)
    return PairDirections("", np.zeros((2, 0, 0, 0, 3), np.uint8), np.zeros((2, 0)), none, none, none, 10_000)
