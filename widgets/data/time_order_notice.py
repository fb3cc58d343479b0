"""Time order notice: says where rows with dates are split by chance, with a button that orders them by the dates."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from app.data.data_choice import DataChoice
from app.data.sources.table import Table
from app.protocol.data_values import Column, ColumnType
from widgets.training.inline_notice import InlineNotice

CLOCK = re.compile(r"\d{1,2}:\d\d(:\d\d)?")
LEAST = 3
"""Different dates from which on rows may follow each other in time."""


class TimeOrderNotice(InlineNotice):
    """Shown while a table has dates that say nothing to the split; dismissed, it stays away."""

    _said = ""

    def follow(
        self, choice: DataChoice | None, columns: Sequence[Column], take: Callable[[DataChoice, str], object]
    ) -> None:
        """Say it of a table with ``columns``; ``take`` is called with the choice that orders it, and what that does."""
        name = undated_order(choice, columns) if choice is not None else ""
        if choice is None or not name:
            self._said = ""
            self.clear()
            return
        sentence = words(choice, name)
        if sentence != self._said:
            self._said = sentence
            ordered = choice.model_copy(update={"source": choice.source.changed(order=name)})
            self.say(sentence, "warning", (f"Order by {name}", lambda: take(ordered, f"Order the rows by {name}")))


def undated_order(choice: DataChoice, columns: Sequence[Column]) -> str:
    """The column of dates by which the rows of a table might be ordered and are not; empty where there is none."""
    source = choice.source
    if not isinstance(source, Table) or source.order or source.parts:
        return ""
    apart = {*source.ignore, *(name.strip() for name in source.target.split(",")), source.target}
    dates = (
        column.name
        for column in columns
        if column.type is ColumnType.DATE
        and column.unique >= LEAST
        and column.name not in apart
        and not CLOCK.fullmatch(column.example.strip())
    )
    return next(dates, "")


def words(choice: DataChoice, name: str) -> str:
    """What is done with dates and rows, and when that is not what is wanted."""
    left_out = isinstance(choice.source, Table) and choice.source.dates == "leave_out"
    dates = f"The dates of “{name}” are left out" if left_out else f"“{name}” holds dates"
    return (
        f"{dates}, and rows are split by chance. If the rows follow each other in time, order them by it: "
        "then the latest are the test set."
    )
