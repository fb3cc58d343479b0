"""Table source: one row per sample, one column or more to predict, the others as features."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
import pydantic

from app.data.dataset import Dataset, Field
from app.data.readers.column_values import group_numbers, rare_note
from app.data.readers.feature_encoding import encode_features
from app.data.readers.label_fields import labels_target, lists_labels
from app.data.readers.likely_roles import (
    is_called_identifier,
    is_called_subject,
    is_identifier,
    is_shared,
    likely_target,
    names_parts,
    part_numbers,
)
from app.data.readers.table_file import TableData
from app.data.readers.table_format import UnreadableTableError, parquet_parts, with_delimiter
from app.data.readers.target_fields import amounts, is_classes, target_field, task_of
from app.data.readers.time_column import in_order, with_times
from app.data.sources.file_source import Candidate
from app.data.sources.table_source import TableSource
from app.protocol.data_values import ColumnType
from graph.errors import NetloomError
from graph.layers.settings import column_setting, setting
from graph.shapes import vector


class Table(TableSource):
    """A table of your own: one row per sample, one column to be predicted, the others to predict it from.

    Columns of numbers are used as they are, columns of categories become one feature per category, and one more for
    categories that training never saw. Missing numbers are replaced by the median of the training set, a missing
    category is one of its own; rows whose target is missing are left out. Several targets are named with commas between
    them; if all of them hold 0 and 1, or true and false, they are labels, of which a row may have several. One column
    may also list the labels of each row.
    """

    kind: ClassVar[str] = "table"
    title: ClassVar[str] = "Table"
    rank: ClassVar[int] = 10
    precedence: ClassVar[int] = 70

    target: str = column_setting("The column to predict, or several with commas; empty for the likeliest", empty="auto")
    task: Literal["auto", "classification", "regression", "labels"] = setting(
        "auto", "Whether the target is a class, an amount, or several labels; found from its values where not said"
    )
    missing: Literal["fill", "flag", "drop"] = setting(
        "fill",
        "Missing numbers: the training set's median, the median and a feature that says so, or drop the row. A missing "
        "category is a category of its own, unless its row is dropped",
    )
    categories: Literal["one_hot", "tokens"] = setting(
        "one_hot", "Categories: a feature of 0 or 1 for each, or tokens for an embedding layer"
    )
    dates: Literal["leave_out", "calendar"] = setting(
        "leave_out", "Dates: not used, or as place in the year, the week and the day"
    )
    order: str = column_setting(
        "The column of times (several with commas): rows are sorted by it, and the latest ones are the test set"
    )
    group: str = column_setting("The column, such as a patient, whose equal values are kept together in one set")
    parts: str = column_setting("The column that says of each row which set it is in: train, validation or test")
    ignore: tuple[str, ...] = pydantic.Field((), description="Columns to leave out")

    @classmethod
    def recognises(cls, candidate: Candidate) -> bool:
        """Any table may be one of samples, also one in a folder of Parquet files."""
        return candidate.path.is_file() or bool(parquet_parts(candidate.path))

    @classmethod
    def fitting(cls, table: TableData, target: str) -> tuple[Mapping[str, Any], tuple[str, ...]]:
        """The likeliest target; columns that number the rows are ignored, and one that names the split is used."""
        columns = table.columns
        if len(columns) < 2:
            raise UnreadableTableError(
                f"{table.file.name} has one column only{with_delimiter(table.recipe.options)}; "
                "one to predict and at least one to predict from are needed.",
                "delimiter",
                "skip",
            )
        parts = next(
            (
                column.name
                for column in columns
                if column.type is ColumnType.CATEGORY
                and column.name != target
                and names_parts(column, table[column.name])
            ),
            "",
        )
        said = [column.name for column in table.recipe.columns if column.role == "target"]
        target = target or ", ".join(said) or likely_target([column for column in columns if column.name != parts])
        targets = table.named_in(target)
        others = [column for column in columns if column.name not in targets]
        called = [column for column in others if is_called_identifier(column.name)]
        ids = tuple(column.name for column in called if is_identifier(column, table[column.name]))
        notes = [f"Column “{name}” only numbers the rows and is left out." for name in ids]
        ids += tuple(
            column.name for column in others if column.name not in ids and table.recipe_of(column.name).role == "ignore"
        )
        if parts:
            notes.append(f"Column “{parts}” says which set of the split each row is in.")
        else:
            notes += [
                f"Rows share “{column.name}”; name it as group, so that what belongs together is never parted."
                for column in others
                if column.name not in ids and is_called_subject(column.name) and is_shared(column, table[column.name])
            ]
        return {"target": target, "ignore": ids, "parts": parts}, tuple(notes)

    def read(self, file: Path) -> Dataset:
        """The table's features as a vector, and its target."""
        table = self.table(file)
        notes, targets = table.notes, self._targets(table)
        table, more = self._usable(table, targets)
        target_fields, again = self._target_fields(table, targets)
        unused = self._not_features(table, targets)
        used = [name for name in table.names if name not in unused]
        inputs, encoded = encode_features(
            table, used, self.categories, self.dates == "calendar", self.missing == "flag"
        )
        steps = np.arange(len(table))
        return Dataset(
            self.kind,
            file.stem,
            task_of(target_fields[0]),
            {field.name: field for field in (*inputs, *target_fields)},
            tuple(field.name for field in inputs),
            target_fields[0].name,
            f"{len(table)} rows of {file.name}, to predict {' and '.join(f'“{name}”' for name in targets)}.",
            np.stack([steps, steps + 1], axis=1) if self.order else None,
            notes + more + again + encoded,
            group_numbers(table[self.group]) if self.group else None,
            part_numbers(table[self.parts]) if self.parts else None,
        )

    def _targets(self, table: TableData) -> list[str]:
        if self.target:
            return table.named_in(self.target)
        name = likely_target([column for column in table.columns if column.name not in self.ignore])
        table.check(name)
        return [name]

    def _usable(self, table: TableData, targets: list[str]) -> tuple[TableData, tuple[str, ...]]:
        """The rows that can be learned from, in their order, and notes about the others."""
        notes: tuple[str, ...] = ()
        for name in targets:
            present = table[name].notna()
            if not present.all() and not (self.missing != "drop" and lists_labels(table, targets, self.task)):
                notes += (f"Rows without a value in “{name}” are left out ({int((~present).sum())} of {len(table)}).",)
                table = table.rows(present)
        if self.missing == "drop":
            whole = table.frame.drop(columns=list(self.ignore), errors="ignore").notna().all(axis=1)
            if not whole.all():
                notes += (f"Rows with missing values are left out ({int((~whole).sum())} of {len(table)}).",)
                table = table.rows(whole)
        if len(table) < 3:
            raise NetloomError(
                f"{table.file.name}: at least 3 usable rows are needed, one for each set; found: {len(table)}. "
                "Add rows to the file."
            )
        if self.order:
            table, more = with_times(table, self.order)
            table, notes = table.rows(in_order(table.times(self.order))), notes + more
        return table, notes

    def _not_features(self, table: TableData, targets: list[str]) -> set[str]:
        for name in (*self.ignore, *listed_columns(self.order, table.names), *filter(None, (self.group, self.parts))):
            table.check(name)
        return self.not_features(table.names) | set(targets)

    def not_features(self, names: Sequence[str]) -> set[str]:
        """Columns that are no features, of a table whose columns are ``names``: targets, roles, what is left out."""
        orders = listed_columns(self.order, names)
        kept = set(orders) - set(self.ignore) if self.dates == "calendar" else set()
        roles = {*orders, *filter(None, (self.group, self.parts))} - kept
        return {*self.ignore, *roles, *listed_columns(self.target, names)}

    def _target_fields(self, table: TableData, targets: list[str]) -> tuple[list[Field], tuple[str, ...]]:
        """The fields to be held against: amounts together in one vector, each target of classes on its own."""
        if (labels := labels_target(table, targets, self.task)) is not None:
            return [labels[0]], labels[1]
        classes = [is_classes(table, name, self.task) for name in targets]
        if len(targets) > 1 and not any(classes):
            values = np.concatenate([amounts(table, name) for name in targets], axis=1)
            return [Field("targets", vector(len(targets)), names=tuple(targets), values=values)], ()
        fields = []
        for column, as_classes in zip(targets, classes, strict=True):
            name = column if column not in ("features", "categories") else f"{column} (target)"
            fields.append(target_field(name, table, column, as_classes))
        notes = (rare_note(np.asarray(field.values), field.classes) for field in fields if field.classes)
        return fields, sum(notes, ())


def listed_columns(names: str, known: Sequence[str]) -> list[str]:
    """The columns that a setting names: one, or several with commas between them."""
    return [names] if names in known else [name.strip() for name in names.split(",") if name.strip()]
