"""Labelled recordings: sequences of unequal length, whole or cut into windows, padded with zeros to one length."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from app.data.dataset import Array, Dataset, Field, Task
from app.data.padding import lengths_field
from app.data.readers.column_values import rare_note
from app.data.readers.file_access import within_budget
from graph.errors import NetloomError
from graph.layers.settings import called_empty, setting
from graph.shapes import sequence

INPUT, LENGTH = "sequence", "length"
"""Names of the fields of the samples and of how many of their steps count."""


@dataclass(frozen=True, eq=False)
class Recording:
    """What was measured in one go: float32 (steps, channels), no value missing."""

    name: str
    values: Array


@dataclass(frozen=True)
class Cut:
    """How recordings become samples: whole where ``window`` is 0, else in windows of so many steps.

    A window begins every ``stride`` steps, half a window where that is 0. Of a recording, only the first ``longest``
    steps count, all where that is 0. One that is shorter than a window is a sample by itself.
    """

    window: int = 0
    stride: int = 0
    longest: int = 0

    def spans(self, steps: int) -> list[tuple[int, int]]:
        """First step of each sample of a recording of ``steps`` steps, and one after its last."""
        steps = min(steps, self.longest or steps)
        if not self.window or steps <= self.window:
            return [(0, steps)]
        stride = self.stride or max(1, self.window // 2)
        return [(start, start + self.window) for start in range(0, steps - self.window + 1, stride)]


def window_setting(noun: str, most: int) -> Any:
    """The setting `Cut.window` of a source whose samples are cut out of a ``noun``, at ``most`` so many steps."""
    words = f"Cut {noun}s into windows of so many steps; 0 keeps them whole"
    return called_empty(setting(0, words, minimum=0, maximum=most, unit="steps"), "whole")


def stride_setting(most: int) -> Any:
    """The setting `Cut.stride`, at ``most`` so many steps."""
    words = "Steps from the start of one window to the next; 0 for half a window"
    return called_empty(setting(0, words, minimum=0, maximum=most, unit="steps"), "half a window")


def longest_setting(noun: str, most: int) -> Any:
    """The setting `Cut.longest` of a source of which each sample is a ``noun``, at ``most`` so many steps."""
    words = f"Steps of each {noun} that are used; 0 for all of them"
    return called_empty(setting(0, words, minimum=0, maximum=most, unit="steps"), "all")


def samples_of(recordings: Sequence[Recording], cut: Cut) -> tuple[list[Array], list[str], Array]:
    """The samples in ``recordings``: values (steps, channels) and a name for each, and int64 (n,) whose it is."""
    values, names, owners = [], [], []
    for number, recording in enumerate(recordings):
        spans = cut.spans(len(recording.values))
        for start, end in spans:
            values.append(recording.values[start:end])
            names.append(recording.name if len(spans) == 1 else f"{recording.name}, steps {start + 1} to {end}")
            owners.append(number)
    return values, names, np.array(owners, np.int64)


def laid_out(samples: Sequence[Array], steps: int, blank: float = 0.0) -> Array:
    """Samples of at most ``steps`` steps as one array float32 (n, steps, channels), ``blank`` behind each."""
    values = np.full((len(samples), steps, samples[0].shape[1]), blank, np.float32)
    for room, sample in zip(values, samples, strict=True):
        room[: len(sample)] = sample
    return values


@dataclass(frozen=True, eq=False)
class Labelled:
    """Recordings with what is known of each: ``target`` holds a value for every one of them.

    ``groups`` int64 (N,) says what else must not be parted, ``given`` uint8 (N,) the part of the split.
    """

    recordings: Sequence[Recording]
    target: Field
    channels: tuple[str, ...]
    units: tuple[str, ...] = ()
    groups: Array | None = None
    given: Array | None = None


def recordings_dataset(
    kind: str, file: Path, summary: str, data: Labelled, cut: Cut, notes: tuple[str, ...]
) -> Dataset:
    """The samples of labelled recordings; those of one recording, or of one group, are never parted.

    Raises
    ------
    NetloomError
        if there are fewer than three recordings, or they take too much memory.
    """
    if len(data.recordings) < 3:
        raise NetloomError(
            f"{file.name}: at least 3 sequences are needed, one for each set; found: {len(data.recordings)}."
        )
    samples, _, owners = samples_of(data.recordings, cut)
    steps = np.array([len(sample) for sample in samples], np.int64)
    longest = int(steps.max())
    within_budget(file, 4 * len(samples) * longest * len(data.channels))
    uneven = bool((steps != longest).any())
    seen = Field(
        INPUT,
        sequence(longest, len(data.channels)),
        names=data.channels,
        units=data.units,
        lengths=LENGTH if uneven else "",
        values=laid_out(samples, longest),
    )
    target = replace(data.target, values=np.asarray(data.target.values)[owners])
    fields = {seen.name: seen, target.name: target}
    if uneven:
        fields[LENGTH] = lengths_field(LENGTH).with_values(steps.reshape(-1, 1))
    several = len(owners) > len(data.recordings)
    groups = data.groups if data.groups is not None else np.arange(len(data.recordings)) if several else None
    labels = np.asarray(data.target.values)
    return Dataset(
        kind,
        file.stem,
        Task.CLASSIFICATION if target.classes else Task.REGRESSION,
        fields,
        (seen.name,),
        target.name,
        summary,
        notes=notes
        + _length_note(data.recordings, cut)
        + (rare_note(labels, target.classes) if target.classes else ()),
        groups=None if groups is None else groups[owners],
        given=None if data.given is None else data.given[owners],
    )


def _length_note(recordings: Sequence[Recording], cut: Cut) -> tuple[str, ...]:
    """How long recordings are where they differ, and how many are cut off or shorter than a window."""
    steps = [len(recording.values) for recording in recordings]
    notes: tuple[str, ...] = ()
    if min(steps) < max(steps):
        notes = (f"Sequences have {min(steps):,} to {max(steps):,} steps.",)
    longer = sum(count > cut.longest for count in steps) if cut.longest else 0
    if longer:
        notes += (f"Of sequences longer than {cut.longest:,} steps only the beginning is used ({longer}).",)
    shorter = sum(count < cut.window for count in steps)
    if shorter:
        notes += (f"Sequences shorter than a window of {cut.window:,} steps are padded ({shorter}).",)
    return notes


def without_gaps(values: Array) -> Array | None:
    """Missing values of a recording (steps, channels) as the last one known, before the first as this one.

    None where a channel has no value at all.
    """
    missing = np.isnan(values)
    if not missing.any():
        return values
    known = ~missing
    if not len(values) or not known.any(axis=0).all():
        return None
    last = np.maximum.accumulate(np.where(known, np.arange(len(values))[:, None], -1), axis=0)
    first = np.argmax(known, axis=0)
    filled: Array = np.take_along_axis(values, np.where(last < 0, first, last), axis=0)
    return filled
