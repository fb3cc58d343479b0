"""Terms of the glossary where they stand on the screen: a tooltip says in one sentence what a term means."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTableWidget, QTreeWidget

from app.system.guide_pages import GLOSSARY
from widgets.look.plain_text import plain_tip

SHORT = {
    "batch size": "batch",
    "hidden size": "hidden state",
    "kernel size": "kernel",
    "standardise": "standardising",
    "train": "training set",
    "validation": "validation set",
    "test": "test set",
    "work": "flop",
    **{f"{prefix}flop": "flop" for prefix in "kmgt"},
}
"""What is written on the screen for a term, where it is not the term itself."""
LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
SENTENCE_END = re.compile(r"(?<=[.!?])\s")


@cache
def definitions() -> Mapping[str, str]:
    """The first sentence on each term, by the term as its heading has it; read once, when the first is asked for."""
    entries = re.findall(r"^### ([^\n]+)\n\n(.+?)(?=\n\n|\n*\Z)", GLOSSARY.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return {term: SENTENCE_END.split(LINK.sub(r"\1", text).replace("\n", " "))[0] for term, text in entries}


@cache
def definition(label: str) -> str:
    """What the term that a label names means, as ``Batch: A handful of samples …``; empty where it names none.

    ``Epochs`` names Epoch, ``validation loss`` names Loss, and ``Stride in input pixels`` names Stride.
    """
    by_name = {_plain(term): term for term in definitions()}
    term = next((by_name[name] for name in _names(_plain(label)) if name in by_name), None)
    return f"{term}: {definitions()[term]}" if term else ""


def tip(label: str, help_line: str = "") -> str:
    """The tooltip of a label: ``help_line``, and below it what the label's term means."""
    return "\n".join(filter(None, (help_line, definition(label))))


def name_columns(table: QTreeWidget | QTableWidget, *titles: str) -> None:
    """Head the columns of a table; a title that is a term is defined by its tooltip."""
    table.setColumnCount(len(titles))
    if isinstance(table, QTableWidget):
        table.setHorizontalHeaderLabels(titles)  # its model takes header data only where there are header items
    for column, title in enumerate(titles):
        for role, text in (
            (Qt.ItemDataRole.DisplayRole, title),
            (Qt.ItemDataRole.ToolTipRole, plain_tip(definition(title))),
        ):
            table.model().setHeaderData(column, Qt.Orientation.Horizontal, text, role)


def _plain(words: str) -> str:
    return words.lower().replace("-", " ").strip(" :…")


def _names(label: str) -> Iterator[str]:
    """What a label may call a term, the likeliest first: all of it, or the noun that the other words only describe."""
    head = re.split(r" (?:in|of|for|from|to|by) ", label)[0].split()
    for start in range(len(head)):
        words = " ".join(head[start:])
        yield from (words, SHORT.get(words, words), words.removesuffix("s"), words.removesuffix("es"))
