"""Numbers as people write them: thousands separated, 1e-3 understood, steps that suit the size of the number."""

from __future__ import annotations

import math
import re

_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?")
_SPACES = re.compile(r"[\s_'\u2009\u202f\u00a0]")


def shown(value: float | None) -> str:
    """A number for a text field: ``44,426``, ``0.001``, ``1e-5``; empty for None."""
    if value is None:
        return ""
    if isinstance(value, int):
        return f"{value:,}"
    if value == round(value) and abs(value) < 1e7:
        return f"{value:,.0f}"
    return re.sub(r"e([+-])0*(\d)", lambda found: f"e{found[1].replace('+', '')}{found[2]}", f"{value:.10g}")


LONGEST = 300
"""Letters of a number that is read: more digits than any setting has."""


def parse_int(text: str) -> int | None:
    """The whole number that ``text`` writes, or None if it writes none."""
    plain = _SPACES.sub("", text).replace(",", "")
    if len(plain) > LONGEST:
        return None
    try:
        return int(plain)
    except ValueError:
        number = parse_float(text)
        return int(number) if number is not None and number == round(number) else None


def parse_float(text: str) -> float | None:
    """The finite number that ``text`` writes, or None if it writes none; a lone comma counts as the decimal point."""
    plain = _SPACES.sub("", text).replace("−", "-")
    plain = plain.replace(",", "") if _GROUPED.fullmatch(plain) else plain.replace(",", ".")
    try:
        number = float(plain)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def stepped(value: float, steps: int) -> float:
    """``value`` moved by ``steps`` in its own first digit: 0.001 goes to 0.002, 0.1 down to 0.09, 0 to 0.1."""
    for _ in range(abs(steps)):
        value = _one_step(value, up=steps > 0)
    return value


def _one_step(value: float, *, up: bool) -> float:
    if value == 0:
        return 0.1 if up else -0.1
    growing = up == (value > 0)
    exponent = math.floor(math.log10(abs(value)) + 1e-9)
    if not growing and math.isclose(abs(value), 10.0**exponent, rel_tol=1e-9):
        exponent -= 1
    step = 10.0**exponent
    moved = value + (step if up else -step)
    return 0.0 if abs(moved) < step / 1e6 else float(f"{moved:.10g}")
