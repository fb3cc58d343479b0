"""Sequence source: a long table of labelled sequences, each of which is one sample."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
import pydantic

from app.data.dataset import Array, Dataset
from app.data.readers.column_values import group_numbers, numbers
from app.data.readers.likely_roles import is_identifier, likely_order
from app.data.readers.sequence_roles import sequence_roles
from app.data.readers.sequence_samples import (
    Cut,
    Labelled,
    Recording,
    longest_setting,
    recordings_dataset,
    stride_setting,
    window_setting,
    without_gaps,
)
from app.data.readers.table_file import TableData
from app.data.readers.target_fields import is_classes, target_field
from app.data.readers.time_column import in_order, timing_notes, with_times
from app.data.sources.file_source import Candidate
from app.data.sources.table_source import TableSource
from app.protocol.data_values import ColumnType
from graph.errors import NetloomError
from graph.layers.settings import column_setting, setting

LISTED = 5
"""So many sequences that are left out are named."""


class Sequences(TableSource):
    """Labelled sequences of your own in one table: a row for each step, a column that tells sequences apart, a label.

    Every sequence is one sample, or is cut into windows that stay together. Sequences may be of unequal length: shorter
    ones are padded with zeros, and their lengths are told to the network.
    """

    kind: ClassVar[str] = "sequences"
    title: ClassVar[str] = "Labelled sequences"
    rank: ClassVar[int] = 25
    precedence: ClassVar[int] = 35

    target: str = column_setting("The column of labels: the same in all rows of a sequence")
    sequence: str = column_setting("The column that tells sequences apart")
    order: str = column_setting("The column that counts the steps, or of times; empty keeps the order of the file")
    group: str = column_setting("The column, such as a person, whose equal values are kept together in one set")
    columns: tuple[str, ...] = pydantic.Field((), description="Columns that the network sees; empty for all numbers")
    task: Literal["auto", "classification", "regression"] = setting(
        "auto", "Whether the label is a class or an amount; found from its values where not said"
    )
    window: int = window_setting("sequence", 100_000)
    stride: int = stride_setting(100_000)
    longest: int = longest_setting("sequence", 1_000_000)

    @property
    def cut(self) -> Cut:
        """How sequences become samples."""
        return Cut(self.window, self.stride, self.longest)

    @classmethod
    def recognises(cls, candidate: Candidate) -> bool:
        """Rows that share a label as long as a column says that they belong together, and another counts them."""
        return candidate.path.is_file() and sequence_roles(candidate.table, candidate.target) is not None

    @classmethod
    def fitting(cls, table: TableData, target: str) -> tuple[Mapping[str, Any], tuple[str, ...]]:
        """The columns in their roles, as far as the structure shows them."""
        if target:
            table.check(target)
        roles = sequence_roles(table, target)
        if roles is None:
            order = likely_order(table.recipe.columns, table.columns, table.frame)
            return {"target": target or table.names[-1], "sequence": table.names[0], "order": order}, ()
        settings = {"target": roles.label, "sequence": roles.sequence, "order": roles.order}
        count = table[roles.sequence].nunique()
        return settings, (
            f"Column “{roles.sequence}” tells {count} sequences apart, “{roles.order}” counts their steps, and "
            f"“{roles.label}” labels them.",
        )

    def read(self, file: Path) -> Dataset:
        """The sequences, and the label of each."""
        table = self.table(file)
        for name in filter(None, (self.target, self.sequence, self.group)):
            table.check(name)
        if not self.target or not self.sequence:
            raise NetloomError(
                f"{file.name}: name the column that tells sequences apart (sequence) and that of labels (target)."
            )
        present = table[self.sequence].notna() & table[self.target].notna()
        notes = table.notes
        if not present.all():
            notes += (f"Rows without a sequence or a label are left out ({int((~present).sum())} of {len(table)}).",)
            table = table.rows(present)
        channels = self.channels(table)
        table, more = self._sorted(table)
        recordings, firsts, left_out = self._recordings(table, channels)
        labels = table.rows(firsts)
        self._check_labels(table)
        notes += more + self._timing(table) + left_out
        target = target_field("target", labels, self.target, is_classes(labels, self.target, self.task))
        units = tuple(table.recipe_of(name).unit for name in channels)
        data = Labelled(
            recordings,
            target,
            channels,
            units if any(units) else (),
            group_numbers(labels[self.group]) if self.group else None,
        )
        summary = f"{len(recordings)} sequences of {file.name}, to predict “{self.target}”."
        return recordings_dataset(self.kind, file, summary, data, self.cut, notes)

    def new_recordings(self, table: TableData) -> tuple[list[Recording], tuple[str, ...]]:
        """The sequences in a new table, all of whose rows are one where none tells them apart, and notes.

        Raises
        ------
        NetloomError
            if a column is missing that the network reads.
        """
        channels, differing = self.channels(table), table.differing
        if self.sequence in table:
            table = table.rows(table[self.sequence].notna())
        known = not self.order or all(name in table for name in self.order.replace(", ", ",").split(","))
        table, notes = self._sorted(table) if known else (table, ())
        recordings, _, left_out = self._recordings(table, channels)
        return recordings, differing + notes + left_out

    def channels(self, table: TableData) -> tuple[str, ...]:
        """The columns that the network sees: those named, or found when the table of training was read.

        Raises
        ------
        NetloomError
            if there are none, or one does not hold numbers.
        """
        known = self.reading.columns if self.reading else table.recipe.columns
        apart = (self.target, self.sequence, self.group, *(name.strip() for name in self.order.split(",")))
        found = (column.name for column in known if column.type is ColumnType.NUMBER and column.name not in apart)
        names = self.columns or tuple(name for name in found if not _numbers_rows(table, name))
        for name in names:
            table.check(name)
            if table.recipe_of(name).type is not ColumnType.NUMBER:
                raise NetloomError(f"Column “{name}” of {table.file.name} does not hold numbers, so no sequence can.")
        if not names:
            raise NetloomError(f"{table.file.name} has no column of numbers; a sequence needs at least one.")
        return names

    def _sorted(self, table: TableData) -> tuple[TableData, tuple[str, ...]]:
        """The rows sequence by sequence, as these come in the file, each in the order of its steps."""
        notes: tuple[str, ...] = ()
        if self.order:
            table, notes = with_times(table, self.order)
            ranked = table.rows(in_order(table.times(self.order)))
        else:
            ranked = table
        if self.sequence not in table:
            return ranked, notes
        first = {value: place for place, value in enumerate(table[self.sequence].unique())}
        place = ranked[self.sequence].map(first).to_numpy(np.int64)
        return ranked.rows(np.argsort(place, kind="stable")), notes

    def _recordings(
        self, table: TableData, channels: tuple[str, ...]
    ) -> tuple[list[Recording], Array, tuple[str, ...]]:
        """Sequences of sorted rows, the position of the first row of each, and a note about those left out.

        Raises
        ------
        NetloomError
            if no row is left.
        """
        if not len(table):
            wanted = ", ".join(f"“{name}”" for name in dict.fromkeys((self.sequence, self.target, self.order)) if name)
            raise NetloomError(
                f"No row of {table.file.name} is part of a sequence: each needs a value in {wanted or 'its columns'}. "
                "Choose other columns, or read the file as a table."
            )
        place = group_numbers(table[self.sequence]) if self.sequence in table else np.zeros(len(table), np.int64)
        measured = [numbers(table[name]) for name in channels]
        values = np.stack([column for column, _ in measured], axis=1).astype(np.float32)
        starts = np.flatnonzero(np.diff(place, prepend=-1))
        names = [
            str(table[self.sequence].iloc[start]) if self.sequence in table else table.file.name for start in starts
        ]
        recordings, firsts, bare = [], [], []
        for name, start, piece in zip(names, starts, np.split(values, starts[1:]), strict=True):
            whole = without_gaps(piece)
            if whole is None:
                bare.append(name)
            else:
                recordings.append(Recording(name, whole))
                firsts.append(start)
        notes = tuple(note for _, noted in measured for note in noted)
        missing = int(np.isnan(values).sum())
        if missing:
            notes += (f"Missing values repeat the last one known ({missing} of {values.size}).",)
        if bare:
            shown = ", ".join(f"“{name}”" for name in bare[:LISTED]) + (" ..." if len(bare) > LISTED else "")
            notes += (f"Sequences without any value in a column are left out ({len(bare)}): {shown}.",)
        return recordings, np.array(firsts, np.int64), notes

    def _check_labels(self, table: TableData) -> None:
        """Refuse a sequence with two labels, or one whose rows are of two groups."""
        place = group_numbers(table[self.sequence])
        for name in filter(None, (self.target, self.group)):
            values = group_numbers(table[name])
            odd = np.flatnonzero((np.diff(place) == 0) & (np.diff(values) != 0))
            if len(odd):
                here, then = (table[name].iloc[row] for row in (odd[0], odd[0] + 1))
                raise NetloomError(
                    f"Column “{name}” changes within sequence “{table[self.sequence].iloc[odd[0]]}”, from “{here}” to "
                    f"“{then}”; each sequence needs one label. Choose another column as target or sequence, or read "
                    "the file as a table."
                )

    def _timing(self, table: TableData) -> tuple[str, ...]:
        if not self.order:
            return ()
        times, place = table.times(self.order), group_numbers(table[self.sequence])
        ends = np.flatnonzero(np.diff(place)) + 1
        return timing_notes(self.order, [times.iloc[a:b] for a, b in zip([0, *ends], [*ends, len(times)], strict=True)])


def _numbers_rows(table: TableData, name: str) -> bool:
    """Whether a column only numbers the rows."""
    return name in table and is_identifier(table.column(name), table[name])
