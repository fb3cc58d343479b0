"""Texts of the user's: a column of text and a column to be predicted from it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from app.data.dataset import Dataset, Field, Task
from app.data.sources.columns import ColumnType, likely_target, look, looks_like_classes, type_of
from app.data.sources.columns import labels as class_labels
from app.data.sources.files import within_budget
from app.data.sources.frames import CsvSource
from app.data.sources.table import amounts, check_column, rare_note
from app.data.sources.tokens import numbered, split_text, vocabulary_of
from graph.errors import NetloomError
from graph.layers.settings import setting
from graph.shapes import tokens, vector

if TYPE_CHECKING:
    import pandas as pd


class Text(CsvSource):
    """Texts of your own: a table with a column of text and a column to predict from it.

    Each text becomes a list of numbers, one for each word or character; 0 fills up short texts and 1 stands for what
    is too rare to be in the vocabulary. The most frequent words or characters make up the vocabulary.
    """

    kind: ClassVar[str] = "text"
    title: ClassVar[str] = "Text"

    column: str = setting("", "The column of text; empty for the one with the longest texts")
    target: str = setting("", "The column to predict; empty for the one that looks most like it")
    unit: Literal["word", "character"] = setting("word", "What one token is")
    vocabulary: int = setting(10_000, "Most tokens in the vocabulary", minimum=3, maximum=200_000, unit="tokens")
    length: int = setting(64, "Tokens of each text; longer texts are cut off", minimum=1, maximum=4096, unit="tokens")

    def read(self, file: Path) -> Dataset:
        """The texts as tokens, and the targets."""
        frame, notes = self.frame(file)
        column = self.column or longest(file, frame)
        check_column(file, frame, column)
        target = self.target or likely_target(tuple(look(frame[name]) for name in frame.columns if name != column))
        check_column(file, frame, target)
        if target == column:
            raise NetloomError(f"Column “{column}” of {file.name} cannot be both the text and what is predicted.")
        usable = frame[target].notna() & frame[column].notna()
        if int(usable.sum()) < 3:
            raise NetloomError(f"{file.name}: at least 3 usable rows are needed; found: {int(usable.sum())}.")
        if not usable.all():
            notes += (f"Rows without a text or a target are left out ({int((~usable).sum())} of {len(frame)}).",)
        frame = frame[usable]
        held, task = predicted(frame[target])
        field, more = self._field(file, frame[column].astype(str).tolist())
        notes += more + (rare_note(held.values, held.classes) if held.classes else ())
        summary = f"{len(frame)} texts of {file.name}, to predict “{target}”."
        fields = {"text": field, "target": held}
        return Dataset(self.kind, file.stem, task, fields, ("text",), "target", summary, notes=notes)

    def _field(self, file: Path, texts: list[str]) -> tuple[Field, tuple[str, ...]]:
        cut = [split_text(text, self.unit) for text in texts]
        within_budget(file, 8 * len(cut) * self.length)
        vocabulary = vocabulary_of(cut, self.vocabulary)
        values = numbered(cut, vocabulary, self.length)
        longer = sum(len(one) > self.length for one in cut)
        notes = (f"Texts longer than {self.length} tokens are cut off ({longer} of {len(cut)}).",)
        return Field("text", tokens(self.length), vocabulary=vocabulary, values=values), notes if longer else ()


def longest(file: Path, frame: pd.DataFrame) -> str:
    """The column whose texts are longest on average.

    Raises
    ------
    NetloomError
        if no column holds text.
    """
    words = {}
    for name in frame.columns:
        if type_of(frame[name]) in (ColumnType.TEXT, ColumnType.CATEGORY):
            words[str(name)] = float(frame[name].dropna().astype(str).str.len().mean())
    if not words:
        raise NetloomError(f"{file.name} has no column of text; choose another kind of data.")
    return max(words, key=lambda name: words[name])


def predicted(series: pd.Series[Any]) -> tuple[Field, Task]:
    """The target of texts: classes, or amounts."""
    column = look(series)
    if looks_like_classes(column, series):
        values, names = class_labels(series)
        return Field("target", vector(len(names)), names, values=values), Task.CLASSIFICATION
    return Field("target", vector(1), names=(column.name,), values=amounts(column, series)), Task.REGRESSION
