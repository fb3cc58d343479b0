"""Date format detection: how a whole column of dates is written, with day and month resolved over all its values."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from app.data.dataset import Array
from app.data.readers.date_parsing import COUNTS, DIGITS, MOSTLY, SAMPLE, ZONES, as_times, order_of, with_english_months

if TYPE_CHECKING:
    import pandas as pd

HEAD = 200
"""So many cells are looked at one by one."""
FEW = 20
"""Of so many cells, half at least must look like dates."""
LONGEST = 60
"""Most letters of a date."""
OTHER_READING = "it could also be"
"""What the sentence about a column says whose dates may be read in two orders."""
LIKELY = 1.5
"""Dates with the year in another place are worth a word where they would be as even as this, see `_evenness`."""
_THREE = {"/": ("mdY", "dmY", "mdy", "dmy"), "-": ("dmY", "mdY", "dmy", "mdy")}
"""Orders of the three numbers of a date by the sign between them, the usual one first; a year may always lead."""
_SEPARATED = tuple(
    sign.join(f"%{part}" for part in order)
    for sign in "-/. "
    for order in ("Ymd", *_THREE.get(sign, _THREE["-"]), "ymd")
)
_NAMED = tuple(
    date_format.replace("%b", month)
    for month in ("%b", "%B")
    for date_format in (
        "%d %b %Y", "%d-%b-%Y", "%d/%b/%Y", "%d.%b.%Y", "%d. %b %Y", "%d %b, %Y", "%d%b%Y", "%d-%b-%y", "%d %b %y",
        "%d/%b/%y", "%d%b%y", "%b %d, %Y", "%b %d %Y", "%b. %d, %Y", "%Y-%b-%d", "%Y %b %d", "%b-%y", "%b %y", "%b'%y",
        "%b-%Y", "%b %Y", "%b/%Y", "%b, %Y", "%b. %Y", "%b%Y", "%Y-%b", "%Y %b", "%y-%b", "%Y%b",
    )
)  # fmt: skip
_MONTHS = ("%Y-%m", "%Y/%m", "%Y.%m", "%YM%m", "%Ym%m", "%Y M%m", "%Y-M%m", "%Y:%m", "%m/%Y", "%m-%Y", "%m.%Y")
_QUARTERS = (
    "%YQ%q", "%Y-Q%q", "%Y Q%q", "%Y:Q%q", "%Y/Q%q", "%Y.Q%q", "%Y_Q%q", "Q%q %Y", "Q%q-%Y", "Q%q/%Y", "Q%q%Y",
    "Q%q, %Y", "%qQ%Y", "%qQ %Y",
)  # fmt: skip
_WEEKS = ("%G-W%V", "%GW%V", "%G W%V")
_RUNS = ("%Y%m%d", "%Y%m%dT%H%M%S", "%Y%m%d %H%M%S", "%Y%m%d_%H%M%S", "%Y%m%dT%H%M", "%Y%m%d %H%M")
_DAYS = (*_SEPARATED, *_NAMED, *_MONTHS, *_QUARTERS, *_WEEKS, *_RUNS)
_DIGITS = {
    "%Y": r"(1[4-9]|2[0-4])\d{2}", "%G": r"(1[4-9]|2[0-4])\d{2}", "%y": r"\d{2}", "%m": r"(0?[1-9]|1[0-2])",
    "%d": r"(0?[1-9]|[12]\d|3[01])", "%q": "[1-4]", "%V": r"(0[1-9]|[1-4]\d|5[0-3])",
    "%H": r"[0-2]\d", "%M": r"[0-5]\d", "%S": r"[0-5]\d",
    "%b": "(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)",
    "%B": "(january|february|march|april|may|june|july|august|september|october|november|december)",
}  # fmt: skip
_WHEN = re.compile(
    r"(?P<day>.*?)(?P<gap>T|,? +|:|-|_)??"
    r"(?P<clock>\d{1,2}(?P<sign>[:.h])\d{2}(?:(?P<second>[:.])\d{2}(?:(?P<mark>[.,])\d{1,9})?)?)"
    r"(?P<half> ?[ap]\.?m\.?)?(?P<zone> ?(?:[A-Z]{1,4}|[+-]\d{2}:?\d{2}))?",
    re.IGNORECASE,
)
_WEEKDAY = re.compile(r"(?P<word>[a-z]+)(?P<gap>[.,]? +)(?=\d|[a-z]{3,9}[ .-])", re.IGNORECASE)
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_CLOCK = re.compile(
    r"(.*[ _-])?(time|clock|hour|uhrzeit|zeit|heure|hora|ora|tijd|at)([ _-]?of[ _-]?day)?", re.IGNORECASE
)
_UNITS = r"([ _(\[-]*(s|sec|seconds|ms|msec|millis|milliseconds|us|micros|ns|nanos)[)\]]?)?"
_EPOCH = re.compile(
    r"(.*[ _-])?(unix|epoch|posix|timestamp|datetime|date|time|utc|ts|at)([ _-]?(time|timestamp|stamp|epoch|utc))?"
    + _UNITS,
    re.IGNORECASE,
)
_DATED = re.compile(
    r"(.*[ _-])?(date|datum|datetime|timestamp|period|month|yyyymm(dd)?|ymd?|fecha|dato)([ _-]?(id|key|time))?",
    re.IGNORECASE,
)
_SHARED_NAMES = {
    "CST": "Central Standard Time of America", "IST": "India's time", "BST": "British Summer Time",
    "AST": "Atlantic Standard Time of America", "EST": "Eastern Standard Time of America",
}  # fmt: skip
"""Names of zones that stand for several, and which of them is taken."""


class DateFormat(NamedTuple):
    """The format of a column of dates (empty where it holds none), and a sentence where it is doubtful."""

    format: str = ""
    why: str = ""


def find_date_format(texts: pd.Series[Any], order: str = "auto", day_first: bool = False) -> DateFormat:
    """The one format in which a column of words, none missing, writes its dates: all of it, or most among slips.

    ``order`` says whether day, month or year comes first where that may be either; where it is ``auto`` all values
    decide, and where these do not, ``day_first`` says what is usual in such files. A clock alone counts only in a
    column that is called so.
    """
    candidates = _candidates(texts.head(HEAD).tolist(), str(texts.name))
    if not candidates:
        return DateFormat()
    fitting = _fitting(texts.iloc[:: max(1, len(texts) // SAMPLE)], candidates)
    if len(fitting) > 1:
        readings = {known: as_times(texts, known) for known in fitting}
        return _ordered(texts, readings, order, day_first)
    if not fitting:
        return DateFormat()
    return DateFormat(fitting[0], _order_doubt(fitting[0], order) or _zone_doubt(texts, fitting[0]))


def possible_formats(cells: pd.Series[Any]) -> list[str]:
    """Every format in which a column writes its dates, the likeliest first; those that read it alike are named once.

    Numbers may count time, or be dates as digits in a row; only those of 1900 to 2100 are taken for such.
    """
    known = cells.dropna()
    sample = known.iloc[:: max(1, len(known) // SAMPLE)]
    if str(cells.dtype) == "str":
        return _fitting(sample, _candidates(known.head(HEAD).tolist(), str(cells.name)))
    return [date_format for date_format in (*DIGITS, *COUNTS) if _lies_in_our_time(sample, date_format)]


def _lies_in_our_time(sample: pd.Series[Any], date_format: str) -> bool:
    years = as_times(sample, date_format).dt.year
    return len(years) > 0 and bool(years.between(1900, 2100).all())


def _fitting(sample: pd.Series[Any], candidates: list[str]) -> list[str]:
    """Those of the ``candidates`` in which most of the sample is written, without those that read it alike."""
    readings: dict[str, pd.Series[Any]] = {}
    for known in candidates:
        times = as_times(sample, known)
        if float(times.notna().mean()) >= MOSTLY and not any(times.equals(other) for other in readings.values()):
            readings[known] = times
    return list(readings)


def _ordered(texts: pd.Series[Any], readings: dict[str, pd.Series[Any]], order: str, day_first: bool) -> DateFormat:
    """The format that is meant where a sample left several: as ``order`` says, as fits all values, or the likeliest."""
    wanted = [known for known in readings if order_of(known) == order]
    if wanted:
        return DateFormat(wanted[0])
    shares = {known: float(times.notna().mean()) for known, times in readings.items()}
    best = [known for known in readings if shares[known] == max(shares.values())]
    if len(best) == 1:
        return DateFormat(best[0], _order_doubt(best[0], order))
    steps = {known: round(_evenness(readings[known]), 3) for known in best}
    chosen = max(best, key=lambda known: (steps[known], day_first and order_of(known) == "day_first"))
    # Which of two numbers is the year shows in the steps; days and months take turns in both orders.
    others = [known for known in best if known != chosen and (_years_alike(chosen, known) or steps[known] > LIKELY)]
    return DateFormat(chosen, _two_readings(texts, readings, chosen, others[0]) if others else "")


def _years_alike(one: str, other: str) -> bool:
    return "year_first" not in (order_of(one), order_of(other))


def _order_doubt(date_format: str, order: str) -> str:
    """A sentence where dates cannot be read in the order that was said."""
    own = order_of(date_format)
    if order == "auto" or not own or own == order:
        return ""
    return f"Its dates have the {_ORDERS[own]}; with the {_ORDERS[order]} they would be no dates."


_ORDERS = {"day_first": "day first", "month_first": "month first", "year_first": "year first"}


def _two_readings(texts: pd.Series[Any], readings: dict[str, pd.Series[Any]], chosen: str, other: str) -> str:
    """A sentence that shows a date in both orders that are possible."""
    differing = (readings[chosen] != readings[other]) & readings[chosen].notna() & readings[other].notna()
    place = int(np.argmax(differing.to_numpy()))
    first, second = (_shown(readings[known].iloc[place]) for known in (chosen, other))
    return (
        f"“{texts.iloc[place]}” is read as {first}{_in_order(chosen)}; {OTHER_READING} {second}{_in_order(other)}. "
        "Choose the date order if that is what is meant."
    )


def _in_order(date_format: str) -> str:
    return f" ({_ORDERS[order_of(date_format)]})" if order_of(date_format) else ""


def _shown(time: Any) -> str:
    return f"{time.day} {time.strftime('%B %Y')}"


def _zone_doubt(texts: pd.Series[Any], date_format: str) -> str:
    """A sentence where a name stands for several time zones."""
    if not date_format.endswith("%Z"):
        return ""
    names = set(texts.head(HEAD).str.extract(r"([A-Z]+)\s*$")[0].dropna())
    taken = [
        f"“{name}” is taken for {_SHARED_NAMES[name]} ({ZONES[name]})" for name in sorted(names & set(_SHARED_NAMES))
    ]
    return f"{'; '.join(taken)}." if taken and "EDT" not in names else ""


def _evenness(times: pd.Series[Any]) -> float:
    """How much like a series times look: from 0 to 2, the share of usual steps and that of steps ahead in the file."""
    known = times.dropna()
    if len(known) < 3:
        return 0.0
    counted: Array = known.to_numpy(dtype="datetime64[s]").astype(np.int64)
    months: Array = (known.dt.year * 12 + known.dt.month).to_numpy(np.int64)
    if known.dt.day.nunique() == 1 and len(np.unique(months)) == len(np.unique(counted)):
        counted = months  # which are of unequal length
    steps = np.diff(np.unique(counted))
    usual = float(np.unique(steps, return_counts=True)[1].max() / len(steps)) if len(steps) else 0.0
    return usual + float((np.diff(counted) >= 0).mean())


# Formats that a cell has


class _Written(NamedTuple):
    """Formats that the day in a cell may have, and those of the name of the weekday before and of the clock after."""

    days: tuple[str, ...]
    before: str = ""
    after: str = ""


def _candidates(cells: Sequence[str], name: str) -> list[str]:
    """Formats in which cells look as if written, the likeliest first; none where too few look like dates."""
    least = MOSTLY * len(cells)
    if sum(map(_may_be_date, cells[:FEW])) < len(cells[:FEW]) / 2:
        return []
    if _CLOCK.fullmatch(name):
        clocks = [clock for cell in cells if (clock := _clock_alone(cell))]
        if len(clocks) >= least:
            return [clock for clock, _ in Counter(clocks).most_common(2)]
    dates = _all_written(cells, least)
    if not dates:
        return []
    around = [pair for pair, _ in Counter((written.before, written.after) for written in dates).most_common(3)]
    days = [day for day in _DAYS if any(day in written.days for written in dates)]
    iso = [
        f"ISO8601{' %Z' if after.endswith('%Z') else ''}" for before, after in around if _is_iso(days, before, after)
    ]
    return list(dict.fromkeys([*iso, *(before + day + after for day in days for before, after in around)]))


def _all_written(cells: Sequence[str], least: float) -> list[_Written]:
    """How the dates in ``cells`` are written; none as soon as it is clear that there are fewer than ``least``."""
    dates: list[_Written] = []
    for place, cell in enumerate(cells):
        written = _written(cell)
        if written is not None:
            dates.append(written)
        elif len(dates) + len(cells) - place - 1 < least:
            return []
    return dates


def _may_be_date(cell: str) -> bool:
    return len(cell) <= LONGEST and any(map(str.isdecimal, cell)) and (_written(cell) or _clock_alone(cell)) is not None


def _is_iso(days: Sequence[str], before: str, after: str) -> bool:
    """Whether ISO 8601 covers a day and what stands around it: parts of it may then be missing here and there."""
    plain = list(days[:1]) in (["%Y-%m-%d"], ["%Y-%m"])
    return plain and not before and not re.search("%H[.h]|%p|,", after)


@cache
def _pattern(day: str) -> re.Pattern[str]:
    pattern = re.escape(day)
    for directive, digits in _DIGITS.items():
        pattern = pattern.replace(directive, digits)
    return re.compile(pattern, re.IGNORECASE)


def _clock_alone(cell: str) -> str:
    """The format of a clock without a day, empty for anything else."""
    parts = _WHEN.fullmatch(cell)
    return (_clock_format(parts) or "") if parts and not parts["day"] and not parts["gap"] else ""


def _written(cell: str) -> _Written | None:
    """How a date is written in a cell; None where there is none."""
    cell = with_english_months(cell)
    weekday = _WEEKDAY.match(cell)
    before = _weekday_format(weekday["word"].lower()) if weekday else ""
    if weekday and before:
        before, cell = before + weekday["gap"], cell[weekday.end() :]
    days = _days_of(cell)
    if days:
        return _Written(days, before)
    parts = _WHEN.fullmatch(cell)
    if parts is None or not _days_of(parts["day"]):
        return None
    clock = _clock_format(parts)
    return None if clock is None else _Written(_days_of(parts["day"]), before, (parts["gap"] or "") + clock)


def _weekday_format(word: str) -> str:
    return "%A" if word in _WEEKDAYS else "%a" if word in {day[:3] for day in _WEEKDAYS} else ""


@lru_cache(4096)
def _days_of(text: str) -> tuple[str, ...]:
    return tuple(day for day in _DAYS if _pattern(day).fullmatch(text))


def _clock_format(parts: re.Match[str]) -> str | None:
    """The format of the clock and the zone in a cell; None if the zone is not known."""
    zone, half = parts["zone"] or "", parts["half"] or ""
    if zone.strip().isalpha() and zone.strip().upper() not in ZONES:
        return None
    written = ("%I" if half else "%H") + parts["sign"] + "%M"
    written += parts["second"] + "%S" if parts["second"] else ""
    written += parts["mark"] + "%f" if parts["mark"] else ""
    named = "" if not zone else " %Z" if zone.strip().isalpha() and zone != "Z" else "%z"
    return written + (" %p" if half else "") + (" " if zone.startswith(" ") and named == "%z" else "") + named


# Numbers


def may_count_time(name: str) -> bool:
    """Whether a column of numbers is called as those are that stand for times."""
    return bool(_EPOCH.fullmatch(name) or _DATED.fullmatch(name))


def find_counted_dates(values: pd.Series[Any]) -> DateFormat:
    """How numbers stand for times, by the name of their column: seconds since 1970, Excel's days, digits of a date.

    Empty where they are plain numbers.
    """
    name = str(values.name)
    if not may_count_time(name):
        return DateFormat()
    known = values.dropna()
    numbers = known.to_numpy(np.float64, na_value=np.nan)
    if not len(numbers) or not np.isfinite(numbers).all() or len(np.unique(numbers[:HEAD])) < min(2, len(numbers)):
        return DateFormat()
    for date_format in _number_formats(name, float(numbers.min()), float(numbers.max())):
        times = as_times(known, date_format)
        if bool(times.notna().all()):
            first = f"{known.iloc[0]:.15g}"
            return DateFormat(
                date_format, f"{first} is read as {times.iloc[0]:%Y-%m-%d %H:%M} ({_counting(date_format)})."
            )
    return DateFormat()


def _number_formats(name: str, low: float, high: float) -> list[str]:
    """Formats of numbers that lie so, in a column of this name."""
    since, until = 6.3e8, 4.2e9  # seconds from 1970 to 1990 and to 2103
    if _EPOCH.fullmatch(name):
        counts = [known for known in COUNTS if known != "excel"]
        epochs = [known for known in counts if since <= low * COUNTS[known] and high * COUNTS[known] <= until]
        if epochs:
            return epochs
    if not _DATED.fullmatch(name):
        return []
    found = [known for known, (first, last) in DIGITS.items() if first <= low and high <= last]
    days = re.search("dat|fecha", name, re.IGNORECASE) and low >= 20_000 and high <= 80_000
    return found or (["excel"] if days else [])


def _counting(date_format: str) -> str:
    units = {"s": "seconds", "ms": "milliseconds", "us": "microseconds", "ns": "nanoseconds"}
    if date_format == "excel":
        return "days as Excel counts them"
    if date_format in COUNTS:
        return f"{units[date_format.removeprefix('epoch ')]} since 1970"
    return "year, month and so on as digits in a row"
