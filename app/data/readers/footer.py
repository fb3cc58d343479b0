"""Footers of CSV files: totals, sources and remarks below the rows of a table."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence, Set
from pathlib import Path

from app.data.readers.dialect import BLANKS, FOOTER, cells_of
from app.data.readers.number_parsing import is_number
from app.data.readers.recipe import Dialect, TableOptions

TAIL = 1 << 15
"""Bytes at the end of a file among which its footer is looked for."""
SUMMARY = 10
"""Among so many rows at the end, a word for a total in a column of numbers ends the table."""
_TOTAL = re.compile(
    r"((grand|sub)[ -]?)?totals?|sums?|means?|averages?|avg|medians?|std|summe|gesamt|insgesamt"
    r"|mittel(wert)?|durchschnitt|somme|moyenne|totale|media|suma|razem|celkem|totaal|gemiddelde",
    re.IGNORECASE,
)
"""A word that begins a row of totals."""
_SUMMARY = re.compile(rf"{_TOTAL.pattern}|min(imum)?|max(imum)?|count", re.IGNORECASE)
"""The same in a column of numbers, where no name of a person can stand."""
_REMARK = re.compile(r"[#%*†]|(sources?|notes?|quellen?|anmerkung(en)?|fuente|nota|fonte)\s*[:.]", re.IGNORECASE)


def footer_of(
    file: Path, dialect: Dialect, body: Sequence[Sequence[str]], options: TableOptions
) -> tuple[int | None, int, tuple[str, ...]]:
    """The byte at which lines begin that are below the table (None where there are none), their count, and notes.

    ``body`` are the first rows of values. What ``options`` say of the number of such lines is believed.
    """
    if options.footer == 0 or dialect.encoding.startswith(("utf-16", "utf-32")) or dialect.delimiter == "\n":
        return None, 0, ()
    size = file.stat().st_size
    with file.open("rb") as stream:
        stream.seek(max(0, size - TAIL))
        tail = stream.read()
    lines = tail.splitlines(keepends=True)
    if size > TAIL:
        lines = lines[1:]  # the first is cut
    texts = [line.decode(dialect.encoding, "replace") for line in lines]
    count = _asked(texts, options.footer) if options.footer else _found(texts, dialect, body)
    count = min(count, max(len(lines) - 1, 0))
    if not count:
        return None, 0, ()
    begins = size - sum(map(len, lines[len(lines) - count :]))
    if options.footer:
        return begins, count, ()
    lost = [text for text in texts[len(texts) - count :] if text.strip()]
    return begins, len(lost), (footer_note(lost[0], len(lost)),)


def _asked(texts: Sequence[str], wanted: int) -> int:
    """How many lines at the end hold so many that are not blank."""
    filled = [place for place, text in enumerate(texts) if text.strip()]
    return len(texts) - filled[-wanted] if wanted <= len(filled) else 0


def _found(texts: list[str], dialect: Dialect, body: Sequence[Sequence[str]]) -> int:
    """How many lines at the end are none of the table: remarks, totals, and blank lines between them."""
    last = texts[-FOOTER:]
    quoted = max((place for place, text in enumerate(last, 1) if text.count('"') % 2), default=0)
    last = last[quoted:]  # a line that ends within quotes goes on
    rows = [(cells_of([text], dialect.delimiter)[0] or [[]])[0] for text in last]
    return rows_below(body, rows, by_blanks=dialect.delimiter in (" ", BLANKS))


def rows_below(body: Sequence[Sequence[str]], last: Sequence[Sequence[str]], by_blanks: bool = False) -> int:
    """How many of the ``last`` rows of a table are none of it, by the first rows of its ``body``.

    ``by_blanks`` says that cells are divided by blanks, as the words of a remark are.
    """
    width = max(map(len, body[:200]), default=1)
    if width < 2 or len(body) < 3 or not last:
        return 0
    filled = sorted(sum(map(bool, row)) for row in body[:200])
    firsts = Counter(row[0] for row in body if row)
    often = {first for first, times in firsts.items() if times > 1}
    count = _from_total(body, last)
    for number, row in enumerate(reversed(last), 1):
        if not any(row):
            continue
        if number == len(last) or not _is_below(row, width, filled[len(filled) // 2], often, by_blanks):
            break
        count = max(count, number)
    return count


def _from_total(body: Sequence[Sequence[str]], last: Sequence[Sequence[str]]) -> int:
    """How many of the ``last`` rows begin with a word for a total in a column of numbers.

    Totals of groups, which come more than once, are left to those who read the table.
    """
    end = list(last[-SUMMARY:])
    for number, row in enumerate(end):
        # Words are looked for first: a table may have thousands of columns of numbers.
        totals = [place for place, cell in enumerate(row) if cell[:1].isalpha() and _is_total(cell, _SUMMARY)]
        words = {(place, row[place]) for place in totals if _holds_numbers(body[:200], place)}
        once = all(sum(place < len(row) and row[place] == word for row in body) <= 1 for place, word in words)
        if words and once and len(end) - number < len(last):
            return len(end) - number
    return 0


def _holds_numbers(body: Sequence[Sequence[str]], place: int) -> bool:
    """Whether the cells of a column are nearly all numbers."""
    cells = [row[place] for row in body if place < len(row) and row[place]]
    return bool(cells) and sum(map(is_number, cells)) >= 0.9 * len(cells)


def footer_note(shown: str, count: int) -> str:
    """A sentence on ``count`` lines below a table, of which the first is ``shown``."""
    shown = shown.strip()[:60]
    one, more = f"The last line (“{shown}”) is no row", f"The last {count} lines (“{shown}” ...) are no rows"
    return f"{one if count == 1 else more} of the table and left out; say that 0 lines are below it if that is wrong."


def _is_below(row: Sequence[str], width: int, typical: int, often: Set[str], by_blanks: bool) -> bool:
    """Whether a line at the end is a remark, a total, or else a row of the table."""
    filled = [cell for cell in row if cell]
    first = row[0]
    if _is_total(first, _TOTAL):
        return first not in often
    if by_blanks:
        return first.startswith(("#", "%"))
    remark = len(filled) == 1 and bool(first) and first not in often and typical > 1
    short = remark and len(row) < width and (width > 2 or first.startswith(("#", "%", "(", "*")) or " " in first)
    padded = remark and len(row) == width > 3 and typical > 2 and (" " in first or ":" in first)
    return short or padded or (bool(_REMARK.match(first)) and len(row) != width)


def _is_total(cell: str, words: re.Pattern[str]) -> bool:
    return bool(words.fullmatch(cell.rstrip(":").strip()))
