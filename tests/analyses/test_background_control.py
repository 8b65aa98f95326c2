"""Shares on masks against pixels counted one by one, and verdicts that are never given without reason."""

from __future__ import annotations

import numpy as np
import pytest

from generator.analyses.background_control import CellMasks, control, verdict
from generator.geometry import even
from generator.pages.outlines import Placement
from generator.pages.overlays import resampled
from generator.records import LayerCentres, LayerControl, MaskShare

SIDE, ROWS, COLUMNS, IMAGES = 24, 6, 4, 40
CENTRES = LayerCentres(even(ROWS, SIDE), even(COLUMNS, SIDE))
OF_FIRST = np.arange(IMAGES) < IMAGES // 2


def masks_of(seed: int) -> np.ndarray:
    """Return squares somewhere."""
    random = np.random.default_rng(seed)
    masks = np.zeros((IMAGES, SIDE, SIDE), dtype=bool)
    for mask in masks:
        row, column = random.integers(0, SIDE - 8, 2).tolist()
        mask[row : row + 8, column : column + 8] = True
    return masks


def controlled(evidence: np.ndarray, masks: np.ndarray, log_odds: np.ndarray | None = None) -> LayerControl:
    odds = np.where(OF_FIRST, 1.0, -1.0) if log_odds is None else log_odds
    return control(
        evidence, odds, OF_FIRST, masks=CellMasks.of(masks, CENTRES), area=masks.mean(axis=(1, 2)), seed=0
    )


def test_shares_are_those_of_the_pixels_of_interpolated_maps() -> None:
    masks, sides = masks_of(1), np.where(OF_FIRST, 0.5, -0.5)[:, None, None]
    evidence = np.random.default_rng(0).normal(size=(IMAGES, ROWS, COLUMNS)) + sides
    found = controlled(evidence, masks)
    placement = Placement(CENTRES.rows, CENTRES.columns, SIDE, 8.0)
    inside, whole = [], []
    for image in range(IMAGES):
        own = np.maximum(evidence[image] if OF_FIRST[image] else -evidence[image], 0)
        drawn = resampled(own, placement, SIDE, SIDE)
        assert found.own_share[image] == pytest.approx(drawn[masks[image]].sum() / drawn.sum())
        signed = resampled(evidence[image], placement, SIDE, SIDE)
        inside.append(signed[masks[image]].sum())
        whole.append(signed.sum())
    assert found.mass.share == pytest.approx(found.own_share.mean())
    part, total = (
        np.mean(values[: IMAGES // 2]) - np.mean(values[IMAGES // 2 :]) for values in (inside, whole)
    )
    assert found.difference.share == pytest.approx(part / total)


def test_noise_lies_neither_here_nor_there() -> None:
    verdicts = []
    for seed in range(20):
        evidence = np.random.default_rng(seed).normal(size=(IMAGES, ROWS, COLUMNS))
        found = controlled(evidence, masks_of(100 + seed))
        verdicts.append(found.verdict)
    assert verdicts.count("neither") >= 19


def test_objects_in_the_middle_are_no_reason_where_the_evidence_is_always_there() -> None:
    evidence = np.zeros((IMAGES, ROWS, COLUMNS))
    evidence[:, 2:4, 1:3] = np.where(OF_FIRST, 1.0, -1.0)[:, None, None]
    masks = np.zeros((IMAGES, SIDE, SIDE), dtype=bool)
    masks[:, 6:18, 6:18] = True
    found = controlled(evidence, masks)
    assert found.mass.share > 2 * masks.mean()
    assert found.mass.share == pytest.approx(found.mass.null.mean())
    assert found.verdict == "neither"


def test_images_without_evidence_for_their_class_are_left_out() -> None:
    evidence = np.ones((IMAGES, ROWS, COLUMNS)) * np.where(OF_FIRST, 1.0, -1.0)[:, None, None]
    evidence[0] = -1.0
    found = controlled(evidence, masks_of(1))
    assert np.isnan(found.own_share[0])
    assert found.mass.share == pytest.approx(64 / SIDE**2)
    nothing = controlled(np.zeros_like(evidence), masks_of(1))
    assert np.isnan([nothing.mass.share, nothing.difference.share]).all()
    assert nothing.verdict == "neither"


def test_a_read_out_that_does_not_tell_the_classes_apart_has_no_place() -> None:
    evidence, masks = np.ones((IMAGES, ROWS, COLUMNS)), masks_of(1)
    log_odds = np.random.default_rng(0).normal(size=IMAGES)
    assert controlled(evidence, masks, log_odds).verdict == "absent"


def test_a_verdict_needs_the_whole_interval_beyond_the_null_and_the_area() -> None:
    known, null = np.array([0.9, 0.8, 1.0]), np.array([0.2, 0.4])
    assert verdict(known, MaskShare(np.array([0.6, 0.5, 0.7]), null), 0.3) == "object"
    assert verdict(known, MaskShare(np.array([0.6, 0.39, 0.7]), null), 0.3) == "neither"
    assert verdict(known, MaskShare(np.array([0.6, 0.5, 0.7]), null), 0.55) == "neither"
    assert verdict(known, MaskShare(np.array([0.1, 0.0, 0.15]), null), 0.3) == "background"
    assert verdict(known, MaskShare(np.array([0.1, 0.0, 0.25]), null), 0.3) == "neither"
    assert verdict(np.array([0.9, 0.5, 1.0]), MaskShare(np.array([0.6, 0.5, 0.7]), null), 0.3) == "absent"
