"""How pages write numbers: three significant digits, one minus sign, never a bare NaN."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

MINUS = "\N{MINUS SIGN}"
NOT_DEFINED = "not defined"

# Significant digits of every measured value on a page; the JSON holds full precision.
DIGITS = 3

# Powers of ten outside which a value is written as 1.2 × 10⁻⁵.
SMALLEST_EXPONENT = -4
LARGEST_EXPONENT = 6

_SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


@dataclass(frozen=True)
class Shown:
    """A value as a page shows it: its text, and the reason when it is not defined."""

    text: str
    reason: str = ""


def value(number: Any) -> float | None:
    """Return an array entry as JSON has it: the shortest decimal that gives it back; None for NaN."""
    result = float(str(number))
    return result if math.isfinite(result) else None


def shown(value: float | None, reason: str = "it could not be measured") -> Shown:
    """Return a measured value for a page.

    Args:
        value: Any number; None or NaN mean that the value is not defined.
        reason: Why the value is not defined, if so.
    """
    if value is None or math.isnan(value):
        return Shown(NOT_DEFINED, reason)
    return Shown(significant(value))


def significant(value: float) -> str:
    """Write a number with three significant digits."""
    if math.isnan(value):
        return NOT_DEFINED
    if math.isinf(value):
        return "∞" if value > 0 else f"{MINUS}∞"
    if value == 0:
        return "0"
    mantissa, _, exponent_text = f"{abs(value):.{DIGITS - 1}e}".partition("e")
    exponent = int(exponent_text)
    sign = MINUS if value < 0 else ""
    if exponent < SMALLEST_EXPONENT or exponent >= LARGEST_EXPONENT:
        return f"{sign}{mantissa} × 10{str(exponent).translate(_SUPERSCRIPTS)}"
    decimals = max(0, DIGITS - 1 - exponent)
    return f"{sign}{float(f'{mantissa}e{exponent}'):,.{decimals}f}"


def whole(value: int) -> str:
    """Write a count with thousands separators."""
    return f"{MINUS if value < 0 else ''}{abs(value):,}"


def share(value: float | None, reason: str = "it could not be measured") -> Shown:
    """Write a share between 0 and 1 in percent, never rounding up to a whole that is not reached."""
    if value is None or math.isnan(value):
        return Shown(NOT_DEFINED, reason)
    percent = value * 100
    for decimals in range(1, 6):
        text = f"{percent:.{decimals}f}"
        if float(text) not in (0.0, 100.0) or percent in (0.0, 100.0):
            break
    return Shown(f"{text.rstrip('0').rstrip('.')}%")


def signed_share(value: float | None, reason: str = "it could not be measured") -> Shown:
    """Write a share that may be below 0 in percent, with the minus sign of all numbers."""
    if value is None or math.isnan(value) or value >= 0:
        return share(value, reason)
    return Shown(f"{MINUS}{share(-value).text}")


def were(count: int) -> str:
    """Write a count with its verb: `1 was`, `24 were`."""
    return f"{whole(count)} {'was' if count == 1 else 'were'}"


def plural(count: int, word: str) -> str:
    """Write a count with its noun: `1 neuron`, `24 neurons`, `3 classes`."""
    if count == 1:
        return f"1 {word}"
    return f"{whole(count)} {word}{'es' if word.endswith('s') else 's'}"
