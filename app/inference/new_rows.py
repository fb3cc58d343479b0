"""Rows of a new table made into what a network was trained on: the same features by name, in the same order."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from app.data.dataset import Array, FieldInfo
from app.data.readers.arrays.idx_file import holds_idx
from app.data.readers.column_values import MISSING, OTHER, numbers
from app.data.readers.date_parsing import calendar_features, date_features
from app.data.readers.found_columns import variants_of
from app.data.readers.recipe import ColumnRecipe
from app.data.readers.table_file import TableData, read_table
from app.data.readers.time_column import in_order, unread_times, with_times
from app.data.readers.written_cells import cells_of
from app.data.sources.series import Series, carried
from app.data.sources.source import Source
from app.data.sources.table import Table
from app.data.sources.table_source import TableSource
from app.data.sources.texts import Text, text_column
from app.protocol.data_values import ColumnType
from graph.errors import NetloomError

if TYPE_CHECKING:
    import pandas as pd

TABLES = frozenset(
    ".csv .tsv .tab .txt .data .dat .xlsx .xlsm .parquet .pq .feather .jsonl .ndjson .arff .dta .sas7bdat .xpt .sav"
    " .zip .bz2 .xz".split()
)
TOLD = 50
"""So many odd cells of a new table are named one by one."""
FLAG = " is missing"
"""How the name of a feature ends that says whether another is missing."""
AS_MISSING = "it counts as missing"
NO_NUMBER = f"is no number; {AS_MISSING}"


def is_table(path: Path, source: Source) -> bool:
    """Whether a file is a table by its ending; or by what is in it, where the ending does not say."""
    suffix = path.suffix.lower()
    if not path.is_file() or suffix not in (".gz", ".json"):
        return path.is_file() and suffix in TABLES
    return not holds_idx(path) if suffix == ".gz" else _names_columns(path, source)


def _names_columns(file: Path, source: Source) -> bool:
    """Whether a JSON file begins with names of columns of the training table, rather than with arrays by input."""
    recipe = source.reading if isinstance(source, TableSource) else None
    if recipe is None:
        return False
    with file.open("rb") as stream:
        begins = stream.read(1 << 16).decode("utf-8", "replace")
    return any(json.dumps(name, ensure_ascii=False) in begins for name in recipe.by_name)


def new_table(file: Path, source: Source) -> TableData:
    """The table in ``file``, written as the table was that the network was trained on."""
    return read_table(file, source.how_read()) if isinstance(source, TableSource) else read_table(file)


def features_of(table: TableData, field: FieldInfo, source: Source) -> Array:
    """Rows of a new table (rows, features), as `app.data.readers.feature_encoding` encoded them for training.

    Features are float32, or float64 where a column needs it before it is standardised; NaN where a number is missing.
    They are found by the names of their columns; where none of these is there, all columns are taken in their order. A
    series is sorted by its times, its gaps repeat the last value known, and steps before the longest lag are left out.

    Raises
    ------
    NetloomError
        if a column is missing, or holds something else than the network reads.
    """
    if isinstance(source, Series):
        table = _sorted(table, source)
        finder = _Finder(table, source)
        named = [finder.feature(name) for name in field.names]
        named_by: Callable[[str], str] = finder.column_of
    else:
        makers = _makers(table, field.names)
        wide = any(column.wide and column.name in field.names for column in table.recipe.columns)
        kind = np.float64 if wide else np.float32
        with np.errstate(over="ignore"):  # what is too large is refused later
            named = [makers[name]().astype(kind) if name in makers else None for name in field.names]
        named_by = column_of
    if named and all(column is not None for column in named):
        values = np.stack([column for column in named if column is not None], axis=1)
        return _whole(values, source) if isinstance(source, Series) else values
    plain = [table[name] for name in table.names if table.type_of(name) is ColumnType.NUMBER]
    missing = [name for name, column in zip(field.names, named, strict=True) if column is None]
    if len(plain) != len(table.names) or (missing and len(plain) != len(field.names)):
        lacked = named_by(missing[0]) if missing else ""
        wanted = f"has no column “{lacked}”, which the network reads" if missing else "holds more than numbers"
        raise NetloomError(f"{table.file.name} {wanted}; its columns are {', '.join(table.names[:12])}.")
    return np.stack([numbers(series)[0] for series in plain], axis=1)


def _makers(table: TableData, names: Sequence[str]) -> dict[str, Callable[[], Array]]:
    """What makes each feature (rows,) that the columns of ``table`` can become; ``names`` are those of training."""
    makers: dict[str, Callable[[], Array]] = {}
    wanted = set(names)
    for name in table.names:
        recipe = table.recipe_of(name)
        if recipe.type is ColumnType.NUMBER:
            makers[name] = partial(_number, table, name)
        elif recipe.type is ColumnType.CATEGORY:
            known = [value for value in (*recipe.categories, MISSING) if f"{name} = {value}" in wanted]
            makers |= {f"{name} = {value}": partial(_is_category, table, name, value) for value in known}
            makers[f"{name} = {OTHER}"] = partial(_is_unknown, table, name, known)
        elif table.type_of(name) is ColumnType.DATE and any(known.startswith(f"{name}: ") for known in names):
            values, features = date_features(table.wall_times(name), recipe.date_format, day=True)
            columns = zip(features, values.T, strict=True)
            makers |= {f"{name}: {feature}": partial(np.asarray, column) for feature, column in columns}
    flags = {name: name.removesuffix(FLAG) for name in names if name.endswith(FLAG) and name not in makers}
    return makers | {flag: partial(_is_missing, makers[of]) for flag, of in flags.items() if of in makers}


def _number(table: TableData, name: str) -> Array:
    return numbers(table[name], wide=True)[0]


def _is_category(table: TableData, name: str, value: str) -> Array:
    return np.asarray((_texts(table, name) == value).to_numpy(np.float32))


def _is_unknown(table: TableData, name: str, known: list[str]) -> Array:
    return np.asarray((~_texts(table, name).isin(known)).to_numpy(np.float32))


def _is_missing(made: Callable[[], Array]) -> Array:
    return np.isnan(made()).astype(np.float32)


def column_of(feature: str) -> str:
    """The column that a feature was made of, by its name."""
    column = feature.removesuffix(FLAG).partition(" = ")[0]
    calendar = feature.endswith((" sine", " cosine", ": years since 2000"))
    return column.rpartition(": ")[0] if calendar else column


def category_tokens(table: TableData, vocabulary: Sequence[str], source: Table) -> Array:
    """Columns of categories as int64 (rows, columns): places in ``vocabulary``, whose entries are ``column = value``.

    What training never saw is token 1, unknown.

    Raises
    ------
    NetloomError
        if a column is missing.
    """
    places = {entry: place for place, entry in enumerate(vocabulary)}
    columns = _columns_of_tokens(vocabulary, source)
    missing = next((name for name in columns if name not in table), None)
    if missing is not None:
        raise NetloomError(
            f"{table.file.name} has no column “{missing}”, which the network reads; its columns are "
            f"{', '.join(table.names[:12])}."
        )
    texts = (_texts(table, name) for name in columns)
    tokens = [[places.get(f"{name} = {text}", 1) for text in cells] for name, cells in zip(columns, texts, strict=True)]
    return np.array(tokens, dtype=np.int64).T


def _columns_of_tokens(vocabulary: Sequence[str], source: Table) -> list[str]:
    """The columns whose values are in ``vocabulary``, in the order in which training took them."""
    if source.reading is None:
        return list(dict.fromkeys(entry.partition(" = ")[0] for entry in vocabulary[2:]))
    known = set(vocabulary)
    return [
        column.name
        for column in source.reading.columns
        if any(f"{column.name} = {value}" in known for value in (*column.categories, MISSING))
    ]


def unlike_training(table: TableData, source: Source, fields: Sequence[FieldInfo]) -> tuple[str, ...]:
    """A sentence for each row with a category that is not in the training data, and for each odd cell elsewhere.

    Missing numbers are named by column; so are missing categories where training had none, as its ``fields`` say. Of a
    series, only rows without a time are named.
    """
    if isinstance(source, Series):
        return unread_times(table, source.order)[:TOLD] if _has_times(table, source) else ()
    recipe = source.reading if isinstance(source, Table) else None
    if recipe is None or not isinstance(source, Table):
        return ()
    odd = odd_cells(table, source)
    more = [f"{len(odd) - TOLD} more cells are unlike those of training"] if len(odd) > TOLD else []
    sentences = [f"row {cell.row + 1}: “{cell.value}” in “{cell.column}” {cell.why}" for cell in odd[:TOLD]]
    return (*sentences, *more, *_missing_cells(table, source.not_features(list(recipe.by_name)), fields))


def unread_columns(table: TableData, source: Source) -> dict[str, tuple[str, ...]]:
    """The columns of a new table (rows,) that the network does not read, by name; a missing cell is empty.

    Such are what rows are called by, what was left out of training, and the target where it is known. None are those of
    a series, whose samples are no rows.
    """
    if isinstance(source, Text):
        unread = [name for name in table.names if name != text_column(table, source)]
    elif isinstance(source, Table):
        known = source.reading.by_name if source.reading is not None else table.names
        unused = source.not_features(table.names)
        unread = [name for name in table.names if name in unused or name not in known]
    else:
        return {}
    return {name: cells_of(table[name]) for name in unread}


class OddCell(NamedTuple):
    """A cell of a new table that is unlike those of training: its row (0-based), its column, and why."""

    row: int
    column: str
    value: str
    why: str


def odd_cells(table: TableData, source: Table) -> list[OddCell]:
    """The cells whose category is not in the training data, or that are no numbers or dates, in the order of rows."""
    recipe = source.reading
    if recipe is None:
        return []
    odd: list[OddCell] = []
    unused = source.not_features(list(recipe.by_name))
    for name in table.names:
        column = recipe.by_name.get(name)
        if column is not None and name not in unused:
            unknown, what = _unknown(table, column, source)
            for row in np.flatnonzero(unknown).tolist():
                value = str(table[name].iloc[row])
                odd.append(OddCell(row, name, value, f"{what}{_spelled_as(value, column)}"))
    return sorted(odd, key=lambda cell: (cell.row, f"“{cell.value}” in “{cell.column}” {cell.why}"))


def _unknown(table: TableData, column: ColumnRecipe, source: Table) -> tuple[Array, str]:
    """Which cells of a column cannot be read as in training, bool (rows,), and what that means."""
    cells = table[column.name]
    if column.type is ColumnType.CATEGORY:
        unknown = cells.notna() & ~cells.isin(list(column.categories))
        return np.asarray(unknown), "is not among the categories of training; it counts as unknown"
    if column.type is ColumnType.NUMBER and cells.dtype.kind not in "fiu":
        unknown = cells.notna() & np.isnan(numbers(cells, True)[0])
        return np.asarray(unknown), NO_NUMBER
    if column.type is ColumnType.DATE and source.dates == "calendar":
        unknown = cells.notna() & table.times(column.name).isna()
        return np.asarray(unknown), f"is not a date as in training ({column.date_format}); {AS_MISSING}"
    return np.zeros(len(table), bool), ""


def _spelled_as(value: str, column: ColumnRecipe) -> str:
    """What follows on a value that differs from a category of training by case or blanks alone."""
    known = [other for other in column.categories if {value, other} in map(set, variants_of((value, other)))]
    return f"; “{known[0]}” is known" if column.type is ColumnType.CATEGORY and known else ""


def _missing_cells(table: TableData, unused: set[str], fields: Sequence[FieldInfo]) -> tuple[str, ...]:
    """A sentence for each column of numbers or categories that names the rows where nothing stands in it, and what then
    stands in its place.
    """
    sentences = []
    known = {name for field in fields for name in (*field.names, *field.vocabulary)}
    for name in table.names:
        kind = table.recipe_of(name).type
        new = kind is ColumnType.CATEGORY and f"{name} = {MISSING}" not in known
        if name in unused or not (new or kind is ColumnType.NUMBER):
            continue
        rows = np.flatnonzero(table[name].isna()).tolist()
        shown = ", ".join(str(row + 1) for row in rows[:10]) + (" ..." if len(rows) > 10 else "")
        if rows:
            then = "it counts as unknown" if new else "the training set's median is used"
            sentences.append(f"{'row' if len(rows) == 1 else 'rows'} {shown}: “{name}” is missing; {then}")
    return tuple(sentences)


def _texts(table: TableData, name: str) -> pd.Series[str]:
    return table[name].astype(str).where(table[name].notna(), MISSING)


def _sorted(table: TableData, source: Series) -> TableData:
    """The rows that have a time, in its order; as they come where the table does not say when they were measured."""
    if not _has_times(table, source):
        return table
    timed, _ = with_times(table, source.order)
    if not len(timed):
        raise NetloomError(
            f"No row of {table.file.name} has a time as in training; {unread_times(table, source.order)[0]}."
        )
    return timed.rows(in_order(timed.times(source.order)))


def _has_times(table: TableData, source: Series) -> bool:
    parts = [source.order] if source.order in table else [name.strip() for name in source.order.split(",")]
    return bool(source.order) and all(name in table for name in parts)


def _whole(values: Array, source: Series) -> Array:
    """Steps of a series without gaps."""
    return carried(values[min(max(source.lags, default=0), len(values)) :])[0]


class _Finder:
    """Finds the features of a series in a table by the names they had in training."""

    def __init__(self, table: TableData, source: Series) -> None:
        self._table = table
        self._source = source
        self._calendars: dict[str, dict[str, Array]] = {}

    def feature(self, name: str) -> Array | None:
        """The feature ``name`` (rows,); None where the table does not have what it is made of."""
        if name in self._table:
            return numbers(self._table[name], self._table.recipe_of(name).wide)[0]
        dated = self._calendar(self._source.order).get(name)
        return self._lagged(name) if dated is None else dated

    def column_of(self, name: str) -> str:
        """The column of the training file that the feature ``name`` was made of."""
        target, _, lag = name.rpartition(" -")
        if lag in map(str, self._source.lags):
            return target
        calendar = name == "years since 2000" or name.endswith((" sine", " cosine"))
        return self._source.order if calendar and self._source.calendar else name

    def _calendar(self, column: str) -> dict[str, Array]:
        if column not in self._calendars:
            self._calendars[column] = self._read_calendar(column)
        return self._calendars[column]

    def _read_calendar(self, column: str) -> dict[str, Array]:
        if not _has_times(self._table, self._source) or not self._table.tells_dates(column):
            return {}
        values, names = calendar_features(self._table.wall_times(column), day=True)
        return dict(zip(names, values.T.astype(np.float32), strict=True))

    def _lagged(self, name: str) -> Array | None:
        """The target of a series some steps earlier: ``load -24``."""
        target, _, lag = name.rpartition(" -")
        if target not in self._table or lag not in map(str, self._source.lags):
            return None
        own = numbers(self._table[target], self._table.recipe_of(target).wide)[0]
        steps = min(int(lag), len(own))
        return np.concatenate([np.full(steps, np.nan, own.dtype), own[: len(own) - steps]])
