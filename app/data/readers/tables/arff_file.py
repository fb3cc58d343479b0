"""ARFF reader (the format of Weka and OpenML): its header says the types of columns and their categories."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.data.readers.charset import find_encoding
from app.data.readers.file_access import room_to_read
from app.data.readers.recipe import Dialect
from app.data.readers.table_format import COLUMNS, RawTable, Reading, column_names, no_rows, reads, too_wide
from app.protocol.data_values import ColumnType
from graph.errors import NetloomError

if TYPE_CHECKING:
    import pandas as pd

TIMES = 16
"""So many times its size a file takes in memory while it is read."""
_QUOTED = r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\""
_ATTRIBUTE = re.compile(rf"@attribute\s+({_QUOTED}|[^\s{{]+)\s*(.+)", re.IGNORECASE)
_CELL = re.compile(rf"\s*({_QUOTED}|[^,]*?)\s*(?:,|$)")
_PAIR = re.compile(rf"(\d+)\s+({_QUOTED}|[^,]+)")


@dataclass(frozen=True)
class _Attribute:
    """A column: ``kind`` is ``numeric``, ``nominal`` (one of ``categories``) or ``text``."""

    name: str
    kind: str
    categories: tuple[str, ...] = ()

    @property
    def absent(self) -> str:
        """What is meant where a sparse row does not name the column."""
        return "0" if self.kind == "numeric" else self.categories[0] if self.categories else ""


@reads(".arff")
def read_arff(file: Path, reading: Reading) -> RawTable:
    """The table in an ARFF file, dense or sparse.

    Raises
    ------
    NetloomError
        if it is damaged or too large; the sentence names the line.
    """
    import pandas as pd

    room_to_read(file, TIMES, "save the table as CSV")
    raw = file.read_bytes()
    if not raw.strip():
        raise no_rows(file)
    encoding = find_encoding(file, raw)
    lines = raw.decode(encoding.name, "replace").splitlines()
    attributes, first = _header(file, lines)
    rows = list(_rows(file, lines, first, attributes))
    if not rows:
        raise NetloomError(f"{file.name} holds no rows below “@data”.")
    names = column_names([attribute.name for attribute in attributes], header=True)
    cells = list(zip(*rows, strict=True))
    frame = pd.DataFrame(dict(enumerate(map(_series, attributes, cells))))
    frame.columns = pd.Index(names)
    kinds = {"numeric": ColumnType.NUMBER, "nominal": ColumnType.CATEGORY}
    types = {name: kinds[each.kind] for name, each in zip(names, attributes, strict=True) if each.kind in kinds}
    categories = {name: each.categories for name, each in zip(names, attributes, strict=True) if each.categories}
    return RawTable(frame, Dialect(), encoding.why, types=types, categories=categories)


def _header(file: Path, lines: Sequence[str]) -> tuple[list[_Attribute], int]:
    """The columns that the lines above the data declare, and the number of the first line of data."""
    attributes: list[_Attribute] = []
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if text.lower().startswith("@data"):
            if not attributes:
                break
            if len(attributes) > COLUMNS:
                raise too_wide(file, len(attributes))
            return attributes, number
        if text.lower().startswith("@attribute"):
            attributes.append(_attribute(file, number, text))
    raise NetloomError(f"{file.name} is damaged or no ARFF file: it has no “@attribute” or no “@data”.")


def _attribute(file: Path, number: int, text: str) -> _Attribute:
    match = _ATTRIBUTE.fullmatch(text)
    kind = match[2].strip() if match else ""
    name = _bare(match[1]) if match else ""
    if kind.startswith("{") and kind.rstrip().endswith("}"):
        listed = tuple(_bare(cell) for cell in _cells(kind.strip()[1:-1]))
        return _Attribute(name, "nominal", tuple(dict.fromkeys(filter(None, listed))))
    word = kind.split()[0].lower() if kind else ""
    if word in ("numeric", "real", "integer"):
        return _Attribute(name, "numeric")
    if word in ("string", "date"):
        return _Attribute(name, "text")
    raise NetloomError(f"{file.name}, line {number}: “{text[:60]}” declares no column that can be read.")


def _rows(file: Path, lines: Sequence[str], first: int, attributes: Sequence[_Attribute]) -> Iterator[list[str | None]]:
    """The cells of each line of data, missing where there is a question mark."""
    for number, line in enumerate(lines[first:], first + 1):
        text = line.strip()
        if not text or text.startswith("%"):
            continue
        sparse = text.startswith("{")
        cells = _sparse(text, attributes) if sparse else _cells(text)
        if len(cells) == len(attributes) + 1 and cells[-1].startswith("{"):
            cells = cells[:-1]  # how much the row weighs
        if len(cells) != len(attributes):
            raise NetloomError(
                f"{file.name}, line {number} has {len(cells)} values where {len(attributes)} columns are declared."
            )
        yield [None if cell == "?" else _bare(cell) for cell in cells]


def _sparse(text: str, attributes: Sequence[_Attribute]) -> list[str]:
    cells = [attribute.absent for attribute in attributes]
    for place, value in _PAIR.findall(text[1 : text.rfind("}")]):
        if int(place) >= len(cells):
            return [""] * (int(place) + 1 if int(place) < COLUMNS else COLUMNS + 1)
        cells[int(place)] = value.strip()
    return cells


def _cells(text: str) -> list[str]:
    """The parts of a line between commas, in quotes or not."""
    if "'" not in text and '"' not in text:
        return [cell.strip() for cell in text.split(",")]
    cells: list[str] = []
    place = 0
    while place <= len(text):
        match = _CELL.match(text, place)
        if match is None:
            return [*cells, text[place:]]
        cells.append(match[1])
        if match.end() == len(text) and not match[0].endswith(","):
            return cells
        place = match.end()
    return cells


def _bare(cell: str) -> str:
    """A cell without quotes and what they hide."""
    cell = cell.strip()
    quoted = len(cell) > 1 and cell[0] == cell[-1] and cell[0] in "'\""
    return re.sub(r"\\(.)", r"\1", cell[1:-1]) if quoted else cell


def _series(attribute: _Attribute, cells: Sequence[str | None]) -> pd.Series[Any]:
    import pandas as pd

    texts = pd.Series([cell or None for cell in cells], dtype="str")
    if attribute.kind != "numeric":
        return texts
    values = pd.to_numeric(texts, errors="coerce")
    return values if values.isna().equals(texts.isna()) else texts
