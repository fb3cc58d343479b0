"""Names of pictures in a table, resolved to files: with or without an ending, a folder, or zeros in front."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from app.data.readers.file_access import files_below
from app.data.readers.likely_roles import PART_NAMES, is_called_identifier
from app.data.readers.picture_column import is_packed, names_row, picture_columns
from app.data.readers.picture_file import MORE_SUFFIXES, SUFFIXES
from app.data.readers.picture_listing import ENDINGS, JUNK, number_key, small_name
from app.data.readers.recipe import RULES
from app.data.readers.table_file import TableData
from app.protocol.data_values import ColumnType
from graph.errors import NetloomError

if TYPE_CHECKING:
    import pandas as pd

FIRST = 50
"""Rows of a table that are looked at to find its column of paths."""
SEARCHED = 200_000
"""Most files below a table's folder that are gone through to find out whether its rows name pictures."""
MOST = 2_000_000
"""The same where it is known that they do."""
NAME_WORDS = ("image", "img", "picture", "photo", "file", "filename", "path", "name", "frame", "scan", "sample")
"""What columns of names of pictures are called, beside identifiers."""


def path_column(table: TableData, rules: int = RULES) -> str:
    """The first column that names pictures in most of its first rows; empty where there is none.

    By version 2 of the ``rules``, names without an ending count where such pictures lie below the table's folder.
    """
    endings = SUFFIXES if rules == 1 else SUFFIXES | MORE_SUFFIXES
    for name in table.names:
        if table.type_of(name) is ColumnType.NUMBER:
            continue
        some = _first_values(table[name])
        if 2 * sum(_ends_in(str(value), endings) for value in some) > len(some):
            return name
    return "" if rules == 1 else _bare_names(table)


def _first_values(series: pd.Series[Any]) -> list[Any]:
    """The first values of a column that are there."""
    first = series.iloc[:FIRST]
    return (series.dropna().iloc[:FIRST] if first.hasnans else first).tolist()


def _ends_in(text: str, endings: Collection[str]) -> bool:
    return "." in text and PurePosixPath(text).suffix.lower() in endings


def _bare_names(table: TableData) -> str:
    """The first column whose values are names of pictures without their endings."""
    columns = [name for name in table.names if _may_name(table, name)]
    if not columns:
        return ""
    index = PictureIndex(table.file.parent, SEARCHED)
    for name in columns if index.names else ():
        texts = as_texts(table[name].dropna().head(FIRST))
        if sum(bool(index.candidates(text)) for text in texts) > len(texts) / 2:
            return name
    return ""


def _may_name(table: TableData, name: str) -> bool:
    """Whether the first values of a column all differ, and are words, or whole numbers of a column called so."""
    kind = table.recipe_of(name).type
    # Names are looked at first: a table may have thousands of columns of numbers.
    called = is_called_identifier(name) or any(word in name.lower() for word in NAME_WORDS)
    if kind not in (ColumnType.CATEGORY, ColumnType.TEXT) and not (kind is ColumnType.NUMBER and called):
        return False
    some = _first_values(table[name])
    if not some or len(set(some)) < len(some):
        return False
    if kind is not ColumnType.NUMBER:
        return True
    numbers = table[name].dropna().head(FIRST)
    return bool((numbers == numbers.round()).all())


def as_texts(series: pd.Series[Any]) -> list[str]:
    """The values of a column as names: whole numbers without decimals."""
    if series.dtype.kind == "f":
        return [f"{value:.0f}" if value == value // 1 else str(value) for value in series]
    return [str(value).strip() for value in series]


def inner_path(file: Path, text: str, folder: Path | None = None) -> Path:
    """The path that a row of the table ``file`` writes as ``text``, seen from ``folder`` or else from the table's own.

    Raises
    ------
    NetloomError
        if it leads out of the table's folder.
    """
    inner = PurePosixPath(text.strip().replace("\\", "/"))
    if inner.is_absolute() or ".." in inner.parts or "\0" in text:
        raise NetloomError(f"{file.name}: “{text[:60]}” leads out of the table's folder; keep pictures beside it.")
    return (folder or file.parent) / inner


def picture_paths(file: Path, texts: Sequence[str], rules: int = RULES) -> list[Path]:
    """The files that the rows of the table ``file`` name; where one is not there, the path as it is written.

    By version 2 of the ``rules``, names may lack their ending or folder, which is then looked for below the table: in
    the folder that holds most of them.

    Raises
    ------
    NetloomError
        if a path leads out of the table's folder.
    """
    packed = picture_columns(file)
    paths = [inner_path(file, text, file if packed and names_row(text, packed) else None) for text in texts]
    if rules == 1:
        return paths
    there = [is_packed(path) or (path.suffix.lower() in ENDINGS[2] and path.is_file()) for path in paths]
    lacking = [place for place, known in enumerate(there) if not known]
    if lacking:
        index = PictureIndex(file.parent, MOST)
        found = index.resolved([texts[place] for place in lacking], file.stem)
        for place, path in zip(lacking, found, strict=True):
            paths[place] = path or paths[place]
    return paths


class PictureIndex:
    """The pictures below a folder by their names, with and without endings, in small letters."""

    def __init__(self, folder: Path, most: int) -> None:
        self.names: dict[str, list[PurePosixPath]] = defaultdict(list)
        self._folder = folder
        for entry in islice(files_below(folder), most):
            name = small_name(entry.name)
            ending = next((ending for ending in ENDINGS[2] if name.endswith(ending)), "")
            inner = PurePosixPath(Path(entry.path).relative_to(folder).as_posix())
            if not ending or entry.is_symlink() or any(part.lower() in JUNK or part[0] == "." for part in inner.parts):
                continue
            stem = name.removesuffix(ending)
            for key in {name, stem, number_key(stem)}:
                self.names[key].append(inner)

    def candidates(self, text: str) -> list[PurePosixPath]:
        """The pictures that ``text`` may name, sorted, seen from the folder."""
        wanted = PurePosixPath(small_name(text.strip().replace("\\", "/")))
        found = self.names.get(wanted.name) or self.names.get(number_key(wanted.name), [])
        above = wanted.parts[:-1]
        fitting = [
            path for path in found if tuple(map(small_name, path.parts[:-1]))[-len(above) or len(path.parts) :] == above
        ]
        return sorted(fitting)

    def resolved(self, texts: Sequence[str], title: str = "") -> list[Path | None]:
        """The picture that each of ``texts`` names, None where there is none.

        Of several of the same name, those in a folder that the ``title`` of the table names come first (``train`` for
        ``train_labels``), then those in the folder that holds most of the others.
        """
        found = [self.candidates(text) for text in texts]
        votes = Counter(path.parent for paths in found for path in {path.parent: path for path in paths}.values())

        def rank(path: PurePosixPath) -> tuple[bool, int, bool, int, str]:
            above = [small_name(part) for part in path.parts[:-1]]
            called = any(part in PART_NAMES and part in title.lower() for part in above)
            return not called, -votes[path.parent], any("test" in part for part in above), len(above), str(path)

        return [self._folder / min(paths, key=rank) if paths else None for paths in found]
