"""Responses, dissection, gallery and labels of a small network on scenes, against arrays held in memory."""

from __future__ import annotations

import dataclasses
import pickle
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.metrics import roc_auc_score

from generator.activations.layers import choose_layers
from generator.analyses.base import Context
from generator.analyses.concept_gallery import ConceptGalleryAnalysis, veiled
from generator.analyses.concept_images import masked_columns
from generator.analyses.concept_responses import ConceptResponsesAnalysis
from generator.analyses.dissection import DissectionAnalysis
from generator.analyses.labels import LabelsAnalysis
from generator.analyses.receptive_fields import ReceptiveFieldsAnalysis
from generator.analyses.statistics import StatisticsAnalysis
from generator.analyses.survey import SurveyAnalysis
from generator.geometry import interpolation
from generator.inputs.concepts import CHUNK, HALF, concept_batches, halves, open_concepts
from generator.inputs.images import open_images
from generator.recipe_file import check_recipe
from generator.records import ConceptResponses, Dissection, Labels
from tests.planted import all_maps

SIDE, IMAGES = 32, 3 * CHUNK
STEPS = (
    SurveyAnalysis(),
    StatisticsAnalysis(),
    ReceptiveFieldsAnalysis(),
    ConceptResponsesAnalysis(),
    DissectionAnalysis(),
    LabelsAnalysis(),
)


def network() -> torch.nn.Module:
    with torch.random.fork_rng():
        torch.manual_seed(1)
        return torch.nn.Sequential(
            torch.nn.Conv2d(3, 4, 5, 2, 2),
            torch.nn.ReLU(),
            torch.nn.Conv2d(4, 5, 3, 2, 1),
            torch.nn.ReLU(),
        )


def context_of(**compute: int) -> Context:
    values: dict[str, Any] = {
        "name": "test",
        "title": "Test",
        "network": {"model": "tests.analyses.test_dissection:network"},
        "preprocess": {"resize": SIDE, "crop": SIDE, "mean": [0.5] * 3, "std": [0.25] * 3},
        "images": {"source": "scenes", "limit": 60},
        "concepts": {"limit": IMAGES},
        "layers": {"select": ["1", "3"], "neurons": "all"},
        "statistics": {"bootstrap": 20},
        "compute": compute,
    }
    recipe = check_recipe(values, "test")
    images, concepts = open_images(recipe.images, 0, SIDE), open_concepts(recipe.concepts, 0, SIDE)
    empty = Context(recipe, "cpu", (), images, {}, concepts)
    return dataclasses.replace(empty, layers=choose_layers(empty.network(), recipe.layers, 0))


def built(context: Context) -> Context:
    """Run all steps as the pipeline does, every part and the context through pickle."""
    for analysis in STEPS:
        assert analysis.wanted(context)
        sent = pickle.loads(pickle.dumps(context))
        parts = [pickle.loads(pickle.dumps(analysis.run(sent, task))) for task in analysis.tasks(context)]
        record = analysis.combine(context, parts)
        context = dataclasses.replace(context, records={**context.records, analysis.name: record})
    return context


@pytest.fixture(scope="module")
def context() -> Context:
    return built(context_of())


@pytest.fixture(scope="module")
def everything(context: Context) -> dict[str, Any]:
    """Keep all maps, masks (images, masked concepts, side, side) and what is in each image."""
    known, concepts = context.network(), context.concept_set
    columns = masked_columns(context)
    source = list(concept_batches(concepts, np.arange(IMAGES), known.preprocess, 32))
    maps, _ = all_maps(known, context.layers, source)
    masks = np.zeros((IMAGES, len(columns), SIDE, SIDE), dtype=bool)
    present = np.zeros((IMAGES, len(concepts.info.concepts)), dtype=bool)
    for image, view in enumerate(view for batch in source for view in batch.views):
        present[image, [*view.masks, *view.facts]] = True
        for number, mask in view.masks.items():
            masks[image, columns[number]] = mask
    return {"maps": maps, "masks": masks, "present": present}


def test_thresholds_and_aucs_are_those_of_all_responses(context: Context, everything: dict[str, Any]) -> None:
    found = context.record("concept_responses", ConceptResponses)
    half = halves(IMAGES)
    np.testing.assert_array_equal(found.counts[0], everything["present"][half == 0].sum(axis=0))
    for name, layer in found.layers.items():
        maps = everything["maps"][name]
        values = maps.transpose(1, 0, 2, 3).reshape(maps.shape[1], -1)
        np.testing.assert_allclose(layer.threshold, np.quantile(values, 0.995, axis=1), rtol=0.02)
        peaks = maps.max(axis=(2, 3))
        np.testing.assert_array_equal(layer.peak, peaks.max(axis=0))
        for concept in np.flatnonzero(np.isfinite(layer.auc[1, 0]))[::9]:
            truth = everything["present"][half == 1, concept]
            expected = [roc_auc_score(truth, column) for column in peaks[half == 1].T]
            np.testing.assert_allclose(layer.auc[1, :, concept], expected, rtol=1e-5)


