"""Number parsing: numbers as people write them: thousands in groups, currency, per cent, units, odd minus signs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import pandas as pd

SAMPLE = 200
"""So many cells of a column tell whether it holds such numbers by the first rules, and which unit stands behind."""
MOSTLY = 0.9
"""The share of cells that must be numbers, or have the same unit; the others are slips."""
_BLANKS = " \u00a0\u2009\u202f'’"
_SIGNS = "€$£¥₹₽₩₺₴₫฿%‰"
_CODES = (
    r"EUR|USD|GBP|CHF|JPY|CNY|INR|CAD|AUD|NZD|SEK|NOK|DKK|PLN|CZK|HUF|RUB|TRY|BRL|ZAR|MXN|KRW"
    r"|Fr\.|kr\.?|zł|Kč|Ft|R\$"
)
_CURRENCY = rf"([{_SIGNS}]|{_CODES})"
_MINUS = "-\u2212\u2010\u2011\u2012\u2013\ufe63\uff0d"
"""The minus sign, and what stands for it in tables that were typeset."""
_SIGN = rf"[+\-{_MINUS[1:]}]"
_EXPONENT = rf"([eE]{_SIGN}?\d+)?"
_UNIT = r"[^\W\d_°µ%]?[^\d\s,;|\"()]{0,11}( ?[^\d\s,;|\"()]{1,8})?"


def _digits(decimal: str, group: str) -> str:
    gap, mark = f"[{re.escape(group)}{_BLANKS}]", re.escape(decimal)
    grouped = rf"\d{{1,3}}({gap}\d{{3}})+|\d{{1,2}}({re.escape(group)}\d{{2}})+{re.escape(group)}\d{{3}}|\d+"
    return rf"({grouped})({mark}\d*)?|{mark}\d+"


def _pattern(decimal: str, group: str) -> str:
    """A number with this sign before the decimals and perhaps this one between groups of three digits."""
    number = rf"({_CURRENCY}\s?)?{_SIGN}?\s?({_CURRENCY}\s?)?({_digits(decimal, group)}){_EXPONENT}(\s?{_CURRENCY})?"
    return rf"\s*({number}|\(\s?{number}\s?\))\s*"


_PATTERNS = {".": re.compile(_pattern(".", ",")), ",": re.compile(_pattern(",", "."))}
_WITH_UNIT = {
    mark: re.compile(rf"\s*{_SIGN}?({_digits(mark, group)}){_EXPONENT}\s?(?P<unit>{_UNIT})\s*")
    for mark, group in ((".", ","), (",", "."))
}
_GROUPED = {",": re.compile(r"[-+]?\d{1,3}(,\d{3})+"), ".": re.compile(r"[-+]?\d{1,3}(\.\d{3}){2,}")}
_TWICE = re.compile(r"[-+]?\d{1,3}(,\d{2,3}){2,}(\.\d*)?")
_ENDS = rf"{_SIGN}?", r"(\s?[^\d\s]{1,6})?\s*"
_WITH_COMMA = re.compile(rf"\s*{_CURRENCY}?\s?{_ENDS[0]}(\d{{1,3}}([.{_BLANKS}]\d{{3}})+|\d*),\d+{_ENDS[1]}")
_WITH_POINT = re.compile(rf"\s*{_CURRENCY}?\s?{_ENDS[0]}(\d{{1,3}}([,{_BLANKS}]\d{{3}})+|\d*)\.\d+{_ENDS[1]}")
_MARKED, _UNCLEAR = re.compile(r"\d[.,]\d"), re.compile(r"\D*[1-9]\d{0,2}(?P<mark>[.,])\d{3}\D*")
_NOT_DIGITS = {mark: re.compile(rf"[^\d{re.escape(mark)}eE+-]") for mark in ".,"}
_NO_UNITS = {"am", "pm", "st", "nd", "rd", "th"}
_TO_MINUS = str.maketrans(dict.fromkeys(_MINUS, "-"))


def is_number(cell: str, decimal: str = "") -> bool:
    """Whether a cell holds a number, with ``decimal`` before its decimals, or else whichever sign."""
    patterns = [_PATTERNS[decimal]] if decimal else _PATTERNS.values()
    return any(pattern.fullmatch(cell) for pattern in patterns)


def is_grouped(cell: str) -> bool:
    """Whether a cell holds a whole number with commas between its groups of digits, or what looks like one."""
    return bool(_GROUPED[","].fullmatch(cell.strip()))


def decimal_of(cells: Iterable[str], usual: str = ".") -> str:
    """The sign that stands before the decimals in most of ``cells``; ``usual`` where none, or as many, have another."""
    listed = list(cells)
    commas = sum(bool(_WITH_COMMA.fullmatch(cell) or _GROUPED["."].fullmatch(cell.strip())) for cell in listed)
    points = sum(bool(_WITH_POINT.fullmatch(cell) or _TWICE.fullmatch(cell.strip())) for cell in listed)
    return usual if commas == points else "," if commas > points else "."


def unclear_mark(cells: Iterable[str]) -> str:
    """The first of ``cells`` whose sign may stand before decimals or thousands alike; empty where another tells.

    Such cells have one sign before just three digits, and do not begin with 0 (``1.234``).
    """
    marked = [cell for cell in cells if _MARKED.search(cell)]
    unclear = [found["mark"] for cell in marked if (found := _UNCLEAR.fullmatch(cell))]
    return marked[0] if marked and len(unclear) == len(marked) and len(set(unclear)) == 1 else ""


def unit_of(cells: Iterable[str], decimal: str) -> str:
    """The unit or currency that most of ``cells`` have beside their number; empty where they share none."""
    listed = [cell for cell in cells if cell.strip()][:SAMPLE]
    units = Counter(_unit(cell, decimal) for cell in listed)
    unit, count = max(units.items(), key=lambda item: item[1], default=("", 0))
    return unit if count >= MOSTLY * len(listed) else ""


def _unit(cell: str, decimal: str) -> str:
    """What stands beside the number in a cell."""
    if _PATTERNS[decimal].fullmatch(cell):
        sign = re.search(_CURRENCY, cell)
        return sign[0] if sign else ""
    measured = _WITH_UNIT[decimal].fullmatch(cell)
    if measured is None or measured["unit"].startswith(".") or cell[: measured.start("unit")].endswith("."):
        return ""  # 12.png is the name of a file
    unit = measured["unit"].strip()
    return "" if unit.lower() in _NO_UNITS else unit


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


class ParsedNumbers(NamedTuple):
    """A column of formatted numbers: ``plain`` as a program writes them, and as ``numbers``, missing where none is."""

    plain: pd.Series[Any]
    numbers: pd.Series[Any]

    @property
    def values(self) -> pd.Series[Any]:
        """As numbers where every cell is one, else as text."""
        return self.numbers if bool((self.numbers.isna() == self.plain.isna()).all()) else self.plain

    @property
    def share(self) -> float:
        """The share of cells that are numbers."""
        return float(self.numbers.notna().mean())


def parsed_numbers(series: pd.Series[Any], decimal: str, unit: str = "") -> ParsedNumbers:
    """A column of formatted numbers, behind which ``unit`` may stand."""
    import pandas as pd

    plain = series.map(lambda text: plain_number(text, decimal, unit), na_action="ignore")
    return ParsedNumbers(plain, pd.to_numeric(plain, errors="coerce"))


def parse_formatted(series: pd.Series[Any], decimal: str, unit: str = "") -> pd.Series[Any]:
    """A column of formatted numbers as a program writes them: as numbers where every cell is one, else as text.

    ``unit`` may stand behind them.
    """
    return parsed_numbers(series, decimal, unit).values


def numeric(values: pd.Series[Any]) -> pd.Series[Any]:
    """A column as numbers, missing where a cell is none."""
    import pandas as pd

    return values if pd.api.types.is_numeric_dtype(values.dtype) else pd.to_numeric(values, errors="coerce")


def plain_number(text: str, decimal: str, unit: str = "") -> str:
    """A number as a program writes it; what is none stays as it is."""
    bare = text.strip()
    if unit and bare.endswith(unit):
        bare = bare.removesuffix(unit)
    if not _PATTERNS[decimal].fullmatch(bare):
        return text
    digits = _NOT_DIGITS[decimal].sub("", _CODE.sub("", bare).translate(_TO_MINUS)).replace(decimal, ".")
    return f"-{digits}" if bare.startswith("(") and not digits.startswith("-") else digits


_CODE = re.compile(_CODES)
