"""Text source: a column of text with one to predict from it, or a folder of text files for each class."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np

from app.data.dataset import Dataset, Field, Task
from app.data.padding import lengths_field
from app.data.readers.column_values import CLASSES, rare_note
from app.data.readers.file_access import within_budget
from app.data.readers.likely_roles import likely_target
from app.data.readers.table_file import TableData
from app.data.readers.target_fields import is_classes, target_field
from app.data.readers.tokens import numbered, split_text, vocabulary_of
from app.data.sources.file_source import Candidate
from app.data.sources.table_source import TableSource
from app.protocol.data_values import ColumnType
from graph.errors import NetloomError
from graph.layers.settings import column_setting, setting
from graph.shapes import tokens, vector

LARGEST = 2**24
"""Most bytes of a text file."""


class Text(TableSource):
    """Texts of your own: a table with a column of text and a column to predict from it, or a folder for each class.

    Each text becomes a list of numbers, one for each word, character or byte; 0 fills up short texts and 1 stands for
    what is too rare to be in the vocabulary, or not in the training set. The most frequent words or characters make up
    the vocabulary.
    """

    kind: ClassVar[str] = "text"
    title: ClassVar[str] = "Text"
    rank: ClassVar[int] = 50
    precedence: ClassVar[int] = 60

    column: str = column_setting("The column of text; empty for the one with the longest texts", empty="auto")
    target: str = column_setting("The column to predict; empty for the one that looks most like it", empty="auto")
    unit: Literal["word", "character", "byte"] = setting("word", "What one token is")
    vocabulary: int = setting(10_000, "Most tokens in the vocabulary", minimum=3, maximum=200_000, unit="tokens")
    length: int = setting(64, "Tokens of each text; longer texts are cut off", minimum=1, maximum=4096, unit="tokens")

    @classmethod
    def recognises(cls, candidate: Candidate) -> bool:
        """A column of sentences, and at most a number or two beside it and the target; or folders of text files."""
        if candidate.path.is_dir():
            return next(candidate.path.glob("*/*.txt"), None) is not None
        table = candidate.table
        sentences = [name for name in table.names if _holds_sentences(table, name)]
        others = [name for name in table.names if name not in (*sentences, candidate.target)]
        return len(sentences) == 1 and len(table.names) > 1 and len(others) <= 3

    @classmethod
    def fitting(cls, table: TableData, target: str) -> tuple[Mapping[str, Any], tuple[str, ...]]:
        """The first column of text, and the likeliest target among the others."""
        if target:
            table.check(target)
        texts = (name for name in table.names if table.type_of(name) is ColumnType.TEXT and name != target)
        column = next(texts, "") or longest(table)
        return {"column": column, "target": target or _likely_target(table, column)}, ()

    def read(self, file: Path) -> Dataset:
        """The texts as tokens, and the targets."""
        if file.is_dir():
            return self._read_folder(file)
        table = self.table(file)
        notes, column = table.notes, self.column or longest(table)
        target = self.target or _likely_target(table, column)
        usable = table[column].notna() & table[target].notna()
        if target == column:
            raise NetloomError(f"Column “{column}” of {file.name} cannot be both the text and what is predicted.")
        if int(usable.sum()) < 3:
            found = int(usable.sum())
            raise NetloomError(f"{file.name}: at least 3 usable rows are needed; found: {found}. Add rows to the file.")
        if not usable.all():
            notes += (f"Rows without a text or a target are left out ({int((~usable).sum())} of {len(table)}).",)
        table = table.rows(usable)
        field = target_field("target", table, target, is_classes(table, target, "auto"))
        task = Task.CLASSIFICATION if field.classes else Task.REGRESSION
        summary = f"{len(table)} texts of {file.name}, to predict “{target}”."
        return self._dataset(file, table[column].astype(str).tolist(), field, task, summary, notes)

    def _read_folder(self, folder: Path) -> Dataset:
        texts, names, notes = texts_in(folder)
        within_budget(folder, 8 * len(texts) * self.length)
        classes = tuple(dict.fromkeys(names))
        values = np.array([classes.index(name) for name in names], dtype=np.int64)
        target = Field("target", vector(len(classes)), classes, values=values)
        summary = f"{len(texts)} texts of {len(classes)} classes in {folder.name}."
        notes += self.change_note(folder)
        return self._dataset(folder, texts, target, Task.CLASSIFICATION, summary, notes)

    def _dataset(
        self, file: Path, texts: list[str], target: Field, task: Task, summary: str, notes: tuple[str, ...]
    ) -> Dataset:
        field, more = self._field(file, texts)
        notes += more + (rare_note(np.asarray(target.values), target.classes) if target.classes else ())
        # A text without a single token still takes one step, of padding.
        lengths = np.maximum((np.asarray(field.values) != 0).sum(axis=1, keepdims=True), 1).astype(np.int64)
        fields = {"text": field, "target": target, "length": lengths_field().with_values(lengths)}
        return Dataset(self.kind, file.stem, task, fields, ("text",), "target", summary, notes=notes)

    def _field(self, file: Path, texts: list[str]) -> tuple[Field, tuple[str, ...]]:
        cut = [split_text(text, self.unit) for text in texts]
        within_budget(file, 8 * len(cut) * self.length)
        vocabulary = vocabulary_of(cut, self.vocabulary)
        values = numbered(cut, vocabulary, self.length)
        longer = sum(len(text) > self.length for text in cut)
        notes = (f"Texts longer than {self.length} tokens are cut off ({longer} of {len(cut)}).",)
        field = Field("text", tokens(self.length), vocabulary=vocabulary, lengths="length", values=values)
        return field, notes if longer else ()


def texts_in(folder: Path) -> tuple[list[str], list[str], tuple[str, ...]]:
    """The texts in a folder of folders, the name of the folder of each, and a note about what was left out.

    Hidden files and symbolic links are passed over.

    Raises
    ------
    NetloomError
        if fewer than two folders hold texts, or there are too many.
    """
    texts: list[str] = []
    names: list[str] = []
    skipped = 0
    for inner in sorted(folder.iterdir()):
        if not inner.is_dir() or inner.is_symlink() or inner.name.startswith("."):
            continue
        for file in sorted(inner.rglob("*.txt")):
            if file.is_symlink() or file.name.startswith(".") or not file.is_file():
                continue
            text = text_of(file)
            if text is None:
                skipped += 1
                continue
            texts.append(text)
            names.append(inner.name)
    if not 2 <= len(set(names)) <= CLASSES:
        raise NetloomError(
            f"{folder.name}: texts in {len(set(names))} folders were found; put the texts of each class, 2 to "
            f"{CLASSES} of them, into a folder of its own as .txt files."
        )
    return texts, names, (f"Files that hold no text, or too much, are left out ({skipped}).",) if skipped else ()


def text_of(file: Path) -> str | None:
    """The text in a file; None if it is empty, too large, unreadable or no text."""
    try:
        if file.stat().st_size > LARGEST:
            return None
        raw = file.read_bytes()
    except OSError:
        return None
    if b"\0" in raw or not raw.strip():
        return None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeError:
        return raw.decode("cp1252", errors="replace")


def longest(table: TableData) -> str:
    """The column whose texts are longest on average.

    Raises
    ------
    NetloomError
        if no column holds text.
    """
    texts = [name for name in table.names if table.type_of(name) in (ColumnType.TEXT, ColumnType.CATEGORY)]
    if not texts:
        raise NetloomError(f"{table.file.name} has no column of text; choose another kind of data.")
    return max(texts, key=lambda name: float(table[name].dropna().astype(str).str.len().mean()))


def text_column(table: TableData, source: object) -> str:
    """The column of a new table that has the texts: as it was called in training, or else the longest."""
    return source.column if isinstance(source, Text) and source.column in table else longest(table)


def column_texts(table: TableData, source: object) -> list[str]:
    """The texts in a new table; one that is missing holds no words."""
    return list(table[text_column(table, source)].astype(str).fillna("").tolist())


def _holds_sentences(table: TableData, name: str) -> bool:
    """Whether a column holds text of three words and more on average."""
    if table.type_of(name) is not ColumnType.TEXT:
        return False
    return float(table[name].dropna().astype(str).str.count(" ").mean()) >= 2


def _likely_target(table: TableData, column: str) -> str:
    return likely_target([other for other in table.columns if other.name != column])
