"""Date parsing: a column of dates, clocks or counted time as times, and calendar features of these.

A date format is text of `strptime` directives with a few of our own: ``ISO8601`` may stand for day and clock, ``%q`` is
the number of a quarter, ``%Z`` at the end a time zone by its name (CEST). Numbers are `COUNTS` or, as digits in a row,
``%Y%m%d`` and its kin.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from app.data.dataset import Array
from graph.errors import NetloomError

if TYPE_CHECKING:
    import pandas as pd

_DAYS = (
    "%d.%m.%Y", "%m/%d/%Y", "%d/%m/%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d", "%Y.%m.%d", "%d.%m.%y", "%m/%d/%y",
    "%d/%m/%y", "%d-%m-%y", "%d %B %Y", "%d %b %Y", "%d-%b-%Y", "%B %d, %Y", "%b %d, %Y", "%B %d %Y", "%b %d %Y",
)  # fmt: skip
_HOURS = ("", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", " %I:%M %p", " %I:%M:%S %p")
FIRST_FORMATS = ("ISO8601", *(day + hour for day in _DAYS for hour in _HOURS))
"""Formats that the first rules of reading try, in this order: where several fit, the first of them."""
SAMPLE = 1000
"""So many values tell how dates are written among slips."""
MOSTLY = 0.9
"""The share of them that must be dates."""
COUNTS = {"epoch s": 1.0, "epoch ms": 1e-3, "epoch us": 1e-6, "epoch ns": 1e-9, "excel": 86400.0}
"""Formats of numbers that count time, and the seconds of one unit: since 1970, or of Excel since the end of 1899."""
DIGITS = {
    "%Y%m": (180_001, 210_012),
    "%Y%m%d": (18_000_101, 21_001_231),
    "%Y%m%d%H%M": (180_001_010_000, 210_012_312_359),
    "%Y%m%d%H%M%S": (18_000_101_000_000, 21_001_231_235_959),
}
"""Formats of dates whose digits make one whole number, and the range of these numbers."""
_EXCEL_ORIGIN = -2_209_161_600
"""Seconds from 1970 back to Excel's day 0, 1899-12-30."""
ZONES = {
    "Z": "+00:00", "UTC": "+00:00", "GMT": "+00:00", "WET": "+00:00", "WEST": "+01:00", "BST": "+01:00",
    "CET": "+01:00", "MEZ": "+01:00", "CEST": "+02:00", "MESZ": "+02:00", "EET": "+02:00", "EEST": "+03:00",
    "SAST": "+02:00", "MSK": "+03:00", "IST": "+05:30", "JST": "+09:00", "KST": "+09:00", "HKT": "+08:00",
    "SGT": "+08:00", "AWST": "+08:00", "ACST": "+09:30", "ACDT": "+10:30", "AEST": "+10:00", "AEDT": "+11:00",
    "NZST": "+12:00", "NZDT": "+13:00", "AST": "-04:00", "ADT": "-03:00", "EST": "-05:00", "EDT": "-04:00",
    "CST": "-06:00", "CDT": "-05:00", "MST": "-07:00", "MDT": "-06:00", "PST": "-08:00", "PDT": "-07:00",
    "AKST": "-09:00", "AKDT": "-08:00", "HST": "-10:00", "BRT": "-03:00",
}  # fmt: skip
"""Names of time zones, with and without daylight saving, and how far they are ahead of UTC."""
_MONTHS = {
    "January": "januar janvier enero gennaio januari janeiro", "February": "februar février febrero febbraio februari",
    "March": "märz maerz mars marzo maart março", "April": "avril abril aprile", "May": "mai mayo maggio mei maio",
    "June": "juni juin junio giugno junho", "July": "juli juillet julio luglio julho",
    "August": "août agosto augustus", "September": "septembre septiembre settembre setembro",
    "October": "oktober octobre octubre ottobre outubro", "November": "novembre noviembre novembro",
    "December": "dezember décembre diciembre dicembre december dezembro",
    "Jan": "janv ene gen", "Feb": "févr fév fev", "Mar": "mär mrz mrt", "Apr": "avr abr", "Jun": "giu",
    "Jul": "juil lug", "Aug": "ago", "Sep": "sept set", "Oct": "okt ott out", "Dec": "dez déc dic",
}  # fmt: skip
"""Names of months as German, French, Spanish, Italian, Dutch and Portuguese files have them, by the English ones."""
_ENGLISH = {word: month for month, words in _MONTHS.items() for word in words.split()}
_ANY_MONTH = "|".join(sorted(_ENGLISH, key=len, reverse=True))
_FOREIGN = re.compile(rf"(?<![^\W\d_])({_ANY_MONTH})\.?(?![^\W\d_])", re.IGNORECASE)
_ZONE = re.compile(r"(?P<time>)\s*(?:[A-Z]+|[+-]\d{2}:?\d{2})$", re.IGNORECASE)
_ISO_ZONE = re.compile(r"(?P<time>[T ]\d{2}[^+-]*?)\s*(?:Z|[+-]\d{2}(?::?\d{2})?)$")
"""The zone behind a clock, in a format that ends in one, and in ISO 8601, where the day may stand alone."""
_HALF_OF_DAY = re.compile(r"\s*([ap])\.?m\.?(?=\s|$)", re.IGNORECASE)


