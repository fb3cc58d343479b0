"""Where ticks go on an axis and how numbers are written beside them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from app.system.number_format import in_percent, ungroup_year

STEPS = (1.0, 2.0, 5.0, 10.0)


def nice_step(span: float, wanted: int) -> float:
    """Return 1, 2 or 5 times a power of ten that cuts `span` into about `wanted` parts. `span` must be positive."""
    rough = span / max(wanted, 1)
    power = 10.0 ** math.floor(math.log10(rough))
    return power * next(step for step in STEPS if step * power >= rough * 0.999)


def linear_ticks(low: float, high: float, wanted: int) -> list[float]:
    """Return the round values within `[low, high]`, about `wanted` of them."""
    step = nice_step(high - low, wanted)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [index * step for index in range(first, last + 1)]


def log_ticks(low: float, high: float, wanted: int) -> list[float]:
    """Return exponents of ten within `[low, high]` that stand for round values: decades, and 2 and 5 if few."""
    decades = high - low
    if decades >= max(wanted / 2, 1.5):  # 1, 2 and 5 of every decade would stand too close
        return [value for value in linear_ticks(low, high, wanted) if abs(value - round(value)) < 1e-9]
    mantissas = (1.0, 2.0, 5.0) if decades >= 0.7 else tuple(value / 2 for value in range(2, 20))
    candidates = [
        power + math.log10(mantissa) for power in range(math.floor(low), math.ceil(high) + 1) for mantissa in mantissas
    ]
    return [value for value in candidates if low - 1e-9 <= value <= high + 1e-9]


FEWEST = 4
"""Ticks that an axis has at least."""


def enough_ticks(low: float, high: float, wanted: int, *, log: bool = False) -> list[float]:
    """Return about ``wanted`` round places within `[low, high]`, and at least `FEWEST`; exponents where ``log``."""
    ticks = (log_ticks if log else linear_ticks)(low, high, wanted)
    if len(ticks) < FEWEST and log:
        ticks = _within_decades(low, high, wanted)
    finer = wanted
    while len(ticks) < FEWEST and finer < 8 * FEWEST:
        finer += 1
        ticks = linear_ticks(low, high, finer)
    return ticks


def _within_decades(low: float, high: float, wanted: int) -> list[float]:
    """Return exponents of the round values between two powers of ten, where whole decades are too few."""
    if high - low > 1.5:
        steps = [
            power + digit for power in range(math.floor(low), math.ceil(high) + 1) for digit in (0.0, math.log10(3))
        ]
        return [step for step in steps if low - 1e-9 <= step <= high + 1e-9]
    return [math.log10(tick) for tick in enough_ticks(10.0**low, 10.0**high, wanted) if tick > 0]


def every_nth(ticks: Sequence[float], every: int) -> list[float]:
    """Return every so many of sorted ticks: of evenly spaced ones the multiples, which are rounder (100, not 80)."""
    spacing = ticks[1] - ticks[0] if len(ticks) > 1 else 0.0
    even = spacing > 0 and all(abs(b - a - spacing) < 1e-6 * spacing for a, b in pairwise(ticks))
    kept = [tick for tick in ticks if round(tick / spacing) % every == 0] if even else []
    return kept or list(ticks[::every])


def padded(low: float, high: float, share: float = 0.06) -> tuple[float, float]:
    """Return `[low, high]` with some room on both sides; a single value stands between 0 and twice itself."""
    span = high - low
    if span <= 1e-12 * max(abs(low), abs(high), 1e-12):
        far = 2 * low if low else 1.0
        return min(0.0, far), max(0.0, far)
    return low - share * span, high + share * span


def number(value: float, digits: int = 4) -> str:
    """Write a number for people: `digits` significant, thousands separated from 10,000 on, a power of ten where it is
    shorter.
    """
    if not math.isfinite(value):
        return "not a number" if math.isnan(value) else ("∞" if value > 0 else "−∞")
    size = abs(value)
    if size < 1e-12:
        return "0"
    if size >= 1e7 or size < 1e-4:
        mantissa, _, exponent = f"{value:.{max(digits - 2, 0)}e}".partition("e")
        mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
        return f"{mantissa}e{int(exponent)}".replace("-", "−")
    decimals = max(0, digits - 1 - math.floor(math.log10(size)))
    text = f"{value:,.{decimals}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return ungroup_year(text).replace("-", "−")


def percent(value: float) -> str:
    """Write a share of 1 in per cent."""
    return in_percent(number(100 * value))
