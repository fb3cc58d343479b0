"""Numbers as people read them."""

from __future__ import annotations

import math

PLAIN = 1e9
"""Numbers from here on are written with an exponent."""


def nth(index: int) -> str:
    """The number that people know an item by, such as a sample, a unit or a row: places are counted from 1."""
    return f"{index + 1:,}"


def ungroup_year(text: str) -> str:
    """A whole number of four digits without its separator, since it may be a year: ``1960``; others as they are."""
    return text.replace(",", "") if len(text.lstrip("-−")) == len("1,960") and "." not in text else text


def format_number(value: float, digits: int = 4) -> str:
    """A number with so many figures, in groups of thousands from 10,000 on: ``0.0132``, ``12.50``, ``1960``,
    ``229,656``, ``2.5e+09``.
    """
    if not math.isfinite(value) or (value != 0 and not 1e-3 <= abs(value) < PLAIN):
        return f"{value:.3g}"
    if not value:
        return "0"
    return ungroup_year(f"{value:,.{max(0, digits - 1 - math.floor(math.log10(abs(value))))}f}")


def format_short(value: float, digits: int = 4) -> str:
    """The same without zeros at the end: ``12.5``."""
    text = format_number(value, digits)
    return ungroup_year(text.rstrip("0").rstrip(".")) if "." in text and "e" not in text else text


def with_decimal(number: str, decimal: str) -> str:
    """A number as it is written here, with another ``decimal`` mark; where that is a comma, points part thousands."""
    return number.translate(_SWAPPED) if decimal == "," else number


_SWAPPED = str.maketrans(".,", ",.")


def format_span(low: float, high: float, unit: str = "", decimal: str = ".") -> str:
    """From the least number to the greatest, with their unit: ``0.5 to 12 kg``."""
    ends = [with_decimal(format_short(end), decimal) for end in (low, high)]
    return f"{ends[0]} to {ends[1]} {unit}".strip()


def format_percent(share: float, digits: int = 1) -> str:
    """A share of 1 in per cent, with so many figures behind the point: ``69.7 %``."""
    return in_percent(f"{100 * share:.{digits}f}")


def in_percent(written: str) -> str:
    """A number that is written down already, as hundredths: ``69.7 %``."""
    return f"{written} %"


def counted(number: int, word: str) -> str:
    """``1 layer``, ``44,426 parameters``."""
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def scaled(number: float, unit: str) -> str:
    """``0.8 MFLOP``, ``340 FLOP``: three figures at most, with the prefix that suits."""
    steps = ((1e3, 1.0, ""), (1e5, 1e3, "k"), (1e9, 1e6, "M"), (1e12, 1e9, "G"), (float("inf"), 1e12, "T"))
    _, factor, prefix = next(step for step in steps if number < step[0])
    value = number / factor
    shown = f"{value:,.0f}" if value >= 100 or not prefix else f"{value:.1f}"
    return f"{shown} {prefix}{unit}"


def duration(seconds: float | None) -> str:
    """A time span: ``20 ms``, ``0.34 s``, ``42 s``, ``3 min 05 s``, ``2 h 10 min``; empty where it is not known.

    Short ones have two figures that mean something, so that none is told as no time at all.
    """
    if seconds is None or not math.isfinite(seconds):
        return ""
    if 0 < seconds < 0.0995:
        return f"{1000 * seconds:.2g} ms"
    if 0 < seconds < 9.95:
        return f"{seconds:.2g} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
