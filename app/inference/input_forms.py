"""How the inputs of a trained network are entered: pictures drawn, texts typed, rows filled in, arrays taken as is."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from app.data.dataset import Array, Field, FieldInfo
from app.data.readers.column_values import MISSING
from app.data.readers.recipe import ColumnRecipe
from app.data.readers.tokens import UNKNOWN
from app.data.sources.source import Source
from app.data.sources.table import Table
from app.data.transforms import medians
from app.inference.new_pictures import picture_size
from app.inference.new_rows import FLAG
from app.inference.new_tokens import token_unit
from app.inference.picture_look import look_of
from app.inference.typed_rows import feature_columns, recipe_of
from app.protocol.data_values import ColumnType
from app.protocol.inference_values import InputForm, RowColumn
from app.system.number_format import format_short, with_decimal
from app.training.trainable import Model
from graph.shapes import Kind, Shape

MOST_COLUMNS = 200
"""Columns of a table that a form has fields for, at most."""
LOOKED_AT = 512
"""Pictures by which the look of a training set is found."""
SMALLEST = 6
"""Side from which a square of nameless numbers counts as a picture that is read as rows or as a list of pixels."""


@dataclass(frozen=True, eq=False)
class TrainedInputs:
    """What must be known to enter samples for a network: the fields that it reads, their forms, and the data's source.

    ``fields`` leaves out what is filled in by itself, such as noise and the words a decoder has written so far.
    ``known`` are the tokens that training has seen, by the fields of texts whose other tokens count as unknown.
    """

    fields: tuple[FieldInfo, ...]
    forms: tuple[InputForm, ...]
    source: Source
    known: Mapping[str, frozenset[str]]


_KNOWN: WeakKeyDictionary[Model, TrainedInputs] = WeakKeyDictionary()
"""What was found of each network before: a sample is entered stroke by stroke."""


def inputs_of(model: Model, base: Path | None = None) -> TrainedInputs:
    """The inputs of a trained network; ``base`` is the folder where the paths of its data start."""
    if model not in _KNOWN:
        source = model.prepared.choice.source.resolved(base)
        fields = tuple(_fields(model))
        known = {own.name: model.prepared.trained_tokens(own.name) for own in fields if UNKNOWN in own.vocabulary}
        _KNOWN[model] = TrainedInputs(fields, tuple(_forms(model, fields, source)), source, known)
    return _KNOWN[model]


def picture_sizes(field: FieldInfo) -> tuple[int, int, int] | None:
    """Channels, height and width of the picture that a field holds, also as rows or as a list of pixels."""
    if field.names or field.vocabulary or field.lengths:
        return None  # measurements have names, also where they are laid out as a grid
    sizes = picture_size(field.shape)
    if sizes is None or field.shape.kind is Kind.IMAGE:
        return sizes
    _, height, width = sizes
    return sizes if height == width >= SMALLEST else None


def _fields(model: Model) -> list[FieldInfo]:
    """The fields that a person gives, in the shapes in which the network reads them."""
    given_by_itself = model.objective.complete_inputs({})
    shapes: dict[str, Shape] = {}
    for id_, name in zip(model.compiled.inputs, model.objective.inputs, strict=True):
        shapes.setdefault(name, model.compiled.layer_info[id_].outputs["out"])
    fields = model.prepared.dataset.fields
    return [
        replace(fields[name].info, shape=shape)
        for name, shape in shapes.items()
        if name in fields and name not in given_by_itself
    ]


def _forms(model: Model, fields: tuple[FieldInfo, ...], source: Source) -> list[InputForm]:
    counters = {field.lengths for field in fields}
    fields = tuple(field for field in fields if field.name not in counters)
    if fields and isinstance(source, Table) and recipe_of(source) is not None:
        columns = _table_columns(model, fields, source)
        if len(columns) <= MOST_COLUMNS:
            return [InputForm(field=fields[0].facts, editor="row", columns=columns)]
    return [_form(model, field, source) for field in fields]


def _form(model: Model, field: FieldInfo, source: Source) -> InputForm:
    sizes, own = picture_sizes(field), model.prepared.dataset.field_named(field.name)
    if sizes is not None:
        some = model.prepared.own_values(field.name, model.prepared.train.indices[: LOOKED_AT * 4 : 4])
        return InputForm(field=field.facts, editor="picture", look=look_of(some.reshape(-1, *sizes)))
    if field.listed:
        return InputForm(field=field.facts, editor="text", unit=token_unit(source, field))
    if field.shape.kind is Kind.VECTOR and field.shape.features <= MOST_COLUMNS and not field.classes:
        return InputForm(field=field.facts, editor="row", columns=_feature_columns(model, own))
    return InputForm(field=field.facts, editor="values")


def column_names(field: FieldInfo) -> tuple[str, ...]:
    """What the features of a vector are called."""
    return field.names or tuple(f"feature {number}" for number in range(1, field.shape.features + 1))


def _feature_columns(model: Model, field: Field) -> tuple[RowColumn, ...]:
    """The features of a vector as columns of numbers."""
    names, spread = column_names(field), _spread(model, field)
    units = field.units or ("",) * len(names)
    return tuple(
        RowColumn(name, "number", unit, (), *own.ends, field.decimal, _median_words(own.median, unit, field.decimal))
        for name, unit, own in zip(names, units, spread, strict=True)
    )


def _table_columns(model: Model, fields: tuple[FieldInfo, ...], source: Table) -> tuple[RowColumn, ...]:
    """The columns of the training table that the network reads, in the order of the file."""
    recipe = recipe_of(source)
    assert recipe is not None  # the caller has looked
    spread: dict[str, _Spread] = {}
    known: set[str] = set()
    for field in fields:
        own = model.prepared.dataset.field_named(field.name)
        known |= {*own.names, *own.vocabulary}
        if own.names:
            spread |= dict(zip(own.names, _spread(model, own), strict=True))
    columns = [recipe.by_name[name] for name in feature_columns(recipe, source)]
    return tuple(
        _table_column(column, spread.get(column.name), known, recipe.decimal_of(column.name))
        for column in columns
        if _is_read(column.name, known)
    )


def _table_column(column: ColumnRecipe, spread: _Spread | None, known: Set[str], decimal: str) -> RowColumn:
    """A column of the training table; ``known`` are the names of the features and tokens that the network reads."""
    kinds = {ColumnType.NUMBER: "number", ColumnType.CATEGORY: "category", ColumnType.DATE: "date"}
    stands_in = ""
    if column.type is ColumnType.CATEGORY:
        own = f"{column.name} = {MISSING}" in known
        stands_in = "it is a category of its own, as in training" if own else "it counts as unknown"
    elif spread is not None:
        stands_in = _median_words(spread.median, column.unit, decimal, flagged=f"{column.name}{FLAG}" in known)
    return RowColumn(
        column.name,
        kinds[column.type],  # type: ignore[arg-type]
        column.unit,
        tuple(value for value in column.categories if f"{column.name} = {value}" in known),
        *(spread.ends if spread is not None else (None, None)),
        decimal=decimal,
        stands_in=stands_in,
    )


def _median_words(median: float, unit: str, decimal: str, *, flagged: bool = False) -> str:
    """What stands in for a missing number, as `app.data.prepare.Prepared.fill` does it."""
    amount = f"{with_decimal(format_short(median), decimal)} {unit}".strip()
    return f"the median {amount} is used" + (", and the network is told so" if flagged else "")


def _is_read(column: str, known: set[str]) -> bool:
    """Whether the network reads something of a column, by the names of its features and tokens."""
    return column in known or any(name.startswith((f"{column} = ", f"{column}: ")) for name in known)


class _Spread(NamedTuple):
    """The least and the greatest value of a feature in the training set, None where there is none, and its median."""

    ends: tuple[float | None, float | None]
    median: float


def _spread(model: Model, field: Field) -> list[_Spread]:
    """How each feature of a vector is spread in the training set."""
    values = model.prepared.own_values(field.name, model.prepared.train.indices)
    columns = zip(values.reshape(len(values), -1).T, medians(values, field.shape).tolist(), strict=True)
    return [_Spread(_ends(column), float(median)) for column, median in columns]


def _ends(column: Array) -> tuple[float | None, float | None]:
    known = column[np.isfinite(column)]
    return (float(known.min()), float(known.max())) if len(known) else (None, None)
