"""Picture listing: the files that a folder or a table names, with the class and the split of each."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np

from app.data.dataset import Array
from app.data.readers.column_values import CLASSES, class_labels
from app.data.readers.file_access import files_below, readable
from app.data.readers.likely_roles import PART_NAMES, is_called_target, likely_target, part_numbers
from app.data.readers.picture_file import SUFFIXES
from app.data.readers.table_file import TableData, read_table
from app.protocol.data_values import ColumnType
from graph.errors import NetloomError

MOST = 2_000_000
"""Most files below a folder that is gone through."""
OTHERS = (".csv", ".tsv", ".txt", ".xlsx", ".parquet", ".npy", ".npz", ".safetensors", ".idx", "-ubyte", ".gz")
"""How the names of files end that hold other data."""
ENDINGS = tuple(SUFFIXES)
FIRST = 50
"""Rows of a table that are looked at to find its column of paths."""


@dataclass(frozen=True)
class Listing:
    """Pictures: ``held`` int64 (N,) is the class of each, ``given`` uint8 (N,) its part, or None.

    ``notes`` are sentences about what was passed over.
    """

    files: tuple[Path, ...]
    labels: Array
    classes: tuple[str, ...]
    given: Array | None = None
    notes: tuple[str, ...] = ()


def in_folder(folder: Path) -> Listing:
    """The pictures of a folder that holds a folder for each class, or such folders for training and test.

    Everything is sorted by name; hidden files and symbolic links are passed over.

    Raises
    ------
    NetloomError
        if there are not two folders with pictures, or far too many.
    """
    if not folder.is_dir():
        raise NetloomError(f"{folder.name} is not a folder; choose the folder that holds a folder for each class.")
    inner = list(_folders(folder))
    if inner and all(_part(inner_folder) is not None for inner_folder in inner):
        parted = {inner_folder: _by_class(inner_folder) for inner_folder in inner}
        if any(len(by_class) > 1 and _part(inner_folder) == 0 for inner_folder, by_class in parted.items()):
            return _of_parts(folder, parted)
    by_class = _by_class(folder)
    if len(by_class) < 2:
        raise _too_few(folder, by_class)
    _check_count(folder, by_class, "folders")
    return _listing(by_class.items(), tuple(by_class))


def _too_few(folder: Path, by_class: dict[str, list[Path]]) -> NetloomError:
    """Why a folder holds no classes, and what to do: often it is one of the files in it that is meant."""
    found = f"only the folder “{next(iter(by_class))}” holds" if by_class else "no folder in it holds"
    files = sorted(
        entry.name for entry in folder.iterdir() if _plain(entry.name) and entry.name.lower().endswith(OTHERS)
    )
    if files and not by_class:
        return NetloomError(f"{folder.name}: {found} pictures; to read a file such as {files[0]}, choose that file.")
    return NetloomError(
        f"{folder.name}: {found} pictures; put the pictures of each class, at least two, into a folder of its own."
    )


def _of_parts(folder: Path, parted: dict[Path, dict[str, list[Path]]]) -> Listing:
    """Folders such as ``train`` and ``test``, each of which holds a folder for each class."""
    in_order = sorted(parted, key=lambda inner: (_part(inner), inner.name))
    whole = {inner: parted[inner] for inner in in_order if parted[inner]}
    classes = tuple(sorted({name for by_class in whole.values() for name in by_class}))
    _check_count(folder, classes, "classes")
    listings = [_listing(by_class.items(), classes) for by_class in whole.values()]
    parts = [np.full(len(inner.files), _part(name), np.uint8) for name, inner in zip(whole, listings, strict=True)]
    bare = [inner.name for inner in parted if inner not in whole]
    notes = tuple(f"{name} holds no folders of classes and is left out." for name in bare)
    files = tuple(file for listing in listings for file in listing.files)
    labels = np.concatenate([listing.labels for listing in listings])
    return Listing(files, labels, classes, np.concatenate(parts) if len(whole) > 1 else None, notes)


def _part(folder: Path) -> int | None:
    return PART_NAMES.get(folder.name.lower())


def _listing(by_class: Iterable[tuple[str, list[Path]]], classes: tuple[str, ...]) -> Listing:
    files, labels = [], []
    for name, members in by_class:
        files += members
        labels += [classes.index(name)] * len(members)
    return Listing(tuple(files), np.array(labels, np.int64), classes)


def _by_class(folder: Path) -> dict[str, list[Path]]:
    found = {readable(entry.name): pictures_in(entry) for entry in _folders(folder)}
    return {name: files for name, files in found.items() if files}


def _folders(folder: Path) -> Iterator[Path]:
    return (
        entry for entry in sorted(folder.iterdir()) if _plain(entry.name) and entry.is_dir() and not entry.is_symlink()
    )


def pictures_in(folder: Path) -> list[Path]:
    """The pictures in a folder and in folders in it, sorted; hidden ones and symbolic links are passed over.

    Raises
    ------
    NetloomError
        if it holds more than `MOST` files.
    """
    found: list[str] = []
    for seen, entry in enumerate(files_below(folder)):
        if seen >= MOST:
            raise NetloomError(f"{folder.name} holds more than {MOST:,} files; choose the folder of pictures in it.")
        if entry.name.lower().endswith(ENDINGS) and not entry.is_symlink() and _all_plain(folder, entry.path):
            found.append(entry.path)
    return sorted(map(Path, found), key=lambda path: path.parts)


def _all_plain(folder: Path, path: str) -> bool:
    """Whether neither a file below ``folder`` nor a folder that it is in is hidden."""
    return f"{os.sep}." not in path[len(str(folder)) :]


def _plain(name: str) -> bool:
    return not name.startswith(".")


def _check_count(folder: Path, classes: Iterable[str], what: str) -> None:
    count = len(list(classes))
    if count > CLASSES:
        raise NetloomError(f"{folder.name} has {count:,} {what}; at most {CLASSES:,} classes can be told apart.")


def in_table(file: Path, column: str, target: str, parts: str = "") -> Listing:
    """The pictures that a table names, by their labels; paths start at the table's folder and stay within it.

    Raises
    ------
    NetloomError
        if there is no column of paths or of labels, or a path leads out of the folder.
    """
    table = read_table(file)
    paths = column or path_column(table)
    table.check(paths)
    label = target or _label_column(table, (paths, parts))
    table.check(label)
    if parts:
        table.check(parts)
    usable = table.rows(table[paths].notna() & table[label].notna())
    if not len(usable):
        raise NetloomError(f"{file.name} names no picture that has a label.")
    labels, classes = class_labels(usable[label])
    files = [inner_path(file, text) for text in usable[paths].astype(str)]
    # Sorted by class, as folders are, so that both give the same data set.
    order = np.argsort(labels, kind="stable")
    given = part_numbers(usable[parts])[order] if parts else None
    return Listing(tuple(files[place] for place in order), labels[order], classes, given)


def _label_column(table: TableData, others: tuple[str, ...]) -> str:
    """The column of labels: one that is called so, or else the first of words, or else the last that can be."""
    columns = [column for column in table.columns if column.name not in others]
    if any(is_called_target(column.name) for column in columns):
        return likely_target(columns)
    words = [column.name for column in columns if column.type is ColumnType.CATEGORY]
    return next((name for name in words if not _only_parts(table, name)), likely_target(columns))


def _only_parts(table: TableData, name: str) -> bool:
    return bool(table[name].dropna().astype(str).str.strip().str.lower().isin(list(PART_NAMES)).all())


def path_column(table: TableData) -> str:
    """The first column that names pictures in most of its first rows; empty where there is none."""
    for name in table.names:
        if table.type_of(name) is ColumnType.NUMBER:
            continue
        some = table[name].dropna().head(FIRST).astype(str)
        if len(some) and some.map(lambda text: PurePosixPath(text).suffix.lower() in SUFFIXES).mean() > 0.5:
            return name
    return ""


def inner_path(file: Path, text: str) -> Path:
    """The path that a row of the table ``file`` writes as ``text``.

    Raises
    ------
    NetloomError
        if it leads out of the table's folder.
    """
    inner = PurePosixPath(text.strip().replace("\\", "/"))
    if inner.is_absolute() or ".." in inner.parts or "\0" in text:
        raise NetloomError(f"{file.name}: “{text[:60]}” leads out of the table's folder; keep pictures beside it.")
    return file.parent / inner
