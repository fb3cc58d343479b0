"""Synthetic date translation: dates as people write them, with their ISO form as target."""

from __future__ import annotations

import datetime
from typing import ClassVar

import numpy as np

from app.data.dataset import Array, FieldInfo, Task
from app.data.padding import lengths_field
from app.data.readers.tokens import END, PADDING, START, numbered
from app.data.sources.synthetic.synthetic_source import SyntheticSource
from graph.layers.settings import setting
from graph.shapes import tokens

MONTHS = "January February March April May June July August September October November December".split()
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
STYLES = (
    "{day} {month} {year}",
    "{month} {day}, {year}",
    "{weekday}, {day} {month} {year}",
    "{weekday} {month} {day} {year}",
    "{day} {short} {year}",
    "{short} {day}, {year}",
    "{day}.{number}.{year}",
)
LETTERS = (PADDING, START, END, *sorted(set("".join(MONTHS + DAYS)) | set("0123456789 ,.-")))
LONGEST = len("Wednesday, 30 September 1999")
WRITTEN = len("1999-09-30") + 1
FIRST = datetime.date(1900, 1, 1).toordinal()


class Dates(SyntheticSource):
    """Dates in seven ways of writing, to be translated to the ISO form: Wednesday, 5 May 1999 to 1999-05-05.

    Tokens are characters. ``written`` is the translation with a start in front, for a decoder to read; ``iso`` is the
    same one character later with an end behind, for it to write.
    """

    kind: ClassVar[str] = "dates"
    title: ClassVar[str] = "Dates to ISO form"
    rank: ClassVar[int] = 200
    task: ClassVar[Task] = Task.SEQUENCE
    inputs: ClassVar[tuple[str, ...]] = ("date", "written")
    target: ClassVar[str] = "iso"

    samples: int = setting(4000, "Number of dates", minimum=10, maximum=200_000, unit="dates")
    years: int = setting(150, "Years from 1900 on that dates are from", minimum=1, maximum=500, unit="years")
    styles: int = setting(len(STYLES), "Ways in which dates are written", minimum=1, maximum=len(STYLES), unit="ways")

    def field_infos(self) -> tuple[FieldInfo, ...]:
        """A date, its translation to read and to write, and the number of characters of the date."""
        return (
            FieldInfo("date", tokens(LONGEST), vocabulary=LETTERS, lengths="length"),
            FieldInfo("written", tokens(WRITTEN), vocabulary=LETTERS),
            FieldInfo("iso", tokens(WRITTEN), vocabulary=LETTERS),
            lengths_field(),
        )

    def generate(self, rng: np.random.Generator) -> dict[str, Array]:
        """Every day is equally likely, and every way of writing."""
        last = datetime.date(1900 + self.years, 1, 1).toordinal()
        days = [datetime.date.fromordinal(int(number)) for number in rng.integers(FIRST, last, self.samples)]
        texts = [
            spoken(day, STYLES[int(style)])
            for day, style in zip(days, rng.integers(0, self.styles, self.samples), strict=True)
        ]
        return {
            "date": numbered([list(text) for text in texts], LETTERS, LONGEST),
            "written": numbered([[START, *day.isoformat()] for day in days], LETTERS, WRITTEN),
            "iso": numbered([[*day.isoformat(), END] for day in days], LETTERS, WRITTEN),
            "length": np.array([[len(text)] for text in texts], dtype=np.int64),
        }


def spoken(day: datetime.date, style: str) -> str:
    """A date as people write it, in one of the `STYLES`."""
    month = MONTHS[day.month - 1]
    weekday = DAYS[day.weekday()]
    return style.format(
        day=day.day, month=month, short=month[:3], number=day.month, year=f"{day.year:04d}", weekday=weekday
    )
