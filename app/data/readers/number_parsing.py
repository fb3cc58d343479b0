"""Number parsing: numbers as people write them, with thousands in groups, a sign of currency, or per cent."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

SAMPLE = 200
"""So many cells of a column tell whether it holds such numbers."""
MOSTLY = 0.9
"""The share of cells that must be numbers; the others are slips."""
_BLANKS = " \u00a0\u202f'’"
_SIGNS = "€$£¥%"
_EXPONENT = r"([eE][-+]?\d+)?"


def _pattern(decimal: str, group: str) -> str:
    """A number with this sign before the decimals and perhaps this one between groups of three digits."""
    gap, mark = f"[{re.escape(group)}{_BLANKS}]", re.escape(decimal)
    digits = rf"(\d{{1,3}}({gap}\d{{3}})+|\d+)({mark}\d*)?|{mark}\d+"
    return rf"\s*([{_SIGNS}]\s?)?[-+]?([{_SIGNS}]\s?)?({digits}){_EXPONENT}(\s?[{_SIGNS}])?\s*"


_PATTERNS = {".": re.compile(_pattern(".", ",")), ",": re.compile(_pattern(",", "."))}
_GROUPED = {",": re.compile(r"[-+]?\d{1,3}(,\d{3})+"), ".": re.compile(r"[-+]?\d{1,3}(\.\d{3}){2,}")}
_WITH_COMMA = re.compile(rf"\s*[{_SIGNS}]?\s?[-+]?(\d{{1,3}}([.{_BLANKS}]\d{{3}})+|\d*),\d+(\s?[{_SIGNS}])?\s*")
_WITH_POINT = re.compile(rf"\s*[{_SIGNS}]?\s?[-+]?(\d{{1,3}}([,{_BLANKS}]\d{{3}})+|\d*)\.\d+(\s?[{_SIGNS}])?\s*")


def is_number(cell: str) -> bool:
    """Whether a cell holds a number, whichever sign stands before its decimals."""
    return any(pattern.fullmatch(cell) for pattern in _PATTERNS.values())


def is_grouped(cell: str) -> bool:
    """Whether a cell holds a whole number with commas between its groups of digits, or what looks like one."""
    return bool(_GROUPED[","].fullmatch(cell.strip()))


def decimal_of(cells: list[str]) -> str:
    """The sign that stands before the decimals in most of ``cells``: a comma, or else a point."""
    commas = sum(bool(_WITH_COMMA.fullmatch(cell) or _GROUPED["."].fullmatch(cell.strip())) for cell in cells)
    return "," if commas > sum(bool(_WITH_POINT.fullmatch(cell)) for cell in cells) else "."


def is_formatted(series: pd.Series[Any], decimal: str) -> bool:
    """Whether a column of text holds numbers that are written for people, by its first cells.

    ``decimal`` is the sign before the decimals.
    """
    sample = [text for text in series.dropna().head(SAMPLE) if text.strip()]
    fitting = [text for text in sample if _PATTERNS[decimal].fullmatch(text)]
    return bool(fitting) and len(fitting) >= MOSTLY * len(sample) and any(_odd(text) for text in fitting)


def is_zero_padded(texts: pd.Series[Any]) -> bool:
    """Whether whole numbers of a column are written with zeros in front, as codes are (``007``)."""
    return bool(texts.str.fullmatch(r"[-+]?0\d+", na=False).any())


def _odd(text: str) -> bool:
    """Whether pandas would not have taken it for a number."""
    try:
        float(text)
    except ValueError:
        return True
    return False


def parse_formatted(series: pd.Series[Any], decimal: str) -> pd.Series[Any]:
    """A column of formatted numbers as a program writes them: as numbers where every cell is one, else as text."""
    import pandas as pd

    group = "," if decimal == "." else "."
    number = series.str.fullmatch(_PATTERNS[decimal], na=False)
    bare = series.str.replace(rf"[{re.escape(group)}{_BLANKS}{_SIGNS}\s]", "", regex=True)
    plain = series.where(~number, bare.str.replace(decimal, ".", regex=False))
    values = pd.to_numeric(plain, errors="coerce")
    return values if bool((values.isna() == series.isna()).all()) else plain
