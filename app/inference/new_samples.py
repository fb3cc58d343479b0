"""New samples that are more than rows of a table: texts in files, and the latest window of each series."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from app.data.dataset import Array, FieldInfo
from app.data.padding import padded
from app.data.readers.sequence_samples import INPUT, Cut, Recording, laid_out, samples_of
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


def sequences_of(
    recordings: Sequence[Recording], cut: Cut, fields: Sequence[FieldInfo], place: str
) -> tuple[dict[str, Array], tuple[str, ...]]:
    """New recordings as training saw its own: padded, with their lengths, and what each sample is called.

    ``fields`` are those that the network reads; ``place`` begins the sentence of an error.

    Raises
    ------
    NetloomError
        if a sample is longer than what the network takes.
    """
    if not recordings:
        raise NetloomError(f"{place} holds no sequence.")
    field = next((field for field in fields if field.name == INPUT), fields[0])
    samples, names, _ = samples_of(recordings, cut)
    longest = max(map(len, samples))
    short = min(map(len, samples)) < (field.shape.time or longest)
    if short and not field.lengths:
        raise NetloomError(
            f"{place} has {min(map(len, samples))} steps, but every sample of the training data has "
            f"{field.shape.time or longest}; give as many."
        )
    values, steps = padded(laid_out(samples, longest, math.nan), field, place)
    arrays = {field.name: np.asarray(values, np.float32)}
    return arrays | ({field.lengths: steps} if field.lengths else {}), tuple(names)


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
