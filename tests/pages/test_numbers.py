"""Numbers on pages: three digits, one minus sign, never a bare NaN."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.pages.numbers import (
    MINUS,
    NOT_DEFINED,
    plural,
    share,
    shown,
    signed_share,
    significant,
    whole,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (3.14159, "3.14"),
        (-3.14159, "−3.14"),
        (0.001234, "0.00123"),
        (9.999, "10.0"),
        (12345.0, "12,300"),
        (999_999.0, "1.00 × 10⁶"),
        (0.0000123, "1.23 × 10⁻⁵"),
        (math.inf, "∞"),
        (-math.inf, "−∞"),
    ],
)
def test_three_significant_digits(value: float, text: str) -> None:
    assert significant(value) == text


@given(st.floats(min_value=1e-4, max_value=9e5))
def test_the_text_is_near_the_value(value: float) -> None:
    assert math.isclose(float(significant(value).replace(",", "")), value, rel_tol=0.0051)


@given(st.floats())
def test_never_a_bare_nan_nor_a_hyphen(value: float) -> None:
    text = shown(value, "no image").text
    assert "nan" not in text
    assert "-" not in text


def test_an_undefined_value_gives_its_reason() -> None:
    for value in (None, math.nan):
        assert shown(value, "no image") == share(value, "no image")
        assert shown(value, "no image").text == NOT_DEFINED
        assert shown(value, "no image").reason == "no image"


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0%"), (1.0, "100%"), (0.5, "50%"), (0.9999, "99.99%"), (0.99996, "99.996%"), (0.0001, "0.01%")],
)
def test_a_share_is_not_rounded_to_a_whole_that_it_does_not_reach(value: float, text: str) -> None:
    assert share(value).text == text


def test_counts() -> None:
    assert whole(12345) == "12,345"
    assert [plural(1, "class"), plural(2, "class"), plural(0, "neuron")] == [
        "1 class",
        "2 classes",
        "0 neurons",
    ]


def test_shares_below_zero_have_the_sign_of_all_numbers() -> None:
    texts = [signed_share(value).text for value in (-0.074, 0.074, 0.0)]
    assert texts == [f"{MINUS}7.4%", "7.4%", "0%"]
    assert signed_share(None, "why").reason == "why"
