"""Rules of case studies on numbers made by hand: who is found, who is not asked about, pairs once."""

from __future__ import annotations

import numpy as np

from generator.analyses.case_rules import Scores, Sources, _oriented_power, contrast_neuron, opposed, twins
from generator.analyses.cases import DRAWN, RUNNERS_UP, _case, find_cases
from generator.records import (
    NO_PARTNER,
    NOBODY,
    Contrast,
    Contrasts,
    Layer,
    LayerContrast,
    LayerSimilar,
    Related,
    Separation,
    Similar,
)

LAYER = Layer("one", "Conv2d", "convolution", "ReLU", 9, 2, 2, neurons=(7, 2, 5, 0))


def related(channels: list[int], values: list[float], reach: float = 0.02) -> Related:
    channel = np.array(channels, np.int32)[:, None]
    value = np.array(values, np.float32)[:, None]
    layer = np.where(channel == NOBODY, NOBODY, 0).astype(np.int16)
    return Related(layer, channel, value, value - reach, value + reach)


def similar() -> Sources:
    """Return a layer of twins 7 and 2, of 5, which is like 7 but not enough, and of silent 0."""
    nan = np.nan
    found = LayerSimilar(
        within=related([2, 7, 7, NOBODY], [0.97, 0.97, 0.91, nan]),
        across=related([NOBODY] * 4, [nan] * 4),
        opposed=related([5, 5, 7, NOBODY], [-0.05, -0.3, -0.05, nan]),
        shuffled_high=np.full(4, 0.1, np.float32),
        shuffled_low=np.full(4, -0.1, np.float32),
    )
    return Sources((LAYER,), {"similar": Similar(100, 19, {"one": found})})


def test_twins_count_once_and_only_if_the_interval_is_high_enough() -> None:
    found = twins(similar())
    assert found is not None
    np.testing.assert_array_equal(np.isfinite(found.rank), [True, False, False, False])
    assert found.partner is not None
    assert found.partner.tolist() == [2, 7, 7, NO_PARTNER]
    assert found.value[2] == np.float32(0.91)  # known, though the rule does not ask about it


def test_opposed_pairs_lie_below_the_shuffles() -> None:
    found = opposed(similar())
    assert found is not None
    np.testing.assert_array_equal(np.isfinite(found.rank), [False, True, False, False])


def contrasts_of(effect: list[float], confirmed: list[bool]) -> Sources:
    """Return the first contrast of the layer, intervals 0.3 to either side of the effects."""
    both, nothing = np.array([effect, effect]), np.zeros(4)
    layer = LayerContrast(
        effect=both,
        effect_low=both[1] - 0.3,
        effect_high=both[1] + 0.3,
        auc=both,
        auc_low=nothing,
        auc_high=nothing,
        p_value=both,
        means=both,
        found=np.array(confirmed),
        confirmed=np.array(confirmed),
        weights=nothing,
        bias=0.0,
        best=0,
        single=Separation(0.5, 0.4, 0.6),
        joint=Separation(0.5, 0.4, 0.6),
        chance=0.5,
    )
    none = np.zeros(3, np.int64)
    pair = Contrast(0, 1, "names", None, np.full((2, 2), 9), {"one": layer}, np.zeros(3), none, none)
    return Sources((LAYER,), {"contrasts": Contrasts(0.05, 100, (pair,))})


def test_the_confirmed_neuron_whose_effect_is_furthest_from_nothing_is_found_with_its_sign() -> None:
    found = contrast_neuron(contrasts_of([0.9, -1.2, 2.0, 0.2], [True, True, False, True]))
    assert found is not None
    np.testing.assert_allclose(found.rank, [0.6, 0.9, np.nan, np.nan])  # the last one's interval holds 0
    assert found.value.tolist() == [0.9, -1.2, 2.0, 0.2]
    assert contrast_neuron(similar()) is None


def test_cases_of_missing_records_are_left_out() -> None:
    assert [case.slug for case in find_cases(similar(), seed=0).cases] == ["twins", "opposed-pair"]


def test_the_highest_are_found_and_others_drawn_without_them() -> None:
    names = [("one", channel) for channel in range(10)]
    rank = np.array([np.nan, 3, 5, 5, 1, 0, np.nan, -1, 2, np.nan])
    case = _case("any", Scores(rank, np.arange(10.0)), names, np.random.default_rng(0))
    assert [neuron.channel for neuron in case.found] == [2, 3, 1, 8]
    assert (case.candidates, len(case.found), len(case.drawn)) == (7, 1 + RUNNERS_UP, DRAWN)
    assert not {neuron.channel for neuron in case.drawn} & {2, 3, 1, 8}
    again = _case("any", Scores(rank, np.arange(10.0)), names, np.random.default_rng(0))
    assert again == case


def test_a_rule_that_asks_about_nobody_finds_nobody() -> None:
    case = _case(
        "any", Scores(np.full(3, np.nan), np.full(3, np.nan)), [("one", 0)] * 3, np.random.default_rng(0)
    )
    assert (case.candidates, case.found) == (0, ())
    assert case.drawn[0].value is None


def test_stripes_have_one_orientation_and_noise_has_none() -> None:
    wave = 127 + 100 * np.sin(2 * np.pi * 4 * np.arange(32) / 32)
    upright = np.repeat(np.tile(wave, (32, 1))[..., None], 3, axis=2).astype(np.uint8)
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    for picture, low, high in ((upright, 0.99, 1.0), (np.rot90(upright), 0.99, 1.0), (noise, 0, 0.1)):
        along, power = _oriented_power(picture)
        assert power.real == np.float64(1) or abs(power - 1) < 1e-9
        assert low <= abs(along) <= high + 1e-9
    assert abs(sum(_oriented_power(one)[0] for one in (upright, np.rot90(upright)))) < 0.02  # they cancel out