def slow_regions(context: Context, maps: np.ndarray, name: str) -> np.ndarray:
    """Upsample and threshold; cells lie at 2 i + 0.5 and 4 i + 0.5 by the arithmetic of convolutions."""
    thresholds = context.record("concept_responses", ConceptResponses).layers[name].threshold
    cells = maps.shape[2]
    weights = interpolation(np.arange(cells) * (SIDE // cells) + 0.5, SIDE, SIDE)
    return np.asarray(np.einsum("yr,inrc,xc->inyx", weights, maps, weights) > thresholds[:, None, None])


def slow_shared(regions: np.ndarray, masks: np.ndarray) -> np.ndarray:
    return np.einsum("inyx,imyx->nm", regions.astype(int), masks.astype(int))


def test_iou_is_that_of_upsampled_maps_and_masks(context: Context, everything: dict[str, Any]) -> None:
    found = context.record("dissection", Dissection)
    half, masks = halves(IMAGES), everything["masks"]
    for name, layer in found.layers.items():
        regions = slow_regions(context, everything["maps"][name], name)
        for which in (0, 1):
            chosen = half == which
            shared = slow_shared(regions[chosen], masks[chosen])
            active, areas = regions[chosen].sum(axis=(0, 2, 3)), masks[chosen].sum(axis=(0, 2, 3))
            assert np.abs(layer.active[which] - active).max() <= 2  # rounding at a region's border
            expected = shared / np.maximum(active[:, None] + areas - shared, 1)
            known = np.isfinite(layer.iou[which])
            assert known.sum() > 100
            np.testing.assert_allclose(layer.iou[which][known], expected[known], atol=2e-3)
    np.testing.assert_array_equal(found.areas.sum(axis=0), masks.sum(axis=(0, 2, 3)))


def test_a_shuffle_pairs_images_of_a_half_chunk(context: Context, everything: dict[str, Any]) -> None:
    analysis = DissectionAnalysis()
    (task,) = analysis.tasks(context)
    part = analysis.run(context, task).layers["3"]
    assert part.shared.shape[1] == HALF
    shifted = np.roll(np.arange(IMAGES).reshape(-1, HALF), -7, axis=1).ravel()
    regions = slow_regions(context, everything["maps"]["3"], "3")
    shuffled = slow_shared(regions, everything["masks"][shifted])
    assert np.abs(part.shared[:, 7].sum(axis=0) - shuffled).max() <= 2


def test_nothing_depends_on_batches_and_shards(context: Context) -> None:
    other = built(context_of(batch_size=17, shard=40))
    assert len(DissectionAnalysis().tasks(other)) == 3
    for name in ("1", "3"):
        for record, kind in (("concept_responses", ConceptResponses), ("dissection", Dissection)):
            one = dataclasses.asdict(context.record(record, kind).layers[name])
            two = dataclasses.asdict(other.record(record, kind).layers[name])
            for field, values in one.items():
                np.testing.assert_allclose(two[field], values, rtol=1e-5, atol=1e-3, err_msg=field)


def test_labels_speak_of_all_concepts_and_classes(context: Context) -> None:
    labels = context.record("labels", Labels)
    assert labels.concepts[-1].category == "class"
    assert len(labels.concepts) == len(context.concept_set.info.concepts) + 16
    analysis = LabelsAnalysis()
    assert "confirmed on the held-out half" in analysis.remark(labels)
    for layer in labels.layers.values():
        assert layer.concept.max() < len(labels.concepts)
        assert ((layer.evidence > 0) == (layer.concept[:, 0] >= 0)).all()
        assert (layer.evidence[layer.confirmed == 1] > 0).all()


def test_the_gallery_shows_images_and_every_mask_of_the_first(context: Context) -> None:
    analysis = ConceptGalleryAnalysis()
    (task,) = analysis.tasks(context)
    gallery = analysis.combine(context, [analysis.run(context, task)])
    assert len(gallery.ids) == len(gallery.files) == 48
    assert {name.rsplit(".", 1)[1] for name in gallery.pictures} == {"webp"}
    view = context.concept_set.view(0, context.network().preprocess)
    assert [mask.concept for mask in gallery.masks if mask.image == 0] == list(view.masks)
    assert {mask.picture for mask in gallery.masks} | set(gallery.files) == set(gallery.pictures)


def test_a_veil_lies_over_everything_outside_a_mask() -> None:
    pixels = np.full((4, 4, 3), 100, dtype=np.uint8)
    mask = np.eye(4, dtype=bool)
    assert (veiled(pixels, mask)[mask] == 100).all()
    assert (veiled(pixels, mask)[~mask] == 224).all()


def test_without_concept_images_there_are_no_such_analyses() -> None:
    context = dataclasses.replace(context_of(), concepts=None)
    wanted = [analysis.name for analysis in (*STEPS, ConceptGalleryAnalysis()) if analysis.wanted(context)]
    assert wanted == ["survey", "statistics", "receptive_fields"]


def test_estimates_are_positive(context: Context) -> None:
    for analysis in (*STEPS[3:], ConceptGalleryAnalysis()):
        estimate = analysis.estimate(context)
        assert estimate.seconds > 0
        assert estimate.size > 0