def first_date_format(series: pd.Series[Any], order: str = "auto") -> str:
    """The one of `FIRST_FORMATS` in which a column of text is written: all of it, or most where some cells are slips.

    ``order`` is that of day and month, as `app.data.readers.recipe.TableOptions` has it. Empty where there is none,
    and for times that are no text.
    """
    import pandas as pd

    formats = [known for known in FIRST_FORMATS if order == "auto" or order_of(known) in ("", order)]
    known = series.dropna()
    sample = known.iloc[:: max(1, len(known) // SAMPLE)]
    if not len(sample) or pd.api.types.is_datetime64_any_dtype(series.dtype):
        return ""
    fitting = [date_format for date_format in formats if _fits(sample, date_format)]
    if len(fitting) > 1:  # only all values tell whether days come before months
        return next((date_format for date_format in fitting if _fits(known, date_format)), fitting[0])
    if fitting:
        return fitting[0]
    shares = [float(as_times(sample, date_format).notna().mean()) for date_format in formats]
    return formats[shares.index(max(shares))] if max(shares) >= MOSTLY else ""


def order_of(date_format: str) -> str:
    """Which number comes first in dates of three numbers that end in a year or a day; empty for all others."""
    if re.match(r"%d(.)%m\1%[Yy]", date_format):
        return "day_first"
    if re.match(r"%m(.)%d\1%[Yy]", date_format):
        return "month_first"
    return "year_first" if re.match(r"%y(.)%m\1%d", date_format) else ""


def with_english_months(text: str) -> str:
    """A date with the names of its months in English."""
    return _FOREIGN.sub(lambda word: _ENGLISH[word[1].lower()], text)


_SHOWN = {
    "%d": "DD", "%m": "MM", "%Y": "YYYY", "%y": "YY", "%H": "hh", "%I": "hh", "%M": "mm", "%S": "ss", "%f": "µs",
    "%p": "AM", "%B": "month", "%b": "month", "%q": "quarter", "%Z": "zone", "%z": "zone", "%A": "weekday",
    "%a": "weekday", "%V": "week", "%G": "YYYY", "%u": "weekday", "%j": "day of year", "ISO8601": "YYYY-MM-DD",
    "epoch s": "seconds since 1970", "epoch ms": "milliseconds since 1970", "epoch us": "microseconds since 1970",
    "epoch ns": "nanoseconds since 1970", "excel": "days as Excel counts them",
}  # fmt: skip


def shown_format(date_format: str) -> str:
    """A date format as people write it: ``DD/MM/YYYY hh:mm``."""
    for sign, words in _SHOWN.items():
        date_format = date_format.replace(sign, words)
    return date_format


def is_clock(date_format: str) -> bool:
    """Whether a format holds a time of the day without a day."""
    return date_format.startswith(("%H", "%I"))


def _fits(texts: pd.Series[Any], date_format: str) -> bool:
    """Whether all ``texts`` are dates of this format."""
    try:
        as_times(texts, date_format, "raise")
    except (ValueError, OverflowError):
        return False
    return True


def parse_dates(series: pd.Series[Any], date_format: str) -> pd.Series[Any]:
    """A column of dates as times, missing where a value is none of this format.

    Raises
    ------
    NetloomError
        if there is no format, and the column does not hold times already.
    """
    import pandas as pd

    if pd.api.types.is_datetime64_any_dtype(series.dtype):
        return series
    if not date_format:
        raise NetloomError(f"Column “{series.name}” holds neither numbers nor dates, so rows cannot be sorted by it.")
    return as_times(series, date_format)


def as_times(series: pd.Series[Any], date_format: str, errors: Literal["raise", "coerce"] = "coerce") -> pd.Series[Any]:
    """Cells of a date format as times in UTC, see also `wall_clock`.

    Those that do not fit are missing, unless ``errors`` are raised.
    """
    import pandas as pd

    if date_format in COUNTS:
        return _counted(series, date_format)
    texts = _as_text(series)
    if "%b" in date_format or "%B" in date_format:
        texts = texts.str.replace(_FOREIGN, lambda word: _ENGLISH[word[1].lower()], regex=True)
    if "%p" in date_format:
        texts = texts.str.replace(_HALF_OF_DAY, r" \1m", regex=True)
    if date_format.endswith("%Z"):
        texts, date_format = _with_offsets(texts), date_format[:-2].rstrip() + "%z"
        date_format = "ISO8601" if date_format == "ISO8601%z" else date_format
    if "%q" in date_format:
        texts, date_format = _first_months(texts, date_format), "%Y-%m"
    if "%V" in date_format:
        texts, date_format = texts + "-1", date_format + "-%u"
    return pd.to_datetime(texts, format=date_format, utc=True, errors=errors)


def wall_clock(series: pd.Series[Any], date_format: str) -> pd.Series[Any]:
    """Times as the clock on the wall shows them, without their zones: 18:00 CEST is 18:00.

    Columns that hold times already show those of their own zone.
    """
    import pandas as pd

    times = parse_dates(series, date_format)
    zoned = date_format == "ISO8601" or date_format.endswith(("%z", "%Z"))
    if not zoned or pd.api.types.is_datetime64_any_dtype(series.dtype):
        return times
    texts = _as_text(series)
    bare = texts.str.replace(_ISO_ZONE if date_format == "ISO8601" else _ZONE, r"\g<time>", regex=True)
    return times if bare.equals(texts) else as_times(bare.where(times.notna()), re.sub(r" ?%[zZ]$", "", date_format))


def _counted(series: pd.Series[Any], date_format: str) -> pd.Series[Any]:
    """Numbers that count time, as times to the millisecond, or to the unit that is finer."""
    import pandas as pd

    values = pd.to_numeric(series, errors="coerce")
    if date_format == "excel":
        counts = (values * 86_400_000.0).round() + _EXCEL_ORIGIN * 1000
        return pd.to_datetime(counts, unit="ms", utc=True, errors="coerce")
    unit: Any = date_format.removeprefix("epoch ")
    return pd.to_datetime(values, unit=unit, utc=True, errors="coerce")


def _as_text(series: pd.Series[Any]) -> pd.Series[Any]:
    """Cells as text: whole numbers as digits in a row."""
    import pandas as pd

    if str(series.dtype) == "str":
        return series
    if pd.api.types.is_numeric_dtype(series.dtype):
        whole = pd.to_numeric(series, errors="coerce")
        texts = [
            f"{value:.0f}" if np.isfinite(value) else None for value in whole.to_numpy(np.float64, na_value=np.nan)
        ]
        return pd.Series(texts, index=series.index, name=series.name, dtype="str")
    return series.astype("str").where(series.notna())


def _with_offsets(texts: pd.Series[Any]) -> pd.Series[Any]:
    """Times with the offset of their zone in place of its name; a name that is not known stays."""
    parts = texts.str.extract(r"^(.*?)\s*([A-Z]+)\s*$")
    offsets = parts[1].map(ZONES)
    return (parts[0] + offsets).where(offsets.notna(), texts)


def _first_months(texts: pd.Series[Any], date_format: str) -> pd.Series[Any]:
    """The first month of each quarter, as ``1990-04``."""
    pattern = re.escape(date_format).replace("%Y", r"(?P<year>\d{4})").replace("%q", "(?P<quarter>[1-4])")
    parts = texts.str.extract(re.compile(f"^{pattern}$", re.IGNORECASE))
    months = parts["quarter"].map({"1": "-01", "2": "-04", "3": "-07", "4": "-10"})
    return (parts["year"] + months).where(months.notna(), texts)


def date_features(times: pd.Series[Any], date_format: str, day: bool = False) -> tuple[Array, tuple[str, ...]]:
    """What `calendar_features` says of the ``times`` of a column; of a clock, only the place in the day."""
    values, names = calendar_features(times, day or is_clock(date_format))
    kept = [place for place, name in enumerate(names) if not is_clock(date_format) or name.startswith("day ")]
    return values[:, kept], tuple(names[place] for place in kept)


def calendar_features(times: pd.Series[Any], day: bool = False) -> tuple[Array, tuple[str, ...]]:
    """What a calendar says of each time: float64 (N, F) and the names of the features; NaN where there is no time.

    The time that has passed since 2000 in years, and sine and cosine of the place in the year, the week and, if the
    times are not all at the same hour or ``day`` is asked for, the day: midnight is as near to 23:00 as to 01:00.
    """
    import pandas as pd

    accessor = times.dt
    hours = (accessor.hour * 3600.0 + accessor.minute * 60.0 + accessor.second) / 86400.0
    turns = {
        "year": (accessor.day_of_year - 1 + hours) / 365.25,
        "week": (accessor.day_of_week + hours) / 7.0,
        "day": hours,
    }
    if not day and hours.dropna().nunique() <= 1:
        del turns["day"]
    origin = pd.Timestamp(2000, 1, 1, tz=accessor.tz)
    passed = (times - origin) / pd.Timedelta(days=365.25)
    columns, names = [passed.to_numpy(np.float64)], ["years since 2000"]
    for name, place in turns.items():
        angle = 2 * np.pi * place.to_numpy(np.float64)
        columns += [np.sin(angle), np.cos(angle)]
        names += [f"{name} sine", f"{name} cosine"]
    return np.stack(columns, axis=1), tuple(names)
