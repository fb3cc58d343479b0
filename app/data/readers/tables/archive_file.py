"""Reader of compressed tables: one file in gz, bz2 or xz, or one of those in a zip, unfolded within bounds."""

from __future__ import annotations

import bz2
import gzip
import lzma
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import IO, Any, cast

from app.data.readers.table_format import TEXTS, RawTable, Reading, UnreadableTableError, reader_of, reads
from app.system.archive_faults import DAMAGED
from app.system.memory_budget import GIGABYTE, budget
from app.system.unfolding import refuse_bomb, refuse_zip_bomb
from app.system.work_folder import work_folder
from graph.errors import NetloomError

BLOCK = 1 << 20
"""Bytes that are unfolded in one go."""
ENDINGS = {*TEXTS, ".xlsx", ".json", ".jsonl", ".ndjson", ".arff", ".parquet"}
"""Endings by which a table in an archive is known."""
COMPRESSED = (".gz", ".bz2", ".xz")
"""Endings of single files that were compressed."""


@reads(*COMPRESSED)
def read_compressed(file: Path, reading: Reading) -> RawTable:
    """The table in a file that was compressed.

    Raises
    ------
    NetloomError
        if it is damaged, unfolds too far, or holds no table.
    """
    name = file.stem if file.suffix.lower() in COMPRESSED else file.name
    return _read_inner(file, name, lambda: _opened(file), reading)


def _opened(file: Path) -> IO[bytes]:
    """What is in a file that was compressed, by the way that its first bytes name."""
    with file.open("rb") as stream:
        begins = stream.read(6)
    if begins.startswith(b"BZh"):
        return cast("IO[bytes]", bz2.BZ2File(file))
    if begins.startswith(b"\xfd7zXZ"):
        return cast("IO[bytes]", lzma.LZMAFile(file))
    return cast("IO[bytes]", gzip.GzipFile(file))


@reads(".zip")
def read_zip(file: Path, reading: Reading) -> RawTable:
    """The table in an archive: its only one, or that which is said or was read before.

    Raises
    ------
    NetloomError
        if it is damaged, unfolds too far, or holds no table or several.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            refuse_zip_bomb(file.name, archive)
            name, others = _member(file, archive, reading)
            raw = _read_inner(file, PurePosixPath(name).name, lambda: archive.open(name), reading)
    except NetloomError:
        raise
    except DAMAGED as error:
        raise _damaged(file, error) from None
    notes = (f"“{name}” was read; {file.name} also holds {', '.join(others[:6])}.",) if others else ()
    return replace(raw, dialect=replace(raw.dialect, sheet=name if others else ""), notes=notes + raw.notes)


def _member(file: Path, archive: zipfile.ZipFile, reading: Reading) -> tuple[str, list[str]]:
    """The file in an archive that is to be read, and other tables."""
    names = [name for name in archive.namelist() if _is_own(name) and not name.endswith("/")]
    tables = [name for name in names if PurePosixPath(name).suffix.lower() in ENDINGS and not _is_about(name)]
    tables = tables or [name for name in names if len(names) == 1]
    wanted = reading.options.sheet or (reading.recipe.dialect.sheet if reading.recipe else "")
    shown = ", ".join(tables[:8]) or "none that is known to be a table"
    if wanted and (wanted in names or reading.options.sheet or len(tables) != 1):
        found = [name for name in names if wanted in (name, PurePosixPath(name).name)]
        if len(found) != 1:
            raise UnreadableTableError(f"{file.name} has no file “{wanted}”; it has {shown}.", "sheet")
        return found[0], [name for name in tables if name != found[0]]
    if len(tables) != 1:
        many = f"{file.name} holds {len(tables)} tables ({shown}); say which one by its name" if tables else ""
        none = f"{file.name} holds no table; its files are {', '.join(names[:6]) or 'none'}"
        raise UnreadableTableError(f"{many or none}.", *(("sheet",) if tables else ()))
    return tables[0], []


def _is_own(name: str) -> bool:
    """Whether a file in an archive is one of the user's, not of the system that made it."""
    parts = PurePosixPath(name).parts
    return bool(parts) and "__MACOSX" not in parts and not any(part.startswith(".") for part in parts)


def _is_about(name: str) -> bool:
    return PurePosixPath(name).stem.lower() in ("readme", "license", "licence", "about", "description", "index")


def _read_inner(file: Path, name: str, opened: Callable[[], IO[bytes]], reading: Reading) -> RawTable:
    if PurePosixPath(name).suffix.lower() in (*COMPRESSED, ".zip", ".tar", ".tgz"):
        raise NetloomError(f"{file.name} holds an archive within the archive; unpack it first.")
    allowed = budget() // 2
    with work_folder() as folder:
        inner = folder / (name or "table.csv")
        size, size_packed = 0, file.stat().st_size
        try:
            with opened() as packed, inner.open("wb") as unfolded:
                while block := packed.read(BLOCK):
                    size += len(block)
                    refuse_bomb(file.name, size, size_packed)
                    if size > allowed:
                        raise NetloomError(
                            f"{file.name} unfolds to more than {allowed / GIGABYTE:.1f} GB; use a smaller part."
                        )
                    unfolded.write(block)
        except NetloomError:
            raise
        except DAMAGED as error:
            raise _damaged(file, error) from None
        plain = replace(reading, options=replace(reading.options, sheet=""))
        return reader_of(inner)(inner, plain)


def _damaged(file: Path, error: Any) -> NetloomError:
    return NetloomError(f"{file.name} is damaged, locked by a password, or no archive ({type(error).__name__}).")
