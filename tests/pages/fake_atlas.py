"""Makes atlases of random numbers with the shape of real ones, hostile names included."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from PIL import Image

from generator.geometry import cell_centres
from generator.records import (
    AtlasRecords,
    ExemplarGroup,
    Exemplars,
    Filters,
    ImagesInfo,
    Layer,
    LayerExemplars,
    LayerReceptiveFields,
    LayerStatistics,
    LayerVisualizations,
    NetworkInfo,
    Provenance,
    ReceptiveFields,
    Skipped,
    Statistics,
    Subject,
    Visualizations,
)
from tests.pages.fake_ablation import ablation_record
from tests.pages.fake_attribution import attribution_records
from tests.pages.fake_concepts import concept_records
from tests.pages.fake_contrasts import contrast_records
from tests.pages.fake_evidence import evidence_records
from tests.pages.fake_levels import level_records
from tests.pages.fake_minds import group_picture_records, mind_records
from tests.pages.fake_patterns import pattern_records
from tests.pages.fake_probes import probe_records
from tests.pages.fake_relations import relation_records
from tests.pages.fake_reliability import reliability_records
from tests.pages.fake_stories import case_records, finding_records

SIDE = 64
PICTURES = 60
CLASSES = ("cat", 'a <b> & "c"', "naïve | 猫", "x" * 60, "{{ dog }}", "```", "ship", "frog", "truck", "deer")
HOSTILE_IDS = (
    "cat/<img src=x onerror=alert(1)>.png",
    'a|b"c.png',
    "猫/é .png",
    "line\nbreak.png",
    "--- x.png",
)
LEVELS = (0, 0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.995, 0.999, 1)
VARIANTS = {"seed-2": 0.9, "seed-3": 0.8, "negative": -0.5, "plain": 1.5}  # response over the first seed's
COLOURS = ((188, 92, 60), (52, 122, 130), (212, 172, 84), (88, 74, 128), (110, 150, 90))


def fake_atlas(
    name: str = "fake-atlas",
    *,
    layers: int = 3,
    neurons: int = 6,
    seed: int = 0,
    classes: tuple[str, ...] = CLASSES,
    without: tuple[str, ...] = (),
) -> AtlasRecords:
    """Return an atlas of `layers` layers with `neurons` neurons each; the first neuron is dead.

    Args:
        name: Its name.
        layers: How many layers; the last is linear, the others convolutional.
        neurons: Neurons shown of each layer.
        seed: Of all random numbers.
        classes: Class names of the images; empty for unlabelled images.
        without: Records to leave out, by analysis name.
    """
    random = np.random.default_rng(seed)
    subject = _subject(name, layers, neurons, classes)
    records = {
        "statistics": Statistics(
            {layer.name: _statistics(layer, random, len(classes)) for layer in subject.layers}
        ),
        "exemplars": _exemplars(subject, random, len(classes)),
        "receptive_fields": _receptive_fields(subject.layers),
        "visualizations": _all_visualizations(subject.layers, random),
        **reliability_records(subject, {name: _shares(name, subject) for name in VARIANTS}, random),
        "filters": Filters(subject.layers[0].name, _float(random.normal(size=(16, 3, 7, 7)))),
        **concept_records(subject, seed),
        **probe_records(subject, seed),
        "levels": level_records(subject, seed),
        "patterns": pattern_records(subject, seed),
        **contrast_records(subject, seed),
        **relation_records(subject, seed),
    }
    records |= evidence_records(subject, records.get("contrasts"), seed)
    if "contrasts" in records:
        records["ablation"] = ablation_record(subject, records["contrasts"], seed)
    records["cases"] = case_records(subject, seed)
    records["findings"] = finding_records()
    records["attribution"] = attribution_records(subject, records["exemplars"], seed)
    records["minds"] = mind_records(subject, records["exemplars"])
    records["group_pictures"] = group_picture_records(subject)
    kept: Mapping[str, Any] = {key: value for key, value in records.items() if key not in without}
    keys = {key: hashlib.sha256(key.encode()).hexdigest() for key in kept}
    return AtlasRecords(subject, Provenance({"torch": "2.0", "neuron-atlas": "0.1.0"}, "cpu", keys), kept)


def _subject(name: str, layers: int, neurons: int, classes: tuple[str, ...]) -> Subject:
    found = []
    for index in range(layers):
        linear = index == layers - 1 and layers > 1
        side = 1 if linear else max(2, 16 // 2 ** min(index, 3))
        found.append(
            Layer(
                name="fc" if linear else f"layer{index + 1}.__0__",
                module="Linear" if linear else "BasicBlock",
                kind="linear" if linear else "convolution",
                activation="" if linear else "ReLU",
                size=neurons * 3,
                height=side,
                width=side,
                neurons=tuple(
                    int(c) for c in np.random.default_rng(index).permutation(neurons * 3)[:neurons]
                ),
            )
        )
    network = NetworkInfo(
        "resnet18", "IMAGENET1K_V1", "ab" * 32, 11_689_512, 72, SIDE, "bilinear",
        (0.485, 0.456, 0.406), (0.229, 0.224, 0.225), ("cat", "dog"), "", "ee" * 32,
    )  # fmt: skip
    images = ImagesInfo(
        "Fake & Co", "folder", "test", 10_000, "cd" * 32, classes, tuple(1000 for _ in classes),
        (Skipped("bad<1>.png", "is truncated"), Skipped("bad2.png", "is truncated")), "CC0", "",
    )  # fmt: skip
    return Subject(
        name, "ResNet-18 on <Fake> & Co", "An atlas of random numbers.", 7, 'name = "fake"\n\n[network]\n',
        "ef" * 32, f"{neurons} of each layer, drawn at random with seed 7", network, images, tuple(found),
    )  # fmt: skip


def _float(values: Any) -> Any:
    return np.asarray(values, dtype=np.float32)


def _statistics(layer: Layer, random: np.random.Generator, classes: int) -> LayerStatistics:
    count, bins = len(layer.neurons), 48
    scale = random.uniform(0.5, 4, (count, 1))
    scale[0] = 0
    levels = np.array(LEVELS)
    quantiles = scale * np.log1p(levels * 9)
    counts = (1e6 * np.exp(-np.linspace(0, 11, bins)) * random.uniform(0.6, 1.4, (count, bins))).astype(
        np.int64
    )
    silent, zeros = np.where(np.arange(count) == 0, np.nan, 1), random.uniform(0.2, 0.95, count)
    auc = np.clip(0.5 + random.normal(0, 0.12, (count, classes)), 0.02, 0.98)
    dead = np.arange(count) == 0
    return LayerStatistics(
        mean=_float(scale[:, 0] * 0.2), std=_float(scale[:, 0] * 0.5), minimum=_float(np.zeros(count)),
        maximum=_float(scale[:, 0] * 2.4), zero_fraction=_float(np.where(dead, 1, zeros)),
        threshold=_float(scale[:, 0]), quantile_levels=levels, quantiles=_float(quantiles),
        peak_quantiles=_float(quantiles * 1.2), sparseness=_float(silent * random.beta(4, 3, count)),
        dead=dead, histogram_edges=_float(scale * np.linspace(0, 2.4, bins + 1)),
        histogram_counts=counts, selectivity=_float(silent * random.beta(2, 5, count)),
        class_means=_float(auc * 3), class_auc=_float(auc), class_auc_low=_float(auc - 0.02),
        class_auc_high=_float(np.minimum(auc + 0.02, 1)),
    )  # fmt: skip


def _blobs(shape: tuple[int, ...], height: int, width: int, random: np.random.Generator) -> Any:
    """Return response maps with one bump each."""
    rows, columns = np.arange(height)[:, None], np.arange(width)[None, :]
    middle = random.uniform(0, 1, (*shape, 2, 1, 1)) * np.array([height, width])[:, None, None]
    distance = (rows - middle[..., 0, :, :]) ** 2 + (columns - middle[..., 1, :, :]) ** 2
    return np.exp(-distance / (2 * (0.16 * height + 0.3) ** 2))


def _group(
    layer: Layer, scale: Any, quantile: Any, random: np.random.Generator, pictures: Any
) -> ExemplarGroup:
    shape = (len(layer.neurons), quantile.shape[0])
    maps = _blobs(shape, layer.height, layer.width, random) * (scale * quantile * 2.4)[:, :, None, None]
    flat = maps.reshape(*shape, -1).argmax(-1)
    return ExemplarGroup(
        picture=pictures.astype(np.int32), peak=_float(maps.max((-1, -2))),
        quantile=_float(np.broadcast_to(quantile, shape)),
        position=np.stack([flat // layer.width, flat % layer.width], -1).astype(np.int32),
        maps=maps.astype(np.float16),
    )  # fmt: skip


def _exemplars(subject: Subject, random: np.random.Generator, classes: int) -> Exemplars:
    content = [_picture(random) for _ in range(PICTURES)]
    files = [f"{hashlib.sha256(data).hexdigest()[:16]}.webp" for data in content]
    ids = [HOSTILE_IDS[i] if i < len(HOSTILE_IDS) else f"class{i % 10}/{i:04}.png" for i in range(PICTURES)]
    labels = random.integers(0, classes, PICTURES) if classes else np.full(PICTURES, -1)
    shared = random.integers(0, PICTURES, 9)
    layers = {}
    for layer in subject.layers:
        count = len(layer.neurons)
        scale = random.uniform(0.5, 4, (count, 1))
        scale[0] = 0

        def draw(size: int, count: int = count) -> Any:
            return random.integers(0, PICTURES, (count, size))

        strata = np.repeat([0.95, 0.7, 0.5, 0.3, 0.1], 3)
        layers[layer.name] = LayerExemplars(
            top=_group(layer, scale, np.linspace(0.9999, 0.9991, 9), random, draw(9)),
            bottom=_group(layer, scale, np.linspace(0, 0.0004, 5), random, draw(5)),
            strata=_group(layer, scale, strata, random, draw(15)),
            random=_group(layer, scale, random.uniform(0, 1, 9), random, np.tile(shared, (count, 1))),
            strata_edges=np.linspace(1, 0, 6),
        )
    return Exemplars(
        tuple(ids), tuple(hashlib.sha256(i.encode()).hexdigest() for i in ids), tuple(files),
        labels.astype(np.int32), dict(zip(files, content, strict=True)), layers,
    )  # fmt: skip


def _picture(random: np.random.Generator) -> bytes:
    """Return a picture of soft shapes on a ground, so that pages look like pages."""
    buffer = io.BytesIO()
    _shapes(random, 1)[0].save(buffer, "WEBP", quality=80)
    return buffer.getvalue()


def _shapes(random: np.random.Generator, count: int) -> list[Image.Image]:
    grid = np.mgrid[0:SIDE, 0:SIDE] / SIDE
    result = []
    for _ in range(count):
        ground, shape = (np.array(COLOURS[i], dtype=float) for i in random.permutation(len(COLOURS))[:2])
        y, x, radius = random.uniform(0.25, 0.75), random.uniform(0.25, 0.75), random.uniform(0.15, 0.35)
        inside = 1 / (1 + np.exp((np.hypot(grid[0] - y, grid[1] - x) - radius) * 40))[..., None]
        pixels = ground * (0.7 + 0.5 * grid[0][..., None]) * (1 - inside) + shape * inside
        result.append(Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)))
    return result


def _receptive_fields(layers: tuple[Layer, ...]) -> ReceptiveFields:
    fields = {layer.name: _fields(layer) for layer in layers}
    return ReceptiveFields(fields, cell_centres(layers, fields, SIDE))


def _fields(layer: Layer) -> LayerReceptiveFields:
    stride = SIDE // layer.height
    reach = min(SIDE, stride * 3)
    centre = np.arange(layer.height) * stride + stride // 2
    spans = np.clip(np.stack([centre - reach // 2, centre + reach // 2 + 1], 1), 0, SIDE).astype(np.int32)
    return LayerReceptiveFields(spans, spans)


def _visualizations(layer: Layer, random: np.random.Generator) -> LayerVisualizations:
    count = len(layer.neurons)
    phase = random.uniform(0, 6, (count, 3, 1, 1))
    tilt = random.uniform(4, 30, (count, 3, 2))
    grid = np.mgrid[0:SIDE, 0:SIDE] / SIDE
    waves = np.sin(np.einsum("nck,khw->nchw", tilt, grid) + phase) * 70 + 128
    steps = np.linspace(0, 128, 17).astype(np.int32)
    reached = random.uniform(2, 9, count)
    return LayerVisualizations(
        neurons=np.array(layer.neurons, dtype=np.int32),
        pictures=waves.transpose(0, 2, 3, 1).astype(np.uint8), alpha=np.zeros((count, 0, 0), np.uint8),
        mean_response=_float(reached),
        peak=_float(reached * 2), random_mean=_float(reached / 10), random_peak=_float(reached / 5),
        history_steps=steps, history=_float(reached[:, None] * (1 - np.exp(-steps / 30))),
        steps_run=np.full(count, 128, dtype=np.int32),
    )  # fmt: skip


def _all_visualizations(layers: tuple[Layer, ...], random: np.random.Generator) -> Visualizations:
    first = {layer.name: _visualizations(layer, random) for layer in layers}
    others = {
        name: {layer.name: _variant(name, first[layer.name], _share(name, layer)) for layer in layers}
        for name in VARIANTS
    }
    return Visualizations(first, others)


def _share(name: str, layer: Layer) -> float:
    """Return what a variant's responses are of the first seed's; no rectified neuron's is below 0."""
    return max(VARIANTS[name], 0.0) if layer.activation else VARIANTS[name]


def _shares(name: str, subject: Subject) -> dict[str, float]:
    return {layer.name: _share(name, layer) for layer in subject.layers}


def _variant(name: str, first: LayerVisualizations, share: float) -> LayerVisualizations:
    turned = np.rot90(first.pictures, 1 + list(VARIANTS).index(name), axes=(1, 2))
    nothing = _float(np.full(len(first.neurons), np.nan))
    responses = {key: getattr(first, key) * _float(share) for key in ("mean_response", "peak", "history")}
    return replace(first, pictures=turned, random_mean=nothing, random_peak=nothing, **responses)
