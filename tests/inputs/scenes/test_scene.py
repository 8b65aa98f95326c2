"""Masks against a slow reference, the same scene at every size, determinism, colours where masks say."""

from __future__ import annotations

import colorsys

import numpy as np
import pytest
from PIL import Image

from generator.inputs.scenes import VERSION, concepts, draw, draw_factors, draw_pixels
from generator.inputs.scenes.factors import layout_random
from generator.inputs.scenes.objects import OBJECTS
from generator.inputs.scenes.palette import HUES, rgb
from generator.inputs.scenes.scene import plan_scene

FINE = 8

GOLDEN = (
    (246, 248, 210, 241, 231, 200, 86, 153, 130, 89, 148, 128),
    (79, 103, 105, 38, 74, 83, 98, 90, 76, 59, 85, 86),
    (192, 188, 196, 200, 238, 233, 190, 201, 200, 212, 230, 227),
    (65, 82, 120, 69, 83, 111, 60, 77, 111, 59, 66, 102),
)
"""Mean colours of the quarters of the first scenes of seed 0."""


def inside(outline: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Whether points (n, 2) lie inside a polygon: a ray to the right crosses it an odd number of times."""
    odd = np.zeros(len(at), dtype=bool)
    for (x0, y0), (x1, y1) in zip(outline, np.roll(outline, -1, axis=0), strict=True):
        between = (at[:, 1] < y0) != (at[:, 1] < y1)
        where = np.divide((at[:, 1] - y0) * (x1 - x0), y1 - y0, where=between, out=np.zeros(len(at))) + x0
        odd ^= between & (at[:, 0] < where)
    return odd


def reference_shares(seed: int, index: int, size: int) -> dict[str, np.ndarray]:
    """The share of every pixel that shows a concept, from 8 × 8 samples asked one polygon at a time."""
    plan = plan_scene(draw_factors(seed, index), layout_random(seed, index))
    axis = (np.arange(size * FINE) + 0.5) / (size * FINE)
    at = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    top = np.zeros(len(at), dtype=np.int64)
    for number, outline in enumerate(plan.outlines):
        near = np.flatnonzero(((at >= outline.min(axis=0)) & (at <= outline.max(axis=0))).all(axis=1))
        top[near[inside(outline, at[near])]] = number
    shares = {}
    for name in {name for own in plan.concepts for name in own}:
        member = np.array([name in own for own in plan.concepts])
        shares[name] = member[top].reshape(size, FINE, size, FINE).mean(axis=(1, 3))
    return shares


def first_of(kind: str) -> int:
    return next(index for index in range(1000) if draw_factors(3, index).object == kind)


@pytest.mark.parametrize(
    ("kind", "size"), [("cat", 64), ("dog", 32), ("butterfly", 40), ("house", 48), ("umbrella", 32)]
)
def test_masks_are_the_half_covered_pixels(kind: str, size: int) -> None:
    index = first_of(kind)
    masks = draw(3, index, size).masks
    shares = reference_shares(3, index, size)
    assert set(masks) == set(shares)
    wrong = undecided = 0
    for name, share in shares.items():
        different = masks[name] != (share >= 0.5)
        assert np.abs(share[different] - 0.5).max(initial=0) <= 0.25, name
        wrong += int(different.sum())
        undecided += int(((share > 0) & (share < 1)).sum())
    assert undecided > 200
    assert wrong < 0.1 * undecided


@pytest.mark.parametrize("index", range(6))
def test_object_and_background_fill_the_picture(index: int) -> None:
    scene = draw(0, index, 64)
    thing = scene.masks[f"object:{scene.factors.object}"]
    behind = scene.masks[f"background:{scene.factors.background}"]
    assert (thing | behind).all()
    assert (thing & behind).mean() < 0.01, "only pixels shared half and half"
    for name, mask in scene.masks.items():
        if name.startswith(("part:", "texture:", "outline:")):
            assert not (mask & ~thing).any(), name
        if name.startswith("scenery:"):
            assert not (mask & ~behind).any(), name


@pytest.mark.parametrize("index", range(8))
@pytest.mark.parametrize("size", [32, 100, 256])
def test_the_same_scene_at_every_size(index: int, size: int) -> None:
    one, other = draw(7, index, 64), draw(7, index, size)
    assert one.factors == other.factors
    assert set(one.masks) == set(other.masks)
    common = (min(64, size),) * 2
    pictures = [Image.fromarray(scene.pixels).resize(common, Image.Resampling.BOX) for scene in (one, other)]
    difference = np.subtract(*[np.asarray(picture, dtype=float) for picture in pictures])
    assert np.abs(difference).mean() < 2.5 + 100 * one.factors.noise, "grains are smoother when enlarged"
    name = f"object:{one.factors.object}"
    masks = [Image.fromarray(scene.masks[name].astype(np.uint8) * 255) for scene in (one, other)]
    shown = [np.asarray(mask.resize(common, Image.Resampling.BOX)) >= 128 for mask in masks]
    assert (shown[0] != shown[1]).mean() < 0.02


def test_a_scene_is_a_function_of_seed_and_index() -> None:
    one, again, other = draw(1, 5, 64), draw(1, 5, 64), draw(2, 5, 64)
    assert (one.pixels == again.pixels).all()
    assert all((one.masks[name] == again.masks[name]).all() for name in one.masks)
    assert one.factors != other.factors
    assert (draw_pixels(1, 5, 64) == one.pixels).all()


def test_scenes_change_only_with_their_version() -> None:
    assert VERSION == 1, "draw the golden colours anew"
    for index, wanted in enumerate(GOLDEN):
        coarse = Image.fromarray(draw_pixels(0, index, 64)).resize((2, 2), Image.Resampling.BOX)
        assert np.abs(np.asarray(coarse).reshape(-1).astype(int) - wanted).max() <= 3, index


def test_pixels_have_the_colour_that_their_mask_says() -> None:
    hue = {name: colorsys.rgb_to_hsv(*rgb(code))[0] for name, code in HUES.items()}
    seen = set()
    for index in range(400):
        factors = draw_factors(4, index)
        if factors.texture != "plain" or factors.light not in ("neutral", "dim"):
            continue
        scene = draw(4, index, 64)
        mean = scene.pixels[scene.masks["texture:plain"]].mean(axis=0)
        found = colorsys.rgb_to_hsv(*mean.tolist())[0]
        nearest = min(hue, key=lambda name: abs((hue[name] - found + 0.5) % 1 - 0.5))
        assert nearest == factors.colour, index
        assert not (scene.masks["texture:plain"] & ~scene.masks[f"colour:{factors.colour}"]).any()
        seen.add(nearest)
    assert seen == set(HUES)


def test_every_object_is_seen_with_its_parts() -> None:
    known = {name for name, _ in concepts()}
    shown: set[str] = set()
    for index in range(160):
        scene = draw(6, index, 64)
        assert set(scene.masks) <= known
        assert scene.masks[f"object:{scene.factors.object}"].sum() > 150
        shown |= {name for name, mask in scene.masks.items() if mask.any()}
    assert {f"object:{kind}" for kind in OBJECTS} <= shown
    missing = {name for name in known - shown if name.startswith("part:")}
    assert not missing


@pytest.mark.parametrize(("seed", "index", "size"), [(0, 0, 31), (0, 0, 257), (-1, 0, 64), (0, 2**32, 64)])
def test_out_of_range(seed: int, index: int, size: int) -> None:
    with pytest.raises(ValueError, match="must be from"):
        draw(seed, index, size)
