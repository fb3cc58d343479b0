"""Date parsing: the format in which a column of dates is written, its times, and calendar features of these."""

from __future__ import annotations

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
FORMATS = ("ISO8601", *(day + hour for day in _DAYS for hour in _HOURS))
"""Formats of dates that are tried, in this order: where day and month cannot be told apart, the first that fits."""
SAMPLE = 1000
"""So many values tell how dates are written among slips."""
MOSTLY = 0.9
"""The share of them that must be dates."""


def find_date_format(series: pd.Series[Any]) -> str:
    """The one of `FORMATS` in which a column of text is written: all of it, or most where some cells are slips.

    Empty where there is none, and for times that are no text.
    """
    import pandas as pd

    known = series.dropna()
    sample = known.iloc[:: max(1, len(known) // SAMPLE)]
    if not len(sample) or pd.api.types.is_datetime64_any_dtype(series.dtype):
        return ""
    fitting = [date_format for date_format in FORMATS if _fits(sample, date_format)]
    if len(fitting) > 1:  # only all values tell whether days come before months
        return next((date_format for date_format in fitting if _fits(known, date_format)), fitting[0])
    if fitting:
        return fitting[0]
    shares = [float(_parsed(sample, date_format, "coerce").notna().mean()) for date_format in FORMATS]
    return FORMATS[shares.index(max(shares))] if max(shares) >= MOSTLY else ""


def _fits(texts: pd.Series[Any], date_format: str) -> bool:
    """Whether all ``texts`` are dates of this format."""
    try:
        _parsed(texts, date_format, "raise")
    except (ValueError, OverflowError):
        return False
    return True


def _parsed(texts: pd.Series[Any], date_format: str, errors: Literal["raise", "coerce"]) -> pd.Series[Any]:
    import pandas as pd

    return pd.to_datetime(texts, format=date_format, utc=True, errors=errors)


def parse_dates(series: pd.Series[Any], date_format: str = "") -> pd.Series[Any]:
    """A column of dates as times, missing where a value is none; without a format, it is found from the column.

    Raises
    ------
    NetloomError
        if it holds none.
    """
    import pandas as pd

    if pd.api.types.is_datetime64_any_dtype(series.dtype):
        return series
    date_format = date_format or find_date_format(series)
    if not date_format:
        raise NetloomError(f"Column “{series.name}” holds neither numbers nor dates, so rows cannot be sorted by it.")
    return _parsed(series, date_format, "coerce")


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
