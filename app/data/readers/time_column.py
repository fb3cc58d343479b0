"""Time index of a table: sorting rows by time, places in time, and notes on gaps, repeats and uneven steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from app.data.dataset import Array
from app.data.readers.table_file import TableData

if TYPE_CHECKING:
    import pandas as pd

UNEVEN = 0.2
"""The share of odd steps from which on times count as uneven rather than as having gaps."""


def in_order(times: pd.Series[Any]) -> Array:
    """Positions of the rows, int64 (N,), sorted by their times; equal ones keep their order."""
    return np.asarray(times.reset_index(drop=True).sort_values(kind="stable").index, dtype=np.int64)


def with_times(table: TableData, order: str) -> tuple[TableData, tuple[str, ...]]:
    """The rows that have a time in the column ``order``, and a note about the others.

    Raises
    ------
    NetloomError
        if there is no such column, or it holds no times.
    """
    known = table.times(order).notna()
    if bool(known.all()):
        return table, ()
    missing = f"{int((~known).sum())} of {len(table)}"
    return table.rows(known), (
        f"Rows without a time in “{order}” are left out ({missing}){_shown_rows(table, order)}.",
    )


def unread_times(table: TableData, order: str) -> tuple[str, ...]:
    """A sentence for each row whose time cannot be read, which names it and what stands there."""
    columns = table.named_in(order)
    odd = table.frame.loc[~table.times(order).notna(), columns]
    formats = " and ".join(filter(None, (table.recipe_of(name).date_format for name in columns)))
    wanted = f"a time as in training ({formats})" if formats else "a number"
    return tuple(
        f"row {index + 1}: {_cells(cells)} in “{order}” is not {wanted}; the row is left out"
        for index, *cells in odd.itertuples(name=None)
    )


def _shown_rows(table: TableData, order: str) -> str:
    """The first rows whose time cannot be read though something stands there."""
    columns = table.named_in(order)
    odd = table.frame.loc[~table.times(order).notna(), columns].dropna(how="all").head(3)
    rows = [f"row {index + 1} says {_cells(cells)}" for index, *cells in odd.itertuples(name=None)]
    return f": {', '.join(rows)}" if rows else ""


def _cells(cells: Sequence[Any]) -> str:
    import pandas as pd

    words = " ".join(str(cell) for cell in cells if not pd.isna(cell))
    return f"“{words[:60]}”" if words else "an empty cell"


def places_in_time(whole: pd.Series[Any], records: Sequence[pd.Series[Any]]) -> list[Array]:
    """Which of all different times in ``whole`` each time in ``records`` is: int64, from 0 on."""
    known = np.unique(_counted(whole))
    return [np.searchsorted(known, _counted(times)) for times in records]


def _counted(times: pd.Series[Any]) -> Array:
    """Times as numbers that NumPy compares quickly; numbers as they are."""
    return times.to_numpy(dtype="datetime64[ns]") if times.dtype.kind == "M" else times.to_numpy()


def timing_notes(name: str, records: Sequence[pd.Series[Any]]) -> tuple[str, ...]:
    """What is odd about the times of series, each sorted: times that come twice, gaps, and uneven steps."""
    import pandas as pd

    steps = pd.concat([times.diff().iloc[1:] for times in records]) if records else pd.Series(dtype=float)
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
