"""Parquet reader: the whole table in a file of columns, if it is not too large."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from app.data.readers.picture_column import packed_names, picture_columns
from app.data.readers.recipe import Dialect
from app.data.readers.table_format import COLUMNS, RawTable, Reading, column_names, parquet_parts, reads
from app.protocol.data_values import ColumnType
from app.system.unfolding import refuse_bomb
from graph.errors import NetloomError

if TYPE_CHECKING:
    import pandas as pd

PART_WORDS = ("train", "validation", "valid", "val", "dev", "test")
"""How the names of files begin that hold a part of the split."""
SPLIT = "split"
"""The column of these parts."""
UNFOLDED = 2**32
"""Most bytes that a table may take, at 8 a cell."""


@reads(".parquet", ".pq")
def read_parquet(file: Path, reading: Reading) -> RawTable:
    """The table in a Parquet file, or in a folder of such files, which know themselves how they are written.

    Raises
    ------
    NetloomError
        if the file is damaged, empty or too large.
    """
    import pyarrow.dataset

    with _refusing(file, "Parquet"):
        parts = [file] if file.is_file() else parquet_parts(file)
        table = pyarrow.dataset.dataset([str(part) for part in parts], format="parquet")
        pictures = [name for name in picture_columns(file) if _is_new(name, reading)]
        rows = int(table.count_rows())
        refuse_bomb(file.name, 8 * rows * len(table.schema.names), sum(part.stat().st_size for part in parts))
        raw = _raw(file, table, rows, pictures)
        return _with_pictures(_with_classes(raw, table.schema.metadata, reading), file, parts, pictures, reading)


@reads(".feather", ".arrow", ".ipc")
def read_feather(file: Path, reading: Reading) -> RawTable:
    """The table in a Feather file.

    Raises
    ------
    NetloomError
        if the file is damaged, empty or too large.
    """
    import pyarrow.dataset

    with _refusing(file, "Feather"):
        table = pyarrow.dataset.dataset(file, format="feather")
        rows = int(table.count_rows())
        refuse_bomb(file.name, 8 * rows * len(table.schema.names), file.stat().st_size)
        return _raw(file, table, rows)


@contextmanager
def _refusing(file: Path, format: str) -> Iterator[None]:
    """Turn what goes wrong within a file into a sentence."""
    try:
        yield
    except (NetloomError, OSError) as error:
        if isinstance(error, NetloomError) or error.errno:
            raise
        raise NetloomError(f"{file.name} is damaged or no {format} file ({type(error).__name__}).") from None
    except Exception as error:
        raise NetloomError(f"{file.name} is damaged or no {format} file ({type(error).__name__}).") from None


def _is_new(name: str, reading: Reading) -> bool:
    """Whether a column that was left out before is read: not by the first rules, nor where the recipe lacks it."""
    return reading.rules != 1 and (reading.recipe is None or name in reading.recipe.by_name)


def _with_pictures(
    raw: RawTable, file: Path, parts: Sequence[Path], pictures: Sequence[str], reading: Reading
) -> RawTable:
    """With a name for each packed picture, and the part of the split that the names of several files tell."""
    if not pictures:
        return raw
    import pandas as pd
    from pyarrow.parquet import read_metadata

    rows = [read_metadata(part).num_rows for part in parts]
    frame = raw.frame
    for place, name in enumerate(pictures):
        names = [
            text for part, count in zip(parts, rows, strict=True) for text in packed_names(file, part, name, count)
        ]
        frame.insert(place, name, pd.Series(names, dtype="str"))
    known = [next((word for word in PART_WORDS if part.name.lower().startswith(word)), "") for part in parts]
    if all(known) and len(set(known)) > 1 and SPLIT not in frame and _is_new(SPLIT, reading):
        frame[SPLIT] = pd.Series(np.repeat(known, rows), dtype="str")
    return raw


def _with_classes(raw: RawTable, metadata: Mapping[bytes, bytes] | None, reading: Reading) -> RawTable:
    """With the names of classes in the place of their numbers, where the file describes them as Hugging Face does."""
    categories: dict[str, tuple[str, ...]] = {}
    for name, names in _class_names(metadata or {}).items():
        recipe = reading.recipe.by_name.get(name) if reading.recipe else None
        kept = reading.rules == 1 or (reading.recipe and (recipe is None or recipe.type is not ColumnType.CATEGORY))
        if name in raw.frame and raw.frame[name].dtype.kind in "iuf" and not kept:
            raw.frame[name] = raw.frame[name].map(dict(enumerate(names))).astype("str")
            categories[name] = names
    types = dict.fromkeys(categories, ColumnType.CATEGORY)
    return replace(raw, types={**raw.types, **types}, categories={**raw.categories, **categories})


def _class_names(metadata: Mapping[bytes, bytes]) -> dict[str, tuple[str, ...]]:
    """The names of classes by column; none where nothing is said of them, or nothing that can be read."""
    try:
        features = json.loads(metadata.get(b"huggingface", b"{}"))["info"]["features"]
        return {
            str(name): tuple(map(str, feature["names"]))
            for name, feature in features.items()
            if isinstance(feature, dict) and feature.get("_type") == "ClassLabel"
        }
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


def _raw(file: Path, table: Any, rows: int, pictures: Sequence[str] = ()) -> RawTable:
    """The columns of values; those of lists, records and bytes that are no ``pictures`` are left out with a note."""
    import pyarrow

    schema = table.schema
    if len(schema.names) > COLUMNS or rows * len(schema.names) * 8 > UNFOLDED:
        raise NetloomError(f"{file.name} is too large to be read whole; use a smaller part of it.")
    nested = [
        field.name
        for field in schema
        if pyarrow.types.is_nested(field.type)
        or pyarrow.types.is_binary(field.type)
        or pyarrow.types.is_large_binary(field.type)
    ]
    values = table.to_table(columns=[name for name in schema.names if name not in nested])
    values.validate(full=True)  # Arrow trusts where a file says its texts begin, and reads past the end of its memory
    frame: pd.DataFrame = values.to_pandas()
    if nested and not (len(frame.columns) or pictures):
        raise NetloomError(f"{file.name} holds only lists, records or bytes; a column of numbers or words is needed.")
    if not len(frame) or not (len(frame.columns) or pictures):
        raise NetloomError(f"{file.name} holds no rows.")
    frame.columns = type(frame.columns)(column_names(list(frame.columns), header=True))
    notes = tuple(
        f"Column “{name}” holds lists, records or bytes and is left out." for name in nested if name not in pictures
    )
    return RawTable(frame, Dialect(), notes)
