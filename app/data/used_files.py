"""Data dependencies: which files a data source opens while it reads its samples, found by an audit hook on `open`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from app.data.readers.file_access import files_below
from app.data.readers.file_memory import forget_files
from app.data.sources.file_source import FileSource
from app.system.home import home, home_in
from app.system.work_folder import work_folder

UNTRACED = frozenset({".parquet", ".pq", ".h5", ".hdf5", ".heic", ".heif", ".avif"})
"""Formats whose libraries open files without Python: in a folder all such files count as used."""
_opened: list[set[str]] = []


def used_files(source: FileSource, file: Path) -> tuple[Path, ...]:
    """The files below the folder of ``file`` that ``source`` reads, sorted; ``file`` itself is where its path leads.

    Everything is read anew, without what earlier readings have kept.

    Raises
    ------
    NetloomError
        if the data cannot be read.
    """
    forget_files()
    with _recorded() as opened:
        source.changed(sha256="").read(file)
    root = file.parent
    inside = {Path(name) for name in opened if _belongs(Path(name), root)}
    if file.is_dir():
        inside |= {Path(entry.path) for entry in files_below(file) if Path(entry.path).suffix.lower() in UNTRACED}
    else:
        inside |= {file, *source.beside(file)}
    return tuple(sorted(path for path in inside if path.is_file()))


def _belongs(path: Path, root: Path) -> bool:
    """Whether an opened file is data below ``root``, and not a part of Python, of Netloom or of a cache."""
    if not path.is_relative_to(root) or any(path.is_relative_to(other) for other in (sys.prefix, sys.base_prefix)):
        return False
    inner = path.relative_to(root)
    code = Path(__file__).resolve().parent.parent
    hidden = any(part.startswith(".") for part in inner.parts)
    return not (hidden or path.is_relative_to(code) or path.is_relative_to(home().absolute()))


@contextmanager
def _recorded() -> Iterator[set[str]]:
    """Names of the files that are opened meanwhile; the caches of data are empty ones for so long."""
    _listen()
    opened: set[str] = set()
    with work_folder() as empty, home_in(empty):
        _opened.append(opened)
        try:
            yield opened
        finally:
            _opened.remove(opened)


@cache
def _listen() -> None:
    """Hear of files that are opened; a hook cannot be taken away again, so there is only one."""
    sys.addaudithook(_on_audit)


def _on_audit(event: str, arguments: tuple[object, ...]) -> None:
    if event != "open" or not _opened or not isinstance(arguments[0], str | bytes | os.PathLike):
        return
    name = os.path.abspath(os.fsdecode(arguments[0]))  # noqa: PTH100 - Path.absolute keeps “..”
    for opened in _opened:
        opened.add(name)
