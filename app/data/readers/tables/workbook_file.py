"""Excel reader: the first sheet of a workbook, with nothing believed about how far it unfolds."""

from __future__ import annotations

import warnings
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.data.readers.recipe import Dialect
from app.data.readers.table_format import COLUMNS, RawTable, Reading, column_names, no_rows, reads
from app.system.memory_budget import GIGABYTE, budget
from graph.errors import NetloomError

if TYPE_CHECKING:
    pass

UNFOLDED = 2**30
"""Most bytes that a workbook may unfold to."""
CELLS = 50_000_000
"""Most cells of a sheet."""
CELL = 100
"""Bytes that a cell takes while a workbook is read, as a Python object."""


@reads(".xls", ".xlsb", ".ods")
def refuse_workbook(file: Path, reading: Reading) -> RawTable:
    """Workbooks of other kinds.

    Raises
    ------
    NetloomError
        always; it says what to do.
    """
    raise NetloomError(f"{file.name} is a workbook of another kind; save it as .xlsx or CSV.")


@reads(".xlsx", ".xlsm")
def read_workbook(file: Path, reading: Reading) -> RawTable:
    """The first sheet of an Excel workbook; cells with a formula hold the value that was last computed.

    Raises
    ------
    NetloomError
        if openpyxl is not installed, the workbook is damaged, or it unfolds too far.
    """
    try:
        import openpyxl
    except ImportError:
        raise NetloomError(
            f"{file.name} is an Excel workbook, which needs the package openpyxl; install it, or save the sheet as CSV."
        ) from None
    _check_unfolded(file)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of drawings and styles, which are not read
            book = openpyxl.load_workbook(file, read_only=True, data_only=True)
            try:
                rows = _rows(file, book)
            finally:
                book.close()
    except NetloomError:
        raise
    except Exception as error:  # a damaged archive or sheet makes the XML parser raise almost anything
        raise NetloomError(f"{file.name} is damaged or no Excel workbook ({type(error).__name__}).") from None
    return _table(file, rows, reading)


def _check_unfolded(file: Path) -> None:
    try:
        with zipfile.ZipFile(file) as archive:
            unfolded = sum(member.file_size for member in archive.infolist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise NetloomError(f"{file.name} is damaged or no Excel workbook ({type(error).__name__}).") from None
    allowed = min(UNFOLDED, budget() // 4)  # its text takes several times as much once it is objects
    if unfolded > allowed:
        raise NetloomError(f"{file.name} unfolds to more than {allowed / GIGABYTE:.1f} GB; save the sheet as CSV.")


def _rows(file: Path, book: Any) -> list[tuple[object, ...]]:
    """The rows of the first sheet that hold anything."""
    if not book.worksheets:
        raise NetloomError(f"{file.name} has no sheet with cells.")
    rows: list[tuple[object, ...]] = []
    cells, allowed = 0, min(CELLS, budget() // CELL)
    for row in book.worksheets[0].iter_rows(values_only=True):
        cells += len(row)
        if cells > allowed or len(row) > COLUMNS:
            raise NetloomError(f"{file.name} has more cells than can be read; save the sheet as CSV.")
        if any(cell is not None for cell in row):
            rows.append(row)
    return rows


def _table(file: Path, rows: list[tuple[object, ...]], reading: Reading) -> RawTable:
    import pandas as pd

    if not rows:
        raise no_rows(file)
    skip, named = _layout(rows, reading)
    rows = rows[skip:]
    if named and len(rows) == 1:
        raise NetloomError(f"{file.name} has a line of names but no lines of values.")
    width = max(len(row) for row in rows)
    padded = [row + (None,) * (width - len(row)) for row in rows]
    names = column_names(["" if cell is None else cell for cell in padded[0]], named)
    frame = pd.DataFrame(padded[1:] if named else padded, columns=pd.Index(names))
    # A column of an empty header without any value is what formatting leaves behind.
    blank = [name for name, cell in zip(names, padded[0], strict=True) if cell is None and frame[name].isna().all()]
    return RawTable(frame.drop(columns=blank), Dialect(header=named, skip=skip))


def _layout(rows: list[tuple[object, ...]], reading: Reading) -> tuple[int, bool]:
    """How many rows stand above the table, and whether its first row names the columns."""
    header = reading.options.header
    if reading.recipe:
        return reading.recipe.dialect.skip, reading.recipe.dialect.header
    skip = _titles(rows) if header == "auto" else 0
    words = all(cell is None or isinstance(cell, str) for cell in rows[skip])
    return skip, header == "yes" or (header == "auto" and words)


def _titles(rows: list[tuple[object, ...]]) -> int:
    """How many rows at the top hold a single cell, as a title does, above rows that hold several."""
    filled = [sum(cell is not None for cell in row) for row in rows[:20]]
    first = next((place for place, count in enumerate(filled) if count > 1), 0)
    return first if first < len(rows) - 1 and max(filled) > 1 else 0
