"""Corpus source: one long text, cut into windows of tokens, each with the same text one token later as target."""

from __future__ import annotations

import re
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from app.data.dataset import Dataset, Field, Task
from app.data.readers.file_access import within_budget
from app.data.readers.tokens import UNKNOWN, numbered, split_text, vocabulary_of
from app.data.sources.file_source import Candidate, FileSource
from app.data.sources.texts import text_of
from graph.errors import NetloomError
from graph.layers.settings import setting
from graph.shapes import tokens

ENDINGS = (".txt", ".md")
LOOKED_AT = 2**16
"""Characters of a file by which a text is told from a table."""
FEWEST = 3
"""Windows that are needed, one for each set."""
PARAGRAPH = 15
"""Words of a line from which on it may be a paragraph."""
WORDY = 0.75
"""Share of the signs of a text that are letters and spaces, at least."""


class Corpus(FileSource):
    """One long text, such as a book, to learn which word or character comes next, and to let the text go on.

    The text is cut into windows that follow each other. The first part of it is the training set and the last the test
    set, so that no sentence of the test was ever seen. What occurs too rarely counts as unknown.
    """

    kind: ClassVar[str] = "corpus"
    title: ClassVar[str] = "One long text"
    rank: ClassVar[int] = 55
    precedence: ClassVar[int] = 32

    unit: Literal["word", "character"] = setting("word", "What one token is")
    window: int = setting(32, "Tokens that a network reads at once", minimum=2, maximum=4096, unit="tokens")
    vocabulary: int = setting(2000, "Most tokens in the vocabulary", minimum=3, maximum=50_000, unit="tokens")
    least: int = setting(
        2, "Tokens that occur less often count as unknown", minimum=1, maximum=1_000_000, unit="occurrences"
    )

    @classmethod
    def endings(cls) -> tuple[str, ...]:
        """Those of files of text."""
        return ENDINGS

    @classmethod
    def recognises(cls, candidate: Candidate) -> bool:
        """A file of text that is no table."""
        path = candidate.path
        if not path.is_file() or path.suffix.lower() not in ENDINGS:
            return False
        text = text_of(path)
        return text is not None and is_prose(text[:LOOKED_AT])

    def read(self, file: Path) -> Dataset:
        """Windows that follow each other, and the same one token later."""
        cut = split_text(_text(file), self.unit)
        count = (len(cut) - 1) // self.window
        if count < FEWEST:
            raise NetloomError(
                f"{file.name}: {len(cut):,} {self.unit}s are too few for {FEWEST} windows of {self.window:,}; make the "
                "window shorter, or choose a longer text."
            )
        within_budget(file, 16 * len(cut))
        vocabulary = vocabulary_of([cut], self.vocabulary, self.least)
        whole = numbered([cut], vocabulary, len(cut))[0]
        windows = sliding_window_view(whole, self.window + 1)[:: self.window][:count]
        starts = np.arange(count, dtype=np.int64) * self.window
        shape = tokens(self.window)
        fields = {
            "text": Field("text", shape, vocabulary=vocabulary, values=np.ascontiguousarray(windows[:, :-1])),
            "next": Field(
                "next", shape, vocabulary=vocabulary, next_of="text", values=np.ascontiguousarray(windows[:, 1:])
            ),
        }
        summary = f"{len(cut):,} {self.unit}s of {file.name} in {count:,} windows, to predict the next {self.unit}."
        spans = np.stack([starts, starts + self.window + 1], axis=1)
        return Dataset(
            self.kind, file.stem, Task.SEQUENCE, fields, ("text",), "next", summary, spans, self._notes(file, whole)
        )

    def _notes(self, file: Path, whole: np.ndarray) -> tuple[str, ...]:
        rare = int((whole == 1).sum())
        told = (f"{rare:,} of {len(whole):,} {self.unit}s are too rare to be told apart and count as {UNKNOWN}.",)
        return (*(told if rare else ()), *self.change_note(file))


def is_prose(text: str) -> bool:
    """Whether a text is one to be read and no table: mostly letters, and no sign that parts all of its lines."""
    lines = [line for line in text.splitlines() if line.strip()]
    words = re.findall(r"[^\W\d_]+", text)
    if not lines or "\t" in text or any(_parts(sign, lines, len(words)) for sign in ",;|"):
        return False
    letters = sum(map(len, words)) + text.count(" ")
    return letters >= WORDY * len(text) and len(words) >= 3 * len(lines)


def _parts(sign: str, lines: list[str], words: int) -> bool:
    """Whether a sign stands in all lines, as often in each or in short ones: long paragraphs have commas too."""
    counts = {line.count(sign) for line in lines}
    return 0 not in counts and (len(counts) == 1 or words < PARAGRAPH * len(lines))


def _text(file: Path) -> str:
    text = text_of(file)
    if text is None:
        raise NetloomError(f"{file.name} holds no text, or more than 16 MB of it; choose another file of text.")
    return text
