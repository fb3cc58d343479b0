"""Excel reader: a sheet of a workbook, with nothing believed about how far it unfolds."""

from __future__ import annotations

import itertools
import re
import warnings
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from app.data.readers.dialect import FOOTER
from app.data.readers.footer import footer_note, rows_below
from app.data.readers.header_rows import above_note, find_layout
from app.data.readers.heading import fitting_start, heading_of, no_names
from app.data.readers.recipe import Dialect
from app.data.readers.table_format import (
    COLUMNS,
    RawTable,
    Reading,
    UnreadableTableError,
    column_names,
    no_rows,
    reads,
    refuses,
)
from app.system.memory_budget import GIGABYTE, budget
from app.system.unfolding import refuse_zip_bomb
from graph.errors import NetloomError

UNFOLDED = 2**30
"""Most bytes that a workbook may unfold to."""
CELLS = 50_000_000
"""Most cells of a sheet."""
CELL = 100
"""Bytes that a cell takes while a workbook is read, as a Python object."""
BLOCK = 1 << 20
"""Bytes of a sheet that are unfolded in one go."""
LAST_ROW = 1_048_576
"""The rows of a sheet that Excel has; a cell may claim any other, and openpyxl gives all the empty ones before it."""
LOOKED_ROWS = 200
"""So many rows tell where the table begins."""
_MERGED = re.compile(rb'<mergeCell ref="([A-Z]+\d+:[A-Z]+\d+)"')


