"""Parsing a large CSV file in pieces, side by side, without ever holding more than its table."""

from __future__ import annotations

import codecs
import io
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from app.data.dataset import Array

if TYPE_CHECKING:
    import pandas as pd

PIECE = 1 << 21
"""Bytes that are parsed at a time; files of less than a few pieces are not cut."""
BLOCK = 1 << 20
"""Bytes read at a time where line ends are looked for."""


def in_pieces(file: Path, header: bool, options: dict[str, Any]) -> pd.DataFrame | None:
    """The table in a large UTF-8 file, parsed by several threads; None where it must be parsed whole.

    A quoted cell may hold line ends, so a file with quotes is not cut. Pieces that disagree about a column's type,
    and whatever is wrong with a line, are left to the whole file as well, which knows the line's number.
    """
    import pandas as pd

    if file.stat().st_size < 8 * PIECE:
        return None
    with file.open("rb") as stream:
        first = stream.readline(BLOCK)
        cuts, spaced = _cuts(stream, len(first) if header else 0, options["sep"].encode())
    # Looking for blanks after every sign makes the parser a third slower, so it is only asked for where there are any.
    options = {**options, "skipinitialspace": spaced}
    if cuts is None or not first.strip() or (not header and first.startswith(codecs.BOM_UTF8)):
        return None

    def parse(low: int, high: int) -> pd.DataFrame:
        with io.BufferedReader(_Slice(file, low, high), 1 << 18) as piece:
            frame: pd.DataFrame = pd.read_csv(piece, header=None, **options)
            return frame

    try:
        named = pd.read_csv(io.BytesIO(first), header=0 if header else None, **options).columns
        with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as threads:
            return _joined(threads.map(parse, cuts, cuts[1:]), named, cuts)
    except (ValueError, OverflowError, Warning):
        return None


def _cuts(stream: IO[bytes], start: int, sign: bytes) -> tuple[list[int] | None, bool]:
    """Places after line ends, about a piece apart, from ``start`` to the end; None if there are quotes.

    The second says whether a cell may begin with a blank.
    """
    spaced, blanks, last = False, (sign + b" ", b"\n "), b""
    stream.seek(0)
    places, at = [start], 0
    while block := stream.read(BLOCK):
        if b'"' in block:
            return None, True
        spaced = spaced or any(blank in last + block[:1] or blank in block for blank in blanks)
        last = block[-1:]
        if at + len(block) >= places[-1] + PIECE:
            found = block.find(b"\n", max(0, places[-1] + PIECE - at))
            if found >= 0:
                places.append(at + found + 1)
        at += len(block)
    return ([*places, at] if places[-1] < at else places), spaced or start == 0


class _Slice(io.RawIOBase):
    """The bytes of a file from ``low`` to ``high``, as a file."""

    def __init__(self, file: Path, low: int, high: int) -> None:
        self._stream = file.open("rb", buffering=0)
        self._stream.seek(low)
        self._left = high - low

    def readable(self) -> bool:
        """It can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill ``buffer`` with what comes next, as far as the slice goes."""
        wanted = memoryview(buffer).cast("B")[: self._left]
        count = self._stream.readinto(wanted) or 0 if len(wanted) else 0
        self._left -= count
        return count

    def close(self) -> None:
        """Close the file."""
        self._stream.close()
        super().close()


class _Column:
    """One column that grows piece by piece; numbers go straight to their place in one array."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._rows = 0
        self._values: Array | None = None
        self._others: list[Any] = []

    def add(self, series: pd.Series[Any]) -> bool:
        """Take in a piece; False if it is of another type than those before."""
        kind = series.dtype
        if not (isinstance(kind, np.dtype) and kind.kind in "if"):
            if self._values is not None or (self._others and self._others[0].dtype != kind):
                return False
            self._others.append(series)
            return True
        if self._others or self._rows + len(series) > self._room:
            return False
        if self._values is None:
            # Pages of this array that are never reached cost nothing.
            self._values = np.empty(self._room, dtype=kind)
        elif self._values.dtype != kind and self._values.dtype.kind == "i":
            wider = np.empty(self._room, dtype=np.float64)
            wider[: self._rows] = self._values[: self._rows]
            self._values = wider
        self._values[self._rows : self._rows + len(series)] = series.to_numpy()
        self._rows += len(series)
        return True

    def whole(self) -> Any:
        """All that was taken in."""
        import pandas as pd

        if self._values is not None:
            return self._values[: self._rows]
        return pd.concat(self._others, ignore_index=True)


def _joined(pieces: Iterable[pd.DataFrame], named: pd.Index[Any], cuts: list[int]) -> pd.DataFrame | None:
    import pandas as pd

    columns: list[_Column] = []
    for piece in _of_width(pieces, len(named)):
        if not columns:
            # Lines get shorter or longer further down; twice the room of the first piece covers all but odd files.
            room = int(2 * len(piece) * (cuts[-1] - cuts[0]) / (cuts[1] - cuts[0])) + 1
            columns = [_Column(room) for _ in range(len(named))]
        if not all(column.add(piece[place]) for place, column in enumerate(columns)):
            return None
    frame = pd.DataFrame({place: column.whole() for place, column in enumerate(columns)}, copy=False)
    frame.columns = named
    return frame


def _of_width(pieces: Iterable[pd.DataFrame], width: int) -> Iterator[pd.DataFrame]:
    for piece in pieces:
        if len(piece.columns) != width:
            raise ValueError("pieces of different width")
        yield piece
