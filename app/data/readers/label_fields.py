"""Multi-label targets of tables: columns of 0 and 1, or a column that lists the labels of each row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from app.data.dataset import Array, Field
from app.data.readers.label_lists import LabelList, label_list, labels_field
from app.data.readers.table_file import TableData
from app.protocol.data_values import ColumnType
from graph.errors import NetloomError
from graph.shapes import vector

if TYPE_CHECKING:
    import pandas as pd

MARKS = {"1": 1.0, "true": 1.0, "yes": 1.0, "0": 0.0, "false": 0.0, "no": 0.0, "1.0": 1.0, "0.0": 0.0}
"""How a column says that a row has its label, or has not, in small letters."""


def labels_target(table: TableData, targets: Sequence[str], task: str) -> tuple[Field, tuple[str, ...]] | None:
    """The target of several labels in the columns ``targets`` with notes on how it was found; None where it is none.

    Columns with exactly one 1 in every row are one class for each row, named by its column.

    Raises
    ------
    NetloomError
        if the ``task`` says labels, and the columns hold none.
    """
    if task not in ("auto", "labels") or (task == "auto" and table.recipe.rules == 1):
        return None
    if len(targets) == 1:
        return _from_list(table, targets[0], sure=task == "labels")
    marks = [as_marks(table[name]) for name in targets]
    odd = next((name for name, values in zip(targets, marks, strict=True) if values is None), None)
    if odd is not None:
        if task == "labels":
            raise NetloomError(
                f"Column “{odd}” holds other values than 0 and 1, or true and false, so it is no label; leave it out "
                "of the target, or choose another task."
            )
        return None
    values = np.stack([values for values in marks if values is not None], axis=1)
    if task == "auto" and (values.sum(1) == 1).all():
        return _one_hot(targets, values), _one_hot_note(targets)
    return labels_field("labels", values, tuple(targets)), _columns_note(targets) if task == "auto" else ()


def lists_labels(table: TableData, targets: Sequence[str], task: str) -> bool:
    """Whether a single target lists labels, so that an empty cell may stand for none of them."""
    if len(targets) != 1 or task not in ("auto", "labels") or (task == "auto" and table.recipe.rules == 1):
        return False
    return _list_of(table, targets[0], sure=task == "labels") is not None


def as_marks(series: pd.Series[Any]) -> Array | None:
    """A column of 0 and 1, or true and false, or yes and no, as float32 (N,); None where it holds anything else."""
    if series.dtype.kind in "biuf":
        numbers = series.to_numpy(np.float32)
        return numbers if np.isin(numbers, (0, 1)).all() else None
    marks = series.astype(str).str.strip().str.lower().map(MARKS)
    return None if marks.isna().any() else marks.to_numpy(np.float32)


def _from_list(table: TableData, name: str, sure: bool) -> tuple[Field, tuple[str, ...]] | None:
    """A column that lists labels; a single column of 0 and 1 is one of two classes unless it is ``sure``."""
    listed = _list_of(table, name, sure)
    if listed is None:
        return None
    notes: tuple[str, ...] = () if sure else (listed.note(name),)
    empty = int(table[name].isna().sum())
    if empty:
        notes += (
            f"{empty:,} of {len(table):,} rows have nothing in “{name}” and count as having none of the labels; choose "
            "missing: drop to leave them out.",
        )
    return listed.field(name if name not in ("features", "categories") else f"{name} (target)"), notes


def _list_of(table: TableData, name: str, sure: bool) -> LabelList | None:
    series = table[name]
    if table.type_of(name) not in (ColumnType.CATEGORY, ColumnType.TEXT):
        if sure:
            raise NetloomError(
                f"Column “{name}” lists no labels; name several columns of 0 and 1, or one with labels such as “red; "
                "round”, as the target."
            )
        return None
    present = series.dropna().astype(str).tolist()
    if label_list(present, sure) is None:
        return None
    return label_list(series.fillna("").astype(str).tolist(), sure=True)


def _one_hot(names: Sequence[str], values: Array) -> Field:
    return Field("class", vector(len(names)), tuple(names), values=values.argmax(1).astype(np.int64))


def _one_hot_note(names: Sequence[str]) -> tuple[str, ...]:
    return (
        f"The columns {_listed(names)} hold exactly one 1 in every row and are read as one class of {len(names)}; "
        "choose the task labels where a row may have several.",
    )


def _columns_note(names: Sequence[str]) -> tuple[str, ...]:
    return (
        f"The columns {_listed(names)} are read as {len(names)} labels, of which a row may have several; choose the "
        "task classification to predict each by an output of its own.",
    )


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"“{name}”" for name in names[:5]) + (", …" if len(names) > 5 else "")
