"""When the rows of a table were measured: the column that says so, and what is odd about its times."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from app.data.dataset import Array
from app.data.readers.calendar import parse_times
from app.data.readers.columns import Column, ColumnType, type_of

if TYPE_CHECKING:
    import pandas as pd

UNEVEN = 0.2
"""The share of odd steps from which on times count as uneven rather than as having gaps."""
_TIME = re.compile(r"(.*[ _-])?(time|timestamp|date|t|step|epoch|sec|second|minute|hour|day|week)s?", re.IGNORECASE)


def likely_order(columns: Sequence[Column], frame: pd.DataFrame) -> str:
    """The column of times: the first of dates, or of rising numbers that is called so; empty where there is none."""
    dates = next((one.name for one in columns if one.type is ColumnType.DATE), "")
    return dates or next((one.name for one in columns if _counts_time(one, frame[one.name])), "")


def _counts_time(column: Column, series: pd.Series[Any]) -> bool:
    named = column.type is ColumnType.NUMBER and not column.missing and _TIME.fullmatch(column.name)
    return bool(named) and column.unique > 2 and type_of(series) is ColumnType.NUMBER


def likely_group(columns: Sequence[Column], frame: pd.DataFrame, order: str) -> str:
    """The column of words that tells several series apart, each of which has every time at most once; or empty."""
    if not order or frame[order].is_unique:
        return ""
    words = [one.name for one in columns if one.type is ColumnType.CATEGORY and one.unique < len(frame) / 2]
    return next((name for name in words if not frame.duplicated([name, order]).any()), "")


def times_of(series: pd.Series[Any]) -> pd.Series[Any]:
    """A column as numbers or times that can be sorted, missing where it holds neither.

    Raises
    ------
    NetloomError
        if it holds neither anywhere.
    """
    import pandas as pd

    if type_of(series) is not ColumnType.NUMBER:
        return parse_times(series)
    return series if pd.api.types.is_numeric_dtype(series.dtype) else pd.to_numeric(series, errors="coerce")


def in_order(series: pd.Series[Any]) -> Array:
    """Places of the rows, int64 (N,), sorted by a column of numbers or dates; equal ones keep their order.

    Raises
    ------
    NetloomError
        if it holds neither.
    """
    times = times_of(series)
    return np.asarray(times.reset_index(drop=True).sort_values(kind="stable").index, dtype=np.int64)


def places_in_time(whole: pd.Series[Any], records: Sequence[pd.Series[Any]]) -> list[Array]:
    """Which of all different times in ``whole`` each time in ``records`` is: int64, from 0 on."""
    known = times_of(whole).drop_duplicates().sort_values().to_numpy()
    return [np.searchsorted(known, times_of(one).to_numpy()) for one in records]


def with_times(frame: pd.DataFrame, order: str) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The rows that have a time in the column ``order``, and a note about the others."""
    known = times_of(frame[order]).notna()
    if bool(known.all()):
        return frame, ()
    return frame[known], (f"Rows without a time in “{order}” are left out ({int((~known).sum())} of {len(frame)}).",)


def timing_notes(name: str, records: Sequence[pd.Series[Any]]) -> tuple[str, ...]:
    """What is odd about the times of series, each sorted: times that come twice, gaps, and uneven steps."""
    import pandas as pd

    steps = pd.concat([times_of(one).diff().iloc[1:] for one in records]) if records else pd.Series(dtype=float)
    if not len(steps):
        return ()
    same, usual = int((steps == steps.iloc[0] * 0).sum()), steps.median()
    notes: tuple[str, ...] = (_repeated(name, same),) if same else ()
    forward = steps[steps > steps.iloc[0] * 0]
    wide, narrow = forward[forward > usual * 1.5], forward[forward < usual / 1.5]
    if len(forward) and len(wide) + len(narrow) > UNEVEN * len(forward):
        apart = f"from {_span(forward.min())} to {_span(forward.max())} apart"
        return (*notes, f"The times in “{name}” are not evenly spaced ({apart}); the network sees steps, not times.")
    if len(wide):
        gaps = "1 gap" if len(wide) == 1 else f"{len(wide)} gaps, the longest"
        notes += (f"The times in “{name}” have {gaps} of {_span(wide.max())}; windows run across.",)
    return notes


def _repeated(name: str, count: int) -> str:
    rows = "1 row repeats" if count == 1 else f"{count} rows repeat"
    return f"{rows} a time in “{name}”; where several series are mixed, name the column that tells them apart as group."


def _span(step: Any) -> str:
    """A span of time in words, or a number."""
    import pandas as pd

    if not isinstance(step, pd.Timedelta):
        return f"{step:g}"
    seconds = step.total_seconds()
    for size, unit in ((86400.0, "days"), (3600.0, "h"), (60.0, "min")):
        if seconds >= size:
            return f"{seconds / size:.3g} {'day' if unit == 'days' and seconds == size else unit}"
    return f"{seconds:.3g} s"
