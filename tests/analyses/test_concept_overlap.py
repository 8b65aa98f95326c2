"""Counts to IoU: by definition, for pairs, and under shuffles."""

from __future__ import annotations

import numpy as np
import pytest

from generator.analyses.concept_overlap import Masks, Overlap, dissected, fitting, seen_side
from generator.records import LayerDissection, LayerReceptiveFields

CATEGORIES = ("colour", "colour", "colour", "object")
WIDE = np.array([[0, 30], [5, 40]], dtype=np.int32)
FIELDS = LayerReceptiveFields(WIDE, WIDE)


def masks(**changes: object) -> Masks:
    values: dict[str, object] = {
        "categories": CATEGORIES,
        "counts": np.full((2, 4), 20),
        "areas": np.tile([1000, 1000, 500, 2000], (2, 1)),
        "together": np.diag([2000, 2000, 1000, 4000]),
    }
    return Masks(**(values | changes))  # type: ignore[arg-type]


def counts(in_place: list[list[int]], shuffled: int = 10) -> np.ndarray:
    """Return shared pixels (2, 4 shifts, neurons, concepts), both halves alike, shuffles all alike."""
    shared = np.full((2, 4, len(in_place), 4), shuffled)
    shared[:, 0] = in_place
    return shared


def measured(
    in_place: list[list[int]], known: Masks, *, active: int = 300, spread: float = 0
) -> LayerDissection:
    shared = counts(in_place)
    overlap = Overlap(np.full((2, len(in_place)), active), shared, np.full(shared.shape, float(spread)))
    return dissected(overlap, known, FIELDS)


def test_iou_is_shared_over_union() -> None:
    found = measured([[200, 0, 30, 0]], masks())
    np.testing.assert_allclose(found.iou[0, 0], [200 / 1100, 0, 30 / 770, 0], rtol=1e-6)
    np.testing.assert_allclose(found.shuffled[0], [10 / 1290, 10 / 1290, 10 / 790, 10 / 2290], rtol=1e-6)
    assert found.shuffled_best[0] == pytest.approx(10 / 790)


def test_a_silent_neuron_shares_nothing() -> None:
    found = measured([[0, 0, 0, 0]], masks(), active=0)
    assert not found.iou.any()
    assert found.pair.tolist() == [[-1, -1]]


def test_the_pair_is_the_best_union_of_two_that_exclude_each_other() -> None:
    found = measured([[140, 120, 20, 0], [150, 0, 0, 140]], masks())
    assert found.pair.tolist() == [[0, 1], [-1, -1]]  # a colour and an object are no pair
    np.testing.assert_allclose(found.pair_iou[:, 0], 260 / (300 + 2000 - 260), rtol=1e-6)
    np.testing.assert_allclose(found.pair_shuffled[:, 0], 20 / (300 + 2000 - 20), rtol=1e-6)
    assert np.isnan(found.pair_iou[:, 1]).all()
    overlapping = np.diag([2000, 2000, 1000, 4000])
    overlapping[0, 1] = overlapping[1, 0] = 100
    assert measured([[140, 120, 20, 0]], masks(together=overlapping)).pair.tolist() == [[0, 2]]


def test_both_of_a_pair_must_beat_the_shuffles() -> None:
    assert measured([[140, 10, 9, 0]], masks()).pair.tolist() == [[-1, -1]]


def test_the_larger_of_both_kinds_of_shuffle_counts() -> None:
    found = measured([[140, 120, 20, 0]], masks(), spread=130.5)
    assert found.shuffled[0, 0] == pytest.approx(130.5 / (300 + 1000 - 130.5))
    assert found.shuffled_best[0] == pytest.approx(130.5 / (300 + 500 - 130.5))
    assert found.pair.tolist() == [[-1, -1]]


def test_concepts_in_too_few_images_of_a_half_are_not_measured() -> None:
    few = np.full((2, 4), 20)
    few[1, 0] = 9
    found = measured([[200, 100, 0, 0]], masks(counts=few))
    assert np.isnan(found.iou[:, 0, 0]).all()
    assert found.pair.tolist() == [[-1, -1]]
    assert np.isfinite(found.iou[:, 0, 1:]).all()


def test_a_thing_must_fit_into_what_a_neuron_sees_a_surface_need_not() -> None:
    assert seen_side(FIELDS) == 35
    extents = np.array([100.0, 35.0, 35.1, np.nan], dtype=np.float32)
    categories = ("texture", "part", "part", "object")
    assert fitting(categories, extents, FIELDS).tolist() == [True, True, False, False]


def test_extents_are_sides_of_mean_areas() -> None:
    known = masks(counts=np.array([[20, 1, 0, 5], [5, 0, 0, 5]]), areas=np.tile([1000, 8, 0, 2000], (2, 1)))
    np.testing.assert_allclose(known.extents(), np.sqrt([80, 16, np.nan, 400]))
