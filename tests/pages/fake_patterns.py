"""Makes records of activation patterns of random numbers: three images, one of them named."""

from __future__ import annotations

import hashlib
import io

import numpy as np
from PIL import Image

from generator.records import LayerPatterns, Patterns, Subject

IDS = ('cat/<img src=x onerror=alert(1)>"2.png', "猫/é {{ 2 }}.png", "plain.png")


def pattern_records(subject: Subject, seed: int) -> Patterns:
    """Return patterns whose last place among the strongest neurons is empty."""
    random = np.random.default_rng(seed + 3000)
    pictures, images = {}, len(IDS)
    for _ in IDS:
        buffer = io.BytesIO()
        Image.fromarray(random.integers(0, 256, (64, 64, 3), dtype=np.uint8)).save(buffer, "WEBP")
        pictures[f"{hashlib.sha256(buffer.getvalue()).hexdigest()[:16]}.webp"] = buffer.getvalue()
    layers = {}
    for layer in subject.layers:
        shape = (images, layer.height, layer.width)
        neurons = np.tile([*layer.neurons[1:3], -1], (images, 1)).astype(np.int32)
        maps = random.uniform(0, 2.5, (*neurons.shape, *shape[1:]))
        empty = np.where(neurons < 0, np.nan, 1).astype(np.float32)
        layers[layer.name] = LayerPatterns(
            random.normal(size=shape).astype(np.float16),
            random.normal(3, 1, size=shape).astype(np.float16),
            neurons,
            empty * np.float32(0.99),
            empty * np.float32(2.5),
            empty * np.float32(4.5),
            (maps * empty[..., None, None]).astype(np.float16),
        )
    hashes = tuple(hashlib.sha256(name.encode()).hexdigest() for name in IDS)
    labels = np.array([0, 1, -1], dtype=np.int32)
    return Patterns(IDS, hashes, tuple(pictures), labels, labels < 0, pictures, layers)
