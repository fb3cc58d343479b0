"""Edits of a reading recipe: written down, found again, changed column by column, or renewed by the newest rules."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.data.data_choice import DataChoice
from app.data.readers.file_access import locate, reading
from app.data.readers.recipe import RULES, ColumnRecipe
from app.data.readers.stated_columns import changed_column, raw_table, with_stated
from app.data.readers.table_file import TableData
from app.data.sources.table_source import TableSource
from app.protocol.data_values import ColumnType
from graph.errors import NetloomError

ROLES = ("target", "order", "group", "parts", "column", "ignore", "columns")
"""Settings of sources that name columns."""
SHOWN = 12
"""Most differences that are told one by one."""


def written_down(choice: DataChoice, base: Path | None = None) -> DataChoice:
    """``choice`` with the recipe by which its table is read, found where it is not known or says something else.

    Columns that a person stated stay as they are. Where the columns of another reading have other names than those
    that the settings name, settings that fit them are found.

    Raises
    ------
    NetloomError
        if the file is not there or cannot be read as its settings say.
    """
    source = choice.source.resolved(base)
    if isinstance(source, TableSource) and source.reading is not None and source is not choice.source:
        source = _refitted(source, base)
    return choice.model_copy(update={"source": source})


def _refitted(source: TableSource, base: Path | None) -> TableSource:
    """``source`` with settings that fit its columns, where one that they name is not there."""
    known = source.reading.by_name if source.reading else {}
    named = {role: getattr(source, role, "") for role in ROLES}
    lacking = [
        role for role, value in named.items() if any(name and name not in known for name in _names(value, known))
    ]
    if not lacking:
        return source
    empty = {role: () if isinstance(named[role], tuple) else "" for role in lacking}
    fitted = source.changed(**empty).suggest(locate(source.path, base), "").source
    assert isinstance(fitted, TableSource)  # of the same class
    return fitted.changed(reading=source.reading)


def _names(value: object, known: Mapping[str, Any]) -> list[str]:
    """The columns that a setting names: one, several with commas between them, or a list."""
    if isinstance(value, tuple):
        return list(value)
    text = str(value)
    return [text] if not text or text in known else [name.strip() for name in text.split(",")]


def with_column(choice: DataChoice, base: Path | None, name: str, changes: Mapping[str, Any]) -> DataChoice:
    """``choice`` with what a person said of the column ``name`` in its recipe; without ``changes`` it is found again.

    Raises
    ------
    NetloomError
        if the column cannot be read so.
    """
    source, file = _table_source(choice, base)
    source = source.resolved(base)
    recipe = source.reading
    if recipe is None or name not in recipe.by_name or name not in source.table(file):
        raise NetloomError(f"{file.name} has no column “{name}”.")
    stated = {column.name: column for column in recipe.columns if column.stated}
    how = source.how_read()
    with reading(file):
        if changes:
            raw = raw_table(file, how)
            stated[name] = changed_column(recipe.by_name[name], changes, raw.frame[name], raw.dialect)
            changed = with_stated(file, how, tuple(stated.values()))
        else:
            stated.pop(name, None)
            changed = source.changed(reading=None).found(file, tuple(stated.values()))
    return choice.model_copy(update={"source": source.changed(reading=changed)})


def renewed(choice: DataChoice, base: Path | None = None) -> tuple[DataChoice, tuple[str, ...]]:
    """``choice`` as it would be read if it were chosen today, and a sentence for each column that differs then.

    Raises
    ------
    NetloomError
        if it is no table, or cannot be read.
    """
    source, file = _table_source(choice, base)
    new = source.changed(rules=RULES, reading=None)
    with reading(file):
        before = source.table(file)
        new = new.changed(reading=new.found(file, ()))
        after = new.table(file)
    return choice.model_copy(update={"source": new}), differences(before, after)


def differences(before: TableData, after: TableData) -> tuple[str, ...]:
    """A sentence for each column that two readings of a table read differently."""
    told = []
    gone = [name for name in before.names if name not in after]
    come = [name for name in after.names if name not in before]
    if gone or come:
        told.append(f"Columns: {_listed(gone) or 'none'} before, {_listed(come) or 'none'} now.")
    if len(before) != len(after):
        told.append(f"Rows: {len(before):,} before, {len(after):,} now.")
    for name in after.names:
        if name in before:
            what = _difference(before.recipe_of(name), after.recipe_of(name), *_missing(name, before, after))
            told += [f"“{name}”: {what}."] if what else []
    more = [f"{len(told) - SHOWN} more columns differ."] if len(told) > SHOWN else []
    return (*told[:SHOWN], *more)


def _missing(name: str, *tables: TableData) -> list[int]:
    return [int(table[name].isna().sum()) for table in tables]


def _difference(old: ColumnRecipe, new: ColumnRecipe, missing: int, missing_now: int) -> str:
    parts = []
    if old.type is not new.type:
        parts.append(f"{old.type} before, {new.type} now")
    elif new.type is ColumnType.CATEGORY and old.categories != new.categories:
        parts.append(f"categories {_listed(old.categories)} before, {_listed(new.categories)} now")
    elif new.type is ColumnType.DATE and old.date_format != new.date_format:
        parts.append(f"dates as {old.date_format} before, {new.date_format} now")
    if missing != missing_now:
        parts.append(f"{missing:,} missing before, {missing_now:,} now")
    return "; ".join(parts)


def _listed(names: tuple[str, ...] | list[str]) -> str:
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(f"“{name}”" for name in names[:5]) + more


def _table_source(choice: DataChoice, base: Path | None) -> tuple[TableSource, Path]:
    source = choice.source
    if not isinstance(source, TableSource):
        raise NetloomError(f"{source.title} is no table, so there are no columns to read another way.")
    file = locate(source.path, base)
    if file.is_dir():
        raise NetloomError(f"{file.name} is a folder, so there are no columns to read another way.")
    return source, file
