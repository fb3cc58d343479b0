"""Tables of the user's: one row per sample, one column or more to be predicted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
import pydantic

from app.data.dataset import Array, Dataset, Field, Task
from app.data.readers.columns import Column, ColumnType, labels, look, looks_like_classes, numbers
from app.data.readers.columns import likely_target as likely
from app.data.readers.feature_encoding import Encoded, Encoder
from app.data.readers.table_file import CsvSource
from app.data.readers.time_column import in_order, with_times
from graph.errors import NetloomError
from graph.layers.settings import setting
from graph.shapes import tokens, vector

if TYPE_CHECKING:
    import pandas as pd

PART_NAMES = {"train": 0, "training": 0, "validation": 1, "valid": 1, "val": 1, "dev": 1, "test": 2, "testing": 2}
"""What people write in a column that says which part a row is in."""


class Table(CsvSource):
    """A table of your own: one row per sample, one column to be predicted, the others to predict it from.

    Columns of numbers are used as they are, columns of categories become one feature per category, and one more for
    categories that training never saw. Missing numbers are replaced by the median of the training part; rows whose
    target is missing are left out. Several targets are named with commas between them.
    """

    kind: ClassVar[str] = "table"
    title: ClassVar[str] = "Table"
    rank: ClassVar[int] = 10

    target: str = setting("", "The column to predict, or several with commas; empty for the likeliest")
    task: Literal["auto", "classification", "regression"] = setting(
        "auto", "Whether the target is a class or an amount; found from its values where not said"
    )
    missing: Literal["fill", "flag", "drop"] = setting(
        "fill", "Missing numbers: the training part's median, the median and a feature that says so, or drop the row"
    )
    categories: Literal["one_hot", "tokens"] = setting(
        "one_hot", "Categories: a feature of 0 or 1 for each, or tokens for an embedding layer"
    )
    dates: Literal["leave_out", "calendar"] = setting(
        "leave_out", "Dates: not used, or as place in the year, the week and the day"
    )
    order: str = setting("", "Column of times: rows are sorted by it, and the parts follow each other in time")
    group: str = setting("", "Column whose equal values belong together, such as a patient: never parted")
    parts: str = setting("", "Column that says which part a row is in: train, validation or test")
    ignore: tuple[str, ...] = pydantic.Field((), description="Columns to leave out")

    def read(self, file: Path) -> Dataset:
        """The table's features as a vector, and its target."""
        frame, notes = self.frame(file)
        names = self._targets(file, frame)
        frame, more = self._usable(file, frame, names)
        held, again = self._held(frame, names)
        used = [name for name in frame.columns if name not in self._not_features(file, frame, names)]
        encoder = Encoder(file, len(frame))
        for name in used:
            encoder.add(frame[name], self.dates == "calendar", self.categories == "tokens")
        if self.missing == "flag":
            encoder.flag_missing()
        encoded = encoder.finish()
        task = Task.CLASSIFICATION if held[0].classes else Task.REGRESSION
        fields = {one.name: one for one in (*_inputs(encoded), *held)}
        inputs = tuple(one.name for one in _inputs(encoded))
        spoken = " and ".join(f"“{name}”" for name in names)
        return Dataset(
            self.kind,
            file.stem,
            task,
            fields,
            inputs,
            held[0].name,
            f"{len(frame)} rows of {file.name}, to predict {spoken}.",
            np.stack([np.arange(len(frame)), np.arange(1, len(frame) + 1)], axis=1) if self.order else None,
            notes + more + again + encoded.notes,
            group_numbers(frame[self.group]) if self.group else None,
            given_parts(frame[self.parts]) if self.parts else None,
        )

    def _targets(self, file: Path, frame: pd.DataFrame) -> list[str]:
        if not self.target:
            name = likely(tuple(look(frame[column]) for column in frame.columns if column not in self.ignore))
            check_column(file, frame, name)
            return [name]
        names = named_in(self.target, frame)
        for name in names:
            check_column(file, frame, name)
        return names

    def _usable(self, file: Path, frame: pd.DataFrame, names: list[str]) -> tuple[pd.DataFrame, tuple[str, ...]]:
        """The rows that can be learned from, in their order, and a note about the others."""
        notes: tuple[str, ...] = ()
        for name in names:
            present = frame[name].notna()
            if not present.all():
                notes += (f"Rows without a value in “{name}” are left out ({int((~present).sum())} of {len(frame)}).",)
                frame = frame[present]
        if self.missing == "drop":
            whole = frame.drop(columns=list(self.ignore), errors="ignore").notna().all(axis=1)
            if not whole.all():
                notes += (f"Rows with missing values are left out ({int((~whole).sum())} of {len(frame)}).",)
                frame = frame[whole]
        if len(frame) < 3:
            raise NetloomError(
                f"{file.name}: at least 3 usable rows are needed, one for each part; found: {len(frame)}."
            )
        if self.order:
            check_column(file, frame, self.order)
            frame, more = with_times(frame, self.order)
            frame, notes = frame.iloc[in_order(frame[self.order])], notes + more
        return frame, notes

    def _not_features(self, file: Path, frame: pd.DataFrame, targets: list[str]) -> set[str]:
        named = [*self.ignore, *filter(None, (self.order, self.group, self.parts))]
        for name in named:
            check_column(file, frame, name)
        kept = {self.order} if self.dates == "calendar" and self.order and self.order not in self.ignore else set()
        return {*named, *targets} - kept

    def _held(self, frame: pd.DataFrame, names: list[str]) -> tuple[list[Field], tuple[str, ...]]:
        """The fields to be held against: amounts together in one vector, each target of classes on its own."""
        columns = [look(frame[name]) for name in names]
        classes = [self._is_classes(column, frame[column.name]) for column in columns]
        if len(names) > 1 and not any(classes):
            values = np.concatenate([amounts(one, frame[one.name]) for one in columns], axis=1)
            return [Field("targets", vector(len(names)), names=tuple(names), values=values)], ()
        fields: list[Field] = []
        notes: tuple[str, ...] = ()
        for column, one in zip(columns, classes, strict=True):
            field, more = target_field(column, frame[column.name], one)
            fields.append(field)
            notes += more
        return fields, notes

    def _is_classes(self, column: Column, series: pd.Series[Any]) -> bool:
        return looks_like_classes(column, series) if self.task == "auto" else self.task == "classification"


