"""Output formats of the command line: `--json` on stdout, or tables and sentences with rich."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from app.system.number_format import format_percent, format_short

Json = Annotated[bool, typer.Option("--json", help="Print JSON alone.")]
"""The option that every verb has."""

PRINTED = {"map_50": "mAP at IoU 0.5"}
"""Metrics that are printed by another name than that of their JSON."""
PLAIN_WIDTH = 1000
"""Columns where a file or another program reads: nothing is broken up, so that lines can be searched."""


def print_json(value: object) -> None:
    """Print one JSON value on one line, at once, so that a reader of a pipe sees it."""
    sys.stdout.write(json.dumps(value, allow_nan=False) + "\n")
    sys.stdout.flush()


def console() -> Console:
    """Where people read: stdout as it is now."""
    return Console(width=None if sys.stdout.isatty() else PLAIN_WIDTH, highlight=False, markup=False, emoji=False)


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]], numbers: Sequence[str] = ()) -> None:
    """Print rows under their headings; the columns named in ``numbers`` are aligned at the right."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, justify="right" if column in numbers else "left", overflow="fold")
    for row in rows:
        table.add_row(*(written(value) for value in row))
    console().print(table)


Entry = dict[str, Any]
Columns = Mapping[str, str | Callable[[Entry], object]]
"""For each heading of a table the key of a value, or a function of the entry."""


def print_entries(
    json: bool,
    entries: Sequence[Entry],
    columns: Columns,
    numbers: Sequence[str] = (),
) -> None:
    """Print entries as JSON, or as a table, in which the columns named in ``numbers`` are aligned at the right."""
    if json:
        print_json(entries)
        return
    rows = ([entry[of] if isinstance(of, str) else of(entry) for of in columns.values()] for entry in entries)
    print_table(tuple(columns), rows, numbers)


def print_result(json: bool, value: object, *sentences: str) -> None:
    """Print a result as JSON, or as sentences for people."""
    if json:
        print_json(value)
        return
    for sentence in sentences:
        print_line(sentence)


def print_line(text: str) -> None:
    """Print a sentence."""
    console().print(text, soft_wrap=True)


def written(value: object) -> str:
    """A value as people read it: no braces or quotes, whole numbers in groups, nothing for None."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return format_short(value)
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {written(part)}" for name, part in value.items())
    if isinstance(value, list | tuple):
        return " × ".join("T" if part is None else written(part) for part in value)
    return str(value)


def metrics(values: Mapping[str, Any]) -> str:
    """Metrics on one line: ``loss 0.0712, accuracy 97.8 %``."""
    return ", ".join(f"{metric_words(name)} {percent(name, value)}" for name, value in values.items())


def metric_words(name: str) -> str:
    """A metric's name as it is printed, with that of its output before it where there are several."""
    output, dot, own = name.rpartition(".")
    return f"{output}{dot}{PRINTED.get(own, own)}".replace("_", " ")


def percent(name: str, value: Any) -> str:
    """A metric's value; shares of right answers are per cent."""
    if value is None:
        return "undefined"
    from app.protocol.events import PER_CENT

    return format_percent(value) if name.rpartition(".")[2] in PER_CENT else format_short(float(value))