@refuses(".xls", ".xlsb", ".ods")
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
    """A sheet of an Excel workbook, the first with a table or that which is said.

    Cells with a formula hold the value that was last computed.

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
                sheet, others = _sheet(file, book, reading)
                rows = _rows(file, sheet)
                merged = () if reading.rules == 1 else _merged(file, sheet)
            finally:
                book.close()
    except NetloomError:
        raise
    except Exception as error:  # a damaged archive or sheet makes the XML parser raise almost anything
        raise NetloomError(f"{file.name} is damaged or no Excel workbook ({type(error).__name__}).") from None
    if reading.rules == 1:
        return _first_table(file, list(rows.values()), reading)
    title = str(sheet.title)
    notes = _filled(rows, merged)
    if others and not reading.options.sheet:
        shown = ", ".join(f"“{name}”" for name in others[:8])
        notes = (f"The sheet “{title}” was read; there is also {shown}.", *notes)
    return table_of_cells(file, list(rows.values()), reading, sheet=title if others else "", notes=notes)


def _check_unfolded(file: Path) -> None:
    try:
        with zipfile.ZipFile(file) as archive:
            unfolded = sum(member.file_size for member in archive.infolist())
            refuse_zip_bomb(file.name, archive)
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise NetloomError(f"{file.name} is damaged or no Excel workbook ({type(error).__name__}).") from None
    allowed = min(UNFOLDED, budget() // 4)  # its text takes several times as much once it is objects
    if unfolded > allowed:
        raise NetloomError(f"{file.name} unfolds to more than {allowed / GIGABYTE:.1f} GB; save the sheet as CSV.")


def _sheet(file: Path, book: Any, reading: Reading) -> tuple[Any, list[str]]:
    """The sheet that is asked for, or that the recipe knows, or else the first that holds a table; and the others."""
    sheets = {str(sheet.title): sheet for sheet in book.worksheets}
    if not sheets:
        raise NetloomError(f"{file.name} has no sheet with cells.")
    if reading.rules == 1:
        return book.worksheets[0], []
    wanted = reading.options.sheet or (reading.recipe.dialect.sheet if reading.recipe else "")
    if wanted and wanted not in sheets and (reading.options.sheet or len(sheets) > 1):
        shown = ", ".join(f"“{name}”" for name in list(sheets)[:20])
        raise UnreadableTableError(f"{file.name} has no sheet “{wanted}”; it has {shown}.", "sheet")
    if wanted not in sheets:
        wanted = next((name for name, sheet in sheets.items() if _holds_table(sheet)), next(iter(sheets)))
    return sheets[wanted], [name for name in sheets if name != wanted]


def _holds_table(sheet: Any) -> bool:
    """Whether a sheet has several rows of several cells near its top."""
    rows = itertools.islice(sheet.iter_rows(values_only=True), 100)
    return sum(sum(cell is not None for cell in row) > 1 for row in rows) > 2


def _rows(file: Path, sheet: Any) -> dict[int, tuple[object, ...]]:
    """The rows of a sheet that hold anything, by their numbers from 1."""
    rows: dict[int, tuple[object, ...]] = {}
    cells, allowed = 0, min(CELLS, budget() // CELL)
    for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
        if number > LAST_ROW:
            raise NetloomError(f"{file.name} has rows beyond {LAST_ROW:,}, the last that Excel knows; save it anew.")
        cells += len(row)
        if cells > allowed or len(row) > COLUMNS:
            raise NetloomError(f"{file.name} has more cells than can be read; save the sheet as CSV.")
        if any(cell is not None for cell in row):
            rows[number] = row
    return rows


def _merged(file: Path, sheet: Any) -> tuple[tuple[int, int, int, int], ...]:
    """The merged cells of a sheet: first row, last row, first column, last column, from 1.

    openpyxl passes over them where it reads row by row.
    """
    import openpyxl.utils

    place = str(getattr(sheet, "_worksheet_path", "")).lstrip("/")
    with zipfile.ZipFile(file) as archive, archive.open(place) as part:
        # They stand behind all rows, so that only the end need be kept.
        end = b""
        while block := part.read(BLOCK):
            end = (end + block)[-2 * BLOCK :]
    found = []
    for match in _MERGED.finditer(end):
        left, top, right, bottom = openpyxl.utils.range_boundaries(match[1].decode())
        found.append((top, bottom, left, right))
    return tuple(found)


def _filled(rows: dict[int, tuple[object, ...]], merged: Sequence[tuple[int, int, int, int]]) -> tuple[str, ...]:
    """Give every cell that was merged the value that stands in the first of them; a note says how many there were."""
    count = 0
    for top, bottom, left, right in merged:
        value = rows[top][left - 1] if top in rows and left <= len(rows[top]) else None
        if value is None:
            continue
        for number in range(top, bottom + 1):
            # Cells beside each other in one row are a title, or a name that spans columns.
            if number == top or number not in rows:
                continue
            row = list(rows[number]) + [None] * (right - len(rows[number]))
            row[left - 1 : right] = [value] * (right - left + 1)
            rows[number] = tuple(row)
            count += 1
    return (f"Merged cells are filled with their value ({count} rows).",) if count else ()


def table_of_cells(
    file: Path, rows: list[tuple[object, ...]], reading: Reading, sheet: str = "", notes: tuple[str, ...] = ()
) -> RawTable:
    """The table in ``rows`` of values, of which the first may be titles, names and units.

    Raises
    ------
    NetloomError
        if there are none, or they do not hold what their recipe knows.
    """
    import pandas as pd

    if not rows:
        raise no_rows(file)
    width = max(map(len, rows))
    rows = [row + (None,) * (width - len(row)) for row in rows]
    texts = [[_text(cell) for cell in row] for row in rows[:LOOKED_ROWS]]
    known = reading.recipe
    if known and not known.dialect.delimiter:
        start = fitting_start(file, texts, known.dialect.skip, known)
        if start is None and known.dialect.header and not find_layout(texts, reading.options).names:
            raise no_names(file, texts, known.dialect.skip, known)
        dialect = known.dialect if start is None else replace(known.dialect, skip=start)
    else:
        layout = find_layout(texts, reading.options)
        named = layout.names > 0
        names = max(layout.names, 1)
        above = (above_note(layout.skip),) if layout.skip and reading.options.skip is None else ()
        why = above + layout.why
        dialect = Dialect(named, layout.skip, names=names, below=layout.below, sheet=sheet, why=why)
    heading = heading_of(texts, dialect, width)
    body, left = _without_footer(rows[heading.below :], reading)
    if not body:
        raise UnreadableTableError(f"{file.name} has a line of names but no lines of values.", "header")
    frame = pd.DataFrame(body, columns=pd.Index(heading.names))
    # A column of an empty header without any value is what formatting leaves behind.
    blank = [name for name in heading.nameless if frame[name].isna().all()]
    frame = frame.drop(columns=blank)
    below = len(rows) - heading.below - len(body)
    differing = notes + left
    notes += dialect.why + left
    roles = heading.roles
    return RawTable(frame, dialect, notes, heading.units, heading.types, roles, below=below, differing=differing)


def _text(cell: object) -> str:
    return "" if cell is None else str(cell).strip()


def _without_footer(
    rows: list[tuple[object, ...]], reading: Reading
) -> tuple[list[tuple[object, ...]], tuple[str, ...]]:
    """The rows without those below the table, and a note about them."""
    if reading.options.footer is not None:
        return rows[: len(rows) - reading.options.footer], ()
    body, last = ([[_text(cell) for cell in row] for row in part] for part in (rows[:LOOKED_ROWS], rows[-FOOTER:]))
    below = rows_below(body, last)
    if not below:
        return rows, ()
    return rows[:-below], (footer_note(" ".join(filter(None, last[-below])), below),)


def _first_table(file: Path, rows: list[tuple[object, ...]], reading: Reading) -> RawTable:
    """The table by the rules of Netloom 0.1."""
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