def _inputs(encoded: Encoded) -> list[Field]:
    fields = []
    if encoded.names:
        shape = vector(len(encoded.names))
        fields.append(Field("features", shape, names=encoded.names, values=encoded.values, categories=encoded.ranges))
    if encoded.tokens is not None:
        shape = tokens(encoded.tokens.shape[1])
        fields.append(Field("categories", shape, vocabulary=encoded.vocabulary, values=encoded.tokens))
    return fields


def target_field(column: Column, series: pd.Series[Any], classes: bool) -> tuple[Field, tuple[str, ...]]:
    """One target as a field, and a note about rare classes."""
    name = column.name if column.name not in ("features", "categories") else f"{column.name} (target)"
    if classes:
        held, names = labels(series)
        return Field(name, vector(len(names)), names, values=held), rare_note(held, names)
    return Field(name, vector(1), names=(column.name,), values=amounts(column, series)), ()


def amounts(column: Column, series: pd.Series[Any]) -> Array:
    """The target of a regression, float32 (N, 1).

    Raises
    ------
    NetloomError
        if a value is no number, or all are the same.
    """
    if column.type is not ColumnType.NUMBER:
        raise NetloomError(f"Column “{column.name}” does not hold numbers; choose classification, or another target.")
    values, notes = numbers(series)
    if notes:
        raise NetloomError(f"{notes[0].split(' and count')[0]}; a target needs a number in every row.")
    if float(np.ptp(values)) == 0.0:
        raise NetloomError(f"Column “{column.name}” is {values[0]:g} in every row; there is nothing to predict.")
    return values[:, None]


def group_numbers(series: pd.Series[Any]) -> Array:
    """A number for every different value of a column, int64 (N,); missing values are a group."""
    import pandas as pd

    return np.asarray(pd.factorize(series, use_na_sentinel=False)[0], dtype=np.int64)


def given_parts(series: pd.Series[Any]) -> Array:
    """The part that each row is in by a column that says so: uint8 (N,).

    Raises
    ------
    NetloomError
        if a value names no part, or no row is in the training part.
    """
    words = series.astype(str).str.strip().str.lower()
    unknown = next((word for word in words.unique() if word not in PART_NAMES), None)
    if unknown is not None:
        raise NetloomError(
            f"Column “{series.name}” says “{unknown}”, which is no part; each row needs train, validation or test."
        )
    given = words.map(PART_NAMES).to_numpy(np.uint8)
    if not (given == 0).any():
        raise NetloomError(f"Column “{series.name}” puts no row into the training part; some must say “train”.")
    return np.asarray(given)


def named_in(target: str, frame: pd.DataFrame) -> list[str]:
    """The columns that ``target`` names: one, or several with commas between them."""
    names = [target] if target in frame.columns else [one.strip() for one in target.split(",")]
    return list(dict.fromkeys(names))


def check_column(file: Path, frame: pd.DataFrame, name: str) -> None:
    """Raise `NetloomError` unless ``frame`` has a column ``name``."""
    if name in frame.columns:
        return
    shown = ", ".join(f"“{column}”" for column in frame.columns[:12])
    more = f" and {len(frame.columns) - 12} more" if len(frame.columns) > 12 else ""
    wanted = f"has no column “{name}”" if name else "has no column that can be predicted"
    raise NetloomError(f"{file.name} {wanted}; it has {shown}{more}.")


def rare_note(held: Array, classes: tuple[str, ...]) -> tuple[str, ...]:
    """A note about classes that are too rare to be in every part."""
    rare = [name for name, count in zip(classes, np.bincount(held, minlength=len(classes)), strict=True) if count < 3]
    if not rare:
        return ()
    shown = ", ".join(f"“{name}”" for name in rare[:8]) + (" ..." if len(rare) > 8 else "")
    return (f"Too few samples to be in every part: {shown}.",)
