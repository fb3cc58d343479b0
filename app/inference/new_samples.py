"""New samples that are more than rows of a table: texts in files, and the latest window of each series."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from app.data.dataset import Array, FieldInfo
from app.data.sources.series import Series
from app.data.sources.source import Source
from app.data.sources.texts import Text, text_of
from app.inference.new_rows import features_of, new_table
from graph.errors import NetloomError

MOST = 10_000
"""Most texts that are read from a folder."""


def is_text(file: Path, source: Source) -> bool:
    """Whether a file, or each file in a folder, is one text as a whole, as ``source`` would have it."""
    if not isinstance(source, Text):
        return False
    return file.is_dir() or (file.suffix.lower() == ".txt" and not source.path.lower().endswith(".txt"))


def texts_of(file: Path) -> tuple[dict[str, str], tuple[str, ...]]:
    """The text in a file, or in each ``.txt`` file of a folder, by the name of the file; and what is none, with why.

    Raises
    ------
    NetloomError
        if there is none.
    """
    files = sorted(path for path in file.rglob("*.txt") if path.is_file()) if file.is_dir() else [file]
    if not 0 < len(files) <= MOST:
        raise NetloomError(f"{file.name} holds {len(files)} .txt files; from 1 to {MOST} are read.")
    texts, problems = {}, []
    for path in files:
        name = path.relative_to(file).as_posix() if file.is_dir() else path.name
        text = text_of(path) if path.stat().st_size else ""
        if text is None:
            problems.append(f"{name} is too large, or no text")
        else:
            texts[name] = text
    if not texts:
        raise NetloomError(f"{problems[0]}.")
    return texts, tuple(problems)


def series_of(file: Path, field: FieldInfo, source: Series) -> tuple[tuple[str, ...], Array]:
    """The latest window of each series in a table that tells them apart: their names, and (series, steps, features).

    Rows whose time cannot be read are left out.

    Without a column that does, all rows are one series without a name.

    Raises
    ------
    NetloomError
        if a column is missing, or a series is too short.
    """
    table = new_table(file, source)
    pieces = table.by_value(source.group) if source.group in table else {"": table}
    steps = field.shape.time or source.window
    windows = []
    for name, piece in pieces.items():
        rows = features_of(piece, field, source)
        if len(rows) < steps:
            whose = f"“{name}” in {file.name}" if name else file.name
            raise NetloomError(
                f"{whose} has {len(rows)} usable time steps, but the network reads {steps}; give more of them."
            )
        windows.append(rows[-steps:])
    return tuple(name for name in pieces if name), np.stack(windows)
