"""Wrong delimiters: what is said where rows were cut at a sign that was found, and nothing can be learned from them."""

from __future__ import annotations

import itertools
from collections import Counter
from pathlib import Path

from app.data.readers.charset import is_binary, read_head
from app.data.readers.dialect import BLANKS, CLOCK, DELIMITERS
from app.data.readers.recipe import Dialect, ReadingRecipe
from app.data.readers.table_format import UnreadableTableError
from graph.errors import NetloomError

ROWS = 100
"""So many rows are looked through for another sign that divides them."""
ALIKE = 0.9
"""The share of rows that such a sign divides into as many cells."""
_SIGNS = ";:|~!^&#@*=$%\\/\t"
"""Signs that are no part of a number or a word, so that they may divide cells."""


def with_cut(error: NetloomError, file: Path, recipe: ReadingRecipe | None) -> NetloomError:
    """``error``, with a sentence on the sign that rows were cut at where that may be the reason for it."""
    if recipe is None or recipe.rules == 1 or recipe.options.delimiter != "auto" or not recipe.dialect.delimiter:
        return error
    columns = len(recipe.columns) + recipe.dialect.row_names
    other = other_sign(file, recipe.dialect, columns)
    if not other and columns > 1:
        return error
    settings = dict.fromkeys(("delimiter", *(error.settings if isinstance(error, UnreadableTableError) else ())))
    return UnreadableTableError(f"{error} {cut_sentence(recipe.dialect, other)}", *settings)


def cut_sentence(dialect: Dialect, other: str = "") -> str:
    """A sentence on the sign that rows were cut at, and on an ``other`` one that divides them alike."""
    words = {sign: f"{word}s" for word, sign in DELIMITERS.items()} | {BLANKS: "blanks", " ": "blanks"}
    but = f", but “{other}” divides them alike" if other else ""
    sign = words.get(dialect.delimiter, f"“{dialect.delimiter}”")
    return f"Its rows were cut at {sign}{but}; the delimiter may be any sign."


def other_sign(file: Path, dialect: Dialect, columns: int) -> str:
    """Another sign that divides nearly all rows into as many cells, and at least into so many ``columns``."""
    return _dividing(_lines(file, dialect)[dialect.skip :], dialect, columns, ALIKE)


def cut_doubt(file: Path, recipe: ReadingRecipe) -> tuple[str, ...]:
    """A note where another sign divides all lines of a file alike, its first one as well."""
    if recipe.options.delimiter != "auto" or not recipe.dialect.delimiter or not file.is_file():
        return ()
    other = _dividing(_lines(file, recipe.dialect), recipe.dialect, len(recipe.columns), 1.0)
    return (cut_sentence(recipe.dialect, other),) if other else ()


def _lines(file: Path, dialect: Dialect) -> list[str]:
    """The first lines of a text file; none of a file that holds one in another form, such as an archive."""
    raw = read_head(file)
    return [] if is_binary(raw, dialect.encoding) else raw.decode(dialect.encoding, "replace").splitlines()


def _dividing(lines: list[str], dialect: Dialect, columns: int, share: float) -> str:
    some = list(itertools.islice(filter(str.strip, lines), ROWS))
    signs = [sign for sign in _SIGNS.replace(dialect.delimiter, "") if any(sign in line for line in some)]
    rows = [CLOCK.sub("", line) for line in some] if signs else []
    for sign in signs:
        count, times = Counter(row.count(sign) for row in rows).most_common(1)[0]
        if count and count + 1 >= columns and times >= share * len(rows):
            return sign
    return ""
