"""Encoded pictures in a column of a Parquet file, as Hugging Face packs them: read a few at a time, never all at once.

Such a picture has a path as a file has: that of the Parquet file, the column and the row (``pets.parquet/image/row
17.png``), so that whatever lists, names, stamps or decodes pictures need not know where they lie.
"""

from __future__ import annotations

import re
import warnings
from bisect import bisect_right
from collections import deque
from collections.abc import Collection, Iterator
from io import BytesIO
from itertools import islice
from pathlib import Path, PurePosixPath
from threading import Lock
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from app.data.readers.file_access import files_below, stamp
from app.data.readers.file_memory import remembered
from app.data.readers.table_format import parquet_parts

if TYPE_CHECKING:
    from pyarrow import DataType

ENDINGS = (".parquet", ".pq")
BATCH, HELD = 64, 4
"""Pictures that are read in one go, and how many such batches are held: several threads ask for neighbours."""
OPEN = 8
"""Columns that are kept open."""
LOOKED_AT = 200
"""Files of a folder that are looked at to find out whether it is one of Parquet files."""
ENDING = ".png"
"""How the names of packed pictures end, whatever their format; it is found from their bytes."""
_ROW = re.compile(r"row (\d+)\.png")


def is_packed(path: Path) -> bool:
    """Whether a path leads into a row of a Parquet file."""
    return len(path.parts) > 2 and bool(_ROW.fullmatch(path.name)) and path.parts[-3].lower().endswith(ENDINGS)


def names_row(text: str, columns: Collection[str]) -> bool:
    """Whether a name is one that `packed_names` gives a picture in one of these columns."""
    inner = PurePosixPath(text)
    return bool(_ROW.fullmatch(inner.name)) and unquote(inner.parent.name) in columns


def stored_in(path: Path) -> Path:
    """The file that holds a picture: ``path`` itself, or the Parquet file that it leads into."""
    return path.parent.parent if is_packed(path) else path


def packed_names(file: Path, part: Path, column: str, rows: int) -> list[str]:
    """Names of the pictures in a column of ``part``, a Parquet file that is ``file`` or lies in it, seen from there."""
    inner = f"{part.relative_to(file).as_posix()}/" if part != file else ""
    return [f"{inner}{quote(column, safe=' ')}/row {row + 1}{ENDING}" for row in range(rows)]


def is_parquet(path: Path) -> bool:
    """Whether ``path`` is a Parquet file, or a folder of such files."""
    if not path.is_dir():
        return path.suffix.lower() in ENDINGS
    some = islice(files_below(path), LOOKED_AT)
    return any(entry.name.endswith(".parquet") for entry in some) and bool(parquet_parts(path))


def picture_columns(path: Path) -> tuple[str, ...]:
    """The columns of a Parquet file, or of a folder of such files, that hold encoded pictures; none of others.

    Nothing but the first pictures is read.
    """
    if not is_parquet(path):
        return ()
    first = path if path.is_file() else parquet_parts(path)[0]
    try:
        return _columns_of(first, stamp(first))
    except Exception:  # whoever reads the table says what is wrong with it
        return ()


@remembered(OPEN)
def _columns_of(file: Path, stamped: tuple[int, int]) -> tuple[str, ...]:
    from pyarrow.parquet import ParquetFile

    with ParquetFile(file) as opened:
        schema = opened.schema_arrow
        bytes_columns = [field.name for field in schema if _leaf(field.name, field.type)]
    return tuple(name for name in bytes_columns if PackedColumn(file, name).holds_pictures())


def _leaf(name: str, kind: DataType) -> str:
    """The path of the bytes in a column: itself, or its field ``bytes``; empty for a column of something else."""
    from pyarrow import types

    if types.is_binary(kind) or types.is_large_binary(kind):
        return name
    if not types.is_struct(kind) or kind.get_field_index("bytes") < 0:
        return ""
    inner = kind.field("bytes").type
    return f"{name}.bytes" if types.is_binary(inner) or types.is_large_binary(inner) else ""


def encoded_picture(path: Path) -> bytes:
    """The bytes of a packed picture; empty where its row has none.

    Raises
    ------
    Exception
        almost any, if the Parquet file is damaged, or has no such column or row.
    """
    found = _ROW.fullmatch(path.name)
    file = stored_in(path)
    assert found is not None
    return _opened(file, stamp(file), unquote(path.parent.name))[int(found[1]) - 1]


class PackedColumn:
    """The encoded pictures in a column of a Parquet file, by their rows, fastest in their order."""

    def __init__(self, file: Path, column: str) -> None:
        from pyarrow.parquet import ParquetFile

        self._file: Any = ParquetFile(file, buffer_size=1 << 20)
        self._leaf = _leaf(column, self._file.schema_arrow.field(column).type)
        sizes = [self._file.metadata.row_group(group).num_rows for group in range(self._file.num_row_groups)]
        self._starts = [sum(sizes[:group]) for group in range(len(sizes))]
        self._lock = Lock()
        self._held: deque[tuple[int, list[bytes | None]]] = deque(maxlen=HELD)
        self._coming: Iterator[Any] = iter(())
        self._next = -1

    def __getitem__(self, row: int) -> bytes:
        """The bytes in a row; empty where there are none."""
        with self._lock:
            batch = self._batch_of(row)
            if batch is None:
                group = bisect_right(self._starts, row) - 1
                if not 0 <= self._next <= row or self._starts[group] > self._next:
                    self._coming = self._file.iter_batches(
                        BATCH, row_groups=range(group, len(self._starts)), columns=[self._leaf]
                    )
                    self._next = self._starts[group]
                while self._next <= row:
                    self._take()
                batch = self._held[-1]
            return batch[1][row - batch[0]] or b""

    def _batch_of(self, row: int) -> tuple[int, list[bytes | None]] | None:
        return next((batch for batch in self._held if 0 <= row - batch[0] < len(batch[1])), None)

    def _take(self) -> None:
        """Read the next batch."""
        values = next(self._coming).column(0)
        cells: list[Any] = values.to_pylist()
        batch = [cell["bytes"] if isinstance(cell, dict) else cell for cell in cells]
        self._held.append((self._next, batch))
        self._next += len(batch)

    def holds_pictures(self) -> bool:
        """Whether the first bytes that there are are a picture."""
        rows = min(BATCH, self._file.metadata.num_rows)
        some = next((found for row in range(rows) if (found := self[row])), b"")
        return _is_picture(some)


def _is_picture(encoded: bytes) -> bool:
    """Whether bytes are a picture of a known format."""
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            Image.open(BytesIO(encoded)).close()
    except Exception:  # PIL raises almost anything at bytes that are none
        return False
    return True


@remembered(OPEN)
def _opened(file: Path, stamped: tuple[int, int], column: str) -> PackedColumn:
    return PackedColumn(file, column)
