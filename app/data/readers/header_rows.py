"""Header detection: where a table begins below remarks, which of its lines name the columns, and lines of units."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.data.readers.number_parsing import is_number
from app.data.readers.recipe import MISSING_WORDS, Below, TableOptions

Row = Sequence[str]

BODY = 60
"""So many lines below those of names tell what columns hold."""
LOOKED = 200
"""So many evenly spaced columns of a wide table are looked at."""
MOST_NAMES = 10
"""Most lines of names, units and remarks above the values."""
MOSTLY = 0.9
_TIME = re.compile(r"\d{1,4}[-./:]\d{1,2}([-./:T ].*)?")
_PREFIX = r"(da|[yzafpnµμumcdhkMGTPEZY])?"
_ONE_UNIT = (
    r"(m|g|s|A|K|mol|cd|Hz|N|Pa|J|W|C|V|F|Ω|ohms?|S|Wb|T|H|lm|lx|Bq|Gy|Sv|kat|[lL]|bar|eV|t|ha|Wh|Ah|VA|var|px|B|bits?|"
    r"bytes?|volts?|amps?|watts?|meters?|metres?|grams?|joules?|newtons?|pascals?|kelvin|celsius|fahrenheit|cal)"
)
_OTHER_UNIT = (
    r"(min|h|hr|hrs|hours?|d|days?|weeks?|months?|years?|yrs?|a|sec|secs|seconds?|minutes?|milliseconds?|°|°C|°F|degC|"
    r"degF|deg|degrees?|rad|rpm|ppmv?|ppb|%|‰|pct|percent|dB[AmZ]?|u|Da|in|ft|yd|mi|lb|lbs|oz|psi|mph|kn|kt|kts|gal|atm|"
    r"Torr|mmHg|pH|pc|AU|counts?|cts|cps|a\.u\.|arb\. ?units?|arb\.?|unitless|dimensionless|none|boolean|bool|index|1|"
    r"-|–|—|#|\$|€|£|¥|USD|EUR|GBP|people|persons?|cells?|units?|IU|U|CFU|FTU|NTU|PSU|psu|PSS|UTC|GMT|"
    r"(Y{2,4}|y{2,4}|D{1,3}|d{2,3}|M{2,3}|H{2}|h{2}|m{2}|s{2}|S{2}|[-/.: T]){3,})"
)
_FACTOR = rf"(({_PREFIX}{_ONE_UNIT}|{_OTHER_UNIT})(\^?[-−]?\d|[²³⁻¹]+|\*\*-?\d)?)"
_UNIT = re.compile(rf"(10\^?-?\d+ ?)?{_FACTOR}([ ·*⋅/.]{{1,3}}{_FACTOR})*")
_PLAIN = re.compile(r"-?\d+([.,]\d+)?([eE][-+]?\d+)?")
_BRACKETS = re.compile(r"\[([^\]]{0,20})\]|\(([^)]{0,20})\)|<([^>]{0,20})>")
_ORANGE_TYPES = re.compile(r"(c|continuous|n|numeric|d|discrete|s|string|t|time|b|basket|)", re.IGNORECASE)
_ORANGE_ROLES = re.compile(r"(class|meta|m|c|i|ignore|x|w|weight|basket|(\w+=\S+\s?)+|)", re.IGNORECASE)


@dataclass(frozen=True)
class Layout:
    """The lines at the top of a table: ``skip`` above it, ``names`` (none where it is 0), then those ``below`` them.

    ``row_names`` says whether the values begin with a cell that has no name. ``why`` are sentences on what could be
    read another way.
    """

    skip: int = 0
    names: int = 1
    below: tuple[Below, ...] = ()
    row_names: bool = False
    why: tuple[str, ...] = ()


def find_layout(rows: Sequence[Row], options: TableOptions) -> Layout:
    """How the table begins whose first lines are ``rows``, cells without blanks around them.

    What ``options`` say of header and lines to skip is believed.
    """
    start = options.skip if options.skip is not None else _start(rows)
    start = min(start, max(len(rows) - 1, 0))
    table = rows[start : start + MOST_NAMES + BODY]
    if options.header == "no" or not table:
        return Layout(start, 0)
    head = _Head(table)
    names, below, why = head.lines(options)
    if options.skip is None and not options.header_rows and head.width == 2 and len(below) + names > 2:
        more = len(below) + names - 1 - (below[-1:] == ("units",))  # two words a line are remarks as well
        start, names, below = start + more, 1, below[-1:] if below[-1:] == ("units",) else ()
    row_names = bool(names) and head.has_row_names
    return Layout(start, names, below, row_names, why + _told(table, names, below, row_names))


def above_note(lines: int) -> str:
    """A sentence on so many lines above a table, blank ones among them."""
    what = "1 line above the table is" if lines == 1 else f"{lines} lines above the table are"
    return f"{what} passed over; say how many to skip if that is wrong."


def joined_names(rows: Sequence[Row], width: int) -> list[str]:
    """The name of each of ``width`` columns from the lines of names: those above span blank cells at their right."""
    lines = [[*row, *[""] * (width - len(row))] for row in rows]
    for line in lines[:-1]:
        for place in range(1, width):
            line[place] = line[place] or line[place - 1]
    return [" ".join(dict.fromkeys(part for part in parts if part)) for parts in zip(*lines, strict=True)]


def unit_of(cell: str) -> str:
    """A unit as it is written, without brackets; empty for a sign that says that there is none."""
    bare = cell.strip()
    match = _BRACKETS.fullmatch(bare)
    bare = next((part for part in match.groups() if part is not None), "").strip() if match else bare
    return "" if bare.casefold() in ("-", "–", "—", "none", "1", "unitless", "dimensionless") else bare


def is_unit(cell: str) -> bool:
    """Whether a cell is a unit, such as ``m/s``, ``[V]`` or ``%``."""
    cell = cell.strip()
    return bool(_BRACKETS.fullmatch(cell) or _UNIT.fullmatch(cell))


def _start(rows: Sequence[Row]) -> int:
    """The first line of the table: above it are lines of other lengths, or with cells only at their beginning."""
    widths = [len(row) for row in rows]
    usual = _usual_width(widths)
    if usual < 2:
        return 0
    start = next((place for place, width in enumerate(widths) if width == usual and _goes_on(widths, place)), 0)
    above = start - 1
    if above >= 0 and _names_columns(rows[above], widths[start:], usual):
        start = above
    return _below_padded(rows, start, usual)


def _usual_width(widths: list[int]) -> int:
    """The length of the longest run of lines that are equally long."""
    best, run = (0, 0), 0
    for place, width in enumerate(widths):
        run = run + 1 if place and widths[place - 1] == width else 1
        if width > 1:
            best = max(best, (run, width))
    return best[1]


def _goes_on(widths: list[int], place: int) -> bool:
    """Whether the lines after ``place`` are as long: two words with a comma between them are no table yet."""
    return place == 0 or widths[place + 1 : place + 2] in ([], [widths[place]])


def _names_columns(row: Row, widths: list[int], usual: int) -> bool:
    """Whether a line above the values, of another length, names their columns: one too few, or more than are used."""
    filled = [cell for cell in row if cell]
    words = not any(is_number(cell) for cell in filled)
    if len(row) == usual - 1:
        return len(filled) == len(row) and len(set(filled)) == len(filled) and words and len(row) > 1
    return len(row) > usual and words and len(filled) >= usual and len(row) >= max(widths)


def _below_padded(rows: Sequence[Row], start: int, usual: int) -> int:
    """Titles and remarks that a spreadsheet program filled up with empty cells are above the table as well."""
    place = start
    while place < len(rows) - 1 and any(rows[place]) and _is_title(rows[place], usual):
        place += 1
    while place < len(rows) - 1 and place > start and not any(rows[place]):
        place += 1
    full = place < len(rows) - 1 and sum(map(bool, rows[place])) > usual / 2
    named = usual > 2 or not any(map(is_number, rows[place]))  # of two columns, one may have no name
    return place if full and named else start


def _is_title(row: Row, usual: int) -> bool:
    """Whether a line holds one cell, or two at its beginning: a key and its value."""
    return sum(map(bool, row)) == 1 or (not any(row[2:]) and (usual > 4 or (usual > 2 and row[0].endswith(":"))))


class _Head:
    """The first lines of a table and what the columns below them hold."""

    def __init__(self, table: Sequence[Row]) -> None:
        self.table = table
        self.width = max(len(table[0]), max(map(len, table[1:]), default=0))
        self.has_row_names = len(table) > 1 and self._one_short()
        shift = int(self.has_row_names)
        columns = list(range(shift, self.width))
        self._columns = columns[:: max(1, len(columns) // LOOKED)]
        self._shift = shift
        body = table[min(MOST_NAMES, len(table) // 2) :] if len(table) > 3 else table[1:]
        self._body = body
        self._values = [column for column in self._columns if self._holds_values(column)]

    def _one_short(self) -> bool:
        """Whether the names are one fewer than the values, each of which begins with another word, or a number more."""
        names, below = self.table[0], self.table[1:]
        if any(len(row) != len(names) + 1 for row in below) or any(is_number(cell) for cell in names):
            return False
        first = [row[0] for row in below]
        counted = [str(number) for number in range(1, len(first) + 1)]
        words = len(set(first)) == len(first) and not any(map(is_number, first))
        return (words or first == counted) and any(row[-1] for row in below)

    def lines(self, options: TableOptions) -> tuple[int, tuple[Below, ...], tuple[str, ...]]:
        """How many lines of names there are, what those below them hold, and doubts."""
        if options.header_rows:
            return options.header_rows, self._only_units(options.header_rows), ()
        if self._is_orange():
            return 1, ("types", "roles"), ()
        count = 0
        while count < min(MOST_NAMES, len(self.table) - 1) and self._is_above_values(count):
            count += 1
        if not count and options.header != "yes":
            return self._without_words()
        names, below = 1, tuple[Below, ...]()
        for place in range(1, max(count, 1)):
            kind = self._kind(place, names, below)
            names, below = (names + 1, below) if kind is None else (names, (*below, kind))
        return names, below, ()

    def _only_units(self, names: int) -> tuple[Below, ...]:
        below = len(self.table) > names + 1 and self._values and self._are_units(names)
        return ("units",) if below else ()

    def _kind(self, place: int, names: int, below: tuple[Below, ...]) -> Below | None:
        """What a line below the first names holds; None for more names, which are joined."""
        if self._are_units(place):
            return "units"
        named = joined_names([row[: self.width] for row in self.table[:names]], self.width - self._shift)
        return "text" if below or (all(named) and len(set(named)) == len(named)) else None

    def _cell(self, row: int, column: int) -> str:
        cells = self.table[row]
        place = column - (self._shift if row == 0 else 0)
        return cells[place] if place < len(cells) else ""

    def _holds_values(self, column: int) -> bool:
        cells = [row[column] for row in self._body if column < len(row) and row[column]]
        known = [cell for cell in cells if cell not in MISSING_WORDS]
        return bool(known) and sum(map(_is_value, known)) >= MOSTLY * len(known)

    def _is_above_values(self, place: int) -> bool:
        """Whether a line has words where the columns below hold numbers or times."""
        cells = [self._cell(place, column) for column in self._values]
        known = [cell for cell in cells if cell and cell not in MISSING_WORDS]
        words = [cell for cell in known if not _is_value(cell)]
        if not words or len(words) < len(known) / 2 or len(words) < len(cells) / 3:
            return False
        # One slip, or the same word all along, is a line of values that are missing.
        several = len(words) > 1 and len(set(words)) > 1 and len(words) == len(known)
        return place == 0 or several or self._are_units(place)

    def _are_units(self, place: int) -> bool:
        cells = [self._cell(place, column) for column in self._columns]
        filled = [cell for cell in cells if cell]
        measured = [cell for column in self._values if (cell := self._cell(place, column))]
        units = sum(map(is_unit, filled))
        short = all(len(cell) <= 20 for cell in filled)
        return short and units >= 0.6 * len(filled) > 0 and any(map(is_unit, measured or filled))

    def _is_orange(self) -> bool:
        """Whether types and roles of columns follow the names, as the program Orange writes them."""
        if len(self.table) < 4:
            return False
        types, roles = ([self._cell(place, column) for column in self._columns] for place in (1, 2))
        if not all(map(_ORANGE_ROLES.fullmatch, roles)):
            return False
        listed = {cell for cell in types if not _ORANGE_TYPES.fullmatch(cell)}
        named = [cell for cell in types if cell not in listed]
        typed = any(len(cell) > 1 for cell in named) or all(types)
        values = all(len(cell.split()) > 1 and not is_number(cell.split()[0]) for cell in listed)
        return typed and values and 2 * len(named) >= len(types)

    def _without_words(self) -> tuple[int, tuple[Below, ...], tuple[str, ...]]:
        """Whether the first line names the columns where it has no words above numbers."""
        first = [self._cell(0, column) for column in self._columns]
        if self._values:
            if not self._numbers_as_names():
                return 0, (), ()
            shown = ", ".join(f"“{cell}”" for cell in self.table[0][:4])
            return (
                1,
                (),
                (f"The first line ({shown} ...) names the columns; say that there is no header if it does not.",),
            )
        if any(is_number(cell) for cell in first):
            return 0, (), ()
        again = sum(self._comes_below(column, cell) for column, cell in zip(self._columns, first, strict=True) if cell)
        if len(self._body) >= 8 and 2 * again >= len(first) and again > 1:
            why = "The first line comes again below, so it holds values; say that there is a header if it does not."
            return 0, (), (why,)
        return 1, (), ()

    def _comes_below(self, column: int, cell: str) -> bool:
        return any(column < len(row) and row[column] == cell for row in self._body)

    def _numbers_as_names(self) -> bool:
        """Whether the numbers of the first line count up, as years and wavelengths do, unlike those below them."""
        names = [(column, self._cell(0, column)) for column in self._values]
        plain = [(column, number) for column, cell in names for number in _plain([cell]) if number >= 0]
        if len(plain) < 2 or len(plain) < len(names):
            return False
        numbers = [number for _, number in plain]
        alike = [_counts_up(self._numbers(row)) for row in range(1, min(len(self.table), 20))]
        if not _counts_up(numbers) or (len(plain) > 2 and sum(alike) > len(alike) / 4):
            return False
        unlike = sum(self._is_unlike(column, number) for column, number in plain)
        years = all(1000 <= number <= 2200 and number.is_integer() for number in numbers)
        return unlike > len(plain) / 2 and (len(plain) > 2 or years)

    def _numbers(self, row: int) -> list[float]:
        return _plain(self._cell(row, column) for column in self._values)

    def _is_unlike(self, column: int, number: float) -> bool:
        """Whether a number lies beyond those of its column, or is whole where they are not."""
        known = _plain(row[column] for row in self._body if column < len(row))
        if not known:
            return False
        fractions = number.is_integer() and sum(not value.is_integer() for value in known) > len(known) / 2
        return fractions or not min(known) <= number <= max(known)


def _is_value(cell: str) -> bool:
    return is_number(cell) or bool(_TIME.fullmatch(cell))


def _plain(cells: Iterable[str]) -> list[float]:
    """The numbers among ``cells`` that are written as programs do, perhaps with a comma before the decimals."""
    return [float(cell.replace(",", ".")) for cell in cells if _PLAIN.fullmatch(cell)]


def _counts_up(numbers: list[float]) -> bool:
    """Whether numbers rise (or fall) by equal steps, or many of them by any."""
    steps = [after - before for before, after in itertools.pairwise(numbers)]
    if not steps or not (all(step > 0 for step in steps) or all(step < 0 for step in steps)):
        return False
    return len(numbers) >= 8 or max(steps) - min(steps) <= 1e-6 * max(map(abs, numbers))


def _told(table: Sequence[Row], names: int, below: tuple[Below, ...], row_names: bool) -> tuple[str, ...]:
    """Sentences on lines that are no ordinary header."""
    notes: tuple[str, ...] = ()
    if names > 1:
        name = next((part for part in joined_names(table[:names], max(map(len, table[:names]))) if " " in part), "")
        notes += (f"The names of columns are joined from {names} lines, such as “{name}”.",)
    for kind, row in zip(below, table[names:], strict=False):
        shown = ", ".join(cell for cell in row[:6] if cell)[:60]
        what = {"units": "holds units", "text": "below the names is passed over"}.get(kind, f"holds Orange's {kind}")
        notes += (f"The line “{shown}” {what}.",)
    if row_names:
        notes += ("The first cell of each line has no name above it; it is the name of the row, and left out.",)
    return notes
