"""Tables of the user's: one row per sample, one column to be predicted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
import pydantic

from app.data.dataset import Array, Dataset, Field, Task
from app.data.sources.columns import Column, ColumnType, labels, look, looks_like_classes, numbers, one_hot, type_of
from app.data.sources.columns import likely_target as likely
from app.data.sources.files import within_budget
from app.data.sources.frames import CsvSource
from graph.errors import NetloomError
from graph.layers.settings import setting
from graph.shapes import vector

if TYPE_CHECKING:
    import pandas as pd


class Table(CsvSource):
    """A table of your own: one row per sample, one column to be predicted, the others to predict it from.

    Columns of numbers are used as they are, columns of categories become one feature per category. Missing numbers
    are replaced by the median of the training part; rows whose target is missing are left out.
    """

    kind: ClassVar[str] = "table"
    title: ClassVar[str] = "Table"

    target: str = setting("", "The column to predict; empty for the one that looks most like it")
    task: Literal["auto", "classification", "regression"] = setting(
        "auto", "Whether the target is a class or an amount; found from its values where not said"
    )
    ignore: tuple[str, ...] = pydantic.Field((), description="Columns to leave out")

    def read(self, file: Path) -> Dataset:
        """The table's features as a vector, and its target."""
        frame, notes = self.frame(file)
        name = self.target or likely(tuple(look(frame[column]) for column in frame.columns))
        check_column(file, frame, name)
        present = frame[name].notna()
        if not present.all():
            notes += (f"Rows without a value in “{name}” are left out ({int((~present).sum())} of {len(frame)}).",)
        frame = frame[present]
        if len(frame) < 3:
            raise NetloomError(
                f"{file.name}: at least 3 usable rows are needed, one for each part; found: {len(frame)}."
            )
        target, more = self._target(frame[name])
        features, named, left = encoded(file, frame.drop(columns=[name, *self._ignored(file, frame, name)]))
        measured = Field("features", vector(len(named)), names=named, values=features)
        task = Task.CLASSIFICATION if target.classes else Task.REGRESSION
        fields = {"features": measured, target.name: target}
        summary = f"{len(frame)} rows of {file.name}, to predict “{name}”."
        return Dataset(
            self.kind, file.stem, task, fields, ("features",), target.name, summary, notes=notes + more + left
        )

    def _ignored(self, file: Path, frame: pd.DataFrame, target: str) -> list[str]:
        for name in self.ignore:
            check_column(file, frame, name)
        return [name for name in self.ignore if name != target]

    def _target(self, series: pd.Series[Any]) -> tuple[Field, tuple[str, ...]]:
        column = look(series)
        name = column.name if column.name != "features" else "features (target)"
        classes = looks_like_classes(column, series) if self.task == "auto" else self.task == "classification"
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


def encoded(file: Path, frame: pd.DataFrame) -> tuple[Array, tuple[str, ...], tuple[str, ...]]:
    """The columns of ``frame`` as features: float32 (N, F), their names, and notes about what was left out.

    Raises
    ------
    NetloomError
        if no column can be used, or they take too much memory.
    """
    blocks: list[Array] = []
    names: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    for series in (frame[column] for column in frame.columns):
        kind = type_of(series)
        if kind is ColumnType.NUMBER:
            values, more = numbers(series)
            blocks, names, notes = (
                [*blocks, values[:, None]],
                (*names, str(series.name)),
                notes + more + holes(values, series),
            )
        elif kind is ColumnType.CATEGORY:
            coded, categories = one_hot(series)
            blocks, names = [*blocks, coded], names + categories
        else:
            notes += (left_out(look(series)),)
    if not blocks:
        raise NetloomError(f"{file.name} has no column to predict from; one of numbers or of categories is needed.")
    within_budget(file, 4 * len(frame) * len(names))
    return np.concatenate(blocks, axis=1), names, notes


def holes(values: Array, series: pd.Series[Any]) -> tuple[str, ...]:
    """A note about the values that are missing in a column of numbers."""
    missing = int(np.isnan(values).sum())
    if not missing:
        return ()
    become = "value becomes" if missing == 1 else "values become"
    return (f"Column “{series.name}”: {missing} missing {become} the median of the training part.",)


def left_out(column: Column) -> str:
    """Why a column is not a feature."""
    why = {
        ColumnType.EMPTY: "is empty",
        ColumnType.DATE: "holds dates",
        ColumnType.TEXT: f"holds text ({column.unique} different values)",
    }
    return f"Column “{column.name}” {why[column.type]} and is left out."


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
