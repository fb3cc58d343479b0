"""Headings of tables: the names of columns with their units, types and roles, and where a new file has known names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from app.data.readers.header_rows import joined_names, unit_of
from app.data.readers.number_parsing import is_number
from app.data.readers.recipe import Dialect, ReadingRecipe
from app.data.readers.table_format import column_names
from app.protocol.data_values import ColumnType
from graph.errors import NetloomError

Rows = Sequence[Sequence[str]]

_TYPES = {"c": ColumnType.NUMBER, "n": ColumnType.NUMBER, "d": ColumnType.CATEGORY, "s": ColumnType.TEXT}
"""Types of columns by the letters that Orange writes for them; times are found like others."""
_ROLES = {"class": "target", "c": "target", "meta": "ignore", "m": "ignore", "ignore": "ignore", "i": "ignore"}


@dataclass(frozen=True)
class Heading:
    """What stands above the values: a different name for every column, and what other lines say by these names.

    ``nameless`` are the columns whose name is made up although others have one. The values begin in row ``below``.
    """

    names: list[str]
    below: int
    nameless: tuple[str, ...] = ()
    units: Mapping[str, str] = field(default_factory=dict)
    types: Mapping[str, ColumnType] = field(default_factory=dict)
    roles: Mapping[str, str] = field(default_factory=dict)


def heading_of(rows: Rows, dialect: Dialect, width: int = 0) -> Heading:
    """The heading of a table whose first ``rows`` are text; ``dialect.skip`` counts rows here.

    ``width`` is the number of columns, found where it is 0.
    """
    start, named = dialect.skip, dialect.names if dialect.header else 0
    under, below = start + named, start + named + len(dialect.below)
    width = width or _width(rows[start:under], rows[below : below + 200])
    given = joined_names(rows[start:under], width) if named else [""] * width
    names = column_names(list(given), dialect.header)
    nameless = tuple(name for name, own in zip(names, given, strict=True) if not own) if named else ()
    sayings: dict[str, Sequence[str]] = dict(zip(dialect.below, rows[under:below], strict=False))
    return Heading(names, below, nameless, *_sayings(names, sayings))


def _width(named: Sequence[Sequence[str]], body: Sequence[Sequence[str]]) -> int:
    """How many columns there are: those that have names, and one more where all lines end with a delimiter."""
    if not named:
        return len(body[0]) if body else 1
    width = max(map(len, named))
    return width + (bool(body) and all(len(row) == width + 1 and not row[-1] for row in body))


def fitting_start(file: Path, rows: Rows, start: int, known: ReadingRecipe) -> int | None:
    """The row of a new file at which its names stand, or its values where it has no names; None where none fits.

    Raises
    ------
    NetloomError
        if it has names where there were none.
    """
    if not known.dialect.header:
        _check_no_names(file, rows[start : start + 1], known)
        width = len(known.columns) + known.dialect.row_names
        return start if start < len(rows) and len(rows[start]) == width else None
    if _shared(rows, start, known):
        return start
    shares = [_shared(rows, place, known) for place in range(len(rows))]
    return shares.index(max(shares)) if any(shares) else None


def no_names(file: Path, rows: Rows, start: int, known: ReadingRecipe) -> NetloomError:
    """The error for a new file without the line of names that the known one has."""
    names = ", ".join(f"“{column.name}”" for column in known.columns[:8])
    first = ", ".join(rows[start][:8]) if start < len(rows) else ""
    return NetloomError(
        f"{file.name} differs from the table that the project was made for: no line of it names columns as that one "
        f"does ({names}); its first line is “{first[:80]}”. Put the names above it."
    )


def _shared(rows: Rows, start: int, known: ReadingRecipe) -> int:
    """How many of the known columns the line at ``start`` names."""
    lines = rows[start : start + known.dialect.names]
    names = joined_names(lines, max(map(len, lines), default=0))
    return sum(name in known.by_name for name in column_names(list(names), header=True))


def _check_no_names(file: Path, first: Rows, known: ReadingRecipe) -> None:
    """Raise `NetloomError` where the first line has words for all columns of numbers."""
    cells = first[0] if first else ()
    numbers = [cell for cell, column in zip(cells, known.columns, strict=False) if column.type is ColumnType.NUMBER]
    if len(numbers) > 1 and all(numbers) and not any(map(is_number, numbers)):
        shown = ", ".join(cells[:6])
        raise NetloomError(
            f"{file.name} differs from the table that the project was made for: it begins with names of columns "
            f"(“{shown[:80]}”), and that one has none; remove the line."
        )


def _sayings(
    names: Sequence[str], said: Mapping[str, Sequence[str]]
) -> tuple[dict[str, str], dict[str, ColumnType], dict[str, str]]:
    """Units, types and roles of columns by what the lines below the names say."""
    units = {name: unit for name, cell in zip(names, said.get("units", ()), strict=False) if (unit := unit_of(cell))}
    types = {
        name: _TYPES.get(cell[:1].lower(), ColumnType.CATEGORY) if " " not in cell else ColumnType.CATEGORY
        for name, cell in zip(names, said.get("types", ()), strict=False)
        if cell and cell[:1].lower() not in ("t", "b")
    }
    roles = {
        name: role
        for name, cell in zip(names, said.get("roles", ()), strict=False)
        if (role := _ROLES.get(cell.lower(), ""))
    }
    return units, types, roles
