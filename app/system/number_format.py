"""Numbers as people read them."""

from __future__ import annotations

import math

PLAIN = 1e9
"""Numbers from here on are written with an exponent."""


def format_number(value: float, digits: int = 4) -> str:
    """A number with so many figures, in groups of thousands: ``0.0132``, ``12.50``, ``229,656``, ``2.5e+09``."""
    if not math.isfinite(value) or (value != 0 and not 1e-3 <= abs(value) < PLAIN):
        return f"{value:.3g}"
    return f"{value:,.{max(0, digits - 1 - math.floor(math.log10(abs(value))))}f}" if value else "0"


def format_short(value: float, digits: int = 4) -> str:
    """The same without zeros at the end: ``12.5``."""
    text = format_number(value, digits)
    return text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text
