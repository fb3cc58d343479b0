"""JSON reader: records, JSON lines, columns, and what pandas writes, as a table."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.data.readers.charset import announced
from app.data.readers.file_access import room_to_read
from app.data.readers.json_text import load_json
from app.data.readers.recipe import Dialect
from app.data.readers.table_format import (
    COLUMNS,
    RawTable,
    Reading,
    UnreadableTableError,
    column_names,
    no_rows,
    reads,
    too_wide,
)
from graph.errors import NetloomError

if TYPE_CHECKING:
    import pandas as pd

TIMES = 16
"""So many times its size a file of JSON takes in memory while it is read."""


@reads(".json", ".jsonl", ".ndjson")
def read_json(file: Path, reading: Reading) -> RawTable:
    """The table in a file of JSON: a list of records, a record on each line, or a list for each column.

    Records within records become columns such as ``place.city``; lists within them stay text.

    Raises
    ------
    NetloomError
        if it is no JSON, no table, or too large.
    """
    room_to_read(file, TIMES, "save the table as CSV")
    raw = file.read_bytes()
    if not raw.strip():
        raise no_rows(file)
    try:
        text = raw.decode(announced(raw))
    except UnicodeError:
        raise UnreadableTableError(
            f"{file.name} is not written in utf-8, as JSON is; save it so.", "encoding"
        ) from None
    try:
        return _table(file, *_parsed(file, text))
    except (RecursionError, ValueError, TypeError, OverflowError) as error:
        raise NetloomError(f"{file.name} cannot be read as a table of JSON: {type(error).__name__}.") from None


def _parsed(file: Path, text: str) -> tuple[Any, tuple[str, ...]]:
    """The value of the whole file, or a list of those on its lines; and notes."""
    try:
        return load_json(text), ()
    except RecursionError:
        raise
    except ValueError as error:
        whole = error
    values = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            values.append(load_json(line))
        except ValueError:
            where = f"line {number}" if values else f"line {getattr(whole, 'lineno', number)}"
            raise NetloomError(f"{file.name} is damaged or no JSON: {where} cannot be read.") from None
    return values, ()


def _table(file: Path, value: Any, notes: tuple[str, ...]) -> RawTable:
    import pandas as pd

    place, columns = _columns(file, value)
    if len(columns) > COLUMNS:
        raise too_wide(file, len(columns))
    series = [_series(cells) for cells in columns.values()]
    frame = pd.DataFrame(dict(enumerate(series)))
    if not len(frame) or not len(frame.columns):
        raise NetloomError(f"{file.name} holds no records.")
    frame.columns = pd.Index(column_names(list(columns), header=True))
    notes += (f"The records of {file.name} stand under “{place}”.",) if place else ()
    return RawTable(frame, Dialect(), notes)


def _columns(file: Path, value: Any) -> tuple[str, dict[str, list[Any]]]:
    """The cells of each column, and the name under which the records stand, where they are not the whole file."""
    if isinstance(value, Mapping):
        return _of_mapping(file, value)
    if isinstance(value, list) and value and all(isinstance(record, Mapping) for record in value):
        return "", _of_records(value)
    if isinstance(value, list) and value and all(isinstance(row, list) for row in value):
        return "", _of_rows(value)
    raise NetloomError(
        f'{file.name} holds no table: a list of records is needed, such as [{{"length": 1.5, "kind": "a"}}], or a '
        "record on each line."
    )


def _of_mapping(file: Path, value: Mapping[str, Any]) -> tuple[str, dict[str, list[Any]]]:
    """The columns of an object: as pandas writes them, a list for each, or the records that a member holds."""
    columns, rows = value.get("columns"), value.get("data")
    if isinstance(columns, list) and isinstance(rows, list) and all(isinstance(row, list) for row in rows):
        return "", _of_rows([list(map(str, columns)), *rows])
    held = {name: member for name, member in value.items() if isinstance(member, list) and member}
    records = {name: member for name, member in held.items() if all(isinstance(each, Mapping) for each in member)}
    if records:
        place = max(records, key=lambda name: len(records[name]))
        return place, _of_records(records[place])
    if len(held) == len(value) and len({len(member) for member in held.values()}) == 1:
        return "", {str(name): list(member) for name, member in held.items()}
    inner = list(value.values())
    if inner and all(isinstance(member, Mapping) for member in inner):
        by_row = list(dict.fromkeys(key for member in inner for key in member))
        if len(by_row) >= 2:
            return "", {str(name): [member.get(key) for key in by_row] for name, member in value.items()}
    if inner and not any(isinstance(member, Mapping | list) for member in inner):
        return "", _of_records([value])
    raise NetloomError(
        f"{file.name} holds no table: none of {', '.join(map(str, list(value)[:6]))} is a list of records."
    )


def _of_rows(rows: Sequence[list[Any]]) -> dict[str, list[Any]]:
    """Rows of values, whose first may name the columns."""
    named = len(rows) > 1 and all(isinstance(cell, str) for cell in rows[0])
    width = max(map(len, rows))
    names = [*rows[0], *[""] * (width - len(rows[0]))] if named else [""] * width
    names = column_names(list(names), header=named)
    cells = [[*row, *[None] * (width - len(row))] for row in rows[int(named) :]]
    return {name: [row[place] for row in cells] for place, name in enumerate(names)}


def _of_records(records: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    flat = [_flat(record) for record in records]
    names = dict.fromkeys(name for record in flat for name in record)
    return {name: [record.get(name) for record in flat] for name in names}


def _flat(record: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """A record without records within it: their names are joined by points."""
    flat: dict[str, Any] = {}
    for name, value in record.items():
        if isinstance(value, Mapping) and value:
            flat.update(_flat(value, f"{before}{name}."))
        else:
            flat[f"{before}{name}"] = value
    return flat


def _series(cells: list[Any]) -> pd.Series[Any]:
    """A column: numbers where all values are, else text as the file spells it."""
    import pandas as pd

    known = [cell for cell in cells if cell is not None]
    numbers = all(isinstance(cell, int | float) and not isinstance(cell, bool) for cell in known)
    if numbers and all(isinstance(cell, float) or abs(cell) < 2**53 for cell in known):
        whole = all(isinstance(cell, int) for cell in known) and len(known) == len(cells)
        return pd.Series(cells, dtype="int64" if whole and cells else "float64")
    return pd.Series([None if cell is None else _spelled(cell) for cell in cells], dtype="str")


def _spelled(cell: Any) -> str:
    return cell if isinstance(cell, str) else json.dumps(cell, ensure_ascii=False)
