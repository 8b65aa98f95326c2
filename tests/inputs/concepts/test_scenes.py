"""Scenes as concept images: the drawing itself, its masks at every size, seeds and names kept apart."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest

from generator.inputs.concepts import ConceptSet, open_concepts
from generator.inputs.concepts.scenes import FACTS, MASKED, find_scenes
from generator.inputs.preprocess import Preprocess
from generator.inputs.scenes import TASKS, Scene, concepts, draw, labels
from generator.inputs.scenes.factors import draw_factors, layout_random
from generator.inputs.scenes.raster import SAMPLES, counted, topmost
from generator.inputs.scenes.scene import plan_scene
from generator.recipe import ConceptsSection

SEED = 5
DRAWN_FROM = 2**31 + 2 + SEED  # the first seed of concept scenes, and the recipe's
LEARNT_FROM = {2**31, 2**31 + 1}  # seeds that the embedded network was trained and measured on
RECIPES = range(2**31)


def scenes(side: int, seed: int = SEED) -> ConceptSet:
    return open_concepts(ConceptsSection(limit=40), seed, side)


def preprocess(resize: int, crop: int) -> Preprocess:
    return Preprocess(resize, crop, "bilinear", (0.5, 0.5, 0.5), (0.5, 0.5, 0.5))


def seen_masks(images: ConceptSet, index: int, resize: int, crop: int) -> dict[str, np.ndarray[Any, Any]]:
    view = images.view(index, preprocess(resize, crop))
    return {str(images.info.concepts[number]): mask for number, mask in view.masks.items()}


def drawn(images: ConceptSet, index: int, size: int) -> Scene:
    return draw(DRAWN_FROM, int(images.ids[index]), size)


@pytest.mark.parametrize("index", range(6))
def test_a_concept_image_is_the_drawn_scene_pixel_by_pixel(index: int) -> None:
    reader = find_scenes(SEED, 48, 40).reader
    found, scene = reader.annotated(index, reader.parts(index)), draw(DRAWN_FROM, index, 48)
    np.testing.assert_array_equal(np.asarray(found.picture), scene.pixels)
    assert {str(concept) for concept in found.masks} == set(scene.masks)
    for concept, mask in found.masks.items():
        assert concept.kind == "mask"
        np.testing.assert_array_equal(mask, scene.masks[str(concept)], str(concept))


def test_facts_are_the_answers_to_the_tasks() -> None:
    reader = find_scenes(SEED, 32, 12).reader
    answers = labels([draw_factors(DRAWN_FROM, index) for index in range(12)])
    asked = {concept.category for concept in FACTS}
    for index in range(12):
        facts = reader.annotated(index, reader.parts(index)).facts
        assert Counter(fact.category for fact in facts) == Counter(asked)
        for fact in facts:
            values = next(task.values for task in TASKS if task.name == fact.category)
            assert values[answers[fact.category][index]] == fact.name
            assert fact.kind == "fact"


@pytest.mark.parametrize("index", [0, 11, 39])
def test_the_network_sees_what_was_drawn_at_its_size(index: int) -> None:
    images = scenes(64)
    scene = drawn(images, index, 64)
    view = images.view(index, preprocess(64, 64))
    np.testing.assert_array_equal(view.pixels, scene.pixels)
    found = seen_masks(images, index, 64, 64)
    assert set(found) == {name for name, mask in scene.masks.items() if mask.any()}
    for name, mask in found.items():
        np.testing.assert_array_equal(mask, scene.masks[name], name)
    facts = {images.info.concepts[number] for number in view.facts}
    assert len(facts) == len({fact.category for fact in FACTS})
    assert facts <= set(FACTS)


@pytest.mark.parametrize("index", [0, 11, 39])
def test_masks_are_cropped_with_the_picture(index: int) -> None:
    images = scenes(80)
    scene = drawn(images, index, 80)
    centre = {name: mask[8:72, 8:72] for name, mask in scene.masks.items()}
    np.testing.assert_array_equal(images.view(index, preprocess(80, 64)).pixels, scene.pixels[8:72, 8:72])
    found = seen_masks(images, index, 80, 64)
    assert set(found) == {name for name, mask in centre.items() if mask.any()}
    for name, mask in found.items():
        np.testing.assert_array_equal(mask, centre[name], name)


def test_what_is_cropped_away_is_no_concept_of_the_view() -> None:
    images = scenes(64)
    whole, middle = seen_masks(images, 0, 64, 64), seen_masks(images, 0, 64, 4)
    assert set(middle) < set(whole)
    assert all(mask.shape == (4, 4) and mask.any() for mask in middle.values())


def true_mask(index: int, side: int, concept: str) -> np.ndarray[Any, Any]:
    """Draw one mask at a size beyond those of scenes, from the outlines themselves."""
    plan = plan_scene(draw_factors(DRAWN_FROM, index), layout_random(DRAWN_FROM, index))
    member = np.array([[concept in own] for own in plan.concepts])
    covered: np.ndarray[Any, Any] = counted(topmost(plan.outlines, side * SAMPLES), member)[:, :, 0]
    return covered >= SAMPLES**2 // 2


def overlap(one: np.ndarray[Any, Any], other: np.ndarray[Any, Any]) -> float:
    return float((one & other).sum() / (one | other).sum())


@pytest.mark.parametrize("index", [0, 11, 39])
def test_masks_are_enlarged_with_the_picture(index: int) -> None:
    images = scenes(320)
    number = int(images.ids[index])
    scene = draw(DRAWN_FROM, number, 256)
    concept = f"object:{scene.factors.object}"
    found = seen_masks(images, index, 320, 300)[concept]
    truth = true_mask(number, 320, concept)
    assert found.shape == (300, 300)
    assert overlap(found, truth[10:310, 10:310]) > 0.97
    for aside in ((3, 0), (-3, 0), (0, 3), (0, -3)):
        moved = np.roll(truth, aside, (0, 1))[10:310, 10:310]
        assert overlap(found, moved) < overlap(found, truth[10:310, 10:310])


@pytest.mark.parametrize(("side", "size"), [(31, 32), (32, 32), (256, 256), (299, 256)])
def test_scenes_stay_within_the_sizes_that_they_can_have(side: int, size: int) -> None:
    reader = find_scenes(SEED, side, 1).reader
    assert reader.annotated(0, reader.parts(0)).picture.size == (size, size)


@pytest.mark.parametrize("recipe", [0, 1, SEED, 2**31 - 3, 2**31 - 2, 2**31 - 1])
def test_no_concept_scene_is_an_image_of_a_recipe_or_of_training(recipe: int) -> None:
    reader: Any = find_scenes(recipe, 32, 1).reader
    assert reader.seed not in RECIPES
    assert reader.seed not in LEARNT_FROM
    shown = reader.annotated(0, reader.parts(0)).picture
    np.testing.assert_array_equal(np.asarray(shown), draw(reader.seed, 0, 32).pixels)


def test_neighbouring_recipes_have_scenes_of_their_own() -> None:
    readers: list[Any] = [find_scenes(seed, 32, 1).reader for seed in (0, 1, 2, 1000, 2**31 - 3)]
    assert len({reader.seed for reader in readers}) == len(readers)


def test_every_concept_is_named_exactly_once() -> None:
    listed = find_scenes(SEED, 32, 1).concepts
    assert len({(concept.category, concept.name) for concept in listed}) == len(listed)
    assert [str(concept) for concept in MASKED] == [name for name, _ in concepts()]
    for task in TASKS:
        facts = [concept.name for concept in FACTS if concept.category == task.name]
        masks = {concept.name for concept in MASKED if concept.category == task.name}
        assert facts == ([] if masks else list(task.values))
        assert set(task.values) <= masks | set(facts)


def test_the_identity_covers_what_a_scene_is_drawn_from() -> None:
    readers = [find_scenes(seed, side, 2).reader for seed, side in ((1, 32), (1, 40), (2, 32))]
    assert len({reader.parts(index) for reader in readers for index in (0, 1)}) == 6


def test_a_set_of_scenes_says_that_it_is_drawn() -> None:
    info = scenes(64).info
    assert info.synthetic
    assert (info.name, info.source, info.count) == ("Concept scenes", "scenes", 40)
    assert info.licence == "Apache-2.0"
    assert f"seed {DRAWN_FROM}" in info.citation
