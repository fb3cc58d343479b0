"""Recordings source: a folder with one file per recording, tables or WAV sounds, each with a label."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import ClassVar, Literal, Self

import numpy as np
import pydantic

from app.data.dataset import Array, Dataset, Field
from app.data.readers.column_values import class_labels
from app.data.readers.file_access import locate, readable, reading
from app.data.readers.likely_roles import is_called_identifier, likely_order
from app.data.readers.picture_file import SUFFIXES
from app.data.readers.recording_files import (
    ENDINGS,
    SOUNDS,
    RecordingListing,
    TableLayout,
    list_recordings,
    read_sound,
    read_table_recording,
    recordings_below,
    refused_note,
    resampled,
    sound_channels,
    typical_table,
)
from app.data.readers.sequence_samples import (
    Cut,
    Labelled,
    Recording,
    longest_setting,
    recordings_dataset,
    stride_setting,
    window_setting,
)
from app.data.readers.table_file import read_table
from app.data.sources.file_source import Candidate, FileSource, Suggestion
from app.data.sources.table_source import TableSource
from app.protocol.data_values import ColumnType
from graph.errors import NetloomError
from graph.layers.settings import Setting, column_setting, setting
from graph.shapes import vector

WHOLE = 20
"""From so many recordings on, each is a sample; fewer are cut into windows."""


class Recordings(TableSource):
    """Recordings of your own: a folder with one file for each, tables of measurements or WAV sounds, and a label.

    The label is the folder that a file lies in, or stands in a table beside the files, in a column of theirs, or at
    the beginning of their names. Every recording is one sample, or is cut into windows that stay together.
    """

    kind: ClassVar[str] = "recordings"
    title: ClassVar[str] = "Recordings"
    rank: ClassVar[int] = 27
    precedence: ClassVar[int] = 45

    labels: Literal["auto", "folders", "table", "column", "names"] = setting(
        "auto", "What labels a recording: its folder, a table beside, a column of its own, how its name begins"
    )
    target: str = column_setting(
        "The column of labels, in a table beside or in the files; empty for the likeliest", empty="auto"
    )
    task: Literal["auto", "classification", "regression"] = setting(
        "auto", "Whether labels are classes or amounts; found from their values where not said"
    )
    order: str = column_setting("In tables: the column of times to sort by; empty keeps the order of the file")
    columns: tuple[str, ...] = pydantic.Field((), description="Columns that the network sees; empty for all numbers")
    rate: int = setting(
        0,
        "Sounds: the sampling rate to which all are brought; 0 for that of most",
        minimum=0,
        maximum=400_000,
        unit="Hz",
    )
    channels: Literal["keep", "mean"] = setting("keep", "Sounds: each channel for itself, or the mean of all")
    window: int = window_setting("recording", 1_000_000)
    stride: int = stride_setting(1_000_000)
    longest: int = longest_setting("recording", 10_000_000)

    @property
    def reads_tables(self) -> bool:
        """Whether recordings are tables rather than sounds."""
        return self.rate == 0

    @property
    def cut(self) -> Cut:
        """How recordings become samples."""
        return Cut(self.window, self.stride, self.longest)

    @classmethod
    def recognises(cls, candidate: Candidate) -> bool:
        """A folder of tables or sounds with labels, and no pictures."""
        if not candidate.path.is_dir():
            return False
        files = recordings_below(candidate.path)
        if len(files) < 3 or any(file.suffix.lower() in SUFFIXES for file in candidate.path.rglob("*")):
            return False
        try:
            listing = list_recordings(candidate.path, "auto", candidate.target, cls().how_read(), files)
        except NetloomError:
            return False
        return len(listing.files) >= 3

    def shown(self) -> tuple[Setting, ...]:
        """Settings of sounds only where there are any, and how tables are written only where these are read."""
        written = TableSource.model_fields.keys() - FileSource.model_fields.keys()
        hidden = {"channels", "rate"} if self.reads_tables else written | {"order", "columns"}
        return tuple(spec for spec in self.settings() if spec.name not in hidden)

    def suggest(self, file: Path, target: str) -> Suggestion:
        """The source with where its labels stand, and windows where there are few recordings."""
        source = self.changed(target=target or self.target)
        listing = source._listing(file)
        source = source.changed(labels=listing.how, target=listing.column)
        source = source._with_layout(listing.files)
        steps = [len(recording.values) for recording in source._read_all(listing.files, WHOLE)[0]]
        if steps and len(steps) < WHOLE:
            source = source.changed(window=max(1, min(1000, min(steps) // 4)))
        return Suggestion(source, notes=listing.notes)

    def resolved(self, base: Path | None = None) -> Self:
        """The source with what its own files say of columns, recipe and sampling rate."""
        if self.rate or (self.reading and self.columns) or not self.path:
            return self
        folder = locate(self.path, base)
        with reading(folder):
            return self._with_layout(self._listing(folder).files)

    def read(self, file: Path) -> Dataset:
        """The recordings, and the label of each."""
        if not file.is_dir():
            raise NetloomError(f"{file.name} is no folder; choose the folder that holds a file for each recording.")
        listing = self._listing(file)
        source = self._with_layout(listing.files)
        recordings, used, notes = source._read_all(listing.files)
        target = self._target([listing.labels[place] for place in used])
        given = None if listing.given is None else listing.given[used]
        summary = f"{len(recordings)} recordings of {file.name}{source._described()}."
        data = Labelled(recordings, target, source._channel_names(recordings), given=given)
        notes = listing.notes + notes + self.change_note(file)
        return recordings_dataset(self.kind, file, summary, data, self.cut, notes)

    def new_recordings(self, path: Path) -> tuple[list[Recording], tuple[str, ...]]:
        """The recordings in a file, or in all files of a folder, as those of training are read, and notes.

        Raises
        ------
        NetloomError
            if there are none, or none can be read.
        """
        files = recordings_below(path) if path.is_dir() else [path]
        kinds = SOUNDS if self.rate else tuple(ending for ending in ENDINGS if ending not in SOUNDS)
        fitting = tuple(file for file in files if file.suffix.lower() in kinds)
        if not fitting:
            raise NetloomError(f"{path.name} holds no recording; files that end in {', '.join(kinds)} are read.")
        recordings, _, notes = self._read_all(fitting)
        return recordings, notes

    def _listing(self, folder: Path) -> RecordingListing:
        return list_recordings(folder, self.labels, self.target, self.how_read())

    def _with_layout(self, files: tuple[Path, ...]) -> Self:
        """The source with the columns and the recipe of the first table, or the sampling rate of most sounds."""
        if files[0].suffix.lower() in SOUNDS:
            return self if self.rate else self.changed(rate=_usual_rate(files))
        if self.how_read().recipe and self.columns:
            return self
        table = read_table(typical_table(files, self.how_read()), self.how_read())
        order = self.order or likely_order(table.recipe.columns, table.columns, table.frame)
        apart = (self.target, *(name.strip() for name in order.split(",")))
        found = (name for name in table.names if table.type_of(name) is ColumnType.NUMBER and name not in apart)
        names = self.columns or tuple(name for name in found if not is_called_identifier(name))
        if not names:
            raise NetloomError(f"{table.file.name} has no column of numbers; a recording needs at least one.")
        return self.changed(reading=table.recipe, order=order, columns=names)

    def _read_all(
        self, files: tuple[Path, ...], at_most: int = sys.maxsize
    ) -> tuple[list[Recording], Array, tuple[str, ...]]:
        """The recordings that can be read, or the first of these, their places in ``files``, notes on the others."""
        recordings, used, refused = [], [], []
        layout = TableLayout(self.how_read(), self.columns, self.order)
        rates: Counter[int] = Counter()
        for place, file in enumerate(files):
            try:
                if self.rate:
                    rate, sound = read_sound(file)
                    rates[rate] += 1
                    recordings.append(Recording(file.name, resampled(self._mixed(sound), rate, self.rate)))
                else:
                    recordings.append(read_table_recording(file, layout))
            except NetloomError as error:
                refused.append(str(error))
                continue
            used.append(place)
            if len(used) == at_most:
                break
        if not recordings:
            raise NetloomError(f"None of the {len(files)} recordings can be read. {refused[0]}")
        return recordings, np.array(used, np.int64), self._rate_notes(rates) + refused_note("recording", refused)

    def _mixed(self, sound: Array) -> Array:
        return sound.mean(axis=1, keepdims=True, dtype=np.float32) if self.channels == "mean" else sound

    def _rate_notes(self, rates: Counter[int]) -> tuple[str, ...]:
        """What sounds were brought to another sampling rate."""
        return tuple(
            f"{count} of {rates.total()} recordings are at {rate:,} Hz and are resampled to {self.rate:,} Hz."
            for rate, count in sorted(rates.items())
            if rate != self.rate
        )

    def _described(self) -> str:
        return f", {self.rate:,} steps a second" if self.rate else ""

    def _channel_names(self, recordings: list[Recording]) -> tuple[str, ...]:
        """Names of the channels, as many for each recording.

        Raises
        ------
        NetloomError
            if some have other channels than the rest.
        """
        if not self.rate:
            return self.columns
        counts = {recording.values.shape[1]: recording.name for recording in recordings}
        if len(counts) > 1:
            (few, mono), (many, stereo) = sorted(counts.items())[0], sorted(counts.items())[-1]
            raise NetloomError(
                f"{readable(mono)} has {few} and {readable(stereo)} {many} channels; set channels to mean to read both."
            )
        return sound_channels(next(iter(counts)))

    def _target(self, labels: list[str]) -> Field:
        """Labels as classes, or as amounts where all are numbers and hardly any comes twice."""
        import pandas as pd

        amounts = pd.to_numeric(pd.Series(labels), errors="coerce")
        few = len(set(labels)) <= min(20, max(2, len(labels) // 3))
        if self.task == "regression" or (self.task == "auto" and bool(amounts.notna().all()) and not few):
            if amounts.isna().any():
                raise NetloomError("Labels that are no numbers can only be classes; choose classification.")
            name = self.target or "amount"
            return Field("target", vector(1), names=(name,), values=amounts.to_numpy(np.float32)[:, None])
        values, names = class_labels(pd.Series(labels, name=self.target or "label"))
        return Field("target", vector(len(names)), names, values=values)


def _usual_rate(files: tuple[Path, ...]) -> int:
    """The sampling rate of most sounds that can be read.

    Raises
    ------
    NetloomError
        if none can.
    """
    rates: Counter[int] = Counter()
    problem: NetloomError | None = None
    for file in files:
        try:
            rates[read_sound(file)[0]] += 1
        except NetloomError as error:
            problem = problem or error
    if not rates:
        assert problem is not None
        raise problem
    return max(rates, key=lambda rate: (rates[rate], rate))
