"""Times in several columns: a date beside a clock, or year, month, day and hour as numbers of their own."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from app.data.readers.date_parsing import is_clock, parse_dates, wall_clock
from app.data.readers.recipe import ColumnRecipe
from app.protocol.data_values import ColumnType
from graph.errors import NetloomError

if TYPE_CHECKING:
    import pandas as pd

PARTS = {
    "year": ("years?|yr|yyyy|jahr", 1000, 2999),
    "month": ("months?|mon|mo|mm|monat", 1, 12),
    "day": ("days?|dd|dom|day[ _-]?of[ _-]?month|tag", 1, 31),
    "hour": ("hours?|hr|hh|stunde", 0, 24),
    "minute": ("minutes?|min", 0, 59),
    "second": ("seconds?|sec", 0, 59),
}
"""Parts of a time from the largest on: how their columns are called, and the least and the largest number."""


_NAMED = re.compile("|".join(f"(?P<{part}>{names})" for part, (names, *_) in PARTS.items()), re.IGNORECASE)


def part_of_time(name: str) -> str:
    """Which of `PARTS` a column of numbers is by its name; empty where it is none."""
    match = _NAMED.fullmatch(name)
    return (match.lastgroup or "") if match else ""


def time_columns(recipes: Sequence[ColumnRecipe], series: pd.DataFrame) -> tuple[str, ...]:
    """The columns that say together when a row was measured; none where one column does, or none.

    They are a date and a clock, or a date and a whole hour, or year and month, perhaps with smaller parts.
    """
    dates = [recipe for recipe in recipes if recipe.type is ColumnType.DATE]
    days = [recipe for recipe in dates if not is_clock(recipe.date_format)]
    clocks = [recipe.name for recipe in dates if is_clock(recipe.date_format)]
    numbers = [recipe.name for recipe in recipes if recipe.type is ColumnType.NUMBER]
    parts = {part: name for name in reversed(numbers) if (part := part_of_time(name)) and _in_range(series[name], part)}
    if days:
        return (days[0].name, *(clocks[:1] or _run(parts, "hour"))) if _are_days(series[days[0].name], days[0]) else ()
    named = _run(parts, "year")
    if len(named) < 2:
        return ()
    return (*named, *(clocks[:1] if "day" in parts and "hour" not in parts else ()))


def _run(parts: Mapping[str, str], first: str) -> list[str]:
    """The columns of the parts of a time from ``first`` on, up to the first that is not there."""
    order = list(PARTS)
    named = [parts.get(part) for part in order[order.index(first) :]]
    return [name for name in named[: named.index(None) if None in named else None] if name]


def _are_days(series: pd.Series[Any], recipe: ColumnRecipe) -> bool:
    """Whether dates come several times each, and have no time of the day."""
    if series.is_unique:
        return False
    times = _in_utc(parse_dates(series, recipe.date_format)).dropna()
    return bool((times == times.dt.normalize()).all())


def _in_range(series: pd.Series[Any], part: str) -> bool:
    import pandas as pd

    _, least, largest = PARTS[part]
    values = pd.to_numeric(series, errors="coerce").dropna()
    return bool(len(values)) and bool(values.between(least, largest).all()) and bool((values % 1 == 0).all())


def joined_times(columns: Sequence[tuple[pd.Series[Any], ColumnRecipe]], wall: bool = False) -> pd.Series[Any]:
    """The times that several columns give together, missing where one of them is; without their zones for ``wall``.

    Raises
    ------
    NetloomError
        if one is neither a date, nor a clock, nor a part of a time by its name.
    """
    import pandas as pd

    parse = wall_clock if wall else parse_dates
    parts: dict[str, pd.Series[Any]] = {}
    times: list[pd.Series[Any]] = []
    spans: list[pd.Series[Any]] = []
    for series, recipe in columns:
        if recipe.type is ColumnType.DATE and is_clock(recipe.date_format):
            spans.append(_since_midnight(parse(series, recipe.date_format)))
        elif recipe.type is ColumnType.DATE:
            times.append(_in_utc(parse(series, recipe.date_format)))
        else:
            parts[_part(recipe)] = pd.to_numeric(series, errors="coerce")
    if not times:
        times.append(_day_of(parts, [series.name for series, _ in columns]))
    spans += [pd.to_timedelta(parts[part], unit=part) for part in ("hour", "minute", "second") if part in parts]
    joined = times[0]
    for span in spans:
        joined = joined + span
    return joined


def _part(recipe: ColumnRecipe) -> str:
    part = part_of_time(recipe.name) if recipe.type is ColumnType.NUMBER else ""
    if not part:
        raise NetloomError(
            f"Column “{recipe.name}” is no part of a time; name a column of dates and one of clocks, or columns that "
            "are called year, month, day and hour."
        )
    return part


def _day_of(parts: Mapping[str, pd.Series[Any]], names: Sequence[object]) -> pd.Series[Any]:
    """The days of years, months and days in columns of numbers."""
    import pandas as pd

    if "year" not in parts:
        listed = ", ".join(f"“{name}”" for name in names)
        raise NetloomError(f"The columns {listed} do not say the day; name a column of dates or of years among them.")
    days = {part: parts.get(part, 1) for part in ("year", "month", "day")}
    frame = pd.DataFrame(days)
    return pd.to_datetime(frame.where(frame.notna().all(axis=1)), errors="coerce", utc=True)


def _in_utc(times: pd.Series[Any]) -> pd.Series[Any]:
    return times.dt.tz_localize("UTC") if times.dt.tz is None else times


def _since_midnight(clocks: pd.Series[Any]) -> pd.Series[Any]:
    """Spans from the midnight of clocks; they are negative where that of their zone came before that of UTC."""
    import pandas as pd

    utc = _in_utc(clocks)
    read_as_text = pd.Timestamp(1900, 1, 1, tz="UTC")  # the day on which clocks without a day are
    near = (utc - read_as_text).abs() < pd.Timedelta(days=2)
    since: pd.Series[Any] = utc - utc.dt.normalize().where(~near, read_as_text)
    return since
